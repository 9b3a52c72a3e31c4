import PerceptronLinearAlgebra

extension LossSpecification {
  /// How a registered loss is made in each precision.
  struct Makers: Sendable {
    let float: @Sendable (CustomSettings) -> any Loss<Float>
    let double: @Sendable (CustomSettings) -> any Loss<Double>
  }

  static let registry = Registry<Makers>(kind: "loss", type: "LossSpecification")

  /// Registers a loss of your own under a name, for the whole process, so that files hold it; it
  /// replaces any earlier loss of that name.
  ///
  ///     LossSpecification.register(
  ///       "focal", settings: ["gamma"], float: { Focal(gamma: $0["gamma"]) },
  ///       double: { Focal(gamma: $0["gamma"]) })
  ///
  /// The loss's ``Loss/specification`` has to state that name with its settings. A program that reads a
  /// file with the loss must have registered it, too.
  ///
  /// - Parameters:
  ///   - name: its name in files. ``custom(name:settings:)`` refers to it.
  ///   - settings: the names of its settings; a specification has to state all of them and no others.
  ///   - float: makes the loss in single precision; traps for settings that make no sense.
  ///   - double: the same in double precision.
  public static func register(
    _ name: String, settings: [String] = [],
    float: @escaping @Sendable (_ settings: CustomSettings) -> any Loss<Float>,
    double: @escaping @Sendable (_ settings: CustomSettings) -> any Loss<Double>
  ) {
    registry.register(name, settings: settings, Makers(float: float, double: double))
  }

  /// The loss that is registered under a name.
  ///
  /// - Precondition: the specification passes ``check(classCount:)``.
  func makeRegistered<Scalar: BLASScalar>(
    _ name: String, _ settings: [String: Double]
  ) -> any Loss<Scalar> {
    let (makers, settings) = InvalidSetting.trapping {
      try Self.registry.value(name, settings: settings)
    }
    let made: any Sendable =
      Scalar.self == Float.self ? makers.float(settings) : makers.double(settings)
    guard let loss = made as? any Loss<Scalar> else {
      fatalError("LossSpecification: \(name) is registered with a loss of another precision")
    }
    require(
      loss.specification == self,
      "LossSpecification: the loss that is registered as \"\(name)\" has the specification "
        + (loss.specification.map { "\($0)" } ?? "nil") + ", expected \(self)")
    return loss
  }
}

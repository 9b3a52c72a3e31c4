import PerceptronLinearAlgebra

extension LayerSpecification {
  /// How a registered layer is made in each precision.
  struct Makers: Sendable {
    let float: @Sendable (LayerBlueprint<Float>) -> any Layer<Float>
    let double: @Sendable (LayerBlueprint<Double>) -> any Layer<Double>
  }

  static let registry = Registry<Makers>(kind: "layer", type: "LayerSpecification")

  /// Registers a layer of your own under a name, for the whole process, so that networks are built from
  /// its specification and files hold it; it replaces any earlier layer of that name.
  ///
  ///     LayerSpecification.register(
  ///       "swish", settings: ["beta"], float: { Swish(beta: $0["beta"]) },
  ///       double: { Swish(beta: $0["beta"]) })
  ///
  /// The layer's ``Layer/specification`` has to state that name with its settings:
  ///
  ///     var specification: LayerSpecification? {
  ///       .custom(name: "swish", settings: ["beta": beta])
  ///     }
  ///
  /// A program that reads a file with the layer must have registered it, too.
  ///
  /// - Parameters:
  ///   - name: its name in files. ``custom(name:settings:)`` refers to it.
  ///   - settings: the names of its settings; a specification has to state all of them and no others.
  ///   - float: makes a fresh layer in single precision, whose parameters and statistics a file then
  ///     replaces; traps for settings that make no sense.
  ///   - double: the same in double precision.
  public static func register(
    _ name: String, settings: [String] = [],
    float: @escaping @Sendable (_ blueprint: LayerBlueprint<Float>) -> any Layer<Float>,
    double: @escaping @Sendable (_ blueprint: LayerBlueprint<Double>) -> any Layer<Double>
  ) {
    registry.register(name, settings: settings, Makers(float: float, double: double))
  }

  /// A fresh layer that is registered under a name.
  ///
  /// - Precondition: the specification passes ``check()``.
  func makeRegistered<Scalar: BLASScalar>(
    _ name: String, _ settings: [String: Double], inputSize: Int, initializer: Initializer,
    using random: inout some RandomStream
  ) -> any Layer<Scalar> {
    let (makers, settings) = InvalidSetting.trapping {
      try Self.registry.value(name, settings: settings)
    }
    var stream = random
    func blueprint<Own: BLASScalar>(_: Own.Type) -> LayerBlueprint<Own> {
      LayerBlueprint(inputSize: inputSize, settings: settings) {
        initializer.weights(inputs: $0, outputs: $1, using: &stream)
      }
    }
    let made: any Sendable =
      Scalar.self == Float.self
      ? makers.float(blueprint(Float.self)) : makers.double(blueprint(Double.self))
    random = stream
    guard let layer = made as? any Layer<Scalar> else {
      fatalError("LayerSpecification: \(name) is registered with a layer of another precision")
    }
    require(
      layer.specification == self,
      "LayerSpecification: the layer that is registered as \"\(name)\" has the specification "
        + (layer.specification.map { "\($0)" } ?? "nil") + ", expected \(self)")
    return layer
  }

  /// The number of outputs of such a layer for rows of `inputSize` numbers.
  ///
  /// - Precondition: the specification passes ``check()``.
  package func outputSize(forInputSize inputSize: Int) -> Int {
    if case .affine(let outputs) = self { return outputs }
    let layer: any Layer<Float> = makeLayer(inputSize: inputSize)
    return layer.outputSize(forInputSize: inputSize)
  }

  /// The names of such a layer's parameters, without numbers.
  ///
  /// - Precondition: as for ``outputSize(forInputSize:)``.
  package func parameterNames(forInputSize inputSize: Int) -> [String] {
    let layer: any Layer<Float> = makeLayer(inputSize: inputSize)
    return layer.parameterKinds.map(\.name)
  }
}

/// What a registered layer is made of.
public struct LayerBlueprint<Scalar: BLASScalar> {
  /// The number of inputs, the length of a row of input.
  public let inputSize: Int
  private let settings: CustomSettings
  private let draw: (_ inputs: Int, _ outputs: Int) -> Tensor<Scalar>

  init(
    inputSize: Int, settings: CustomSettings,
    draw: @escaping (_ inputs: Int, _ outputs: Int) -> Tensor<Scalar>
  ) {
    self.inputSize = inputSize
    self.settings = settings
    self.draw = draw
  }

  /// A setting's value.
  ///
  /// - Precondition: the layer is registered with this setting.
  public subscript(setting: String) -> Double { settings[setting] }

  /// Weights by the network's initializer and from its random stream, [inputs, outputs].
  public func weights(inputs: Int, outputs: Int) -> Tensor<Scalar> { draw(inputs, outputs) }
}

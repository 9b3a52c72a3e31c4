import PerceptronFiles
import PerceptronLinearAlgebra

/// A loss's kind and settings: networks are built from it and files hold it.
public enum LossSpecification: Sendable, Codable, Hashable {
  /// ``SoftmaxLoss``.
  case softmax(labelSmoothing: Double = 0, classWeights: [Double]? = nil)
  /// ``Hinge``.
  case hinge
  /// ``SquaredHinge``.
  case squaredHinge
  /// ``SquaredError``.
  case squaredError
  /// ``AbsoluteError``.
  case absoluteError
  /// ``Huber``.
  case huber(delta: Double = 1)
  /// ``LogisticLoss``.
  case logistic
  /// A loss of your own that ``register(_:settings:float:double:)`` registered under this name.
  case custom(name: String, settings: [String: Double] = [:])

  /// ``SoftmaxLoss`` without label smoothing or class weights.
  public static var softmax: LossSpecification { .softmax() }

  /// All losses that can be chosen by name. A new one is a file with its ``Loss``, a case above, a
  /// line here and one in each `switch` below; the command's options and the conformance tests follow
  /// this list.
  public static let named: [Entry] = [
    .softmax,
    Entry("hinge", .hinge),
    Entry("squared-hinge", .squaredHinge),
    Entry("logistic", .logistic),
    Entry("squared-error", .squaredError),
    Entry("absolute-error", .absoluteError),
    Entry("huber", .huber()),
  ]

  /// A named loss with its default settings.
  public struct Entry: NamedEntry {
    /// The same as ``LossSpecification/named``.
    public static var allCases: [Entry] { LossSpecification.named }
    /// The default loss.
    package static let softmax = Entry("softmax", .softmax)

    /// The name, such as `squared-hinge`.
    public let rawValue: String
    /// The loss with its default settings.
    public let loss: LossSpecification

    init(_ name: String, _ loss: LossSpecification) { (rawValue, self.loss) = (name, loss) }
  }

  /// The loss, for settings that pass ``check(classCount:)``.
  public func makeLoss<Scalar: BLASScalar>(_ scalar: Scalar.Type = Scalar.self) -> any Loss<Scalar>
  {
    switch self {
    case .softmax(let labelSmoothing, let classWeights):
      SoftmaxLoss<Scalar>(labelSmoothing: labelSmoothing, classWeights: classWeights)
    case .hinge: Hinge<Scalar>()
    case .squaredHinge: SquaredHinge<Scalar>()
    case .squaredError: SquaredError<Scalar>()
    case .absoluteError: AbsoluteError<Scalar>()
    case .huber(let delta): Huber<Scalar>(delta: delta)
    case .logistic: LogisticLoss<Scalar>()
    case .custom(let name, let settings): makeRegistered(name, settings)
    }
  }

  /// Whether a number for each output may be its target.
  public var takesValues: Bool { makeLoss(Double.self).takesValues }

  /// Throws `InvalidSetting` unless the settings are valid, and a loss of your own is registered, for `classCount` classes if that is known.
  public func check(classCount: Int? = nil) throws {
    switch self {
    case .softmax(let labelSmoothing, let classWeights):
      try InvalidSetting.demand(
        (0..<1).contains(labelSmoothing), "label smoothing", labelSmoothing,
        "0 or more and below 1")
      if let classWeights { try Self.check(classWeights, classCount: classCount) }
    case .huber(let delta):
      try InvalidSetting.demand(
        Float(delta) > 0 && Float(delta).isFinite, "Huber delta", delta,
        "a number above 0 that single precision can hold")
    case .custom(let name, let settings):
      _ = try Self.registry.value(name, settings: settings)
    case .hinge, .squaredHinge, .squaredError, .absoluteError, .logistic: break
    }
  }

  private static func check(_ classWeights: [Double], classCount: Int?) throws {
    for weight in classWeights { try InvalidSetting.demandNotNegative("class weight", weight) }
    try InvalidSetting.demand(
      classWeights.contains { $0 > 0 }, "class weights", classWeights,
      "one for each class, at least one of them above 0")
    if let classCount {
      try InvalidSetting.demand(
        classWeights.count == classCount, "class weights", classWeights,
        "one for each of \(classCount) classes")
    }
  }

  /// Traps unless the settings are valid: for losses that a program makes.
  func requireValid() { InvalidSetting.trapping { try check() } }
}

extension LossSpecification: CustomStringConvertible {
  /// The loss's name and those settings that are not the defaults.
  public var description: String {
    switch self {
    case .softmax(let labelSmoothing, let classWeights):
      "softmax cross-entropy"
        + (labelSmoothing == 0 ? "" : ", label smoothing \(labelSmoothing)")
        + (classWeights.map { ", class weights \($0)" } ?? "")
    case .hinge: "hinge"
    case .squaredHinge: "squared hinge"
    case .squaredError: "squared error"
    case .absoluteError: "absolute error"
    case .huber(let delta): "huber" + (delta == 1 ? "" : ", delta \(delta)")
    case .logistic: "logistic"
    case .custom(let name, let settings): CustomSettings.displayName(name, settings)
    }
  }
}

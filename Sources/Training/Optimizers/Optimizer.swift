import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// The settings of an optimizer. ``OptimizerState`` makes its steps.
///
///     var optimizer = OptimizerState(.adamW(weightDecay: 0.01), for: network)
///     let (loss, gradients) = network.lossAndGradients(of: x, .labels(labels))
///     optimizer.step(&network, gradients: gradients, learningRate: 1e-3)
///
/// The formulas are those of PyTorch's `torch.optim`, with its defaults. In them p is a parameter, g
/// its gradient and η the learning rate; all optimizer state begins at 0.
public struct Optimizer: Codable, Hashable, Sendable {
  /// The update rule.
  public var method: Method
  /// λ of decoupled weight decay: before its update a weight loses the share η·λ of itself, whatever
  /// its gradient (Loshchilov and Hutter 2019, algorithm 2). Biases, scales and shifts are exempt.
  ///
  /// The penalty of the loss is another thing: its gradient goes through the method.
  public var weightDecay: Double

  /// An optimizer with a method and weight decay.
  public init(_ method: Method, weightDecay: Double = 0) {
    self.method = method
    self.weightDecay = weightDecay
  }

  /// Throws `InvalidSetting` for a factor, decay or beta outside 0..<1, for an epsilon or weight
  /// decay that is negative or not finite, for a name that is not registered or was registered with
  /// other settings, and for what a rule of your own refuses.
  public func check() throws {
    let rule = try method.settings.rule()
    try rule.check()
    try InvalidSetting.demand(
      Set(rule.stateNames).count == rule.stateNames.count, "state names", rule.stateNames,
      "each only once")
    try InvalidSetting.demandNotNegative("weight decay", weightDecay)
  }

  /// The number of state tensors of each parameter.
  ///
  /// - Precondition: the settings pass ``check()``.
  public var stateCount: Int { method.checkedRule.stateNames.count }
}

// MARK: - The list

extension Optimizer {
  /// The optimizers that are known by name. A new one is a file with its rule and its entry, and a
  /// line here.
  public static let all: [Entry] = [.sgd, .momentum, .nesterov, .adagrad, .rmsProp, .adam, .adamW]

  /// A named optimizer with its default settings.
  public struct Entry: NamedEntry {
    /// The same as ``Optimizer/all``.
    public static var allCases: [Entry] { Optimizer.all }
    /// The name, such as `adamw`.
    public let rawValue: String
    /// A sentence about it.
    public let help: String
    /// The optimizer with its default settings.
    public let optimizer: Optimizer
    /// A learning rate that does well on many networks.
    public let learningRate: Double

    init(_ name: String, _ help: String, _ optimizer: Optimizer, learningRate: Double) {
      rawValue = name
      self.help = help
      self.optimizer = optimizer
      self.learningRate = learningRate
    }
  }
}

// MARK: - Methods

/// The settings of an update rule: of a built-in one, the rule itself.
protocol OptimizerSettings: NamedSettings {
  /// Throws `InvalidSetting` where there is no rule of these settings.
  func rule() throws -> any OptimizerRule
}

extension OptimizerSettings where Self: OptimizerRule {
  func rule() -> any OptimizerRule { self }
}

extension Optimizer {
  /// An update rule with its settings.
  public struct Method: Sendable {
    let settings: any OptimizerSettings

    init(_ settings: any OptimizerSettings) { self.settings = settings }

    /// The rule that ``Optimizer/register(_:settings:_:)`` registered under this name. Files hold the
    /// name and the settings; a program that reads them must have registered the rule, too.
    public static func custom(name: String, settings: [String: Double]) -> Method {
      Method(CustomOptimizer(name: name, settings: settings))
    }

    /// The rule, for a method that has passed the check.
    var checkedRule: any OptimizerRule {
      do { return try settings.rule() } catch { fatalError("Optimizer: \(error)") }
    }
  }
}

extension Optimizer.Method: Hashable, Codable, CustomStringConvertible {
  /// Whether both are the same rule with the same settings.
  public static func == (a: Self, b: Self) -> Bool { a.settings.isEqual(to: b.settings) }

  /// Hashes the settings.
  public func hash(into hasher: inout Hasher) { settings.hash(into: &hasher) }

  /// Decodes a rule's settings, which stand under its name.
  public init(from decoder: any Decoder) throws {
    let types =
      Optimizer.all.map { type(of: $0.optimizer.method.settings) } + [CustomOptimizer.self]
    let found = try NamedSettingsCoding.decode(from: decoder, as: types)
    guard let settings = found as? any OptimizerSettings else {
      fatalError("Optimizer: \(found) is no optimizer")
    }
    self.init(settings)
  }

  /// Encodes the settings under the rule's name.
  public func encode(to encoder: any Encoder) throws {
    try NamedSettingsCoding.encode(settings, to: encoder)
  }

  /// The name and the settings for people, such as `momentum, factor 0.9`.
  public var description: String { settings.displayName }
}

// MARK: - Rules of your own

extension Optimizer {
  typealias MakeRule = @Sendable (CustomSettings) -> any OptimizerRule
  static let registry = Registry<MakeRule>(kind: "optimizer", type: "Optimizer")

  /// Registers a rule of your own under a name, for the whole process; it replaces any earlier rule of
  /// that name.
  ///
  ///     Optimizer.register("lion", settings: ["beta1", "beta2"]) {
  ///       Lion(beta1: $0["beta1"], beta2: $0["beta2"])
  ///     }
  ///     let lion = Optimizer(.custom(name: "lion", settings: ["beta1": 0.9, "beta2": 0.99]))
  ///
  /// - Parameters:
  ///   - name: its name in files. ``Method/custom(name:settings:)`` refers to it.
  ///   - settings: the names of its settings; an optimizer has to state all of them and no others.
  ///   - makeRule: called when a run begins or resumes; its rule's ``OptimizerRule/check()`` refuses
  ///     bad values.
  public static func register(
    _ name: String, settings: [String] = [],
    _ makeRule: @escaping @Sendable (_ settings: CustomSettings) -> any OptimizerRule
  ) {
    registry.register(name, settings: settings, makeRule)
  }
}

private struct CustomOptimizer: OptimizerSettings {
  static let name = "custom"
  let name: String
  let settings: [String: Double]

  func rule() throws -> any OptimizerRule {
    let (makeRule, settings) = try Optimizer.registry.value(name, settings: settings)
    return makeRule(settings)
  }

  var displayName: String { CustomSettings.displayName(name, settings) }
}

import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// How parameters move against their gradients: the settings. ``OptimizerState`` makes the steps.
///
///     var state = OptimizerState(.adamW(weightDecay: 0.01), for: network)
///     state.step(&network, gradients: workspace, learningRate: 1e-3)
///
/// The formulas are those of PyTorch's `torch.optim`, with its defaults. Below, p is a parameter, g
/// its gradient and η the learning rate; everything that is kept between steps begins at 0.
public struct Optimizer: Codable, Hashable, Sendable {
  /// The rule of a step, with its settings.
  public enum Method: Codable, Hashable, Sendable {
    /// p ← p − η·g: stochastic gradient descent (Robbins and Monro 1951).
    case sgd
    /// v ← factor·v + g, p ← p − η·v: the heavy ball (Polyak 1964).
    case momentum(factor: Double)
    /// v ← factor·v + g, p ← p − η·(g + factor·v): Nesterov's accelerated gradient (1983) in the form
    /// of Sutskever and others (2013), §2, with the look-ahead point as the parameter.
    case nesterov(factor: Double)
    /// s ← s + g², p ← p − η·g / (√s + epsilon) (Duchi, Hazan and Singer 2011).
    case adagrad(epsilon: Double)
    /// s ← decay·s + (1 − decay)·g², p ← p − η·g / (√s + epsilon) (Tieleman and Hinton 2012, lecture
    /// 6.5).
    case rmsProp(decay: Double, epsilon: Double)
    /// m ← beta1·m + (1 − beta1)·g, v ← beta2·v + (1 − beta2)·g²,
    /// p ← p − η·m̂ / (√v̂ + epsilon), where m̂ = m / (1 − beta1ᵗ) and v̂ = v / (1 − beta2ᵗ) in step t,
    /// counted from 1 (Kingma and Ba 2015, algorithm 1).
    case adam(beta1: Double, beta2: Double, epsilon: Double)
    /// The rule that ``Optimizer/register(_:settings:_:)`` made known by this name. A file has the
    /// name and the settings; where it is read, the rule has to be registered, too.
    case custom(name: String, settings: [String: Double])
  }

  /// The rule of a step.
  public var method: Method
  /// λ of decoupled weight decay: before its step a weight loses the share η·λ of itself, whatever
  /// its gradient (Loshchilov and Hutter 2019, algorithm 2). Biases, scales and shifts are free.
  ///
  /// The penalty of the loss is another thing: its gradient goes through the method.
  public var weightDecay: Double

  /// The given method and weight decay.
  public init(_ method: Method, weightDecay: Double = 0) {
    self.method = method
    self.weightDecay = weightDecay
  }
}

extension Optimizer {
  /// Stochastic gradient descent.
  public static var sgd: Optimizer { Optimizer(.sgd) }

  /// Gradient descent with momentum.
  public static func momentum(_ factor: Double = 0.9) -> Optimizer {
    Optimizer(.momentum(factor: factor))
  }

  /// Gradient descent with Nesterov's momentum.
  public static func nesterov(_ factor: Double = 0.9) -> Optimizer {
    Optimizer(.nesterov(factor: factor))
  }

  /// Adagrad.
  public static func adagrad(epsilon: Double = 1e-10) -> Optimizer {
    Optimizer(.adagrad(epsilon: epsilon))
  }

  /// RMSprop.
  public static func rmsProp(decay: Double = 0.99, epsilon: Double = 1e-8) -> Optimizer {
    Optimizer(.rmsProp(decay: decay, epsilon: epsilon))
  }

  /// Adam.
  public static func adam(
    beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8
  ) -> Optimizer {
    Optimizer(.adam(beta1: beta1, beta2: beta2, epsilon: epsilon))
  }

  /// Adam with decoupled weight decay.
  public static func adamW(
    weightDecay: Double = 0.01, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8
  ) -> Optimizer {
    Optimizer(.adam(beta1: beta1, beta2: beta2, epsilon: epsilon), weightDecay: weightDecay)
  }

  /// Throws `InvalidSetting` for a factor, decay or beta outside 0..<1, for an epsilon or weight
  /// decay that is negative or not finite, for a name that is not registered or was registered with
  /// other settings, and for what a rule of your own refuses.
  public func check() throws {
    let rule = try method.rule()
    try rule.check()
    try InvalidSetting.demand(
      Set(rule.stateNames).count == rule.stateNames.count, "state names", rule.stateNames,
      "each only once")
    try InvalidSetting.demandNotNegative("weight decay", weightDecay)
  }
}

extension Optimizer {
  /// How many tensors are kept for each parameter.
  ///
  /// - Precondition: the settings pass ``check()``.
  public var stateCount: Int { method.checkedRule.stateNames.count }
}

// MARK: - Rules of your own

extension Optimizer {
  typealias MakeRule = @Sendable (CustomSettings) -> any OptimizerRule
  static let registry = Registry<MakeRule>(kind: "optimizer", type: "Optimizer")

  /// Makes a rule of your own known by a name, for the whole process and in place of what had the name
  /// before.
  ///
  ///     Optimizer.register("lion", settings: ["beta1", "beta2"]) {
  ///       Lion(beta1: $0["beta1"], beta2: $0["beta2"])
  ///     }
  ///     let lion = Optimizer(.custom(name: "lion", settings: ["beta1": 0.9, "beta2": 0.99]))
  ///
  /// - Parameters:
  ///   - name: what files call it. ``Method/custom(name:settings:)`` refers to it.
  ///   - settings: the names of its settings; an optimizer has to state all of them and no others.
  ///   - makeRule: called where a run begins or goes on; its rule's ``OptimizerRule/check()`` is to
  ///     refuse bad values.
  public static func register(
    _ name: String, settings: [String] = [],
    _ makeRule: @escaping @Sendable (_ settings: CustomSettings) -> any OptimizerRule
  ) {
    registry.register(name, settings: settings, makeRule)
  }
}

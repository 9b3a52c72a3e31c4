import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

// Stochastic gradient descent, plain, with momentum, and with Nesterov's momentum.

extension Optimizer.Entry {
  package static let sgd = Self("sgd", "Stochastic gradient descent.", .sgd, learningRate: 0.05)
  package static let momentum = Self(
    "momentum", "Gradient descent with momentum 0.9.", .momentum(), learningRate: 0.05)
  package static let nesterov = Self(
    "nesterov", "Gradient descent with Nesterov momentum 0.9.", .nesterov(), learningRate: 0.05)
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
}

extension Optimizer.Method {
  /// p ← p − η·g: stochastic gradient descent (Robbins and Monro 1951).
  public static let sgd = Self(GradientDescent())

  /// v ← factor·v + g, p ← p − η·v: the heavy ball (Polyak 1964).
  public static func momentum(factor: Double) -> Self { Self(Momentum(factor: factor)) }

  /// v ← factor·v + g, p ← p − η·(g + factor·v): Nesterov's accelerated gradient (1983) in the form
  /// of Sutskever and others (2013), §2, with the look-ahead point as the parameter.
  public static func nesterov(factor: Double) -> Self { Self(Nesterov(factor: factor)) }
}

private struct GradientDescent: OptimizerSettings, OptimizerRule {
  static let name = "sgd"
  var stateNames: [String] { [] }

  func update<Scalar: BLASScalar>(_ update: ParameterUpdate<Scalar>) {
    Scalar.gradientStep(
      count: update.count, update.step, gradient: update.gradient, parameter: update.parameter)
  }
}

private struct Momentum: MomentumRule {
  static let name = "momentum"
  static let looksAhead = false
  let factor: Double
}

private struct Nesterov: MomentumRule {
  static let name = "nesterov"
  static let looksAhead = true
  let factor: Double
}

private protocol MomentumRule: OptimizerSettings, OptimizerRule {
  static var looksAhead: Bool { get }
  var factor: Double { get }
}

extension MomentumRule {
  var stateNames: [String] { ["velocity"] }

  func check() throws { try InvalidSetting.demandBelowOne("momentum", factor) }

  func update<Scalar: BLASScalar>(_ update: ParameterUpdate<Scalar>) {
    Scalar.momentumStep(
      count: update.count, update.step, factor: factor, looksAhead: Self.looksAhead,
      gradient: update.gradient, velocity: update.state(0), parameter: update.parameter)
  }
}

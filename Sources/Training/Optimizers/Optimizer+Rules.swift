import Foundation
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

extension Optimizer.Method {
  /// The rule of a step; of a custom method, the one that its registered function makes.
  ///
  /// - Throws: `InvalidSetting` where none is registered under the name, or with other settings.
  func rule() throws -> any OptimizerRule {
    switch self {
    case .sgd: return GradientDescent()
    case .momentum(let factor): return Momentum(factor: factor, looksAhead: false)
    case .nesterov(let factor): return Momentum(factor: factor, looksAhead: true)
    case .adagrad(let epsilon): return Adagrad(epsilon: epsilon)
    case .rmsProp(let decay, let epsilon): return RMSProp(decay: decay, epsilon: epsilon)
    case .adam(let beta1, let beta2, let epsilon):
      return Adam(beta1: beta1, beta2: beta2, epsilon: epsilon)
    case .custom(let name, let settings):
      let (make, settings) = try Optimizer.registry.value(name, settings: settings)
      return make(settings)
    }
  }

  /// ``rule()``, of a method that has passed the check.
  var checkedRule: any OptimizerRule {
    do {
      return try rule()
    } catch {
      fatalError("Optimizer: \(error)")
    }
  }
}

private struct GradientDescent: OptimizerRule {
  var stateNames: [String] { [] }

  func move<Scalar: BLASScalar>(_ update: ParameterUpdate<Scalar>) {
    Scalar.gradientStep(
      count: update.count, update.step, gradient: update.gradient, parameter: update.parameter)
  }
}

private struct Momentum: OptimizerRule {
  let factor: Double
  let looksAhead: Bool
  var stateNames: [String] { ["velocity"] }

  func check() throws { try InvalidSetting.demandBelowOne("momentum", factor) }

  func move<Scalar: BLASScalar>(_ update: ParameterUpdate<Scalar>) {
    Scalar.momentumStep(
      count: update.count, update.step, factor: factor, looksAhead: looksAhead,
      gradient: update.gradient, velocity: update.state(0), parameter: update.parameter)
  }
}

private struct Adagrad: OptimizerRule {
  let epsilon: Double
  var stateNames: [String] { ["sum_of_squares"] }

  func check() throws { try InvalidSetting.demandNotNegative("epsilon", epsilon) }

  func move<Scalar: BLASScalar>(_ update: ParameterUpdate<Scalar>) {
    Scalar.adagradStep(
      count: update.count, update.step, epsilon: epsilon, gradient: update.gradient,
      sumOfSquares: update.state(0), parameter: update.parameter)
  }
}

private struct RMSProp: OptimizerRule {
  let decay: Double
  let epsilon: Double
  var stateNames: [String] { ["mean_of_squares"] }

  func check() throws {
    try InvalidSetting.demandBelowOne("decay of squares", decay)
    try InvalidSetting.demandNotNegative("epsilon", epsilon)
  }

  func move<Scalar: BLASScalar>(_ update: ParameterUpdate<Scalar>) {
    Scalar.rmsPropStep(
      count: update.count, update.step, smoothing: decay, epsilon: epsilon,
      gradient: update.gradient, meanOfSquares: update.state(0), parameter: update.parameter)
  }
}

private struct Adam: OptimizerRule {
  let beta1: Double
  let beta2: Double
  let epsilon: Double
  var stateNames: [String] { ["first_moment", "second_moment"] }

  func check() throws {
    try InvalidSetting.demandBelowOne("beta1", beta1)
    try InvalidSetting.demandBelowOne("beta2", beta2)
    try InvalidSetting.demandNotNegative("epsilon", epsilon)
  }

  func move<Scalar: BLASScalar>(_ update: ParameterUpdate<Scalar>) {
    let moments = AdamMoments(
      beta1: beta1, beta2: beta2, epsilon: epsilon,
      firstCorrection: 1 - pow(beta1, Double(update.number)),
      secondCorrection: 1 - pow(beta2, Double(update.number)))
    Scalar.adamStep(
      count: update.count, update.step, moments: moments, gradient: update.gradient,
      first: update.state(0), second: update.state(1), parameter: update.parameter)
  }
}

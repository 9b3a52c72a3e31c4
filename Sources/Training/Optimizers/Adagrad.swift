import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

extension Optimizer.Entry {
  package static let adagrad = Self(
    "adagrad", "Adagrad: steps scaled by the sum of squared gradients.", .adagrad(),
    learningRate: 0.01)
}

extension Optimizer {
  /// Adagrad.
  public static func adagrad(epsilon: Double = 1e-10) -> Optimizer {
    Optimizer(.adagrad(epsilon: epsilon))
  }
}

extension Optimizer.Method {
  /// s ← s + g², p ← p − η·g / (√s + epsilon) (Duchi, Hazan and Singer 2011).
  public static func adagrad(epsilon: Double) -> Self { Self(Adagrad(epsilon: epsilon)) }
}

private struct Adagrad: OptimizerSettings, OptimizerRule {
  static let name = "adagrad"
  let epsilon: Double
  var stateNames: [String] { ["sum_of_squares"] }

  func check() throws { try InvalidSetting.demandNotNegative("epsilon", epsilon) }

  func update<Scalar: BLASScalar>(_ update: ParameterUpdate<Scalar>) {
    Scalar.adagradStep(
      count: update.count, update.step, epsilon: epsilon, gradient: update.gradient,
      sumOfSquares: update.state(0), parameter: update.parameter)
  }
}

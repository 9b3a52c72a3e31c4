import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

extension Optimizer.Entry {
  package static let rmsProp = Self(
    "rmsprop", "RMSprop: steps scaled by a moving average of squared gradients.", .rmsProp(),
    learningRate: 1e-3)
}

extension Optimizer {
  /// RMSprop.
  public static func rmsProp(decay: Double = 0.99, epsilon: Double = 1e-8) -> Optimizer {
    Optimizer(.rmsProp(decay: decay, epsilon: epsilon))
  }
}

extension Optimizer.Method {
  /// s ← decay·s + (1 − decay)·g², p ← p − η·g / (√s + epsilon) (Tieleman and Hinton 2012, lecture
  /// 6.5).
  public static func rmsProp(decay: Double, epsilon: Double) -> Self {
    Self(RMSProp(decay: decay, epsilon: epsilon))
  }
}

private struct RMSProp: OptimizerSettings, OptimizerRule {
  static let name = "rmsProp"
  let decay: Double
  let epsilon: Double
  var stateNames: [String] { ["mean_of_squares"] }

  func check() throws {
    try InvalidSetting.demandBelowOne("decay of squares", decay)
    try InvalidSetting.demandNotNegative("epsilon", epsilon)
  }

  func update<Scalar: BLASScalar>(_ update: ParameterUpdate<Scalar>) {
    Scalar.rmsPropStep(
      count: update.count, update.step, smoothing: decay, epsilon: epsilon,
      gradient: update.gradient, meanOfSquares: update.state(0), parameter: update.parameter)
  }
}

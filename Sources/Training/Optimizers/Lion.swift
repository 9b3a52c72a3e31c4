import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

extension Optimizer.Entry {
  package static let lion = Self(
    "lion", "Lion: steps of the learning rate, by the sign of momentum.", .lion(),
    learningRate: 1e-4)
}

extension Optimizer {
  /// Lion.
  public static func lion(beta1: Double = 0.9, beta2: Double = 0.99) -> Optimizer {
    Optimizer(.lion(beta1: beta1, beta2: beta2))
  }
}

extension Optimizer.Method {
  /// p ← p − η·sign(beta1·m + (1 − beta1)·g), m ← beta2·m + (1 − beta2)·g, where the sign of 0 is 0
  /// (Chen and others 2023, algorithm 2).
  public static func lion(beta1: Double, beta2: Double) -> Self {
    Self(Lion(beta1: beta1, beta2: beta2))
  }
}

private struct Lion: OptimizerSettings, OptimizerRule {
  static let name = "lion"
  let beta1: Double
  let beta2: Double
  var stateNames: [String] { ["momentum"] }

  func check() throws {
    try InvalidSetting.demandBelowOne("beta1", beta1)
    try InvalidSetting.demandBelowOne("beta2", beta2)
  }

  func update<Scalar: BLASScalar>(_ update: ParameterUpdate<Scalar>) {
    let (rate, keep) = (Scalar(update.step.learningRate), Scalar(1 - update.step.decay))
    let (beta1, beta2, momentum) = (Scalar(beta1), Scalar(beta2), update.state(0))
    for i in 0..<update.count {
      let gradient = update.gradient[i]
      let direction = beta1 * momentum[i] + (1 - beta1) * gradient
      let sign: Scalar = direction > 0 ? 1 : direction < 0 ? -1 : 0
      update.parameter[i] = keep * update.parameter[i] - rate * sign
      momentum[i] = beta2 * momentum[i] + (1 - beta2) * gradient
    }
  }
}

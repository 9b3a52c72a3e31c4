import Foundation
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

// Adam, and AdamW, which is Adam with decoupled weight decay.

extension Optimizer.Entry {
  package static let adam = Self("adam", "Adam: adaptive moments.", .adam(), learningRate: 1e-3)
  package static let adamW = Self(
    "adamw", "Adam with decoupled weight decay, 0.01 by default.", .adamW(), learningRate: 1e-3)
}

extension Optimizer {
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
}

extension Optimizer.Method {
  /// m ← beta1·m + (1 − beta1)·g, v ← beta2·v + (1 − beta2)·g²,
  /// p ← p − η·m̂ / (√v̂ + epsilon), where m̂ = m / (1 − beta1ᵗ) and v̂ = v / (1 − beta2ᵗ) in step t,
  /// counted from 1 (Kingma and Ba 2015, algorithm 1).
  public static func adam(beta1: Double, beta2: Double, epsilon: Double) -> Self {
    Self(Adam(beta1: beta1, beta2: beta2, epsilon: epsilon))
  }
}

private struct Adam: OptimizerSettings, OptimizerRule {
  static let name = "adam"
  let beta1: Double
  let beta2: Double
  let epsilon: Double
  var stateNames: [String] { ["first_moment", "second_moment"] }

  func check() throws {
    try InvalidSetting.demandBelowOne("beta1", beta1)
    try InvalidSetting.demandBelowOne("beta2", beta2)
    try InvalidSetting.demandNotNegative("epsilon", epsilon)
  }

  func update<Scalar: BLASScalar>(_ update: ParameterUpdate<Scalar>) {
    let moments = AdamMoments(
      beta1: beta1, beta2: beta2, epsilon: epsilon,
      firstCorrection: 1 - pow(beta1, Double(update.number)),
      secondCorrection: 1 - pow(beta2, Double(update.number)))
    Scalar.adamStep(
      count: update.count, update.step, moments: moments, gradient: update.gradient,
      first: update.state(0), second: update.state(1), parameter: update.parameter)
  }
}

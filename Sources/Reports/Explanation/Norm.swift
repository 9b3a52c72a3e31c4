import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// The numbers of a normalization layer at inference: output = (input − mean) / deviation · gamma + beta.
struct Norm {
  /// Of each unit; the deviation is √(variance + epsilon).
  let means: [Double], deviations: [Double], gammas: [Double], betas: [Double]

  /// The normalization at a position of a traced network; nil for other layers.
  init?(_ layer: any Layer<Double>, input: Tensor<Double>) {
    switch layer {
    case let norm as BatchNorm<Double>:
      means = norm.runningMean.elements
      deviations = norm.runningVariance.elements.map { ($0 + norm.epsilon).squareRoot() }
      (gammas, betas) = (norm.gamma.elements, norm.beta.elements)
    case let norm as LayerNorm<Double>:
      let mean = input.mean()
      let variance =
        input.elements.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(input.count)
      means = Array(repeating: mean, count: input.count)
      deviations = Array(repeating: (variance + norm.epsilon).squareRoot(), count: input.count)
      (gammas, betas) = (norm.gamma.elements, norm.beta.elements)
    default: return nil
    }
  }
}

extension Explanation {
  /// The normalization at a position of the network; nil for other layers.
  func norm(at position: Int) -> Norm? {
    Norm(network.layers[position], input: trace.layers[position].input)
  }
}

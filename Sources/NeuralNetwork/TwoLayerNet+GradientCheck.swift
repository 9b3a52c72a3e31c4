import LinearAlgebra

extension TwoLayerNet: GradientCheckable where Scalar == Double {
  /// The loss of a batch in parts, and the hidden layer before its rectifier.
  public func probe(
    _ x: Tensor<Double>, labels: [Int], regularization: Double
  ) -> LossProbe {
    let preActivation = hidden.forward(x)
    let scores = output.forward(ReLU().forward(preActivation))
    return LossProbe(
      rowLosses: SoftmaxLoss().rowLosses(scores: scores, labels: labels),
      penalty: penalty(regularization), preActivations: [preActivation],
      magnitude: max(largestMagnitude(scores), largestMagnitude(preActivation)))
  }

  /// The gradients of the loss of a batch.
  public func gradients(
    of x: Tensor<Double>, labels: [Int], regularization: Double
  ) -> Parameters<Double> {
    lossAndGradients(of: x, labels: labels, regularization: regularization).gradients
  }
}

/// The largest absolute value of some elements, 0 of none.
func largestMagnitude(_ tensor: Tensor<Double>) -> Double {
  tensor.withUnsafeElements { $0.reduce(0) { max($0, $1.magnitude) } }
}

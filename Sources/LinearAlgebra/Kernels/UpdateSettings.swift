/// How far a parameter is moved.
public struct UpdateStep: Sendable {
  /// The step along the direction that the method gives.
  public let learningRate: Double
  /// The share of the parameter that is taken off before.
  public let decay: Double

  /// The given step.
  public init(learningRate: Double, decay: Double) {
    self.learningRate = learningRate
    self.decay = decay
  }
}

/// The settings of one step of Adam.
public struct AdamMoments: Sendable {
  /// How much of the old mean of gradients stays.
  public let beta1: Double
  /// How much of the old mean of their squares stays.
  public let beta2: Double
  /// What is added to the root.
  public let epsilon: Double
  /// What the first moment is divided by: 1 − beta1ᵗ in step t.
  public let firstCorrection: Double
  /// What the second moment is divided by: 1 − beta2ᵗ in step t.
  public let secondCorrection: Double

  /// The given settings.
  public init(
    beta1: Double, beta2: Double, epsilon: Double, firstCorrection: Double, secondCorrection: Double
  ) {
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.firstCorrection = firstCorrection
    self.secondCorrection = secondCorrection
  }
}

import PerceptronNeuralNetwork

/// The settings of a run of mini-batch stochastic gradient descent.
public struct SGDSettings: Codable, Equatable, Sendable {
  /// The step along the negative gradient, at first.
  public var learningRate: Double
  /// What the learning rate is multiplied by once per epoch.
  public var learningRateDecay: Double
  /// λ, the factor of the penalty λ(ΣW1² + ΣW2²); there is no factor ½.
  public var regularization: Double
  /// How many steps are made.
  public var iterations: Int
  /// Rows per step.
  public var batchSize: Int
  /// How batches are drawn.
  public var sampling: Sampling

  /// The given settings.
  public init(
    learningRate: Double = 1e-3, learningRateDecay: Double = 0.95, regularization: Double = 5e-6,
    iterations: Int = 100, batchSize: Int = 200, sampling: Sampling = .replacement
  ) {
    self.learningRate = learningRate
    self.learningRateDecay = learningRateDecay
    self.regularization = regularization
    self.iterations = iterations
    self.batchSize = batchSize
    self.sampling = sampling
  }

  /// The same for a ``Trainer``.
  package var trainerSettings: TrainerSettings {
    TrainerSettings(
      learningRate: learningRate, schedule: .epochDecay(factor: learningRateDecay),
      penalty: .l2(regularization), length: .iterations(iterations), batchSize: batchSize,
      sampling: sampling, evaluation: .epochBegins)
  }

  /// Throws unless a set of `rowCount` rows can be trained on with these settings.
  public func check(rowCount: Int) throws { try trainerSettings.check(rowCount: rowCount) }
}

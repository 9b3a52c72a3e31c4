/// How a training run draws its mini-batches.
public enum Sampling: String, Codable, Sendable, CaseIterable {
  /// Every row of a batch is drawn from the whole set, independently of the others.
  case replacement
  /// Rows are drawn in the order of a fresh permutation for each pass over the set. Batches follow
  /// each other without a gap: one may end a pass and begin the next.
  case epoch
}

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

  /// Throws unless a set of `rowCount` rows can be trained on with these settings.
  public func check(rowCount: Int) throws {
    func demand(
      _ holds: Bool, _ setting: String, _ value: some Any, _ expected: String
    ) throws {
      if holds { return }
      throw TrainingError.invalidSetting(name: setting, value: "\(value)", expected: expected)
    }
    func isFiniteAndNotNegative(_ value: Double) -> Bool { value.isFinite && value >= 0 }
    try demand(
      learningRate.isFinite && learningRate > 0, "learning rate", learningRate, "a number above 0")
    try demand(
      learningRateDecay.isFinite && learningRateDecay > 0, "decay", learningRateDecay,
      "a number above 0")
    try demand(
      isFiniteAndNotNegative(regularization), "regularization", regularization,
      "0 or a number above 0")
    try demand(iterations >= 0, "iterations", iterations, "0 or more")
    // BLAS counts rows with 32 bits.
    try demand(
      (1...Int(Int32.max)).contains(batchSize), "batch size", batchSize, "1 to 2³¹ − 1")
    try demand(rowCount >= 1, "training rows", rowCount, "at least 1")
    if sampling == .epoch {
      try demand(
        batchSize <= rowCount, "batch size", batchSize,
        "at most the \(rowCount) training rows when sampling without replacement")
    }
  }
}

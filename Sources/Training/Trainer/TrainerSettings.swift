import PerceptronNeuralNetwork

/// How a ``Trainer`` trains. A value that a file can hold.
public struct TrainerSettings: Codable, Hashable, Sendable {
  /// How long a run is.
  public enum Length: Hashable, Sendable {
    /// So many passes over the rows, rounded up to a whole batch.
    case epochs(Int)
    /// So many batches.
    case iterations(Int)
  }

  /// How parameters are moved.
  public var optimizer: Optimizer
  /// The learning rate that the schedule begins with.
  public var learningRate: Double
  /// How the learning rate changes.
  public var schedule: Schedule
  /// What the weights add to the loss.
  public var penalty: Penalty
  /// The largest norm that a unit's incoming weights may have after an update, or nil for any.
  public var maxNorm: Double?
  /// What is done to large gradients before an update.
  public var clipping: GradientClipping
  /// How long the run is.
  public var length: Length
  /// Rows per batch.
  public var batchSize: Int
  /// How batches are drawn.
  public var sampling: Sampling
  /// When accuracies are measured.
  public var evaluation: EvaluationRule
  /// When to end before the run's length, or nil for never.
  public var earlyStopping: EarlyStopping?
  /// The decay of an exponential moving average of the weights, which then is what is evaluated and
  /// kept, or nil for none.
  public var averageDecay: Double?
  /// What dropout's masks are drawn from, with the iteration's number.
  public var seed: UInt64
  /// How many threads share the work of a step or an evaluation, 1 to 256, or nil for as many as
  /// BLAS has, and one where there is too little work to be shared; fewer where the system makes no
  /// more threads. The numbers are the same; more than there are cores, or cores that others keep busy,
  /// make a step slower.
  public var workers: Int?

  /// The given settings.
  public init(
    optimizer: Optimizer = .sgd, learningRate: Double = 1e-3, schedule: Schedule = .constant,
    penalty: Penalty = .none, maxNorm: Double? = nil, clipping: GradientClipping = .none,
    length: Length = .epochs(10), batchSize: Int = 128, sampling: Sampling = .epoch,
    evaluation: EvaluationRule = .epochs(1), earlyStopping: EarlyStopping? = nil,
    averageDecay: Double? = nil, seed: UInt64 = 0, workers: Int? = nil
  ) {
    self.optimizer = optimizer
    self.learningRate = learningRate
    self.schedule = schedule
    self.penalty = penalty
    self.maxNorm = maxNorm
    self.clipping = clipping
    self.length = length
    self.batchSize = batchSize
    self.sampling = sampling
    self.evaluation = evaluation
    self.earlyStopping = earlyStopping
    self.averageDecay = averageDecay
    self.seed = seed
    self.workers = workers
  }

  /// How many iterations a run on `rowCount` rows has.
  ///
  /// - Precondition: the batch size is at least 1.
  public func iterations(rowCount: Int) -> Int {
    switch length {
    case .iterations(let count): return count
    case .epochs(let count):
      let (rows, overflow) = count.multipliedReportingOverflow(by: rowCount)
      let all = overflow ? Int.max : rows
      return all / batchSize + (all % batchSize == 0 ? 0 : 1)
    }
  }

  /// Throws unless a set of `rowCount` rows can be trained on with these settings.
  ///
  /// - Throws: `InvalidSetting` with the value and what was expected.
  public func check(rowCount: Int) throws {
    try InvalidSetting.demandPositive("learning rate", learningRate)
    try InvalidSetting.demandNotNegative("L1 penalty", penalty.l1)
    try InvalidSetting.demandNotNegative("regularization", penalty.l2)
    if let maxNorm { try MaxNorm(maxNorm).check() }
    switch length {
    case .epochs(let count): try InvalidSetting.demand(count >= 0, "epochs", count, "0 or more")
    case .iterations(let count):
      try InvalidSetting.demand(count >= 0, "iterations", count, "0 or more")
    }
    // BLAS counts rows with 32 bits.
    try InvalidSetting.demand(
      (1...Int(Int32.max)).contains(batchSize), "batch size", batchSize, "1 to 2³¹ − 1")
    try InvalidSetting.demand(rowCount >= 1, "training rows", rowCount, "at least 1")
    if sampling == .epoch {
      try InvalidSetting.demand(
        batchSize <= rowCount, "batch size", batchSize,
        "at most the \(rowCount) training rows when sampling without replacement")
    }
    if let averageDecay { try InvalidSetting.demandBelowOne("average decay", averageDecay) }
    if let workers {
      try InvalidSetting.demand(
        workerCounts.contains(workers), "workers", workers,
        "\(workerCounts.lowerBound) to \(workerCounts.upperBound)")
    }
    try optimizer.check()
    try schedule.check()
    try clipping.check()
    try evaluation.check()
    try earlyStopping?.check()
    if evaluation == .never {
      // Both go by what evaluations find.
      try InvalidSetting.demand(
        earlyStopping == nil, "evaluation", "never", "something else with early stopping")
      try InvalidSetting.demand(
        !schedule.needsScores, "evaluation", "never", "something else with a plateau's schedule")
    }
  }
}

/// As `{"epochs": 10}` or `{"iterations": 1000}`.
extension TrainerSettings.Length: Codable {
  private enum Key: String, CodingKey {
    case epochs, iterations
  }

  /// Decodes one of the two.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    if let count = try values.decodeIfPresent(Int.self, forKey: .epochs) {
      self = .epochs(count)
    } else {
      self = .iterations(try values.decode(Int.self, forKey: .iterations))
    }
  }

  /// Encodes a single key.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    switch self {
    case .epochs(let count): try values.encode(count, forKey: .epochs)
    case .iterations(let count): try values.encode(count, forKey: .iterations)
    }
  }
}

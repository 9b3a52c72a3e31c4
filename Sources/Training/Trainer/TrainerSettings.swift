import PerceptronDatasets
import PerceptronNeuralNetwork

/// The settings of a ``Trainer``.
public struct TrainerSettings: Codable, Hashable, Sendable {
  /// The length of a run.
  public enum Length: Hashable, Sendable {
    /// A number of passes over the rows, rounded up to a whole batch.
    case epochs(Int)
    /// A number of batches.
    case iterations(Int)
  }

  /// The optimizer.
  public var optimizer: Optimizer
  /// The initial learning rate.
  public var learningRate: Double
  /// The learning rate schedule.
  public var schedule: Schedule
  /// The penalty on the weights, part of the loss.
  public var penalty: Penalty
  /// The largest norm that a unit's incoming weights may have after an update, or nil for any.
  public var maxNorm: Double?
  /// Gradient clipping.
  public var clipping: GradientClipping
  /// The length of the run.
  public var length: Length
  /// Rows per batch.
  public var batchSize: Int
  /// The number of blocks of a batch, a power of two, or nil for none. Gradients are then those of the
  /// blocks, added up in an order that the number of blocks alone decides, so that the ranks of
  /// ``Trainer/run(on:validation:callbacks:communicator:)`` can share them: the numbers depend on the blocks,
  /// not on the number of ranks. Layers that need the whole batch, such as ``BatchNorm``, get one block after
  /// the other.
  public var blocks: Int?
  /// The sampling of batches.
  public var sampling: Sampling
  /// When the network is evaluated.
  public var evaluation: EvaluationRule
  /// When to end before the run's length, or nil for never.
  public var earlyStopping: EarlyStopping?
  /// The decay of an exponential moving average of the weights, or nil for none. The average is then
  /// evaluated, and is the result of the run.
  public var averageDecay: Double?
  /// A factor of the weight of each class's rows in the loss, or nil for 1 each: a batch's loss is divided by
  /// the sum of its rows' weights. Evaluations do not use it.
  public var classWeights: [Double]?
  /// The metric that early stopping, schedules and studies go by, or nil for the first of
  /// ``Metric/defaults(for:)``.
  public var metric: Metric?
  /// The seed of dropout's masks, which the iteration's number changes.
  public var seed: UInt64
  /// The number of threads that share a step or an evaluation, 1 to 256, or nil for as many as BLAS
  /// has, and one where there is little work; fewer where the system creates no more threads. The
  /// numbers do not depend on it. More threads than free cores make a step slower.
  public var workers: Int?

  /// Creates settings.
  public init(
    optimizer: Optimizer = .sgd, learningRate: Double = 1e-3, schedule: Schedule = .constant,
    penalty: Penalty = .none, maxNorm: Double? = nil, clipping: GradientClipping = .none,
    length: Length = .epochs(10), batchSize: Int = 128, blocks: Int? = nil,
    sampling: Sampling = .epoch, evaluation: EvaluationRule = .epochs(1),
    earlyStopping: EarlyStopping? = nil,
    averageDecay: Double? = nil, classWeights: [Double]? = nil, metric: Metric? = nil,
    seed: UInt64 = 0, workers: Int? = nil
  ) {
    self.optimizer = optimizer
    self.learningRate = learningRate
    self.schedule = schedule
    self.penalty = penalty
    self.maxNorm = maxNorm
    self.clipping = clipping
    self.length = length
    self.batchSize = batchSize
    self.blocks = blocks
    self.sampling = sampling
    self.evaluation = evaluation
    self.earlyStopping = earlyStopping
    self.averageDecay = averageDecay
    self.classWeights = classWeights
    self.metric = metric
    self.seed = seed
    self.workers = workers
  }

  /// The number of iterations of a run on `rowCount` rows.
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

  /// Throws `InvalidSetting` unless a set of `rowCount` rows can be trained on with these settings.
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
    if let blocks {
      try InvalidSetting.demand(
        blocks >= 1 && blocks & (blocks - 1) == 0 && blocks <= batchSize, "blocks", blocks,
        "a power of two of at most the batch size, \(batchSize)")
    }
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
    if let classWeights {
      for weight in classWeights { try InvalidSetting.demandNotNegative("class weight", weight) }
      try InvalidSetting.demand(
        classWeights.contains { $0 > 0 }, "class weights", classWeights,
        "one for each class, at least one of them above 0")
    }
    try optimizer.check()
    try schedule.check()
    try clipping.check()
    try evaluation.check()
    try earlyStopping?.check()
    if evaluation == .never {
      // Both need evaluations.
      try InvalidSetting.demand(
        earlyStopping == nil, "evaluation", "never", "something else with early stopping")
      try InvalidSetting.demand(
        !schedule.needsScores, "evaluation", "never", "something else with a plateau's schedule")
    }
  }
}

extension TrainerSettings {
  /// What evaluations measure: the defaults, and ``metric`` where it is another.
  package func metrics(for kind: TargetKind) -> [Metric] {
    let defaults = Metric.defaults(for: kind)
    guard let metric, metric != .loss, !defaults.contains(metric) else { return defaults }
    return defaults + [metric]
  }

  /// Throws `InvalidSetting` unless metric and class weights suit the targets.
  package func check(for schema: TargetSchema) throws {
    if let metric {
      let names = Metric.allCases.filter { $0.kinds.contains(schema.kind) }.map(\.rawValue)
      try InvalidSetting.demand(
        metric.kinds.contains(schema.kind), "metric", metric.rawValue,
        "one of \(schema.kind): \(names.joined(separator: ", "))")
    }
    if let classWeights {
      let expected =
        schema.kind == .classes
        ? "one for each of \(schema.names.count) classes" : "none without classes"
      try InvalidSetting.demand(
        schema.kind == .classes && classWeights.count == schema.names.count, "class weights",
        classWeights, expected)
    }
  }
}

/// As `{"epochs": 10}` or `{"iterations": 1000}`.
extension TrainerSettings.Length: Codable {
  private enum Key: CodingKey { case epochs, iterations }

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

// MARK: - Networks side by side

extension TrainerSettings {
  /// The settings that networks side by side must have in common, and defaults in place of all others.
  /// A new setting counts as shared until somebody has made sure that it may differ.
  package var shared: TrainerSettings {
    var shared = self
    let none = TrainerSettings()
    shared.optimizer = none.optimizer
    shared.learningRate = none.learningRate
    shared.schedule = none.schedule
    shared.penalty = none.penalty
    shared.maxNorm = none.maxNorm
    shared.clipping = none.clipping
    shared.length = none.length
    shared.earlyStopping = none.earlyStopping
    shared.averageDecay = none.averageDecay
    // For masks only: batches have a stream of their own.
    shared.seed = none.seed
    return shared
  }

  var sharedText: String {
    "batches of \(batchSize), sampled by \(sampling), evaluation \(evaluation)"
      + (blocks.map { ", \($0) blocks" } ?? "")
      + (classWeights.map { ", class weights \($0)" } ?? "")
      + (metric.map { ", metric \($0.title)" } ?? "")
      + (workers.map { ", \($0) workers" } ?? "")
  }
}

import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronFiles

/// Where and how often a run saves all that it needs to go on.
public struct Checkpoints: Sendable {
  /// The file; each checkpoint replaces the one before.
  public var path: String
  /// Save after every so many iterations, or nil for no such rule.
  public var iterations: Int?
  /// Save when so many seconds are over since the last time, or nil for no such rule.
  public var seconds: Double?
  /// Whether to save also when the run is finished, so that there is nothing to go on with; one that
  /// is stopped is always saved.
  public var whenFinished: Bool
  /// What else to put into the file's metadata, asked for each time.
  public var notes: @Sendable () throws -> [String: String]

  /// Checkpoints at the given file, and one when the run ends.
  ///
  /// - Precondition: `iterations` is at least 1, `seconds` at least 0.
  public init(
    at path: String, everyIterations iterations: Int? = nil, everySeconds seconds: Double? = nil,
    whenFinished: Bool = true,
    notes: @escaping @Sendable () throws -> [String: String] = { [:] }
  ) {
    require(
      iterations ?? 1 >= 1 && seconds ?? 0 >= 0,
      "Checkpoints: every \(iterations ?? 1) iterations or \(seconds ?? 0) seconds")
    self.path = path
    self.iterations = iterations
    self.seconds = seconds
    self.whenFinished = whenFinished
    self.notes = notes
  }
}

extension Trainer where Random: Codable {
  /// Trains as `run(on:validation:callbacks:)` does, and saves checkpoints as it goes and when it
  /// ends. A run that goes on from one has the same bits as if it had not been stopped.
  ///
  /// - Throws: also `FileError` where a checkpoint cannot be written, and what its notes throw.
  @discardableResult
  public mutating func run(
    on training: PreparedDataset<Scalar>, validation: PreparedDataset<Scalar>? = nil,
    callbacks: [TrainingCallback<Scalar>] = [], checkpoints: Checkpoints
  ) throws -> History {
    let clock = ContinuousClock()
    var last = clock.now
    var watch = Watch()
    watch.isSaveDue = { count in
      checkpoints.iterations.map { count.isMultiple(of: $0) } ?? false
        || checkpoints.seconds.map { last.duration(to: clock.now) / .seconds(1) >= $0 } ?? false
    }
    watch.save = { trainer in
      try trainer.saveCheckpoint(to: checkpoints.path, notes: checkpoints.notes())
      last = clock.now
    }
    try run(on: training, validation: validation, callbacks: callbacks, watching: watch)
    if checkpoints.whenFinished || !isFinished { try watch.save?(self) }
    return history
  }
}

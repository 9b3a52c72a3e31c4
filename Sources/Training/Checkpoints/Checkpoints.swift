import PerceptronDatasets
import PerceptronDistribution
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// Where and how often a run saves checkpoints.
public struct Checkpoints: Sendable {
  /// The file; each checkpoint replaces the one before.
  public var path: String
  /// The number of iterations between checkpoints, or nil for no limit.
  public var iterations: Int?
  /// The seconds between checkpoints, or nil for no limit.
  public var seconds: Double?
  /// Whether a finished run is saved, too; one that is stopped always is.
  public var whenFinished: Bool
  /// More metadata for the file, computed for each checkpoint.
  public var notes: @Sendable () throws -> [String: String]

  /// Checkpoints in a file, and by default one when the run ends.
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
  /// Of several ranks, rank 0 alone saves, when its clock says so. The run goes on with any number of ranks.
  ///
  /// - Throws: also `FileError` where a checkpoint cannot be written, and what its notes throw.
  @discardableResult
  public mutating func run(
    on training: PreparedDataset<Scalar>, validation: PreparedDataset<Scalar>? = nil,
    callbacks: [TrainingCallback<Scalar>] = [], checkpoints: Checkpoints,
    communicator: any Communicator = SoloCommunicator()
  ) throws -> History {
    let clock = ContinuousClock()
    var last = clock.now
    var watch = Watch()
    watch.isSaveDue = { count in
      checkpoints.iterations.map { count.isMultiple(of: $0) } ?? false
        || checkpoints.seconds.map { last.duration(to: clock.now) / .seconds(1) >= $0 } ?? false
    }
    if communicator.rank == 0 {
      watch.save = { trainer in
        try trainer.saveCheckpoint(to: checkpoints.path, notes: checkpoints.notes())
        last = clock.now
      }
    }
    try run(
      on: training, validation: validation, callbacks: callbacks, communicator: communicator,
      watching: watch)
    if checkpoints.whenFinished || !isFinished { try watch.save?(self) }
    return history
  }
}

/// A summary of the run in a checkpoint.
public struct CheckpointSummary: Sendable {
  /// The number of iterations so far.
  public let iteration: Int
  /// The number of rows of the training set.
  public let rowCount: Int
  /// The number of features of a row.
  public let inputSize: Int
  /// The layers in their order.
  public let layers: [LayerSpecification]
  /// The network's number of classes.
  public let classCount: Int
  /// The number of iterations of the whole run.
  public let iterations: Int

  /// The widths from the input over the hidden layers to the output.
  public var widths: [Int] { [inputSize] + layers.widths }

  /// The summary of a checkpoint in an archive.
  ///
  /// - Parameter path: where it came from, for messages.
  /// - Throws: `FileError` where it is none.
  public init(_ archive: TensorArchive, path: String) throws {
    try archive.expectCheckpoint(path: path)
    let state = try archive.runState(path: path)
    iteration = state.iteration
    rowCount = state.rowCount
    let architecture = try archive.checkpointArchitecture(path: path)
    try architecture.check(path: path)
    inputSize = architecture.inputSize
    layers = architecture.layers
    let outputSize = architecture.layers.reduce(architecture.inputSize) {
      $1.outputSize(forInputSize: $0)
    }
    classCount = architecture.loss.makeLoss(Float.self).classCount(outputSize: outputSize)
    iterations = state.schedule.iterations
  }
}

extension [LayerSpecification] {
  /// The output size of each affine layer.
  package var widths: [Int] {
    compactMap { if case .affine(let outputs) = $0 { outputs } else { nil } }
  }
}

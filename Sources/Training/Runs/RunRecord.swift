import PerceptronDatasets
import PerceptronNeuralNetwork

/// What `run.json` says of a training run: how it was made, what came of it, and on what machine.
public struct RunRecord: Codable, Equatable, Sendable {
  /// How a run ended.
  public enum Status: String, Codable, Sendable {
    /// All iterations were made.
    case finished
    /// It was stopped before the last iteration.
    case interrupted
    /// A loss or a weight was NaN or infinite.
    case diverged
  }

  /// What a run's data is found and known again by.
  public struct DataSource: Codable, Hashable, Sendable {
    /// The absolute path of the data's folder, or nil where the data goes by a name.
    public var folder: String?
    /// The SHA-256 digest of the training set, held-out rows included.
    public var digest: String

    /// The given source.
    public init(folder: String?, digest: String) {
      self.folder = folder
      self.digest = digest
    }
  }

  /// What came of the run.
  public struct Results: Codable, Equatable, Sendable {
    /// How it ended.
    public var status: Status
    /// How many iterations were made.
    public var iterations: Int
    /// The loss of the last batch, before its update, with the penalty.
    public var finalLoss: Double?
    /// The mean loss of all training rows, without the penalty, of the network that was kept.
    public var trainLoss: Double?
    /// The mean loss of the validation set, without the penalty, of the network that was kept.
    public var validationLoss: Double?
    /// The accuracy on all training rows of the network that was kept.
    public var trainAccuracy: Double?
    /// The accuracy on the validation set of the network that was kept.
    public var validationAccuracy: Double?
    /// Whether early stopping ended the run before its length.
    public var stoppedEarly: Bool
    /// With early stopping, the iteration, counted from 0, whose weights were kept.
    public var bestIteration: Int?
    /// What is wrong with the run as a whole; nil where that was not judged, as of a run that did not
    /// reach its end.
    public var warnings: [DiagnosticWarning]?
    /// Of an ensemble, the accuracy of each member on the validation set.
    public var memberAccuracies: [Double]?

    /// What came of a run.
    public init(
      status: Status, iterations: Int, finalLoss: Double?, trainLoss: Double? = nil,
      validationLoss: Double? = nil, trainAccuracy: Double?, validationAccuracy: Double?,
      stoppedEarly: Bool = false, bestIteration: Int? = nil, warnings: [DiagnosticWarning]? = nil,
      memberAccuracies: [Double]? = nil
    ) {
      self.status = status
      self.iterations = iterations
      self.finalLoss = finalLoss
      self.trainLoss = trainLoss
      self.validationLoss = validationLoss
      self.warnings = warnings
      self.memberAccuracies = memberAccuracies
      self.trainAccuracy = trainAccuracy
      self.validationAccuracy = validationAccuracy
      self.stoppedEarly = stoppedEarly
      self.bestIteration = bestIteration
    }
  }

  /// How the run was made.
  public var settings: Experiment
  /// Where the data was and what it was, or nil where that is not known, as of runs that older
  /// versions made.
  public var dataSource: DataSource?
  /// What weights and batches were drawn from.
  public var seed: UInt64
  /// What came of it.
  public var results: Results
  /// The median time of an iteration, in seconds; nil where none was made.
  public var secondsPerIteration: Double?
  /// The time of all iterations with the accuracies in between, in seconds.
  public var seconds: Double
  /// Where it was made.
  public var machine: Machine
  /// What was seen of the network's health, where it was asked for.
  public var diagnosis: RunDiagnosis?

  /// The given record.
  public init(
    settings: Experiment, dataSource: DataSource? = nil, seed: UInt64, results: Results,
    secondsPerIteration: Double?, seconds: Double, machine: Machine,
    diagnosis: RunDiagnosis? = nil
  ) {
    self.settings = settings
    self.dataSource = dataSource
    self.seed = seed
    self.results = results
    self.secondsPerIteration = secondsPerIteration
    self.seconds = seconds
    self.machine = machine
    self.diagnosis = diagnosis
  }
}

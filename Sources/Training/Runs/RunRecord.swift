import Foundation
import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// The contents of `run.json`: the settings of a training run, its results, and the machine.
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

  /// The place and the fingerprint of a run's data.
  public struct DataSource: Codable, Hashable, Sendable {
    /// The absolute path of the data's folder; nil for a data set with a name.
    public var folder: String?
    /// The SHA-256 digest of the training set, held-out rows included.
    public var digest: String

    /// Creates a source.
    public init(folder: String?, digest: String) {
      self.folder = folder
      self.digest = digest
    }
  }

  /// The results of a run.
  public struct Results: Codable, Equatable, Sendable {
    /// How it ended.
    public var status: Status
    /// The number of iterations made.
    public var iterations: Int
    /// The loss of the last batch, before its update, with the penalty.
    public var finalLoss: Double?
    /// The mean loss of the saved network on all training rows, without the penalty.
    public var trainLoss: Double?
    /// The mean loss of the saved network on the validation set, without the penalty.
    public var validationLoss: Double?
    /// The accuracy of the saved network on all training rows.
    public var trainAccuracy: Double?
    /// The accuracy of the saved network on the validation set.
    public var validationAccuracy: Double?
    /// Whether early stopping ended the run before its length.
    public var stoppedEarly: Bool
    /// With early stopping, the iteration whose weights were saved, counted from 0.
    public var bestIteration: Int?
    /// Problems of the run as a whole; nil for a run that did not finish.
    public var warnings: [DiagnosticWarning]?
    /// Of an ensemble, the accuracy of each member on the validation set.
    public var memberAccuracies: [Double]?

    /// Creates results.
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

  /// The experiment.
  public var settings: Experiment
  /// The data; nil in records of older versions.
  public var dataSource: DataSource?
  /// The seed of weights and batches.
  public var seed: UInt64
  /// The results.
  public var results: Results
  /// The median time of an iteration in seconds; nil if none was made.
  public var secondsPerIteration: Double?
  /// The time of all iterations and evaluations in seconds.
  public var seconds: Double
  /// The machine.
  public var machine: Machine
  /// The diagnosis of the network's health, if requested.
  public var diagnosis: RunDiagnosis?

  /// Creates a record.
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

/// The machine and the BLAS that a figure was measured with.
public struct Machine: Codable, Equatable, Sendable {
  /// The processor's name as the system gives it.
  public let processor: String
  /// The number of cores online.
  public let cores: Int
  /// The operating system and its version.
  public let system: String
  /// OpenBLAS's version and build options.
  public let blas: String
  /// The processor kernel that OpenBLAS picked.
  public let blasCore: String
  /// The number of threads of OpenBLAS for large products.
  public let blasThreads: Int
  /// The largest number of workers, where the system made fewer threads than were asked for;
  /// nil where it made all.
  public let mostWorkers: Int?

  /// This machine, now.
  public static var current: Machine {
    Machine(
      processor: processorName() ?? "unknown",
      cores: ProcessInfo.processInfo.activeProcessorCount,
      system: ProcessInfo.processInfo.operatingSystemVersionString,
      blas: BLASLibrary.configuration, blasCore: BLASLibrary.core,
      blasThreads: BLASLibrary.threadCount, mostWorkers: WorkerPool.shortage?.made)
  }

  /// The first `model name` that Linux lists.
  private static func processorName() -> String? {
    let text = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)
    let line = text?.split(separator: "\n").first { $0.hasPrefix("model name") }
    return line?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) }
  }
}

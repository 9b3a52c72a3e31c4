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
  public struct Results: Equatable, Sendable {
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
    /// The metrics of the saved network on all training rows.
    public var training: MetricValues?
    /// The metrics of the saved network on the validation set.
    public var validation: MetricValues?
    /// Whether early stopping ended the run before its length.
    public var stoppedEarly: Bool
    /// With early stopping, the iteration whose weights were saved, counted from 0.
    public var bestIteration: Int?
    /// Problems of the run as a whole; nil for a run that did not finish.
    public var warnings: [DiagnosticWarning]?
    /// Of an ensemble, the value of the run's metric for each member on the validation set.
    public var memberValues: [Double]?

    /// Creates results.
    public init(
      status: Status, iterations: Int, finalLoss: Double?, trainLoss: Double? = nil,
      validationLoss: Double? = nil, training: MetricValues?, validation: MetricValues?,
      stoppedEarly: Bool = false, bestIteration: Int? = nil, warnings: [DiagnosticWarning]? = nil,
      memberValues: [Double]? = nil
    ) {
      self.status = status
      self.iterations = iterations
      self.finalLoss = finalLoss
      self.trainLoss = trainLoss
      self.validationLoss = validationLoss
      self.warnings = warnings
      self.memberValues = memberValues
      self.training = training
      self.validation = validation
      self.stoppedEarly = stoppedEarly
      self.bestIteration = bestIteration
    }

    /// The accuracy of the saved network on all training rows.
    public var trainAccuracy: Double? { training?[.accuracy] }
    /// The accuracy of the saved network on the validation set.
    public var validationAccuracy: Double? { validation?[.accuracy] }
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
  /// The machine; of several, rank 0's.
  public var machine: Machine
  /// The number of processes that shared the run's steps last; nil for one.
  public var ranks: Int?
  /// The diagnosis of the network's health, if requested.
  public var diagnosis: RunDiagnosis?

  /// Creates a record.
  public init(
    settings: Experiment, dataSource: DataSource? = nil, seed: UInt64, results: Results,
    secondsPerIteration: Double?, seconds: Double, machine: Machine, ranks: Int? = nil,
    diagnosis: RunDiagnosis? = nil
  ) {
    self.settings = settings
    self.dataSource = dataSource
    self.seed = seed
    self.results = results
    self.secondsPerIteration = secondsPerIteration
    self.seconds = seconds
    self.machine = machine
    self.ranks = ranks
    self.diagnosis = diagnosis
  }
}

/// Metrics as `trainAccuracy`, `validationR2` and so on.
extension RunRecord.Results: Codable {
  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { nil }

    /// `trainBalancedAccuracy` for the part `train`.
    init(_ part: String, _ metric: Metric) {
      self.init(part + metric.rawValue.split(separator: "-").map(\.capitalized).joined())
    }
  }

  private static let parts = (training: "train", validation: "validation")

  /// Decodes results.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    func find<Value: Decodable>(_ name: String) throws -> Value? {
      try values.decodeIfPresent(Value.self, forKey: Key(name))
    }
    func metrics(_ part: String) throws -> MetricValues? {
      var found = MetricValues()
      for metric in Metric.allCases where metric != .loss {
        found[metric] = try values.decodeIfPresent(Double.self, forKey: Key(part, metric))
      }
      return found.all.isEmpty ? nil : found
    }
    self.init(
      status: try values.decode(RunRecord.Status.self, forKey: Key("status")),
      iterations: try values.decode(Int.self, forKey: Key("iterations")),
      finalLoss: try find("finalLoss"), trainLoss: try find("trainLoss"),
      validationLoss: try find("validationLoss"), training: try metrics(Self.parts.training),
      validation: try metrics(Self.parts.validation),
      stoppedEarly: try values.decode(Bool.self, forKey: Key("stoppedEarly")),
      bestIteration: try find("bestIteration"), warnings: try find("warnings"),
      memberValues: try find("memberValues") ?? find("memberAccuracies"))
  }

  /// Encodes results.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    func add(_ value: (some Encodable)?, _ name: String) throws {
      try values.encodeIfPresent(value, forKey: Key(name))
    }
    try add(status, "status")
    try add(iterations, "iterations")
    try add(finalLoss, "finalLoss")
    try add(trainLoss, "trainLoss")
    try add(validationLoss, "validationLoss")
    for (part, metrics) in [(Self.parts.training, training), (Self.parts.validation, validation)] {
      for (metric, value) in metrics?.all ?? [] {
        try values.encode(value, forKey: Key(part, metric))
      }
    }
    try add(stoppedEarly, "stoppedEarly")
    try add(bestIteration, "bestIteration")
    try add(warnings, "warnings")
    try add(memberValues, "memberValues")
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

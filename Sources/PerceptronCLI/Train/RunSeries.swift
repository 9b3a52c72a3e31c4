import Foundation
import Perceptron

/// Several runs over folds and seeds, each in a folder of its own within the series' folder: the contents
/// of its `runs.json`, from which `perceptron resume` begins those that had not begun.
struct RunSeries: Codable {
  /// A run of the series.
  struct Member: Codable {
    /// The name of the run's folder, such as `fold-2` or `repeat-1-fold-2`.
    let name: String
    var settings: Experiment

    var seed: UInt64 { settings.training.seed }
    var fold: Int? { settings.fold?.number }
  }

  let members: [Member]
  /// The absolute path of the data's folder; nil for a named data set.
  let dataFolder: String?
  /// The digest of the training set.
  let dataDigest: String
  /// The results, once all runs have ended.
  var results: SeriesResults?

  private static let fileName = "runs.json"
  private static func path(in folder: String) -> String { folder + "/" + fileName }

  /// Whether the folder at `path` holds a series.
  static func exists(at path: String) -> Bool {
    FileManager.default.fileExists(atPath: Self.path(in: path))
  }

  /// Reads the series in a folder.
  ///
  /// - Throws: `FileError` for a folder without one, or a file that is none.
  init(readingFrom folder: String) throws {
    let path = Self.path(in: folder)
    guard let data = FileManager.default.contents(atPath: path) else {
      throw FileError.system(path, "cannot be read")
    }
    do {
      self = try RunSeries(json: data)
    } catch {
      throw FileError(path, "expected a series of runs: \(decodingReason(error))")
    }
  }

  init(_ members: [Member], of identity: DataIdentity) {
    self.members = members
    dataFolder = identity.folder
    dataDigest = identity.digest
  }

  func write(to folder: String) throws {
    try AtomicFile.write(Array((try json + "\n").utf8), to: Self.path(in: folder))
  }

  /// The folder of a member's run.
  func directory(of member: Member, in folder: String) -> RunDirectory {
    RunDirectory(path: Self.member(member.name, in: folder))
  }

  private static func member(_ name: String, in folder: String) -> String {
    folder.hasSuffix("/") ? folder + name : folder + "/" + name
  }

  /// What the runs differ in: `folds`, `repeats`, or `runs` for both.
  var title: String { Self.title(folds: members.contains { $0.fold != nil }, repeats: repeats) }

  /// The number of seeds.
  var repeats: Int { Set(members.map(\.seed)).count }

  static func title(folds hasFolds: Bool, repeats: Int) -> String {
    if !hasFolds { return "repeats" }
    return repeats > 1 ? "runs" : "folds"
  }

  /// Folders with those of a series replaced by its runs', and without a series' file: what a shell makes
  /// of `OUTPUT/*`.
  static func expanding(_ folders: [String]) -> [String] {
    folders.flatMap { folder -> [String] in
      if (folder as NSString).lastPathComponent == fileName && !isDirectory(folder) { return [] }
      guard exists(at: folder), let series = try? RunSeries(readingFrom: folder) else {
        return [folder]
      }
      return series.members.map { member($0.name, in: folder) }
    }
  }
}

/// The results of the runs of a series, with means and standard deviations over those that have finished.
struct SeriesResults: Codable {
  struct Run: Codable {
    let name: String
    let fold: Int?
    let seed: UInt64
    /// `waiting`, `running`, or the status in its record.
    let state: String
    let iterations: Int?
    let seconds: Double?
    let results: RunRecord.Results?

    var isOver: Bool { state == "finished" || state == "diverged" }
  }

  /// The mean of a figure over the runs that have finished.
  struct Statistic: Codable {
    /// `validation` or `training`.
    let rows: String
    /// The metric's name, or `loss`.
    let metric: String
    let mean: Double
    /// √(Σ(x − mean)²/(n − 1)); nil for a single run.
    let deviation: Double?
    /// The number of runs.
    let count: Int
  }

  /// The metric that the runs go by.
  let metric: Metric
  let runs: [Run]
  let statistics: [Statistic]

  var isOver: Bool { runs.allSatisfy(\.isOver) }

  /// The figures of all columns: whose, and of what.
  static func columns(for task: TargetKind, _ metric: Metric) -> [(rows: String, metric: Metric)] {
    let measured = Metric.defaults(for: task)
    let metrics =
      ([metric] + measured.filter { $0 != metric }).filter { $0 != .loss } + [.loss]
    return ["validation", "training"].flatMap { rows in metrics.map { (rows, $0) } }
  }

  /// A figure of a run.
  static func value(_ results: RunRecord.Results, _ rows: String, _ metric: Metric) -> Double? {
    let isTraining = rows == "training"
    if metric == .loss { return isTraining ? results.trainLoss : results.validationLoss }
    return (isTraining ? results.training : results.validation)?[metric]
  }

  /// Reads what the runs of a series have left in its folder.
  init(of series: RunSeries, in folder: String) throws {
    let first = series.members.first?.settings
    metric = first?.metric ?? .accuracy
    let runs = try series.members.map { try Run(of: $0, in: series.directory(of: $0, in: folder)) }
    self.runs = runs
    statistics = Self.columns(for: first?.task ?? .classes, metric).compactMap { rows, metric in
      let values = runs.filter { $0.state == "finished" }.compactMap { run in
        run.results.flatMap { Self.value($0, rows, metric) }
      }
      return Statistic(rows, metric, values)
    }
  }
}

extension SeriesResults.Run {
  fileprivate init(of member: RunSeries.Member, in directory: RunDirectory) throws {
    let isWaiting = !directory.holdsCheckpoint && !directory.holdsRecord
    // Of a run that goes on, the record is that of its interruption.
    let record = directory.holdsRecord ? try directory.record() : nil
    let state =
      isWaiting
      ? "waiting"
      : directory.holdsCheckpoint ? "unfinished" : record?.results.status.rawValue ?? "unfinished"
    self.init(
      name: member.name, fold: member.fold, seed: member.seed, state: state,
      iterations: record?.results.iterations, seconds: record?.seconds, results: record?.results)
  }
}

extension SeriesResults.Statistic {
  /// Nil for no values.
  init?(_ rows: String, _ metric: Metric, _ values: [Double]) {
    guard let first = values.first else { return nil }
    // Differences, so that the mean of equal numbers is the number.
    let mean = first + values.reduce(0) { $0 + ($1 - first) } / Double(values.count)
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    self.init(
      rows: rows, metric: metric.rawValue, mean: mean,
      deviation: values.count > 1 ? (squares / Double(values.count - 1)).squareRoot() : nil,
      count: values.count)
  }
}

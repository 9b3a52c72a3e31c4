import Foundation
import PerceptronFiles
import PerceptronLinearAlgebra

extension RunDirectory {
  /// Whether a run that is over, or was interrupted, has left its record in the folder.
  public var holdsRecord: Bool { isThere(Self.recordName) }

  /// Reads what ``write(_:history:diagnostics:model:under:)`` wrote, without the model.
  ///
  /// Losses of a run that diverged may be NaN or infinite.
  ///
  /// - Throws: `FileError` where a file is missing or a field of it is wrong, with its line; also
  ///   where the files do not belong together.
  public func read() throws -> TrainingRun {
    let record = try record()
    let history = try readHistory(of: record.results.iterations)
    let diagnostics =
      isThere(Self.diagnosticsName)
      ? try DiagnosticTable.read(
        file(Self.diagnosticsName), iterations: record.results.iterations) : nil
    return TrainingRun(record: record, history: history, diagnostics: diagnostics)
  }

  /// The record in `run.json` alone.
  ///
  /// - Throws: `FileError` where the file is missing or a field of it is wrong.
  public func record() throws -> RunRecord {
    let recordPath = file(Self.recordName)
    guard let data = FileManager.default.contents(atPath: recordPath) else {
      throw FileError.system(recordPath, "cannot be read")
    }
    let record: RunRecord
    do {
      record = try RunRecord(json: data)
    } catch {
      throw FileError(recordPath, "expected the record of a run: \(decodingReason(error))")
    }
    if let problem = record.problem { throw FileError(recordPath, problem) }
    return record
  }

  /// The decision regions that the run kept; nil if it kept none.
  ///
  /// - Throws: `FileError` where they cannot be read.
  public func decisionRegions() throws -> DecisionRegionSeries? {
    isThere(Self.regionsName) ? try DecisionRegionSeries(readingFrom: file(Self.regionsName)) : nil
  }

  /// The history in `history.csv` and `epochs.csv` of a run that made `count` iterations.
  private func readHistory(of count: Int) throws -> History {
    let lossesPath = file(Self.lossesName)
    var history = History()
    try CSVReader(path: lossesPath, columns: Self.lossColumns).forEachRow { row in
      let next = history.loss.count
      _ = try row.integer(0, in: next...next, expected: "\(next)")
      history.loss.append(try row.number(1))
    }
    if history.loss.count != count {
      let expected = "expected the losses of \(count) iterations, as run.json says"
      throw FileError(lossesPath, "\(expected), found those of \(history.loss.count)")
    }
    history.epochs = try EpochTable.read(file(Self.epochsName), iterations: count)
    return history
  }
}

extension RunRecord {
  /// A value that no run can have recorded, or nil.
  fileprivate var problem: String? {
    let shares = [
      ("results.trainAccuracy", results.trainAccuracy),
      ("results.validationAccuracy", results.validationAccuracy),
    ]
    for case (let name, let share?) in shares where !(0...1).contains(share) {
      return "\(name) is \(share), expected a share of 1"
    }
    let counts = [
      ("results.iterations", results.iterations), ("settings.validation", settings.validation),
      ("results.bestIteration", results.bestIteration ?? 0),
    ]
    for (name, count) in counts where count < 0 {
      return "\(name) is \(count), expected 0 or more"
    }
    let times = [("seconds", seconds), ("secondsPerIteration", secondsPerIteration ?? 0)]
    for (name, time) in times where !(time >= 0) {
      return "\(name) is \(time), expected 0 or more"
    }
    do {
      for layer in settings.network.layers { try layer.check() }
      try settings.network.loss.check()
      try settings.network.initializer.check()
    } catch {
      return "settings: \(error)"
    }
    return nil
  }
}

// MARK: - Writing

extension RunDirectory {
  private static var stagingPrefix: String { ".run-" }
  private static var earlierPrefix: String { "earlier-" }

  /// Whether a run that was killed while it replaced an earlier one has left that one's model in
  /// its staging folder.
  var holdsEarlierModel: Bool {
    stagingFolders.contains {
      RunDirectory(path: $0).isThere(Self.earlierPrefix + Self.modelName)
    }
  }

  private var stagingFolders: [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.filter { $0.hasPrefix(Self.stagingPrefix) }.map(file)
  }

  /// Puts a run's files into the folder, in place of those of an earlier run.
  ///
  /// All of them are written to a hidden folder first. Only when they are on the disk are the
  /// earlier ones replaced, the model last, so that no model stands beside another run's history.
  ///
  /// - Parameters:
  ///   - diagnostics: snapshots of its network's health, or nil for none; an earlier run's are removed.
  ///   - regions: the network's decision regions, or nil for none; an earlier run's are removed.
  ///   - model: what was trained, or nil where there is none; an earlier run's is removed.
  ///   - lock: the folder's lock, or nil to wait for it.
  /// - Throws: `FileError`; the folder then holds what it held before.
  public func write<Scalar: BLASScalar>(
    _ record: RunRecord, history: History, diagnostics: DiagnosticSeries? = nil,
    regions: DecisionRegionSeries? = nil, model: TrainedModel<Scalar>?, under lock: RunLock? = nil
  ) throws {
    // One writer at a time: a staging folder that is found under the lock is nobody's any more.
    let lock = try lock ?? RunLock(path, waits: true)
    defer { withExtendedLifetime(lock) {} }
    let staging = file(Self.stagingPrefix + String(UInt64.random(in: 0 ... .max), radix: 16))
    if mkdir(staging, 0o777) != 0 { throw FileError.system(path, "cannot write here") }
    defer { try? FileManager.default.removeItem(atPath: staging) }
    do {
      try refuseFolders()
      for (name, text) in try texts(of: record, history, diagnostics) {
        try AtomicFile.write(Array(text.utf8), to: staging + "/" + name)
      }
      try regions?.write(to: staging + "/" + Self.regionsName)
      try model?.save(to: staging + "/" + Self.modelName)
    } catch var error as FileError {
      // Name the target, not the staged file.
      error.path = error.path.replacing(staging, with: path)
      throw error
    }
    try exchange(with: staging)
    AtomicFile.synchronize(directory: path)
    sweep()
  }

  /// The files' names and texts, without the model.
  private func texts(
    of record: RunRecord, _ history: History, _ diagnostics: DiagnosticSeries?
  ) throws -> [(name: String, text: String)] {
    let losses = history.loss.enumerated().map { "\($0.offset),\($0.element)\n" }
    let header = { (columns: [String]) in columns.joined(separator: ",") + "\n" }
    let snapshots = diagnostics.map {
      header(DiagnosticTable.columns) + DiagnosticTable.lines(of: $0).joined()
    }
    return [
      (Self.lossesName, header(Self.lossColumns) + losses.joined()),
      (Self.epochsName, EpochTable.text(of: history.epochs)),
      (Self.recordName, try record.json + "\n"),
    ] + (snapshots.map { [(Self.diagnosticsName, $0)] } ?? [])
  }

  /// Moves the earlier run's files out of the way and those in `staging` into their places, with
  /// the permissions of what they replace; all of them or, where one cannot be moved, none.
  private func exchange(with staging: String) throws {
    var moved: [(from: String, to: String)] = []
    let staged = RunDirectory(path: staging)
    func move(_ name: String, _ from: String, _ to: String) throws {
      if rename(from, to) != 0 {
        throw FileError.system(file(name), "this file cannot be replaced")
      }
      moved.append((from, to))
    }
    do {
      // The model goes first and comes last.
      for name in Self.names.reversed() where isThere(name) {
        keepMode(of: file(name), for: staged.file(name))
        try move(name, file(name), staged.file(Self.earlierPrefix + name))
      }
      for name in Self.names where staged.isThere(name) {
        try move(name, staged.file(name), file(name))
      }
    } catch {
      for (from, to) in moved.reversed() { rename(to, from) }
      throw error
    }
  }

  private func keepMode(of target: String, for file: String) {
    var status = stat()
    if stat(target, &status) == 0 { chmod(file, status.st_mode & 0o777) }
  }

  /// Refuses folders that stand where a run's files go.
  func refuseFolders() throws {
    for target in Self.names.map(file) where isDirectory(target) {
      throw FileError(target, "expected a file, found a folder")
    }
  }

  /// Removes what runs that were killed while they wrote have left.
  private func sweep() {
    AtomicFile.removeParts(in: path)
    for folder in stagingFolders { try? FileManager.default.removeItem(atPath: folder) }
  }
}

/// The record and the history of a training run, read from its folder.
///
///     let run = try RunDirectory(path: "runs/digits-1").read()
///     print(run.record.results.status, run.history.loss.last ?? .nan)
public struct TrainingRun: Codable, Equatable, Sendable {
  /// How the run was made, and what came of it.
  public var record: RunRecord
  /// The loss of each iteration, and the accuracies of each epoch.
  public var history: History
  /// Snapshots of the network's health, if any were made.
  public var diagnostics: DiagnosticSeries?

  /// Creates a run.
  public init(record: RunRecord, history: History, diagnostics: DiagnosticSeries? = nil) {
    self.record = record
    self.history = history
    self.diagnostics = diagnostics
  }
}

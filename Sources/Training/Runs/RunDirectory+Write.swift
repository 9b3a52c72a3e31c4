import Foundation
import PerceptronLinearAlgebra
import PerceptronFiles

extension RunDirectory {
  private static var stagingPrefix: String { ".run-" }
  private static var earlierPrefix: String { "earlier-" }

  /// Whether a run that was killed while it replaced an earlier one has left that one's model in
  /// its staging folder.
  var holdsEarlierModel: Bool {
    stagingFolders.contains { isThere("\($0)/\(Self.earlierPrefix)\(Self.modelName)") }
  }

  private var stagingFolders: [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.filter { $0.hasPrefix(Self.stagingPrefix) }.map { path + "/" + $0 }
  }

  /// Puts a run's files into the folder, in place of those of an earlier run.
  ///
  /// All of them are written to a hidden folder first. Only when they are on the disk are the
  /// earlier ones replaced, the model last, so that no model stands beside another run's history.
  ///
  /// - Parameters:
  ///   - diagnostics: its network's health from look to look, or nil where it was not looked at; an
  ///     earlier run's is removed.
  ///   - model: what was trained, or nil where there is none; an earlier run's is removed.
  ///   - lock: the folder's lock, or nil to wait for it.
  /// - Throws: `FileError`; the folder then holds what it held before.
  public func write<Scalar: BLASScalar>(
    _ record: RunRecord, history: History, diagnostics: DiagnosticSeries? = nil,
    model: TrainedModel<Scalar>?, under lock: RunLock? = nil
  ) throws {
    // One writer at a time: a staging folder that is found under the lock is nobody's any more.
    let lock = try lock ?? RunLock(path, waits: true)
    defer { withExtendedLifetime(lock) {} }
    let staging = path + "/" + Self.stagingPrefix + String(UInt64.random(in: 0 ... .max), radix: 16)
    if mkdir(staging, 0o777) != 0 { throw FileError.system(path, "cannot write here") }
    defer { try? FileManager.default.removeItem(atPath: staging) }
    do {
      try refuseFolders()
      for (name, text) in try texts(of: record, history, diagnostics) {
        try AtomicFile.write(Array(text.utf8), to: staging + "/" + name)
      }
      try model?.save(to: staging + "/" + Self.modelName)
    } catch var error as FileError {
      // The reader knows of the file that was to be written, not of the one on the way to it.
      error.path = error.path.replacing(staging, with: path)
      throw error
    }
    try exchange(with: staging)
    AtomicFile.synchronize(directory: path)
    sweep()
  }

  /// The names of the files and what is written into them, without the model.
  private func texts(
    of record: RunRecord, _ history: History, _ diagnostics: DiagnosticSeries?
  ) throws -> [(name: String, text: String)] {
    let losses = history.loss.enumerated().map { "\($0.offset),\($0.element)\n" }
    let epochs = history.epochs.map { epoch in
      let (accuracy, loss) = (epoch.validationAccuracy, epoch.validationLoss)
      return "\(epoch.iteration),\(epoch.trainAccuracy),\(accuracy.map { "\($0)" } ?? ""),"
        + "\(epoch.learningRate),\(loss.map { "\($0)" } ?? "")\n"
    }
    let header = { (columns: [String]) in columns.joined(separator: ",") + "\n" }
    let looks = diagnostics.map { series in
      (
        Self.diagnosticsName,
        header(DiagnosticTable.columns) + DiagnosticTable.lines(of: series).joined()
      )
    }
    return [
      (Self.lossesName, header(Self.lossColumns) + losses.joined()),
      (Self.epochsName, header(Self.epochColumns) + epochs.joined()),
      (Self.recordName, try record.json + "\n"),
    ] + [looks].compactMap { $0 }
  }

  /// Moves the earlier run's files out of the way and those in `staging` into their places, with
  /// the permissions of what they replace; all of them or, where one cannot be moved, none.
  private func exchange(with staging: String) throws {
    var moved: [(from: String, to: String)] = []
    func move(_ name: String, _ from: String, _ to: String) throws {
      if rename(from, to) != 0 {
        throw FileError.system(path + "/" + name, "this file cannot be replaced")
      }
      moved.append((from, to))
    }
    do {
      // The model goes first and comes last.
      for name in Self.names.reversed() where isThere(path + "/" + name) {
        keepMode(of: path + "/" + name, for: staging + "/" + name)
        try move(name, path + "/" + name, staging + "/" + Self.earlierPrefix + name)
      }
      for name in Self.names where isThere(staging + "/" + name) {
        try move(name, staging + "/" + name, path + "/" + name)
      }
    } catch {
      for (from, to) in moved.reversed() { rename(to, from) }
      throw error
    }
  }

  private func isThere(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

  private func keepMode(of target: String, for file: String) {
    var status = stat()
    if stat(target, &status) == 0 { chmod(file, status.st_mode & 0o777) }
  }

  /// Refuses folders that stand where a run's files go.
  func refuseFolders() throws {
    for name in Self.names {
      let target = path + "/" + name
      if isDirectory(target) { throw FileError(target, "expected a file, found a folder") }
    }
  }

  /// Removes what runs that were killed while they wrote have left.
  private func sweep() {
    AtomicFile.removeParts(in: path)
    for folder in stagingFolders { try? FileManager.default.removeItem(atPath: folder) }
  }
}

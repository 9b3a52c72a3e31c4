import Foundation
import LinearAlgebra
import Serialization

/// The folder of a training run: the model, its history and a record of how it was made.
///
/// | file | what it holds |
/// |---|---|
/// | `model.safetensors` | the network and what is needed to predict with it |
/// | `history.csv` | iteration, loss |
/// | `epochs.csv` | iteration, train_accuracy, validation_accuracy, learning_rate |
/// | `run.json` | a ``RunRecord`` |
///
/// A new run's files take the place of an earlier one's only when all of them are on the disk.
public struct RunDirectory: Sendable {
  /// The folder's path.
  public let path: String

  /// The model file's path.
  public var modelPath: String { path + "/" + Self.modelName }

  private static let modelName = "model.safetensors"
  /// The files of a run, in the order in which they come into their places.
  private static let names = ["history.csv", "epochs.csv", "run.json", modelName]
  private static let stagingPrefix = ".run-"

  /// Whether there is a model in the folder.
  public var holdsModel: Bool { FileManager.default.fileExists(atPath: modelPath) }

  /// Whether any file of a run is in the folder: also one that diverged or was killed leaves some.
  public var holdsRun: Bool {
    Self.names.contains { FileManager.default.fileExists(atPath: path + "/" + $0) }
  }

  /// The run in the folder at `path`, which need not exist yet.
  public init(path: String) { self.path = path }

  /// Makes the folder, with the ones above it, unless it is there.
  ///
  /// - Parameter overwrite: whether files of an earlier run in it may be replaced.
  /// - Throws: `FileError` where the folder cannot be made or written to, or holds a run already.
  public func create(overwrite: Bool) throws {
    try Self.makeFolder(path)
    if !FileManager.default.isWritableFile(atPath: path) {
      throw FileError(path, "the folder cannot be written to")
    }
    if !overwrite && holdsRun {
      throw FileError(path, "holds a run already")
    }
    try refuseFolders()
  }

  /// Makes the folder at `path` and the ones above it, as far as they are not there.
  private static func makeFolder(_ path: String) throws {
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) {
      if isFolder.boolValue { return }
      throw FileError(path, "expected a folder, found a file")
    }
    if let slash = path.lastIndex(of: "/"), slash > path.startIndex {
      try makeFolder(String(path[..<slash]))
    }
    // Another process may have made it in the meantime.
    if mkdir(path, 0o777) != 0 && errno != EEXIST {
      throw failure(path, "the folder cannot be made")
    }
  }

  /// Makes the first of runs/NAME-1, runs/NAME-2, … that does not exist, where NAME is the last
  /// part of `source`. Runs that begin at the same time get different ones.
  ///
  /// - Throws: `FileError` where the folder cannot be made.
  public static func makeNext(named source: String) throws -> RunDirectory {
    let name = URL(fileURLWithPath: source).standardizedFileURL.lastPathComponent
    try makeFolder("runs")
    var number = 1
    while true {
      let path = "runs/\(name)-\(number)"
      if mkdir(path, 0o777) == 0 { return RunDirectory(path: path) }
      if errno != EEXIST { throw failure(path, "the folder cannot be made") }
      number += 1
    }
  }
}

// MARK: - Writing a run

extension RunDirectory {
  /// Puts a run's files into the folder, in place of those of an earlier run.
  ///
  /// All of them are written to a hidden folder first. Only when they are on the disk are the
  /// earlier ones replaced, the model last, so that no model stands beside another run's history.
  ///
  /// - Parameter model: what was trained, or nil where there is none; an earlier run's is removed.
  /// - Throws: `FileError`; the folder then holds what it held before.
  public func write<Scalar: BLASScalar>(
    _ record: RunRecord, history: History, model: TrainedModel<Scalar>?
  ) throws {
    let staging = path + "/" + Self.stagingPrefix + String(UInt64.random(in: 0 ... .max), radix: 16)
    if mkdir(staging, 0o777) != 0 { throw Self.failure(path, "cannot write here") }
    defer { try? FileManager.default.removeItem(atPath: staging) }
    do {
      try refuseFolders()
      for (name, text) in try texts(of: record, history) {
        try AtomicFile.write(Array(text.utf8), to: staging + "/" + name)
      }
      try model?.save(to: staging + "/" + Self.modelName)
    } catch var error as FileError {
      // The reader knows of the file that was to be written, not of the one on the way to it.
      error.path = error.path.replacing(staging, with: path)
      throw error
    }
    try exchange(with: staging)
    synchronize()
    sweep()
  }

  /// The names of the files and what is written into them, without the model.
  private func texts(
    of record: RunRecord, _ history: History
  ) throws -> [(name: String, text: String)] {
    let losses = history.loss.enumerated().map { "\($0.offset),\($0.element)\n" }
    let epochs = history.epochs.map { epoch in
      let validation = epoch.validationAccuracy.map { "\($0)" } ?? ""
      return "\(epoch.iteration),\(epoch.trainAccuracy),\(validation),\(epoch.learningRate)\n"
    }
    return [
      ("history.csv", "iteration,loss\n" + losses.joined()),
      (
        "epochs.csv",
        "iteration,train_accuracy,validation_accuracy,learning_rate\n" + epochs.joined()
      ),
      ("run.json", try record.json + "\n"),
    ]
  }

  /// Moves the earlier run's files out of the way and those in `staging` into their places, with
  /// the permissions of what they replace; all of them or, where one cannot be moved, none.
  private func exchange(with staging: String) throws {
    var moved: [(from: String, to: String)] = []
    func move(_ name: String, _ from: String, _ to: String) throws {
      if rename(from, to) != 0 {
        if errno == ENOENT { return }
        throw Self.failure(path + "/" + name, "this file cannot be replaced")
      }
      moved.append((from, to))
    }
    do {
      // The model goes first and comes last.
      for name in Self.names.reversed() {
        keepMode(of: path + "/" + name, for: staging + "/" + name)
        try move(name, path + "/" + name, staging + "/earlier-" + name)
      }
      for name in Self.names { try move(name, staging + "/" + name, path + "/" + name) }
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
  private func refuseFolders() throws {
    for name in Self.names {
      var isFolder: ObjCBool = false
      let target = path + "/" + name
      if FileManager.default.fileExists(atPath: target, isDirectory: &isFolder), isFolder.boolValue
      {
        throw FileError(target, "expected a file, found a folder")
      }
    }
  }

  /// Makes the renaming last through a power failure, where the file system can.
  private func synchronize() {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    if descriptor < 0 { return }
    fsync(descriptor)
    close(descriptor)
  }

  /// Removes what runs that were killed while they wrote have left.
  private func sweep() {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    for name in names where name.hasPrefix(Self.stagingPrefix) {
      try? FileManager.default.removeItem(atPath: path + "/" + name)
    }
  }

  private static func failure(_ path: String, _ message: String) -> FileError {
    FileError(path, "\(message): \(String(cString: strerror(errno)))")
  }
}

extension Encodable {
  /// Indented JSON with sorted keys; numbers that are not finite become strings.
  package var json: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      encoder.nonConformingFloatEncodingStrategy = .convertToString(
        positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
      return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
  }
}

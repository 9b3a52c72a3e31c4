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
/// Each file is written beside its target and renamed.
public struct RunDirectory: Sendable {
  /// The folder's path.
  public let path: String

  /// The model file's path.
  public var modelPath: String { path + "/model.safetensors" }

  /// Whether there is a model in the folder.
  public var holdsModel: Bool { FileManager.default.fileExists(atPath: modelPath) }

  /// Whether any file of a run is in the folder: also one that diverged or was killed leaves some.
  public var holdsRun: Bool {
    ["model.safetensors", "history.csv", "epochs.csv", "run.json"].contains {
      FileManager.default.fileExists(atPath: path + "/" + $0)
    }
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
      throw FileError(path, "the folder cannot be made: \(String(cString: strerror(errno)))")
    }
  }

  /// Removes the model, if there is one, before the files of another run are written.
  ///
  /// - Throws: `FileError`.
  public func removeModel() throws {
    if unlink(modelPath) != 0 && errno != ENOENT {
      throw FileError(modelPath, "cannot be removed: \(String(cString: strerror(errno)))")
    }
  }

  /// Writes everything but the model.
  ///
  /// - Throws: `FileError`.
  public func write(_ record: RunRecord, history: History) throws {
    let losses = history.loss.enumerated().map { "\($0.offset),\($0.element)\n" }
    try write("iteration,loss\n" + losses.joined(), to: "history.csv")
    let epochs = history.epochs.map { epoch in
      let validation = epoch.validationAccuracy.map { "\($0)" } ?? ""
      return "\(epoch.iteration),\(epoch.trainAccuracy),\(validation),\(epoch.learningRate)\n"
    }
    let header = "iteration,train_accuracy,validation_accuracy,learning_rate\n"
    try write(header + epochs.joined(), to: "epochs.csv")
    try write(try record.json + "\n", to: "run.json")
  }

  /// Writes the model.
  ///
  /// - Throws: `FileError`.
  public func write<Scalar: BLASScalar>(_ model: TrainedModel<Scalar>) throws {
    try model.save(to: modelPath)
  }

  private func write(_ text: String, to name: String) throws {
    try AtomicFile.write(Array(text.utf8), to: path + "/" + name)
  }
}

extension RunRecord {
  /// The record as indented JSON with sorted keys.
  public var json: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
  }
}

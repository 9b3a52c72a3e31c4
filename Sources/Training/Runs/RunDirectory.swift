import Foundation
import PerceptronDatasets
import PerceptronFiles

/// The folder of a training run: the model, its history and a record of how it was made.
///
/// | file | what it holds |
/// |---|---|
/// | `model.safetensors` | the network and what is needed to predict with it |
/// | `history.csv` | iteration, loss |
/// | `epochs.csv` | iteration, batch_accuracy, validation_accuracy, learning_rate, validation_loss, and further metrics in pairs such as batch_mae, validation_mae; for numbers r2 in place of accuracy |
/// | `diagnostics.csv` | iteration, layer, name, quantity, value: a ``DiagnosticSeries``, if the run recorded one |
/// | `regions.npz` | a ``DecisionRegionSeries``, of a run that tells classes apart by two features |
/// | `gradcheck.json` | a check of its model's gradients, where one was made since |
/// | `baseline.json` | a ``BaselineReport``, where one was made since |
/// | `run.json` | a ``RunRecord`` |
/// | `checkpoint.safetensors` | the state of an interrupted run; removed when it is over |
///
/// A new run's files take the place of an earlier one's only when all of them are on the disk.
public struct RunDirectory: Sendable {
  /// The folder's path.
  public let path: String

  /// The model file's path.
  public var modelPath: String { file(Self.modelName) }

  /// The path of a check of the model's gradients, which goes with the model when a new run comes.
  public var gradientCheckPath: String { file(Self.gradientCheckName) }

  /// The path of a comparison with baselines, which goes with the model as well.
  public var baselinePath: String { file(Self.baselineName) }

  /// The checkpoint's path.
  public var checkpointPath: String { file(Self.checkpointName) }

  /// The message about a folder that holds a run already.
  package static let exists = "holds a run already"

  static let modelName = "model.safetensors"
  static let checkpointName = "checkpoint.safetensors"
  static let lossesName = "history.csv"
  static let epochsName = "epochs.csv"
  static let recordName = "run.json"
  static let diagnosticsName = "diagnostics.csv"
  static let regionsName = "regions.npz"
  static let gradientCheckName = "gradcheck.json"
  static let baselineName = "baseline.json"
  static let lossColumns = ["iteration", "loss"]
  /// The files of a run, in the order in which they come into their places.
  static let names = [
    lossesName, epochsName, diagnosticsName, regionsName, gradientCheckName, baselineName,
    recordName, modelName,
  ]

  /// The names of the files of a run that are in the folder.
  public var files: [String] { (Self.names + [Self.checkpointName]).filter(isThere) }

  /// Whether there is a model in the folder.
  public var holdsModel: Bool { isThere(Self.modelName) }

  /// Whether there is a checkpoint in the folder.
  public var holdsCheckpoint: Bool { isThere(Self.checkpointName) }

  /// Removes the checkpoint, if there is one. Throws `FileError` where it cannot be removed.
  public func removeCheckpoint() throws { try AtomicFile.remove(checkpointPath) }

  /// Whether any file of a run is in the folder: also one that diverged or was killed leaves some.
  public var holdsRun: Bool {
    Self.names.contains(where: isThere) || holdsEarlierModel || holdsCheckpoint
  }

  /// The run in the folder at `path`, which need not exist yet.
  public init(path: String) { self.path = path }

  func file(_ name: String) -> String { path + "/" + name }

  func isThere(_ name: String) -> Bool { FileManager.default.fileExists(atPath: file(name)) }

  /// Makes the folder, with the ones above it, unless it is there.
  ///
  /// - Parameter overwrite: whether files of an earlier run in it may be replaced.
  /// - Returns: the folder's lock, which keeps other runs out for as long as it exists.
  /// - Throws: `FileError` where the folder cannot be made or written to, or holds a run already, or
  ///   one that is under way.
  public func create(overwrite: Bool) throws -> RunLock {
    try Self.makeWritable(path)
    let lock = try RunLock(path)
    if !overwrite && holdsRun { throw FileError(path, Self.exists) }
    try refuseFolders()
    return lock
  }

  /// Keeps other runs out of the folder for as long as the lock exists.
  ///
  /// - Throws: `FileError` where another run is under way in it, or it is no folder.
  public func lock() throws -> RunLock { try RunLock(path) }

  /// Makes the folder at `path`, with the ones above it, unless it is there.
  ///
  /// - Throws: `FileError` where it cannot be made or written to.
  package static func makeWritable(_ path: String) throws {
    try makeFolder(path)
    if !FileManager.default.isWritableFile(atPath: path) {
      throw FileError(path, "the folder cannot be written to")
    }
  }

  /// Makes the first of runs/NAME-1, runs/NAME-2, … that does not exist, where NAME is the last
  /// part of `source`. Runs that begin at the same time get different ones.
  ///
  /// - Throws: `FileError` where the folder cannot be made.
  public static func makeNext(named source: String) throws -> RunDirectory {
    let name = DatasetLibrary.shortName(of: source)
    try makeFolder("runs")
    var number = 1
    while true {
      let path = "runs/\(name)-\(number)"
      if mkdir(path, 0o777) == 0 { return RunDirectory(path: path) }
      if errno != EEXIST { throw FileError.system(path, "the folder cannot be made") }
      number += 1
    }
  }
}

/// A lock on a run's folder, which admits one run at a time. It leaves nothing behind and ends with
/// the process, however that ends.
public final class RunLock: Sendable {
  /// The message about a folder that is locked already.
  package static let taken = "a run is under way in this folder"

  private let descriptor: Int32

  /// Locks the folder at `path`, at once or, where it may, after waiting.
  ///
  /// - Parameter taken: the message where it is locked already.
  /// - Throws: `FileError` where it is locked already, or cannot be.
  package init(_ path: String, waits: Bool = false, taken: String = RunLock.taken) throws {
    descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if descriptor < 0 { throw FileError.system(path, "the folder cannot be opened") }
    if flock(descriptor, waits ? LOCK_EX : LOCK_EX | LOCK_NB) == 0 { return }
    throw errno == EWOULDBLOCK
      ? FileError(path, taken) : FileError.system(path, "the folder cannot be locked")
  }

  deinit {
    // Not left to `close` alone: a child process that is just being started may have a copy of the
    // descriptor, which would keep the lock until its program begins.
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }
}

import ArgumentParser
import Foundation
import Perceptron

/// The data that a run or a study was trained on.
struct RunData {
  /// The name or the folder that it was loaded from.
  let source: String
  let loaded: LoadedData
  /// The digest of the training set that the run was trained on, or nil if it is not known.
  private let digest: String?

  /// Loads the data from `given`, the value of --data, or else from its location at the time of the run.
  init(of record: RunRecord, given: String?, format: DatasetLibrary.Format? = nil) throws {
    let settings = record.settings
    try self.init(
      at: record.dataSource?.folder ?? settings.data, given: given,
      format: format ?? settings.format, digest: record.dataSource?.digest)
  }

  /// Loads the data that a model was trained on, as recorded by the run or the study in the model's
  /// folder, and verifies its digest.
  ///
  /// - Throws: `ValidationError` for a model outside such a folder; `FileError` if the data is missing,
  ///   damaged, or different.
  init(ofModel path: String, format: DatasetLibrary.Format?) throws {
    let run = RunDirectory(path: ModelFile.folder(of: path))
    let name = (path as NSString).lastPathComponent
    if ModelFile.isBest(path), let context = TuneContext(of: try Study.read(at: run.path)) {
      try self.init(
        at: context.trials.source, given: nil, format: format ?? context.trials.format,
        digest: context.digest)
    } else if run.holdsRecord && (run.modelPath as NSString).lastPathComponent == name {
      try self.init(of: run.record(), given: nil, format: format)
    } else {
      throw ValidationError(
        "\(path) does not say what data it was trained on; name a data set with --data")
    }
    try requireSame()
  }

  /// - Parameters:
  ///   - known: the location at the time.
  ///   - owner: what was trained on the data, for messages.
  init(
    at known: String, given: String?, format: DatasetLibrary.Format?, digest: String? = nil,
    of owner: String = "run"
  ) throws {
    source = given ?? known
    if given == nil && !DatasetLibrary.names.contains(source) && !isDirectory(source) {
      throw FileError(source, "the \(owner)'s data was not found; give its folder with --data")
    }
    try requireData(source)
    loaded = try DatasetLibrary.load(source, format: format)
    self.digest = digest
  }

  /// Throws if the data differs from the run's training data, as far as the digest is known.
  func requireSame() throws {
    guard let digest, try loaded.training.digest() != digest else { return }
    throw FileError(
      source, "this is not the data that the run was trained on; give its folder with --data")
  }
}

import ArgumentParser
import Foundation
import Perceptron

/// The data that a run or a study was trained on.
struct RunData {
  /// The data as it was loaded.
  let choice: DataSettings
  /// The name or the folder that it was loaded from.
  var source: String { choice.source }
  let loaded: LoadedData
  /// The digest of the training set that the run was trained on, or nil if it is not known.
  private let digest: String?

  /// Loads the data from `given`, the value of --data, or else from its location at the time of the run.
  init(of record: RunRecord, given: String?, format: DatasetLibrary.Format? = nil) throws {
    var known = DataSettings(of: record.settings)
    known.source = record.dataSource?.folder ?? known.source
    known.format = format ?? known.format
    try self.init(known, given: given, digest: record.dataSource?.digest)
  }

  /// Loads the data that a model was trained on, as recorded by the run or the study in the model's
  /// folder, and verifies its digest.
  ///
  /// - Throws: `ValidationError` for a model outside such a folder; `FileError` if the data is missing,
  ///   damaged, or different.
  init(ofModel path: String, format: DatasetLibrary.Format?) throws {
    let run = RunDirectory(path: ModelFile.folder(of: path))
    if ModelFile.isBest(path), let context = TuneContext(of: try Study.read(at: run.path)) {
      var known = context.trials.data
      known.format = format ?? known.format
      try self.init(known, given: nil, digest: context.digest)
    } else if let record = try ModelFile.record(ofModel: path) {
      try self.init(of: record, given: nil, format: format)
    } else {
      throw ValidationError(
        "\(path) does not say what data it was trained on; name a data set with --data")
    }
    try requireSame()
  }

  /// - Parameters:
  ///   - known: the data as it was chosen, at its location at the time.
  ///   - given: the value of --data, or nil.
  ///   - owner: what was trained on the data, for messages.
  init(
    _ known: DataSettings, given: String?, digest: String? = nil, of owner: String = "run"
  ) throws {
    var choice = known
    choice.source = given ?? known.source
    if given == nil && !DatasetLibrary.isName(known.source)
      && !FileManager.default.fileExists(atPath: known.source)
    {
      throw FileError(
        known.source, "the \(owner)'s data was not found; say where it is with --data")
    }
    loaded = try choice.load()
    self.choice = choice
    self.digest = digest
  }

  /// Throws if the data differs from the run's training data, as far as the digest is known.
  func requireSame() throws {
    guard let digest, try loaded.training.digest() != digest else { return }
    throw FileError(
      source, "this is not the data that the run was trained on; say where it is with --data")
  }
}

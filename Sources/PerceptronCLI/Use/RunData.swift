import ArgumentParser
import Foundation
import Perceptron
import PerceptronFiles

/// The data that a run or a study was trained on, found again.
struct RunData {
  /// Where it came from: a name or a folder.
  let source: String
  let loaded: LoadedData
  /// The digest of the training set that the run was trained on, or nil where it is not known.
  private let digest: String?

  /// Loads the data from where it was when the run was made, or from where it is said to be.
  ///
  /// - Parameter given: where it is said to be, or nil.
  /// - Throws: `FileError` where there is none, or it is damaged.
  init(of record: RunRecord, given: String?, format: DatasetLibrary.Format? = nil) throws {
    let settings = record.settings
    try self.init(
      at: record.dataSource?.folder ?? settings.data, given: given,
      format: format ?? settings.format, digest: record.dataSource?.digest)
  }

  /// Loads the data that the model in a file was trained on, by the record of the run or the study that
  /// it is in the folder of, and sees to it that it is the same.
  ///
  /// - Throws: `ValidationError` for a model that is in no such folder; `FileError` where its data is
  ///   not there, damaged, or other data.
  init(ofModel path: String, format: DatasetLibrary.Format?) throws {
    let run = RunDirectory(path: ModelFile.folder(of: path))
    let name = (path as NSString).lastPathComponent
    if ModelFile.isBest(path), let context = TuneContext(of: try Study.read(at: run.path)) {
      try self.init(
        at: context.data, given: nil, format: format ?? context.format, digest: context.digest)
    } else if run.holdsRecord && (run.modelPath as NSString).lastPathComponent == name {
      try self.init(of: run.record(), given: nil, format: format)
    } else {
      throw ValidationError(
        "\(path) does not say what data it was trained on; name a data set with --data")
    }
    try requireSame()
  }

  private init(
    at known: String, given: String?, format: DatasetLibrary.Format?, digest: String?
  ) throws {
    source = given ?? known
    if given == nil && !DatasetLibrary.names.contains(source) && !isDirectory(source) {
      throw FileError(source, "the run's data is not there; give its folder with --data")
    }
    try requireData(source)
    loaded = try DatasetLibrary.load(source, format: format)
    self.digest = digest
  }

  /// Refuses other data than the run was trained on, as far as that is known.
  func requireSame() throws {
    guard let digest, try loaded.training.digest() != digest else { return }
    throw FileError(
      source, "this is not the data that the run was trained on; give its folder with --data")
  }
}

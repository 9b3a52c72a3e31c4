import Foundation
import Perceptron
import Serialization

/// The data that a run was trained on, found again.
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
    source = given ?? record.dataSource?.folder ?? settings.data
    if given == nil && !DatasetLibrary.names.contains(source) && !isDirectory(source) {
      throw FileError(source, "the run's data is not there; give its folder with --data")
    }
    try requireData(source)
    loaded = try DatasetLibrary.load(source, format: format ?? settings.format)
    digest = record.dataSource?.digest
  }

  /// Refuses other data than the run was trained on, as far as that is known.
  func requireSame() throws {
    guard let digest, try loaded.training.digest() != digest else { return }
    throw FileError(
      source, "this is not the data that the run was trained on; give its folder with --data")
  }
}

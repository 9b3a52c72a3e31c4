import Foundation
import Perceptron
import Serialization

/// What a study's journal keeps, beside its space, to make the same trials again: the data and the
/// settings that all trials share.
struct TuneContext {
  /// The data set's name, or its folder's absolute path.
  let data: String
  let format: DatasetLibrary.Format?
  /// The digest of the training set, held-out rows included.
  let digest: String
  /// How networks are trained.
  let training: NetworkSearch.Method
  /// The text of each option with a single value.
  let fixed: [String: String]

  private enum Key: String {
    case data, format, digest, training
  }

  init(
    identity: DataIdentity, source: String, format: DatasetLibrary.Format?,
    training: NetworkSearch.Method, fixed: [String: String]
  ) throws {
    data = identity.folder ?? source
    self.format = format
    digest = try identity.digest()
    self.training = training
    self.fixed = fixed
  }

  /// The context of the study in a folder.
  ///
  /// - Throws: `FileError` for a study that another program began.
  init(of study: Study, in folder: String) throws {
    let values = study.definition.context
    guard let data = values[Key.data.rawValue], let digest = values[Key.digest.rawValue],
      let training = values[Key.training.rawValue].flatMap(NetworkSearch.Method.init(rawValue:))
    else {
      throw FileError(folder, "the study in this folder was not begun by perceptron tune")
    }
    self.data = data
    self.digest = digest
    self.training = training
    format = values[Key.format.rawValue].flatMap(DatasetLibrary.Format.init(rawValue:))
    fixed = values.filter { Tunable.kind(of: $0.key) != nil }
  }

  /// As the study's definition has it.
  var values: [String: String] {
    var values = fixed
    values[Key.data.rawValue] = data
    values[Key.format.rawValue] = format?.rawValue
    values[Key.digest.rawValue] = digest
    values[Key.training.rawValue] = training.rawValue
    return values
  }
}

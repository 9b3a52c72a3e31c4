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
  /// The digest of all trials' settings, defaults included, which another version may have changed.
  let settings: String
  /// How networks are trained.
  let training: NetworkSearch.Method
  /// The text of each option with a single value.
  let fixed: [String: String]

  private enum Key: String {
    case data, format, digest, settings, training
  }

  init(
    identity: DataIdentity, source: String, format: DatasetLibrary.Format?,
    settings: [RunRecord.Settings], training: NetworkSearch.Method, fixed: [String: String]
  ) throws {
    data = identity.folder ?? source
    self.format = format
    digest = try identity.digest()
    self.settings = try Self.digest(of: settings)
    self.training = training
    self.fixed = fixed
  }

  /// The context of the study in a folder.
  ///
  /// - Throws: `FileError` for a study that another program began.
  init(of study: Study, in folder: String) throws {
    let values = study.definition.context
    guard let data = values[Key.data.rawValue], let digest = values[Key.digest.rawValue],
      let settings = values[Key.settings.rawValue],
      let training = values[Key.training.rawValue].flatMap(NetworkSearch.Method.init(rawValue:))
    else {
      throw FileError(folder, "the study in this folder was not begun by perceptron tune")
    }
    self.data = data
    self.digest = digest
    self.settings = settings
    self.training = training
    format = values[Key.format.rawValue].flatMap(DatasetLibrary.Format.init(rawValue:))
    fixed = values.filter { Tunable.kind(of: $0.key) != nil }
  }

  /// What makes settings of the study's trials, from where its data was.
  var maker: TrialSettings { TrialSettings(source: data, format: format, fixed: fixed) }

  /// Throws unless these are the settings that the study began with.
  func demand(_ settings: [RunRecord.Settings], in folder: String) throws {
    if try Self.digest(of: settings) != self.settings {
      throw FileError(
        folder, "this version of perceptron has other defaults than the one that began the study")
    }
  }

  private static func digest(of settings: [RunRecord.Settings]) throws -> String {
    // The data's name may be another, where it was moved.
    let lines = try settings.map { own in
      var own = own
      own.data = ""
      own.format = nil
      return try own.json
    }
    return try SHA256.digest(of: Array(lines.joined().utf8))
  }

  /// As the study's definition has it.
  var values: [String: String] {
    var values = fixed
    values[Key.data.rawValue] = data
    values[Key.format.rawValue] = format?.rawValue
    values[Key.digest.rawValue] = digest
    values[Key.settings.rawValue] = settings
    values[Key.training.rawValue] = training.rawValue
    return values
  }
}

import Perceptron

/// What `perceptron tune` writes into a study's journal, and demands of one that it goes on with.
extension TuneContext {
  init(
    identity: DataIdentity, source: String, format: DatasetLibrary.Format?,
    settings: [Experiment], training: NetworkSearch.Method, fixed: [String: String]
  ) throws {
    self.init(
      data: identity.folder ?? source, format: format, digest: try identity.digest(),
      settings: try Self.digest(of: settings), training: training, fixed: fixed)
  }

  /// The context of the study in a folder.
  ///
  /// - Throws: `FileError` for a study that another program began.
  init(of study: Study, in folder: String) throws {
    guard let context = TuneContext(of: study) else {
      throw FileError(folder, "the study in this folder was not begun by perceptron tune")
    }
    self = context
  }

  /// Throws unless these are the settings that the study began with.
  func demand(_ settings: [Experiment], in folder: String) throws {
    if try Self.digest(of: settings) != self.settings {
      throw FileError(
        folder, "this version of perceptron has other defaults than the one that began the study")
    }
  }

  private static func digest(of settings: [Experiment]) throws -> String {
    // The data's name may be another, where it was moved.
    let lines = try settings.map { own in
      var own = own
      own.data = ""
      own.format = nil
      return try own.json
    }
    return try SHA256.digest(of: Array(lines.joined().utf8))
  }
}

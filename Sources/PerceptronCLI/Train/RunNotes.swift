import Foundation
import Perceptron
import Serialization

/// What a checkpoint of `perceptron train` holds beside the trainer's own state.
struct RunNotes: Codable {
  let settings: RunRecord.Settings
  let seed: UInt64
  /// How long the run took so far.
  let seconds: Double

  private static let key = "run"

  init(_ settings: RunRecord.Settings, seed: UInt64, seconds: Double) {
    self.settings = settings
    self.seed = seed
    self.seconds = seconds
  }

  /// The notes in a checkpoint.
  ///
  /// - Throws: `FileError` where there are none, as in one that a program saved for itself.
  init(_ archive: TensorArchive, path: String) throws {
    guard let text = archive.metadata[Self.key] else {
      throw FileError(path, "expected a checkpoint of perceptron train, found another's")
    }
    do {
      self = try JSONDecoder().decode(RunNotes.self, from: Data(text.utf8))
    } catch {
      throw FileError(path, "\(Self.key) in the metadata cannot be read: \(text.prefix(60))")
    }
  }

  /// The notes as a checkpoint's metadata.
  var metadata: [String: String] { get throws { [Self.key: try json] } }
}

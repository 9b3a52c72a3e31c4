import Foundation
import Perceptron
import PerceptronFiles
import Synchronization

/// What a checkpoint of `perceptron train` holds beside the trainer's own state.
struct RunNotes: Codable {
  let settings: Experiment
  let seed: UInt64
  /// How long the run took so far.
  let seconds: Double
  /// The absolute path of the data's folder, or nil where the data goes by a name.
  let dataFolder: String?
  /// The digest of the training set, held-out rows included.
  let dataDigest: String
  /// The loss on some training rows before the first update, by which the run is judged.
  let initialLoss: Double?
  /// What was seen of the network's health, where the run looks at it.
  let examiner: ExaminerState?
  /// The names of event files that are an earlier run's, if any.
  let earlierEvents: [String]?

  private static let key = "run"

  init(
    _ settings: Experiment, seed: UInt64, seconds: Double, data: DataIdentity,
    initialLoss: Double? = nil, examiner: ExaminerState? = nil, earlierEvents: [String] = []
  ) throws {
    self.settings = settings
    self.seed = seed
    self.seconds = seconds
    dataFolder = data.folder
    dataDigest = try data.digest()
    self.initialLoss = initialLoss
    self.examiner = examiner
    self.earlierEvents = earlierEvents.isEmpty ? nil : earlierEvents
  }

  /// The notes in a checkpoint.
  ///
  /// - Throws: `FileError` where there are none, as in one that a program saved for itself.
  init(_ archive: TensorArchive, path: String) throws {
    // First of all it is to be a checkpoint.
    _ = try CheckpointSummary(archive, path: path)
    guard let text = archive.metadata[Self.key] else {
      throw FileError(
        path,
        "expected a checkpoint of perceptron train, found one that a program saved; "
          + "Trainer(resumingFrom:) reads it")
    }
    do {
      self = try RunNotes(json: text.utf8)
    } catch let error as JSONText.DuplicateKey {
      throw FileError(path, "\(Self.key) in the metadata: \(error)")
    } catch {
      throw FileError(
        path, "\(Self.key) in the metadata cannot be read: \(decodingReason(error))")
    }
  }

  /// The notes as a checkpoint's metadata.
  var metadata: [String: String] { get throws { [Self.key: try jsonLine] } }
}

/// What a run knows its data again by.
final class DataIdentity: Sendable {
  /// The absolute path of the data's folder, or nil where the data goes by a name.
  let folder: String?
  private let training: Dataset
  private let known = Mutex<String?>(nil)

  /// The identity of data that was loaded from `source`.
  init(of data: LoadedData, from source: String) {
    let isNamed = DatasetLibrary.names.contains(source)
    folder = isNamed ? nil : URL(fileURLWithPath: source).standardizedFileURL.path
    training = data.training
  }

  /// The training set's digest, which is computed once.
  func digest() throws -> String {
    try known.withLock { known in
      let digest = try known ?? training.digest()
      known = digest
      return digest
    }
  }
}

import Foundation
import Perceptron
import PerceptronFiles
import Synchronization

/// What a checkpoint of `perceptron train` contains besides the trainer's state.
struct RunNotes: Codable {
  let settings: Experiment
  let seed: UInt64
  /// Training time so far.
  let seconds: Double
  /// The absolute path of the data's folder, or nil where the data goes by a name.
  let dataFolder: String?
  /// The digest of the training set, held-out rows included.
  let dataDigest: String
  /// The loss on some training rows before the first update, for the assessment of the run.
  let initialLoss: Double?
  /// The state of the health monitor, if the run has one.
  let monitor: HealthMonitorState?
  /// The names of event files of an earlier run, if any.
  let earlierEvents: [String]?

  private static let key = "run"

  private enum CodingKeys: String, CodingKey {
    case settings, seed, seconds, dataFolder, dataDigest, initialLoss, earlierEvents
    case monitor = "examiner"
  }

  init(
    _ settings: Experiment, seed: UInt64, seconds: Double, data: DataIdentity,
    initialLoss: Double? = nil, monitor: HealthMonitorState? = nil, earlierEvents: [String] = []
  ) throws {
    self.settings = settings
    self.seed = seed
    self.seconds = seconds
    dataFolder = data.folder
    dataDigest = try data.digest()
    self.initialLoss = initialLoss
    self.monitor = monitor
    self.earlierEvents = earlierEvents.isEmpty ? nil : earlierEvents
  }

  /// The notes in a checkpoint.
  ///
  /// - Throws: `FileError` where there are none, as in one that a program saved for itself.
  init(_ archive: TensorArchive, path: String) throws {
    // First of all it has to be a checkpoint.
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

/// The fingerprint of a run's data.
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

  /// The digest of the training set, computed once.
  func digest() throws -> String {
    try known.withLock { known in
      let digest = try known ?? training.digest()
      known = digest
      return digest
    }
  }
}

/// A run that has a checkpoint: it is under way, or was killed or interrupted.
struct UnfinishedRun: Encodable {
  /// Iterations made when the checkpoint was saved.
  let iteration: Int
  /// Iterations of the whole run.
  let iterations: Int
  /// The widths from the input over the hidden layers to the output.
  let widths: [Int]
  /// The name of the data.
  let data: String
  /// Training time until then.
  let seconds: Double
  /// Whether a process runs it.
  let isUnderWay: Bool
  /// Its history until then.
  let history: History

  /// Reads the checkpoint in a folder.
  init(in directory: RunDirectory) throws {
    let path = directory.checkpointPath
    let archive = try TensorArchive(readingFrom: path)
    let summary = try CheckpointSummary(archive, path: path)
    let notes = try RunNotes(archive, path: path)
    history = try History(checkpoint: archive, path: path)
    (iteration, iterations) = (summary.iteration, summary.iterations)
    widths = summary.widths
    data = notes.settings.data
    seconds = notes.seconds
    do {
      _ = try directory.lock()
      isUnderWay = false
    } catch let error as FileError where error.message == RunLock.taken {
      isUnderWay = true
    }
  }

  /// The state of the run and how to resume it.
  func lines(folder: String) -> [String] {
    let share = iterations > 0 ? Double(iteration) / Double(iterations) : 1
    return [
      "\(data): \(isUnderWay ? "a run is under way" : "a run that is not over"), at its last "
        + "checkpoint \(iteration) of \(iterations) iterations (\(percent(share))) in "
        + readableTime(seconds),
      "network              \(widths.map(String.init).joined(separator: "-"))",
      isUnderWay
        ? "when it is over, or interrupted, its results are in \(folder)"
        : "go on with: " + ShellCommand.line(["perceptron", "resume", folder]),
    ]
  }
}

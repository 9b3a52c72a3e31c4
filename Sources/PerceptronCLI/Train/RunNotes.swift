import Foundation
import Perceptron

/// The contents of a checkpoint of `perceptron train` besides the trainer's state.
struct RunNotes: Codable {
  let settings: Experiment
  let seed: UInt64
  /// Training time so far.
  let seconds: Double
  /// The absolute path of the data's folder; nil for a named data set.
  let dataFolder: String?
  /// The digest of the training set, held-out rows included.
  let dataDigest: String
  /// The loss on some training rows before the first update.
  let initialLoss: Double?
  let monitor: HealthMonitorState?
  /// The names of an earlier run's event files, if any.
  let earlierEvents: [String]?
  /// The preprocessing of the model that the run goes on from, which may be gone; nil without one.
  var preprocessing: Preprocessing?
  /// The decision regions so far; nil for a run that keeps none. They add up to 0.6 MB to the checkpoint's
  /// header: two bytes, as base 64, for each of 10,000 cells at up to 21 moments.
  var regions: DecisionRegionSeries?

  private static let key = "run"

  private enum CodingKeys: String, CodingKey {
    case settings, seed, seconds, dataFolder, dataDigest, initialLoss, earlierEvents, preprocessing,
      regions
    case monitor = "examiner"
  }

  /// The metadata of a checkpoint.
  var metadata: [String: String] { get throws { [Self.key: try jsonLine] } }
}

extension RunNotes {
  /// Reads a checkpoint's notes; throws `FileError` for one that a program saved without any.
  init(_ archive: TensorArchive, path: String) throws {
    // First of all it has to be a checkpoint.
    _ = try CheckpointSummary(archive, path: path)
    guard let text = archive.metadata[Self.key] else {
      throw FileError(
        path,
        "expected a checkpoint of perceptron train, found one saved by a program; "
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
}

/// The fingerprint of a run's data, by which a resumed run recognizes it.
struct DataIdentity {
  /// The absolute path of the data's folder; nil for a named data set.
  let folder: String?
  /// The digest of the training set, held-out rows included.
  let digest: String

  init(of data: LoadedData, from source: String) throws {
    let isNamed = DatasetLibrary.isName(source)
    folder = isNamed ? nil : URL(fileURLWithPath: source).standardizedFileURL.path
    digest = try data.training.digest()
  }
}

/// A run with a checkpoint: it is under way, or was killed or interrupted.
struct UnfinishedRun: Encodable {
  /// Iterations until the checkpoint, and of the whole run.
  let iteration: Int
  let iterations: Int
  /// The widths from the input over the hidden layers to the output.
  let widths: [Int]
  /// The name of the data.
  let data: String
  /// The metric that the run goes by.
  let metric: Metric
  /// Training time until the checkpoint.
  let seconds: Double
  /// Whether a process trains it.
  let isUnderWay: Bool
  /// The history until the checkpoint.
  let history: History

  init(in directory: RunDirectory) throws {
    let path = directory.checkpointPath
    let archive = try TensorArchive(readingFrom: path)
    let summary = try CheckpointSummary(archive, path: path)
    let notes = try RunNotes(archive, path: path)
    history = try History(checkpoint: archive, path: path)
    (iteration, iterations) = (summary.iteration, summary.iterations)
    widths = summary.widths
    data = notes.settings.data
    metric = notes.settings.metric
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
      "\(data): \(isUnderWay ? "a run in progress" : "an unfinished run"), at its last "
        + "checkpoint \(iteration) of \(iterations) iterations (\(percent(share))) in "
        + readableTime(seconds),
      "network              \(widths.map(String.init).joined(separator: "-"))",
      isUnderWay
        ? "its results will be in \(folder) when it ends"
        : "resume with: " + ShellCommand.line(["perceptron", "resume", folder]),
    ]
  }
}

import Foundation
import Perceptron
import PerceptronFiles

/// A run of which there is a checkpoint: it is under way, or was killed or interrupted.
struct UnfinishedRun: Encodable {
  /// How many iterations were made when the checkpoint was saved.
  let iteration: Int
  /// How many the whole run has.
  let iterations: Int
  /// The widths from the input over the hidden layers to the output.
  let widths: [Int]
  /// The name of its data.
  let data: String
  /// How long it took until then.
  let seconds: Double
  /// Whether a process is at it.
  let isUnderWay: Bool
  /// What it recorded until then.
  let history: History

  /// The run whose checkpoint is in a folder.
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

  /// How far it is, and how to go on.
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

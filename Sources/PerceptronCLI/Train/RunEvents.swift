import PerceptronCommandSupport
import Foundation
import Perceptron
import PerceptronFiles

/// Writes TensorBoard event files during a run.
///
/// If they cannot be written any more, an error says so and the run goes on.
final class RunEvents<Scalar: BLASScalar> {
  private let recorder: TensorBoardRecorder<Scalar>
  private var isWritable = true

  /// Makes a new event file for a run from `iteration` on.
  ///
  /// - Throws: `FileError` where it cannot be made.
  init(
    in folder: String, from iteration: Int, imageShape: ImageShape?,
    _ settings: Experiment, seed: UInt64
  ) throws {
    let log = try TensorBoardLog(in: folder, fromStep: iteration)
    try log.begin(settings, seed: seed)
    recorder = TensorBoardRecorder(to: log, imageShape: imageShape)
  }

  /// Records an iteration, and the snapshot of the network's health after it.
  func record(_ moment: TrainingMoment<Scalar>, _ diagnosis: RunDiagnosis?) {
    attempt {
      try recorder.record(moment)
      try recordSnapshot(diagnosis, of: moment.progress.iteration)
    }
  }

  /// Records the end of the run or its interruption.
  ///
  /// - Parameters:
  ///   - network: the network after the last iteration; nil if the run diverged.
  ///   - isFinished: whether all iterations were made.
  func end(_ network: Network<Scalar>?, after iterations: Int, isFinished: Bool) {
    attempt {
      try recorder.end(network, after: iterations)
      if network == nil || isFinished { try recorder.log.end(isSuccess: network != nil) }
    }
  }

  private func recordSnapshot(_ diagnosis: RunDiagnosis?, of iteration: Int) throws {
    guard let diagnosis, diagnosis.iteration == iteration else { return }
    try recorder.record(diagnosis.lastSnapshot, step: iteration)
  }

  private func attempt(_ body: () throws -> Void) {
    if !isWritable { return }
    do {
      try body()
    } catch {
      isWritable = false
      Console.error("\(error); the run goes on without it")
    }
  }
}

/// The event files in a run's folder.
struct RunEventFiles {
  let folder: String
  /// The names of those of an earlier run, which are removed when this one replaces it.
  let earlier: [String]

  /// - Parameter earlier: nil for all that exist now.
  init(of directory: RunDirectory, earlier: [String]? = nil) {
    folder = FolderViews(folder: directory.path).eventFolder
    self.earlier = earlier ?? EventFileName.names(in: folder)
  }

  /// Whether the run itself has any.
  var exist: Bool { !Set(EventFileName.names(in: folder)).subtracting(earlier).isEmpty }

  /// Removes those of an earlier run, and the folder where nothing is left in it.
  ///
  /// - Throws: `FileError` where one cannot be removed.
  func removeEarlier() throws {
    for name in earlier { try AtomicFile.remove(folder + "/" + name) }
    // Fails if anything else is in it.
    if !earlier.isEmpty { rmdir(folder) }
  }
}

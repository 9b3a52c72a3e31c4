import Foundation
import Perceptron
import PerceptronCommandSupport

/// Writes TensorBoard event files during a run. After an error, which it prints, it writes no more.
final class RunEvents<Scalar: BLASScalar> {
  private let recorder: TensorBoardRecorder<Scalar>
  private var isWritable = true

  /// Creates an event file for a run from `iteration` on.
  init(
    in folder: String, from iteration: Int, imageShape: ImageShape?,
    components: PrincipalComponents?, _ settings: Experiment, seed: UInt64
  ) throws {
    let log = try TensorBoardLog(in: folder, fromStep: iteration)
    try log.begin(settings, seed: seed)
    recorder = TensorBoardRecorder(to: log, imageShape: imageShape, components: components)
  }

  /// Records an iteration, and the snapshot of the network's health after it.
  func record(_ moment: TrainingMoment<Scalar>, _ diagnosis: RunDiagnosis?) {
    attempt {
      try recorder.record(moment)
      let iteration = moment.progress.iteration
      if let diagnosis, diagnosis.iteration == iteration {
        try recorder.record(diagnosis.lastSnapshot, step: iteration)
      }
    }
  }

  /// Records the run's end or interruption with its last network, nil if it diverged.
  func end(_ network: Network<Scalar>?, after iterations: Int, isFinished: Bool) {
    attempt {
      try recorder.end(network, after: iterations)
      if network == nil || isFinished { try recorder.log.end(isSuccess: network != nil) }
    }
  }

  private func attempt(_ body: () throws -> Void) {
    if !isWritable { return }
    do {
      try body()
    } catch {
      isWritable = false
      Console.error("\(error); the run continues without event files")
    }
  }
}

/// The event files in a run's folder.
struct RunEventFiles {
  let folder: String
  /// The names of an earlier run's files, which are removed when this run replaces it.
  let earlier: [String]

  /// - Parameter earlier: nil for all that exist now.
  init(of directory: RunDirectory, earlier: [String]? = nil) {
    folder = FolderViews(folder: directory.path).eventFolder
    self.earlier = earlier ?? EventFileName.names(in: folder)
  }

  /// Whether this run has any.
  var exist: Bool { !Set(EventFileName.names(in: folder)).subtracting(earlier).isEmpty }

  /// Removes an earlier run's files, and the folder if it is then empty.
  func removeEarlier() throws {
    for name in earlier { try AtomicFile.remove(folder + "/" + name) }
    // Fails if anything is left in it.
    if !earlier.isEmpty { rmdir(folder) }
  }
}

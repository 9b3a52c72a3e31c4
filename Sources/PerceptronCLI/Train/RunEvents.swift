import PerceptronCommandSupport
import Foundation
import Perceptron
import PerceptronFiles

/// What `tensorboard --logdir` shows of a run, written as the run goes.
///
/// A run is worth more than the files about it: where they cannot be written any more, an error says
/// so, and the run goes on.
final class RunEvents<Scalar: BLASScalar> {
  private let recorder: TensorBoardRecorder<Scalar>
  private var isWritable = true

  /// Makes a new event file for a run that goes on from `iteration`.
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

  /// Takes note of an iteration, and of what was seen of the network's health after it.
  func record(_ moment: TrainingMoment<Scalar>, _ diagnosis: RunDiagnosis?) {
    attempt {
      try recorder.record(moment)
      try recordLook(diagnosis, of: moment.progress.iteration)
    }
  }

  /// Takes note of the run's end, which may be an interruption.
  ///
  /// - Parameters:
  ///   - network: as the last iteration left it, or nil where the run diverged.
  ///   - isFinished: whether nothing is left to do.
  func end(_ network: Network<Scalar>?, after iterations: Int, isFinished: Bool) {
    attempt {
      try recorder.end(network, after: iterations)
      if network == nil || isFinished { try recorder.log.end(isSuccess: network != nil) }
    }
  }

  private func recordLook(_ diagnosis: RunDiagnosis?, of iteration: Int) throws {
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
  /// The folder that they are in.
  let folder: String
  /// The names of those that an earlier run left, which go when this one takes its place.
  let earlier: [String]

  /// - Parameter earlier: nil for all that are there now.
  init(of directory: RunDirectory, earlier: [String]? = nil) {
    folder = FolderViews(folder: directory.path).eventFolder
    self.earlier = earlier ?? EventFileName.names(in: folder)
  }

  /// Whether there are any of the run itself.
  var exist: Bool { !Set(EventFileName.names(in: folder)).subtracting(earlier).isEmpty }

  /// Removes those of an earlier run, and the folder where nothing is left in it.
  ///
  /// - Throws: `FileError` where one cannot be removed.
  func removeEarlier() throws {
    for name in earlier { try AtomicFile.remove(folder + "/" + name) }
    // It stays where anything is in it.
    if !earlier.isEmpty { rmdir(folder) }
  }
}

import Foundation
import PerceptronLinearAlgebra
import PerceptronFiles
import PerceptronTraining
import PerceptronTuning
import PerceptronVisualization

/// An event file that `tensorboard --logdir FOLDER` shows, also while it is written.
///
///     let log = try TensorBoardLog(in: "runs/digits-1/tensorboard")
///     try log.scalar("loss", 2.3, step: 0)
///     try log.flush()
///
/// Events are kept until there are 64 KiB of them or two seconds are over when the next one comes;
/// what was flushed outlasts a kill. Not for use from several threads at a time.
public final class TensorBoardLog {
  /// The event file.
  public let path: String

  private let file: AppendingFile
  private var pending: [UInt8] = []
  private var lastFlush = ContinuousClock.now
  private static let largestPending = 1 << 16
  private static let flushInterval = Duration.seconds(2)

  /// Makes a new event file.
  ///
  /// - Parameters:
  ///   - folder: where it is made; made too where it is not there.
  ///   - step: where the run begins or goes on. Of what earlier files of the folder have, TensorBoard
  ///     drops what is of this step or later ones.
  /// - Throws: `FileError` where it cannot be made.
  public init(in folder: String, fromStep step: Int = 0) throws {
    try RunDirectory.makeWritable(folder)
    let time = Date().timeIntervalSince1970
    path = folder + "/" + EventFileName.next(in: folder, at: time)
    file = try AppendingFile(creating: path)
    pending += EventMessage.record(of: EventMessage.fileVersion(at: time))
    pending += EventMessage.record(of: EventMessage.start(at: time, step: step))
    try flush()
  }

  /// Writes what is kept. Nobody could be told of an error here: call ``flush()`` at the end.
  deinit { try? flush() }

  /// Adds a number, which may be NaN or infinite; the file has it as a 32-bit one.
  ///
  /// - Parameter tag: what it is of; a slash in it makes groups.
  /// - Throws: `FileError` where it cannot be written.
  public func scalar(_ tag: String, _ number: Double, step: Int) throws {
    try scalars([(tag, number)], step: step)
  }

  /// Adds numbers of the same step at once, which takes less room and time.
  ///
  /// - Throws: `FileError` where it cannot be written.
  public func scalars(_ numbers: [(tag: String, number: Double)], step: Int) throws {
    if numbers.isEmpty { return }
    try add(EventMessage.scalars(numbers, step: step, time: now))
  }

  /// Adds a picture.
  ///
  /// - Throws: `FileError` where it cannot be written; ``ImageError`` where it cannot be made a PNG.
  public func image(_ tag: String, _ image: Image, step: Int) throws {
    try add(EventMessage.image(tag, image, png: image.png, step: step, time: now))
  }

  /// Adds how a tensor's elements are spread over 30 buckets of the same width. Those that are NaN or
  /// infinite are left out.
  ///
  /// - Throws: `FileError` where it cannot be written.
  public func histogram<Scalar: BLASScalar>(
    _ tag: String, _ tensor: Tensor<Scalar>, step: Int
  ) throws {
    try add(
      EventMessage.histogram(tag, HistogramBuckets(of: tensor), step: step, time: now))
  }

  /// Adds what a run is made with: a row of the hparams tab, beside the last of its numbers. Runs of
  /// several folders are rows of one table, with the columns that any of them has.
  ///
  /// - Throws: `FileError` where it cannot be written.
  public func begin(_ hyperparameters: [(name: String, value: ParameterValue)]) throws {
    try add(
      HParams.start(hyperparameters.map { ($0, $1, HParams.Kind($1)) }, time: now))
  }

  /// Adds what a run is made with, under the names that its page has.
  ///
  /// - Throws: `FileError` where it cannot be written.
  public func begin(_ settings: Experiment, seed: UInt64) throws {
    try begin(RunSetting.all(of: settings, seed: seed).map { ($0.name, $0.value) })
  }

  /// Adds to the hparams tab that the run is over, and writes what is kept.
  ///
  /// - Parameter isSuccess: whether it came to its end; false where it diverged or failed.
  /// - Throws: `FileError` where it cannot be written.
  public func end(isSuccess: Bool) throws {
    try add(HParams.end(isSuccess ? .success : .failure, time: now))
    try flush()
  }

  /// Writes what is kept.
  ///
  /// - Throws: `FileError` where it cannot be written. The file is then as it was, and the next call
  ///   tries again; where a part of a record is left, nothing more is written.
  public func flush() throws {
    try file.append(pending)
    pending.removeAll(keepingCapacity: true)
    lastFlush = .now
  }

  private var now: Double { Date().timeIntervalSince1970 }

  /// Adds an event.
  func add(_ message: WireMessage) throws {
    pending += EventMessage.record(of: message)
    if pending.count >= Self.largestPending || lastFlush.duration(to: .now) >= Self.flushInterval {
      try flush()
    }
  }
}

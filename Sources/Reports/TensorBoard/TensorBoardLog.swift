import Foundation
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronTraining
import PerceptronVisualization

/// An event file for `tensorboard --logdir FOLDER`, which may read it while it is written.
///
///     let log = try TensorBoardLog(in: "runs/digits-1/tensorboard")
///     try log.scalar("loss/training", 2.3, step: 0)
///     try log.flush()
///
/// Events are buffered up to 64 KiB or two seconds; flushed events survive a kill of the process. Every
/// method throws `FileError` if the file cannot be written. Not thread-safe.
public final class TensorBoardLog {
  /// The event file.
  public let path: String

  private let file: AppendingFile
  private var pending: [UInt8] = []
  private var lastFlush = ContinuousClock.now
  private static let largestPending = 1 << 16
  private static let flushInterval = Duration.seconds(2)

  /// Creates an event file.
  ///
  /// - Parameters:
  ///   - folder: the folder, which is created if needed.
  ///   - step: the first step of the run or of its resumption. TensorBoard drops events of this and
  ///     later steps in the folder's earlier files.
  /// - Throws: `FileError` if the file cannot be created.
  public init(in folder: String, fromStep step: Int = 0) throws {
    try RunDirectory.makeWritable(folder)
    let time = Date().timeIntervalSince1970
    path = folder + "/" + EventFileName.next(in: folder, at: time)
    file = try AppendingFile(creating: path)
    pending += EventMessage.record(of: EventMessage.fileVersion(at: time))
    pending += EventMessage.record(of: EventMessage.start(at: time, step: step))
    try flush()
  }

  /// Flushes the buffer without reporting errors: call ``flush()`` at the end.
  deinit { try? flush() }

  /// Adds a number, which may be NaN or infinite; the file stores 32 bits.
  ///
  /// - Parameter tag: the name; slashes make groups.
  public func scalar(_ tag: String, _ number: Double, step: Int) throws {
    try scalars([(tag, number)], step: step)
  }

  /// Adds numbers of the same step, in less space and time than one by one.
  ///
  /// - Parameter descriptions: the texts of some tags, which TensorBoard shows at their charts; those of a
  ///   tag's first number count.
  public func scalars(
    _ numbers: [(tag: String, number: Double)], step: Int, descriptions: [String: String] = [:]
  ) throws {
    if numbers.isEmpty { return }
    try add(EventMessage.scalars(numbers, step: step, time: now, descriptions: descriptions))
  }

  /// Adds the charts of TensorBoard's tab of custom scalars, each with several tags.
  public func layout(_ charts: [(title: String, tags: [String])]) throws {
    try add(EventMessage.layout(charts, time: now))
  }

  /// Adds a picture.
  ///
  /// - Throws: ``ImageError`` if it cannot be encoded, too.
  public func image(_ tag: String, _ image: Image, step: Int) throws {
    try add(EventMessage.image(tag, image, png: image.png, step: step, time: now))
  }

  /// Adds the histogram of a tensor's finite elements, with 30 buckets of equal width.
  public func histogram<Scalar: BLASScalar>(
    _ tag: String, _ tensor: Tensor<Scalar>, step: Int
  ) throws {
    try add(EventMessage.histogram(tag, HistogramBuckets(of: tensor), step: step, time: now))
  }

  /// Adds the hyperparameters of a run: a row of the hparams tab, beside its last numbers. Runs of
  /// several folders are rows of one table with the columns of all.
  public func begin(_ hyperparameters: [(name: String, value: Hyperparameter.Value)]) throws {
    try add(HParams.start(hyperparameters.map { ($0, $1, HParams.Kind([$1])) }, time: now))
  }

  /// Adds the settings of a run, under the names of its page.
  public func begin(_ settings: Experiment, seed: UInt64) throws {
    try begin(RunSetting.all(of: settings, seed: seed).map { ($0.name, $0.value) })
  }

  /// Adds the end of the run for the hparams tab, and flushes the buffer.
  ///
  /// - Parameter isSuccess: whether the run completed; false if it diverged or failed.
  public func end(isSuccess: Bool) throws {
    try add(HParams.end(isSuccess ? .success : .failure, time: now))
    try flush()
  }

  /// Writes the buffered events.
  ///
  /// - Throws: `FileError`. The file is then unchanged, and the next call tries again; if a partial
  ///   record could not be removed, nothing more is written.
  public func flush() throws {
    try file.append(pending)
    pending.removeAll(keepingCapacity: true)
    lastFlush = .now
  }

  private var now: Double { Date().timeIntervalSince1970 }

  package func add(_ message: WireMessage) throws {
    pending += EventMessage.record(of: message)
    if pending.count >= Self.largestPending || lastFlush.duration(to: .now) >= Self.flushInterval {
      try flush()
    }
  }
}

/// The names of event files, in whose order readers take the files of a folder. They begin like
/// TensorFlow's, with the seconds since 1970, followed by microseconds to be unique.
package enum EventFileName {
  private static let prefix = "events.out.tfevents."
  private static let microseconds = 1_000_000.0

  package static func names(in folder: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0.hasPrefix(prefix) }.stablySorted()
  }

  /// A name after all in the folder, even if the clock was set back.
  static func next(in folder: String, at time: Double) -> String {
    let last = names(in: folder).compactMap(self.time).max() ?? 0
    let time = max(Int(time * microseconds), last + 1)
    let fraction = String(format: "%06d", time % Int(microseconds))
    let unique = UUID().uuidString.prefix(8)
    let host = hostName.replacing("/", with: "-")
    return "\(prefix)\(time / Int(microseconds)).\(fraction).\(host).\(getpid()).\(unique)"
  }

  /// The microseconds since 1970 in a name; nil if it has none.
  private static func time(of name: String) -> Int? {
    let parts = name.dropFirst(prefix.count).split(separator: ".")
    guard parts.count > 1, parts[1].count == 6, let seconds = Int(parts[0]), seconds < 1 << 40,
      let fraction = Int(parts[1])
    else { return nil }
    return seconds * Int(microseconds) + fraction
  }
}

import PerceptronFiles

/// Work that is timed.
struct Benchmark {
  /// What is computed. Benchmarks of one subject do the same work, or parts of it.
  let subject: String
  /// The implementation, or the part of the work.
  let variant: String
  /// Floating-point operations of one run, if meaningful.
  var operations: Double?
  /// Bytes read by one run, if meaningful.
  var bytes: Double?
  /// Whether the allocations of a run are counted.
  var countsAllocations = false
  /// Whether a run uses BLAS's threads; training's own workers do not count.
  var usesAllThreads = false
  /// Seconds that one run takes, if known beforehand.
  var expectedSeconds: Double?
  /// The phases of a run. If set, each phase is measured under its own name in place of the variant's,
  /// instead of the whole run.
  var timer: PhaseTimer?
  /// Sets up consecutive runs, for example the number of BLAS's threads. Not timed.
  var prepare: () -> Void = {}
  /// Does the work once.
  let run: () -> Void

  /// Subject and variant, as matched by filters and shown in messages.
  var name: String { "\(subject) · \(variant)" }
}

/// A timer for the phases of a run, which calls ``mark()`` at the end of each.
final class PhaseTimer {
  let names: [String]
  /// Floating-point operations of the phases, if meaningful.
  let operations: [String: Double]
  /// Seconds of each phase in the last run.
  private(set) var seconds: [Double]
  private var index = 0
  private var last = ContinuousClock.now

  init(_ names: [String], operations: [String: Double] = [:]) {
    self.names = names
    self.operations = operations
    seconds = [Double](repeating: 0, count: names.count)
  }

  /// Begins the first phase.
  func start() {
    index = 0
    last = .now
  }

  /// Ends a phase and begins the next.
  func mark() {
    let now = ContinuousClock.now
    seconds[index] = last.duration(to: now).seconds
    index += 1
    last = now
  }
}

/// The error for a benchmark whose result is wrong.
struct WrongResult: Error, CustomStringConvertible {
  let description: String

  /// A wrong value and the expected one.
  init(_ subject: String, expected: Any, found: Any) {
    description = "\(subject): expected \(expected), found \(found)"
  }

  /// Throws unless `value` is within the relative `tolerance` of `expected`.
  static func check(
    _ subject: String, _ value: Double, near expected: Double, tolerance: Double
  ) throws {
    if abs(value - expected) <= tolerance * max(abs(expected), .leastNormalMagnitude) { return }
    throw WrongResult(subject, expected: expected, found: value)
  }
}

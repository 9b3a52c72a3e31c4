import PerceptronFiles

/// Something that is timed.
struct Contender {
  /// What is worked on: contenders of one subject do the same work, or parts of it.
  let subject: String
  /// Who does it, or which part.
  let variant: String
  /// Floating-point operations of one run, where that says something.
  var operations: Double?
  /// Bytes that one run takes in, where that says something.
  var bytes: Double?
  /// Whether the allocations of a run are counted.
  var countsAllocations = false
  /// Whether BLAS's other threads may have their part in a run; training's own workers are others.
  var usesAllThreads = false
  /// Seconds that one run takes, where that is known beforehand.
  var expectedSeconds: Double?
  /// The phases that a run goes through, which it marks: they are measured, each under its own
  /// name in place of the variant's, and not the run as a whole.
  var laps: Laps?
  /// Puts things in their place before some runs in a row, such as the number of BLAS's threads.
  /// Not timed.
  var prepare: () -> Void = {}
  /// The work, once.
  let run: () -> Void

  /// Both names, for a filter to match and a message to show.
  var name: String { "\(subject) · \(variant)" }
}

/// The times of a run's phases, which the run itself marks.
final class Laps {
  let names: [String]
  /// Floating-point operations of the phases where that says something.
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

/// What was to be timed computes something else than it should.
struct WrongResult: Error, CustomStringConvertible {
  let description: String

  /// A value that is not what it should be.
  init(_ subject: String, expected: Any, found: Any) {
    description = "\(subject): expected \(expected), found \(found)"
  }

  /// Throws unless `value` is within a share of `tolerance` of `expected`.
  static func check(
    _ subject: String, _ value: Double, near expected: Double, tolerance: Double
  ) throws {
    if abs(value - expected) <= tolerance * max(abs(expected), .leastNormalMagnitude) { return }
    throw WrongResult(subject, expected: expected, found: value)
  }
}

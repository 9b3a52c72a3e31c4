import CPerceptronAllocations
import Foundation
import PerceptronFiles

/// The measured times of a benchmark.
struct Timing: Codable, Equatable {
  let subject: String
  let variant: String
  /// The number of timed runs.
  private(set) var runs: Int
  /// The median time of a run, in seconds.
  private(set) var median: Double
  /// The shortest time, in seconds.
  private(set) var best: Double
  /// The first and the third quartile, in seconds.
  private(set) var quartiles: [Double]
  /// The visits, each a series of consecutive runs before other benchmarks have their turn.
  private(set) var visits: [Visit]
  /// The ``medianVisit`` of each of several merged runs of bench; nil for a single run.
  private(set) var fileMedians: [Double]?
  /// The error of a time, in seconds. Phases are timed separately, and reading the clock takes time and
  /// displaces cache contents.
  var clockError = 0.0
  /// Floating-point operations of one run.
  var operations: Double?
  /// Bytes read by one run.
  var bytes: Double?
  /// Allocations of one run.
  var allocations: Allocations?

  /// The runs of one visit, in seconds.
  struct Visit: Codable, Equatable {
    let median: Double
    let best: Double

    /// - Parameter times: at least one time, in seconds.
    init(_ times: [Double]) {
      let sorted = times.sorted()
      median = quantile(sorted, 0.5)
      best = quantile(sorted, 0)
    }
  }

  /// Calls of malloc and similar functions in one run, as a mean.
  struct Allocations: Codable, Equatable {
    let count: Double
    let bytes: Double
  }

  /// Summarizes times.
  ///
  /// - Parameter visits: the times of runs in seconds, by visit; no visit is empty.
  init(subject: String, variant: String, visits: [[Double]], runs: Int) {
    let sorted = visits.joined().sorted()
    self.subject = subject
    self.variant = variant
    self.runs = runs
    median = quantile(sorted, 0.5)
    best = sorted.first ?? .nan
    quartiles = [quantile(sorted, 0.25), quantile(sorted, 0.75)]
    self.visits = visits.map(Visit.init)
  }

  /// Merges this timing with that of another run: combines the visits and takes the median of the
  /// medians. The quartiles stay those of the first.
  func merged(with other: Timing) -> Timing {
    var merged = self
    merged.runs += other.runs
    merged.visits += other.visits
    merged.fileMedians =
      (fileMedians ?? [medianVisit]) + (other.fileMedians ?? [other.medianVisit])
    merged.median = merged.medianVisit
    merged.best = min(best, other.best)
    return merged
  }

  var name: String { "\(subject) · \(variant)" }
  /// The median of the visits' medians, which are independent measurements.
  var medianVisit: Double { PerceptronFiles.median(visits.map(\.median)) ?? .nan }
  /// Half the interquartile range, relative to the median.
  var spread: Double { (quartiles[1] - quartiles[0]) / 2 / median }
  /// Billions of floating-point operations per second, by the median.
  var gigaflops: Double? { operations.map { $0 / median / 1e9 } }
  /// The same by the shortest time.
  var bestGigaflops: Double? { operations.map { $0 / best / 1e9 } }
}

extension [Timing] {
  /// The timing of a subject and variant, if measured.
  subscript(subject: some CustomStringConvertible, variant: String) -> Timing? {
    first { $0.subject == subject.description && $0.variant == variant }
  }
}

/// Counts the calls of malloc and similar functions.
enum Allocations {
  /// Whether allocations can be counted on this system.
  static var areCounted: Bool { allocations_are_counted() }

  /// How allocations are counted, printed below tables.
  static var method: String {
    areCounted
      ? """
      mallocs: calls of malloc, calloc, realloc and memalign in one run, OpenBLAS's own included;
      bench puts functions that count in the place of glibc's.
      """
      : "mallocs: not counted; bench can stand in for malloc on Linux with glibc only."
  }

  /// The mean of twenty runs, or nil if allocations cannot be counted.
  static func perRun(of benchmark: Benchmark) -> Timing.Allocations? {
    guard areCounted else { return nil }
    let runs = 20
    benchmark.prepare()
    benchmark.run()
    let start = allocations_begin()
    for _ in 0..<runs { benchmark.run() }
    let found = allocations_end(start)
    return Timing.Allocations(
      count: Double(found.count) / Double(runs), bytes: Double(found.bytes) / Double(runs))
  }
}

/// The quantile `p` of sorted numbers, interpolated linearly; NaN for none.
func quantile(_ sorted: [Double], _ p: Double) -> Double {
  if sorted.isEmpty { return .nan }
  let position = p * Double(sorted.count - 1)
  let (below, share) = (Int(position), position - position.rounded(.down))
  if share == 0 { return sorted[below] }
  return sorted[below] + share * (sorted[below + 1] - sorted[below])
}

import CPerceptronAllocations
import Foundation
import PerceptronFiles

/// How long a contender's run takes.
struct Timing: Codable, Equatable {
  let subject: String
  let variant: String
  /// How often it ran while it was timed.
  private(set) var runs: Int
  /// The middle one of the times of a run, in seconds.
  private(set) var median: Double
  /// The shortest.
  private(set) var best: Double
  /// The first and the third quartile.
  private(set) var quartiles: [Double]
  /// Each visit: the runs that were made in a row, before others had their turn.
  private(set) var visits: [Visit]
  /// Of several runs of bench taken together, the ``medianVisit`` of each; nil of a single one.
  private(set) var fileMedians: [Double]?
  /// What a time can be wrong by, in seconds: phases are timed one by one, by readings of the clock
  /// that take time themselves and push things out of the caches.
  var clockError = 0.0
  /// Floating-point operations of one run.
  var operations: Double?
  /// Bytes that one run takes in.
  var bytes: Double?
  /// Allocations of one run.
  var allocations: Allocations?

  /// The runs of one visit, in seconds.
  struct Visit: Codable, Equatable {
    let median: Double
    let best: Double

    /// - Parameter times: at least one.
    init(_ times: [Double]) {
      let sorted = times.sorted()
      median = quantile(sorted, 0.5)
      best = quantile(sorted, 0)
    }
  }

  /// Calls of malloc and its like in one run, as the mean of some.
  struct Allocations: Codable, Equatable {
    let count: Double
    let bytes: Double
  }

  /// The timing that some times make.
  ///
  /// - Parameter visits: the times of a run in seconds, visit by visit; none is empty.
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

  /// This timing and another run's of the same: their visits together, and their medians' median.
  /// The quartiles stay those of the first.
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
  /// The median of the visits' medians: those were made at different moments, and so differ as
  /// independent measurements do.
  var medianVisit: Double { PerceptronFiles.median(visits.map(\.median)) ?? .nan }
  /// Half the range of the middle half of all times, as a share of the median.
  var spread: Double { (quartiles[1] - quartiles[0]) / 2 / median }
  /// Billions of floating-point operations a second, by the median.
  var gigaflops: Double? { operations.map { $0 / median / 1e9 } }
  /// The same by the shortest time.
  var bestGigaflops: Double? { operations.map { $0 / best / 1e9 } }
}

extension [Timing] {
  /// The timing of a subject and variant, where it was made.
  subscript(subject: some CustomStringConvertible, variant: String) -> Timing? {
    first { $0.subject == subject.description && $0.variant == variant }
  }
}

/// Counting the calls of malloc and its like.
enum Allocations {
  /// Whether they can be counted on this system.
  static var areCounted: Bool { allocations_are_counted() }

  /// How they are counted, for a table's foot.
  static var method: String {
    areCounted
      ? """
      mallocs: calls of malloc, calloc, realloc and memalign in one run, OpenBLAS's own included;
      bench puts functions that count in the place of glibc's.
      """
      : "mallocs: not counted; bench can stand in for malloc on Linux with glibc only."
  }

  /// The mean of twenty runs, or nil where they cannot be counted.
  static func perRun(of contender: Contender) -> Timing.Allocations? {
    guard areCounted else { return nil }
    let runs = 20
    contender.prepare()
    contender.run()
    let start = allocations_begin()
    for _ in 0..<runs { contender.run() }
    let found = allocations_end(start)
    return Timing.Allocations(
      count: Double(found.count) / Double(runs), bytes: Double(found.bytes) / Double(runs))
  }
}

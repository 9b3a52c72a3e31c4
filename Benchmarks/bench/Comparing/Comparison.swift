import Foundation
import PerceptronFiles

/// The difference of one timing between two runs of bench.
struct Comparison: Codable, Equatable {
  /// The verdict on a difference.
  enum Verdict: String, Codable {
    case same
    case faster
    case slower
    /// It would be a change if the machine had not changed by as much.
    case unclear
  }

  let subject: String
  let variant: String
  /// The medians in seconds.
  let old: Double
  let new: Double
  /// The new median over the old one.
  let ratio: Double
  /// The shortest new time over the shortest old one.
  let bestRatio: Double
  /// The relative uncertainty of the ratio of the medians; see ``Uncertainty``.
  let spread: Double
  let verdict: Verdict

  /// Differences below this share do not count, whatever the spread: memory layout, temperature and
  /// other processes differ between runs, which a single run does not show.
  static let leastChange = 0.1

  /// A difference is significant when
  /// - the medians differ by more than ``leastChange``, more than the spread and more than the
  ///   clock's error, on top of what the machine's own `drift` may have added;
  /// - both have more than one visit, since a single one has no spread;
  /// - the shortest times, which a busy machine disturbs least, differ in the same direction by at
  ///   least half as much.
  ///
  /// - Parameter drift: |ln| of the ratio of the machine's speeds.
  init(_ old: Timing, _ new: Timing, drift: Double = 0) {
    subject = new.subject
    variant = new.variant
    self.old = old.medianVisit
    self.new = new.medianVisit
    ratio = self.new / self.old
    bestRatio = new.best / old.best
    spread = Uncertainty.ofRatio(old, new)
    let (change, bestChange) = (log(ratio), log(bestRatio))
    let noise = max(log(1 + Self.leastChange), spread)
    let isBeyondNoise =
      abs(change) > noise && min(old.visits.count, new.visits.count) > 1
      && abs(self.new - self.old) > max(old.clockError, new.clockError)
      && bestChange.sign == change.sign && abs(bestChange) > log(1 + Self.leastChange / 2)
    if !isBeyondNoise {
      verdict = .same
    } else if abs(change) <= noise + drift {
      verdict = .unclear
    } else {
      verdict = change > 0 ? .slower : .faster
    }
  }

  /// |ln| of the machine's change by this reference benchmark: the part of its ratio that exceeds the
  /// spread, if the shortest times changed in the same direction.
  var drift: Double {
    if (ratio > 1) != (bestRatio > 1) { return 0 }
    return max(0, abs(log(ratio)) - spread)
  }

  /// Whether the machine was too unsteady for ``drift`` to be meaningful, by this reference benchmark:
  /// its ratio is uncertain by more than a quarter, or significant while the shortest times changed in
  /// the other direction.
  var isUnsteady: Bool {
    spread > 0.25 || (drift == 0 && abs(log(ratio)) > max(log(1 + Self.leastChange), spread))
  }
}

/// A comparison of two runs of bench.
struct ReportComparison: Codable {
  /// The timings of both runs, in the order of the new one.
  let comparisons: [Comparison]
  /// The differences of the reference benchmarks.
  let machine: [Comparison]
  /// The largest drift of the reference benchmarks.
  let drift: Double
  /// Names in the old run only.
  let onlyOld: [String]
  /// Names in the new run only.
  let onlyNew: [String]
  /// Obstacles to a comparison, such as different machines.
  let warnings: [String]

  init(_ old: BenchReport, _ new: BenchReport) {
    let earlier = Dictionary(old.timings.map { ($0.name, $0) }) { first, _ in first }
    let names = Set(new.timings.map(\.name))
    func compared(_ isReference: Bool, drift: Double) -> [Comparison] {
      new.timings.filter { ($0.subject == ReferenceBenchmarks.subject) == isReference }
        .compactMap { timing in
          earlier[timing.name].map { Comparison($0, timing, drift: drift) }
        }
    }
    machine = compared(true, drift: 0)
    drift = machine.map(\.drift).max() ?? 0
    comparisons = compared(false, drift: drift)
    onlyOld = old.timings.map(\.name).filter { !names.contains($0) }
    onlyNew = new.timings.map(\.name).filter { earlier[$0] == nil }
    func differing(_ what: String, _ value: (BenchReport) -> String) -> String? {
      value(old) == value(new) ? nil : "\(what): \(value(old)) then, \(value(new)) now"
    }
    warnings =
      [
        differing("another command", \.command),
        differing("another processor", \.machine.processor),
        differing("another BLAS", { "\($0.machine.blas), core \($0.machine.blasCore)" }),
        differing("another number of threads", { "\($0.machine.blasThreads)" }),
        differing("another Swift", \.swift),
        old.isOptimized && new.isOptimized ? nil : "built without optimization",
      ].compactMap { $0 }
      + machine.filter(\.isUnsteady).map {
        "the machine was unsteady: \($0.variant), which is the same work in every build, took "
          + "\(decimal($0.ratio, 2)) times as long ± \(percent($0.spread))"
      }
  }
}

/// The uncertainty of a ratio of two medians: the half-width of its 99 % confidence interval.
enum Uncertainty {
  /// The relative uncertainty of the ratio: the larger of those by visits and by merged files. Memory
  /// layout differs between processes, so that the visits of one process may agree with each other and
  /// differ from the next one's.
  static func ofRatio(_ old: Timing, _ new: Timing) -> Double {
    let medians = [old, new].map { $0.fileMedians ?? [$0.medianVisit] }
    return max(
      fromVisits(old.visits.map(\.median), new.visits.map(\.median)),
      fromFiles(medians[0], medians[1]))
  }

  /// By the medians of the visits, with outliers.
  private static func fromVisits(_ old: [Double], _ new: [Double]) -> Double {
    studentsFactor(degrees: 2 * (min(old.count, new.count) - 1))
      * hypot(relativeError(old), relativeError(new))
  }

  /// By the medians of the files; 0 for one file on each side. The variance of their logarithms is
  /// assumed to be equal on both sides.
  private static func fromFiles(_ old: [Double], _ new: [Double]) -> Double {
    let degrees = old.count + new.count - 2
    if degrees < 1 { return 0 }
    let squares = sumOfSquares(old.map { log($0) }) + sumOfSquares(new.map { log($0) })
    let share = 1 / Double(old.count) + 1 / Double(new.count)
    return studentsFactor(degrees: degrees) * (squares / Double(degrees) * share).squareRoot()
  }

  /// The sum of squared deviations from the mean.
  private static func sumOfSquares(_ numbers: [Double]) -> Double {
    let mean = numbers.reduce(0, +) / Double(numbers.count)
    return numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
  }

  /// The relative standard error of a median; 0 for a single number.
  ///
  /// For n normal numbers the median's standard error is √(π/2)·σ/√n, and the range of their middle
  /// half is 1.349·σ for many, and for few, as ``quantile(_:_:)`` has it, about 1 − 1.25/n of that.
  private static func relativeError(_ numbers: [Double]) -> Double {
    if numbers.count < 2 { return 0 }
    let (sorted, count) = (numbers.sorted(), Double(numbers.count))
    let middleHalf = quantile(sorted, 0.75) - quantile(sorted, 0.25)
    let deviation = middleHalf / (1.349 * (1 - 1.25 / count))
    return (Double.pi / 2).squareRoot() * deviation / count.squareRoot() / quantile(sorted, 0.5)
  }

  /// The 99.5 % quantile of Student's t distribution: the half-width of the two-sided 99 % interval in
  /// standard errors.
  ///
  /// - Parameter degrees: degrees of freedom; 0 counts as 1.
  static func studentsFactor(degrees: Int) -> Double {
    // Beyond the table 2.576 + 5.7/degrees is accurate to 0.02.
    if degrees > quantiles.count { return 2.576 + 5.7 / Double(degrees) }
    return quantiles[max(degrees, 1) - 1]
  }

  /// For 1, 2, … 10 degrees of freedom.
  private static let quantiles = [
    63.657, 9.925, 5.841, 4.604, 4.032, 3.707, 3.499, 3.355, 3.250, 3.169,
  ]
}

import Foundation
import PerceptronFiles

/// How one timing differs between two runs of bench.
struct Comparison: Codable, Equatable {
  /// What a difference amounts to.
  enum Verdict: String, Codable {
    case same
    case faster
    case slower
    /// It would be a change if the machine itself had not changed by as much.
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
  /// How far the ratio of the medians is uncertain, as a share of it; see ``Uncertainty``.
  let spread: Double
  let verdict: Verdict

  /// Differences below this share count as none, whatever the spread: between two runs, processes
  /// lie elsewhere in memory and the machine has another temperature and other neighbours, which
  /// one run alone does not show.
  static let leastChange = 0.1

  /// A difference is beyond noise when
  /// - the medians differ by more than ``leastChange``, more than the spread and more than the
  ///   clock's error, on top of what the machine's own `drift` may have added;
  /// - both have more than one visit, without which there is no spread;
  /// - the shortest times, which a busy machine disturbs least, differ the same way, half as much.
  ///
  /// - Parameter drift: |ln| of how much slower or faster the machine itself was.
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

  /// |ln| of how much a yardstick says that the machine changed: what the ratio of its medians has
  /// beyond its spread, where the shortest times went the same way.
  var drift: Double {
    if (ratio > 1) != (bestRatio > 1) { return 0 }
    return max(0, abs(log(ratio)) - spread)
  }

  /// Whether a yardstick says that the machine was too unsteady for ``drift`` to mean much: its
  /// ratio is uncertain by more than a quarter, or beyond noise while the shortest times went the
  /// other way.
  var isUnsteady: Bool {
    spread > 0.25 || (drift == 0 && abs(log(ratio)) > max(log(1 + Self.leastChange), spread))
  }
}

/// Two runs of bench, side by side.
struct ReportComparison: Codable {
  /// What both have, in the order of the new one.
  let comparisons: [Comparison]
  /// How the machine's yardsticks differ.
  let machine: [Comparison]
  /// The largest drift of the yardsticks.
  let drift: Double
  /// Names that only the old run has.
  let onlyOld: [String]
  /// Names that only the new run has.
  let onlyNew: [String]
  /// What makes the runs hard to compare, such as another machine.
  let warnings: [String]

  init(_ old: BenchReport, _ new: BenchReport) {
    let earlier = Dictionary(old.timings.map { ($0.name, $0) }) { first, _ in first }
    let names = Set(new.timings.map(\.name))
    func compared(_ isYardstick: Bool, drift: Double) -> [Comparison] {
      new.timings.filter { ($0.subject == Yardsticks.subject) == isYardstick }
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
        old.isOptimized && new.isOptimized ? nil : "built without optimisation",
      ].compactMap { $0 }
      + machine.filter(\.isUnsteady).map {
        "the machine was unsteady: \($0.variant), which is the same work in every build, took "
          + "\(decimal($0.ratio, 2)) times as long ± \(percent($0.spread))"
      }
  }
}

/// How far a ratio of two medians is uncertain: the half width of the interval in which it would
/// lie in 99 of 100 repetitions of the same work.
enum Uncertainty {
  /// The ratio's uncertainty as a share of it, from whatever shows the larger one: the visits, or
  /// the files that were taken together. Each process lies elsewhere in memory, so that one
  /// process's visits may be near each other and far from the next one's.
  static func ofRatio(_ old: Timing, _ new: Timing) -> Double {
    let medians = [old, new].map { $0.fileMedians ?? [$0.medianVisit] }
    return max(
      fromVisits(old.visits.map(\.median), new.visits.map(\.median)),
      fromFiles(medians[0], medians[1]))
  }

  /// From the medians of the visits, of which there are some to many, with outliers.
  private static func fromVisits(_ old: [Double], _ new: [Double]) -> Double {
    studentsFactor(degrees: 2 * (min(old.count, new.count) - 1))
      * hypot(relativeError(old), relativeError(new))
  }

  /// From the medians of the files, of which there are a few; 0 where there is one on each side.
  /// Their logarithms' variance is taken to be the same on both sides.
  private static func fromFiles(_ old: [Double], _ new: [Double]) -> Double {
    let degrees = old.count + new.count - 2
    if degrees < 1 { return 0 }
    let squares = sumOfSquares(old.map { log($0) }) + sumOfSquares(new.map { log($0) })
    let share = 1 / Double(old.count) + 1 / Double(new.count)
    return studentsFactor(degrees: degrees) * (squares / Double(degrees) * share).squareRoot()
  }

  /// The sum of the squares of the distances from the mean.
  private static func sumOfSquares(_ numbers: [Double]) -> Double {
    let mean = numbers.reduce(0, +) / Double(numbers.count)
    return numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
  }

  /// The relative standard error of the median of some numbers; 0 of a single one, which shows none.
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

  /// The 99.5 % quantile of Student's t distribution: so many standard errors the two-sided interval
  /// of 99 % reaches.
  ///
  /// - Parameter degrees: of freedom. Of none there is no quantile; the one of 1 is taken.
  static func studentsFactor(degrees: Int) -> Double {
    // Beyond the table by 2.576 + 5.7/degrees, which is right to two hundredths.
    if degrees > quantiles.count { return 2.576 + 5.7 / Double(degrees) }
    return quantiles[max(degrees, 1) - 1]
  }

  /// Of 1, 2, … 10 degrees of freedom.
  private static let quantiles = [
    63.657, 9.925, 5.841, 4.604, 4.032, 3.707, 3.499, 3.355, 3.250, 3.169,
  ]
}

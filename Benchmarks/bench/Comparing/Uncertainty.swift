import PerceptronFiles
import Foundation

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

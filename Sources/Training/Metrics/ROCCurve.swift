import PerceptronLinearAlgebra

/// The receiver operating characteristic: how many rows of both classes have at least a score, for each
/// score that occurs. As scikit-learn's `roc_curve(drop_intermediate=False)`.
public struct ROCCurve: Sendable, Hashable {
  /// The rates where a row is predicted to be of the class 1 if its score is at least a threshold.
  public struct Point: Sendable, Hashable {
    /// The threshold; infinite at the first point, where no row is predicted to be of the class 1.
    public var threshold: Double
    /// The share of the class 0 that is predicted to be of the class 1; NaN where the class has no weight.
    public var falsePositiveRate: Double
    /// The share of the class 1 that is predicted so; NaN where the class has no weight.
    public var truePositiveRate: Double
  }

  /// The points in descending order of their thresholds: from (0, 0) to (1, 1). Empty where a score is NaN.
  public let points: [Point]
  /// The area under the curve, as ``areaUnderROC(of:labels:weights:)``.
  public let area: Double

  /// Computes a curve. Rows of weight 0 are left out, and so are thresholds that only they have.
  ///
  /// - Parameters:
  ///   - scores: higher for rows that are likelier of the class 1.
  ///   - labels: 0 or 1 for each row.
  ///   - weights: each row's weight, 0 or more; nil for 1 each.
  /// - Complexity: O(n log n) for n rows.
  public init(of scores: [Double], labels: [Int], weights: [Double]? = nil) {
    let ranking = ScoreLevels("ROCCurve", scores, labels: labels, weights: weights)
    area = ranking.area
    if ranking.hasNaN {
      points = []
      return
    }
    func point(_ threshold: Double, zeros: Double, ones: Double) -> Point {
      Point(
        threshold: threshold, falsePositiveRate: (zeros / ranking.zeros).withoutNaNSign,
        truePositiveRate: (ones / ranking.ones).withoutNaNSign)
    }
    var (ones, zeros) = (0.0, 0.0)
    var points = [point(.infinity, zeros: 0, ones: 0)]
    for level in ranking.levels {
      ones += level.ones
      zeros += level.zeros
      points.append(point(level.score, zeros: zeros, ones: ones))
    }
    self.points = points
  }

  /// At most about `count` of the points, with the first and the last: those between which the sum of both
  /// rates grows by 2/count. Points of a shorter curve are all kept.
  public func thinned(to count: Int) -> [Point] {
    guard points.count > count, count > 0, let last = points.last else { return points }
    var kept: [Point] = []
    var sum = -Double.infinity
    for point in points.dropLast() {
      let next = point.falsePositiveRate + point.truePositiveRate
      if next - sum >= 2 / Double(count) {
        kept.append(point)
        sum = next
      }
    }
    return kept + [last]
  }
}

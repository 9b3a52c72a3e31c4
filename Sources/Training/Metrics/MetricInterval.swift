import Foundation
import PerceptronFiles

/// A metric on some rows with the interval in which it lies on all rows of a kind with 95 % confidence,
/// judging by rows that were drawn at random.
///
/// Where rows have weights w, intervals are those of (Σw)² / Σw² rows, the effective sample size (Kish,
/// Survey Sampling, 1965).
public struct MetricInterval: Sendable, Hashable, Codable {
  /// The metric, as the function of its name computes it.
  public let value: Double
  /// The interval; nil where the rows are too few, or say nothing of it.
  public let interval: ClosedRange<Double>?

  /// Creates a metric with an interval.
  public init(_ value: Double, _ interval: ClosedRange<Double>?) {
    self.value = value
    self.interval = interval
  }
}

/// The number of deviations of 95 % of a normal distribution, to both sides.
private let deviations = 1.959963984540054

/// The score interval of a share of some rows; see ``accuracyInterval(_:rowCount:)``.
///
/// - Parameter rows: the number of rows, above 0; the effective one of rows with weights.
func wilsonInterval(_ share: Double, rows: Double) -> ClosedRange<Double> {
  let z = deviations
  let center = share + z * z / (2 * rows)
  let spread = z * (share * (1 - share) / rows + z * z / (4 * rows * rows)).squareRoot()
  let scale = 1 + z * z / rows
  // Rounding may leave the ends of a share of 0 or 1 outside.
  return
    (share == 0 ? 0 : max(0, (center - spread) / scale))...(share == 1
    ? 1 : min(1, (center + spread) / scale))
}

/// The effective number of rows.
private func effectiveCount(_ count: Int, _ weights: [Double]?) -> Double {
  guard let weights else { return Double(count) }
  let sum = weights.reduce(0, +)
  return sum * sum / weights.reduce(0) { $0 + $1 * $1 }
}

// MARK: - Means

extension MetricInterval {
  /// The weighted mean of a number for each row, such as its loss, and the interval of the normal
  /// distribution: mean ± 1.96·√(variance / (rows − 1)). Without an interval where all numbers are equal.
  public static func mean(of values: [Double], weights: [Double]? = nil) -> MetricInterval {
    requireRows("MetricInterval.mean", values.count, values.count, weights)
    let (mean, error) = meanWithError(values, weights)
    return MetricInterval(mean, error.map { mean - deviations * $0...mean + deviations * $0 })
  }

  /// ``meanAbsoluteError(of:targets:weights:)`` with the interval of a mean.
  public static func meanAbsoluteError(
    of predictions: [Double], targets: [Double], weights: [Double]? = nil
  ) -> MetricInterval {
    requireRows("meanAbsoluteError", predictions.count, targets.count, weights)
    let all = mean(of: zip(predictions, targets).map { abs($0 - $1) }, weights: weights)
    return MetricInterval(all.value, all.interval.map { max(0, $0.lowerBound)...$0.upperBound })
  }

  /// ``rootMeanSquaredError(of:targets:weights:)``; its interval follows from that of the mean square by
  /// the delta method: the error of √m is that of m over 2√m.
  public static func rootMeanSquaredError(
    of predictions: [Double], targets: [Double], weights: [Double]? = nil
  ) -> MetricInterval {
    requireRows("rootMeanSquaredError", predictions.count, targets.count, weights)
    let squares = zip(predictions, targets).map { ($0 - $1) * ($0 - $1) }
    let (square, error) = meanWithError(squares, weights)
    let root = square.squareRoot()
    return MetricInterval(
      root,
      error.map {
        let spread = deviations * $0 / (2 * root)
        return max(0, root - spread)...root + spread
      })
  }

  /// ``coefficientOfDetermination(of:targets:weights:)`` with an interval by the delta method: to first
  /// order a row moves R² by −(e² − (1 − R²)·d²) / V, with e its error, d the distance of its target from
  /// the mean, and V the mean of d².
  public static func coefficientOfDetermination(
    of predictions: [Double], targets: [Double], weights: [Double]? = nil
  ) -> MetricInterval {
    let value = PerceptronTraining.coefficientOfDetermination(
      of: predictions, targets: targets, weights: weights)
    let mean = weightedMean(targets.count, weights) { targets[$0] }
    func square(_ row: Int) -> Double { (targets[row] - mean) * (targets[row] - mean) }
    let variance = weightedMean(targets.count, weights, square)
    let used = targets.indices.filter { weights?[$0] ?? 1 > 0 }
    // The mean of equal targets may be rounded.
    guard variance > 0, used.contains(where: { targets[$0] != targets[used[0]] }) else {
      return MetricInterval(value, nil)
    }
    let influences = targets.indices.map { row in
      let error = predictions[row] - targets[row]
      return ((1 - value) * square(row) - error * error) / variance
    }
    let interval = meanWithError(influences, weights).error.map {
      value - deviations * $0...min(1, value + deviations * $0)
    }
    return MetricInterval(value, interval)
  }

  /// The mean and its standard error; nil for no more than one effective row, for equal numbers, and where
  /// the error is not finite.
  private static func meanWithError(
    _ values: [Double], _ weights: [Double]?
  ) -> (mean: Double, error: Double?) {
    let mean = weightedMean(values.count, weights) { values[$0] }
    let variance = weightedMean(values.count, weights) {
      (values[$0] - mean) * (values[$0] - mean)
    }
    let rows = effectiveCount(values.count, weights)
    let error = (variance / (rows - 1)).squareRoot()
    return (mean, rows > 1 && error > 0 && error < .infinity ? error : nil)
  }

  /// The interval of a share by the delta method on its log odds, which keeps it within 0...1.
  private static func shareInterval(_ share: Double, error: Double) -> ClosedRange<Double> {
    let odds = share / (1 - share)
    let factor = exp(deviations * error / (share * (1 - share)))
    return odds / factor / (1 + odds / factor)...1 / (1 + 1 / (odds * factor))
  }
}

// MARK: - Classes

extension MetricInterval {
  /// The share of the rows whose label is predicted, with Wilson's interval.
  public static func accuracy(
    of predicted: [Int], labels: [Int], weights: [Double]? = nil
  ) -> MetricInterval {
    requireRows("accuracy", predicted.count, labels.count, weights)
    let share = weightedMean(labels.count, weights) { predicted[$0] == labels[$0] ? 1 : 0 }
    let rows = effectiveCount(labels.count, weights)
    return MetricInterval(share, rows > 0 ? wilsonInterval(share, rows: rows) : nil)
  }

  /// ``balancedAccuracy(of:labels:weights:)`` with an interval that follows from Wilson's of each class's
  /// recall: its distance from the mean is the root of the sum of their squared distances, over the number
  /// of classes (Zou and Donner, "Construction of confidence limits about effect measures", 2008).
  public static func balancedAccuracy(
    of predicted: [Int], labels: [Int], weights: [Double]? = nil
  ) -> MetricInterval {
    let value = PerceptronTraining.balancedAccuracy(
      of: predicted, labels: labels, weights: weights)
    let none = [Double](repeating: 0, count: (labels.max() ?? -1) + 1)
    var (right, sums, squares) = (none, none, none)
    for (row, label) in labels.enumerated() {
      let weight = weights?[row] ?? 1
      sums[label] += weight
      squares[label] += weight * weight
      if predicted[row] == label { right[label] += weight }
    }
    var (below, above, count) = (0.0, 0.0, 0.0)
    for label in sums.indices where sums[label] > 0 {
      let recall = right[label] / sums[label]
      let interval = wilsonInterval(recall, rows: sums[label] * sums[label] / squares[label])
      below += (recall - interval.lowerBound) * (recall - interval.lowerBound)
      above += (interval.upperBound - recall) * (interval.upperBound - recall)
      count += 1
    }
    guard count > 0 else { return MetricInterval(value, nil) }
    return MetricInterval(
      value,
      max(0, value - below.squareRoot() / count)...min(1, value + above.squareRoot() / count))
  }

  /// ``binaryF1Score(of:labels:weights:)`` with an interval that follows from Wilson's: of the rows that
  /// are of the class 1 or predicted so, a share J is both, and F1 = 2J / (1 + J).
  public static func binaryF1Score(
    of predicted: [Int], labels: [Int], weights: [Double]? = nil
  ) -> MetricInterval {
    let value = PerceptronTraining.binaryF1Score(of: predicted, labels: labels, weights: weights)
    let rows = labels.indices.filter { labels[$0] == 1 || predicted[$0] == 1 }
    let count = effectiveCount(rows.count, weights.map { weights in rows.map { weights[$0] } })
    guard count > 0, value.isFinite else { return MetricInterval(value, nil) }
    let share = wilsonInterval(value / (2 - value), rows: count)
    func f1(_ share: Double) -> Double { 2 * share / (1 + share) }
    // Rounding may leave the value itself outside.
    return MetricInterval(
      value, min(value, f1(share.lowerBound))...max(value, f1(share.upperBound)))
  }

  /// ``f1Score(of:labels:weights:classCount:)``, the mean over the classes, with an interval by the delta
  /// method on its log odds (Takahashi et al., "Confidence interval for micro-averaged F1 and
  /// macro-averaged F1 scores", 2022). Where it is 0 or 1 the method says nothing, and the interval is
  /// Wilson's of the accuracy.
  public static func f1Score(
    of predicted: [Int], labels: [Int], weights: [Double]? = nil
  ) -> MetricInterval {
    let classes = ClassF1("f1Score", predicted, labels, weights, classCount: nil)
    let value = classes.mean
    if value == 0 || value == 1 {
      return MetricInterval(
        value, accuracy(of: predicted, labels: labels, weights: weights).interval)
    }
    let rows = effectiveCount(labels.count, weights)
    guard rows > 1, value.isFinite else { return MetricInterval(value, nil) }
    var sum = 0.0
    for (row, (guess, label)) in zip(predicted, labels).enumerated() {
      let weight = weights?[row] ?? 1
      if weight == 0 { continue }
      // What the sum of the classes' F1 grows by with the weight of this row.
      let own =
        (label == guess ? 2 - classes.f1(label) : -classes.f1(label)) / classes.sums[label]
      let slope = own - classes.f1(guess) / classes.sums[guess]
      sum += weight * weight * slope * slope
    }
    let error = (sum * rows / (rows - 1)).squareRoot() / Double(classes.count)
    return MetricInterval(value, error > 0 ? shareInterval(value, error: error) : nil)
  }
}

// MARK: - Area under the ROC

extension MetricInterval {
  /// ``areaUnderROC(of:labels:weights:)`` with an interval from DeLong, DeLong and Clarke-Pearson's
  /// variance ("Comparing the areas under two or more correlated receiver operating characteristic
  /// curves", 1988) on its log odds; ties count half in both. Where the scores tell the classes apart
  /// without a mistake that variance is 0, and the interval is Newcombe's method 5 ("Confidence intervals
  /// for an effect size measure based on the Mann-Whitney statistic, part 2", 2006). Without an interval
  /// for fewer than two rows of a class, or equal scores.
  ///
  /// - Complexity: O(n log n) for n rows.
  public static func areaUnderROC(
    of scores: [Double], labels: [Int], weights: [Double]? = nil
  ) -> MetricInterval {
    let ranking = ScoreLevels("areaUnderROC", scores, labels: labels, weights: weights)
    let area = ranking.area
    let ones = ranking.ones * ranking.ones / ranking.squaresOfOnes
    let zeros = ranking.zeros * ranking.zeros / ranking.squaresOfZeros
    guard area.isFinite, ones > 1, zeros > 1 else { return MetricInterval(area, nil) }
    if area == 1 { return MetricInterval(area, perfectBound(ones, zeros)...1) }
    if area == 0 { return MetricInterval(area, 0...1 - perfectBound(ones, zeros)) }
    // For each row, the share of the other class that it is on the right side of.
    var (above, below) = (0.0, ranking.zeros)
    var (ofOnes, ofZeros) = (0.0, 0.0)
    for level in ranking.levels {
      below -= level.zeros
      let one = (below + level.zeros / 2) / ranking.zeros - area
      let zero = (above + level.ones / 2) / ranking.ones - area
      ofOnes += level.ones * one * one
      ofZeros += level.zeros * zero * zero
      above += level.ones
    }
    let variance =
      ofOnes / ranking.ones / (ones - 1) + ofZeros / ranking.zeros / (zeros - 1)
    return MetricInterval(
      area, variance > 0 ? shareInterval(area, error: variance.squareRoot()) : nil)
  }

  /// The lower end for an area of 1: the θ at which 1 − θ is 1.96 of its deviations, with Hanley and
  /// McNeil's variance θ(1 − θ)(1 + (N − 1)((1 − θ)/(2 − θ) + θ/(1 + θ))) / mn, N = (m + n)/2.
  private static func perfectBound(_ ones: Double, _ zeros: Double) -> Double {
    let more = (ones + zeros) / 2 - 1
    var (low, high) = (0.0, 1.0)
    for _ in 0..<60 {
      let middle = (low + high) / 2
      let factor = 1 + more * ((1 - middle) / (2 - middle) + middle / (1 + middle))
      let spread = deviations * deviations * middle * factor / (ones * zeros)
      if 1 - middle > spread { low = middle } else { high = middle }
    }
    return low
  }
}

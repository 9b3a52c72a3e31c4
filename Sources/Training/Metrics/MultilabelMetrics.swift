import PerceptronLinearAlgebra

/// Metrics of predictions of several labels at once, each of which a row has or has not.
///
/// A label is predicted where its probability is above the threshold.
public struct MultilabelMetrics: Sendable, Hashable {
  /// The metrics of one label.
  public struct Label: Sendable, Hashable {
    /// The weights of the rows with and without the label by what is predicted; with them its support,
    /// precision, recall, F1 and accuracy.
    public var counts: BinaryCounts
    /// The area under the ROC; NaN where no row, or each row, has the label.
    public var areaUnderROC: Double
  }

  /// The metrics of each label.
  public let labels: [Label]
  /// The share of the rows all of whose labels are predicted rightly: scikit-learn's `accuracy_score`.
  /// NaN where no row has a weight above 0.
  public let exactMatch: Double

  /// Computes the metrics.
  ///
  /// - Parameters:
  ///   - probabilities: [rows, labels].
  ///   - targets: [rows, labels]: 1 for a label that the row has, else 0.
  ///   - weights: each row's weight, 0 or more; nil for 1 each.
  /// - Complexity: O(labels · n log n) for n rows.
  public init(
    of probabilities: Tensor<Double>, targets: Tensor<Double>, weights: [Double]? = nil,
    threshold: Double = 0.5
  ) {
    require(
      probabilities.shape.rank == 2 && targets.shape == probabilities.shape,
      "MultilabelMetrics: targets \(targets.shape) for probabilities \(probabilities.shape), "
        + "expected [rows, labels] of both")
    let (rows, columns) = (targets.shape[0], targets.shape[1])
    requireRows("MultilabelMetrics", rows, rows, weights)
    let (all, wanted) = (probabilities.elements, targets.elements)
    for (place, value) in wanted.enumerated() where value != 0 && value != 1 {
      fatalError(
        "MultilabelMetrics: target \(value) of row \(place / columns), label \(place % columns), "
          + "expected 0 or 1")
    }
    var isRight = [Bool](repeating: true, count: rows)
    labels = (0..<columns).map { column in
      let scores = (0..<rows).map { all[$0 * columns + column] }
      let labels = (0..<rows).map { wanted[$0 * columns + column] == 1 ? 1 : 0 }
      for row in 0..<rows where (scores[row] > threshold) != (labels[row] == 1) {
        isRight[row] = false
      }
      return Label(
        counts: BinaryCounts(of: scores, labels: labels, weights: weights, threshold: threshold),
        areaUnderROC: PerceptronTraining.areaUnderROC(
          of: scores, labels: labels, weights: weights))
    }
    exactMatch = weightedMean(rows, weights) { isRight[$0] ? 1 : 0 }
  }

  /// The mean F1 of the labels that occur or are predicted: scikit-learn's
  /// `f1_score(average="macro", zero_division=nan)`. NaN where none is.
  public var macroF1: Double { Self.mean(labels.compactMap(\.counts.f1)) }

  /// The mean area under the ROC of the labels that have one; NaN where none has.
  public var macroAreaUnderROC: Double {
    Self.mean(labels.map(\.areaUnderROC).filter { !$0.isNaN })
  }

  private static func mean(_ values: [Double]) -> Double {
    (values.reduce(0, +) / Double(values.count)).withoutNaNSign
  }
}

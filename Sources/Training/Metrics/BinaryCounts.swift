import PerceptronLinearAlgebra

/// The weights of rows by their class, 0 or 1, and the predicted one.
public struct BinaryCounts: Sendable, Hashable {
  /// The weight of the rows of the class 1 that are predicted so, and of those that are not.
  public var truePositives = 0.0, falseNegatives = 0.0
  /// The weight of the rows of the class 0 that are predicted to be of the class 1, and of those that are
  /// not.
  public var falsePositives = 0.0, trueNegatives = 0.0

  /// Counts rows that are predicted to be of the class 1 where their probability is above a threshold.
  ///
  /// - Parameters:
  ///   - probabilities: the probability of the class 1 for each row; NaN is above no threshold.
  ///   - labels: 0 or 1 for each row.
  ///   - weights: each row's weight, 0 or more; nil for 1 each.
  public init(
    of probabilities: [Double], labels: [Int], weights: [Double]? = nil, threshold: Double = 0.5
  ) {
    requireRows("BinaryCounts", probabilities.count, labels.count, weights)
    for (row, probability) in probabilities.enumerated() {
      add(probability > threshold, labels[row], weights?[row] ?? 1)
    }
  }

  /// Counts rows with predicted classes.
  init(ofClasses predicted: [Int], labels: [Int], weights: [Double]?, metric: String) {
    requireRows(metric, predicted.count, labels.count, weights)
    for (row, guess) in predicted.enumerated() {
      require(guess == 0 || guess == 1, "\(metric): class \(guess) of row \(row), expected 0 or 1")
      add(guess == 1, labels[row], weights?[row] ?? 1)
    }
  }

  private mutating func add(_ isPredicted: Bool, _ label: Int, _ weight: Double) {
    require(label == 0 || label == 1, "BinaryCounts: label \(label), expected 0 or 1")
    switch (label == 1, isPredicted) {
    case (true, true): truePositives += weight
    case (true, false): falseNegatives += weight
    case (false, true): falsePositives += weight
    case (false, false): trueNegatives += weight
    }
  }

  /// The weight of all rows.
  public var total: Double { truePositives + falseNegatives + falsePositives + trueNegatives }
  /// The weight of the rows of the class 1.
  public var support: Double { truePositives + falseNegatives }

  /// The share of the rows that is predicted rightly; NaN without weight.
  public var accuracy: Double { ((truePositives + trueNegatives) / total).withoutNaNSign }
  /// The share of the rows that is predicted to be of the class 1; NaN without weight.
  public var predictedShare: Double {
    ((truePositives + falsePositives) / total).withoutNaNSign
  }
  /// Of the rows predicted to be of the class 1, the share that is; nil where there are none.
  public var precision: Double? { share(of: truePositives + falsePositives) }
  /// Of the rows of the class 1, the share that is predicted so; nil where there are none.
  public var recall: Double? { share(of: support) }
  /// The harmonic mean of precision and recall; nil where the class 1 neither occurs nor is predicted.
  public var f1: Double? {
    let sum = 2 * truePositives + falsePositives + falseNegatives
    return sum > 0 ? 2 * truePositives / sum : nil
  }

  private func share(of sum: Double) -> Double? { sum > 0 ? truePositives / sum : nil }
}

/// The F1 of the class 1, the harmonic mean of its precision and its recall: scikit-learn's
/// `f1_score(zero_division=nan)`. NaN where it neither occurs nor is predicted.
///
/// - Parameters:
///   - predicted: 0 or 1 for each row.
///   - labels: 0 or 1 for each row.
///   - weights: each row's weight, 0 or more; nil for 1 each.
public func binaryF1Score(of predicted: [Int], labels: [Int], weights: [Double]? = nil) -> Double {
  BinaryCounts(
    ofClasses: predicted, labels: labels, weights: weights, metric: "binaryF1Score"
  ).f1 ?? .nan
}

/// The mean of the classes' F1 over the classes that occur among the labels or the predictions:
/// scikit-learn's `f1_score(average="macro", zero_division=nan)`. NaN where none has a weight above 0.
///
/// - Parameters:
///   - predicted: a class for each row.
///   - labels: the class that each row has.
///   - weights: each row's weight, 0 or more; nil for 1 each.
///   - classCount: the number of classes; nil for no limit.
/// - Precondition: as many labels as predictions, all of them 0 or more and below `classCount`.
public func f1Score(
  of predicted: [Int], labels: [Int], weights: [Double]? = nil, classCount: Int? = nil
) -> Double {
  let classes = ClassF1("f1Score", predicted, labels, weights, classCount: classCount)
  return classes.mean
}

/// The F1 of each class, with what it is made of.
struct ClassF1 {
  /// The weight of the rows that are of a class and predicted so, and the sum of the weights of those that
  /// are and of those that are predicted so.
  private(set) var right: [Double], sums: [Double]

  init(
    _ metric: String, _ predicted: [Int], _ labels: [Int], _ weights: [Double]?, classCount: Int?
  ) {
    requireRows(metric, predicted.count, labels.count, weights)
    let classes = classCount ?? max(predicted.max() ?? -1, labels.max() ?? -1) + 1
    right = [Double](repeating: 0, count: classes)
    sums = right
    for (row, (guess, label)) in zip(predicted, labels).enumerated() {
      require(
        sums.indices.contains(guess) && sums.indices.contains(label),
        "\(metric): row \(row) of class \(label), predicted \(guess), of \(classes) classes")
      let weight = weights?[row] ?? 1
      sums[label] += weight
      sums[guess] += weight
      if guess == label { right[label] += weight }
    }
  }

  /// The number of classes that occur or are predicted.
  var count: Int { sums.count { $0 > 0 } }
  /// 0 for a class that neither occurs nor is predicted.
  func f1(_ label: Int) -> Double { sums[label] > 0 ? 2 * right[label] / sums[label] : 0 }
  var mean: Double { sums.indices.reduce(0) { $0 + f1($1) } / Double(count) }
}

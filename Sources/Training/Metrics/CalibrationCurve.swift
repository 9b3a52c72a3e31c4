import PerceptronLinearAlgebra

/// How often rows are of the class 1 by the probability that they are predicted to have, in bins of equal
/// width: scikit-learn's `calibration_curve(strategy="uniform")`. Of several classes, how often predictions
/// are right by their confidence.
public struct CalibrationCurve: Sendable, Hashable {
  /// The rows whose probability is above `lower` and at most `upper`; in the first bin, also those of 0.
  public struct Bin: Sendable, Hashable {
    /// The ends of the bin.
    public var lower: Double, upper: Double
    /// The mean probability of its rows; NaN without rows.
    public var meanPrediction: Double
    /// The share of its rows that is of the class 1; NaN without rows.
    public var observedShare: Double
    /// The weight of its rows.
    public var weight: Double
    /// The number of its rows that have a weight above 0.
    public var count: Int
    /// The interval of the observed share with 95 % confidence (Wilson); nil without rows.
    public var interval: ClosedRange<Double>?
  }

  /// All bins, in ascending order; those without rows, too.
  public let bins: [Bin]

  /// Puts rows into bins. Rows of weight 0 are left out.
  ///
  /// - Parameters:
  ///   - probabilities: the probability of the class 1 for each row.
  ///   - labels: 0 or 1 for each row.
  ///   - weights: each row's weight, 0 or more; nil for 1 each.
  ///   - binCount: the number of bins, at least 1.
  /// - Precondition: the probabilities of rows of a weight above 0 are within 0...1.
  public init(
    of probabilities: [Double], labels: [Int], weights: [Double]? = nil, binCount: Int = 10
  ) {
    requireRows("CalibrationCurve", probabilities.count, labels.count, weights)
    require(binCount >= 1, "CalibrationCurve: \(binCount) bins, expected at least 1")
    // As NumPy's linspace, so that a probability at an edge falls into the same bin.
    let step = 1 / Double(binCount)
    func edge(_ place: Int) -> Double { place == binCount ? 1 : Double(place) * step }
    var sums = [Sums](repeating: Sums(), count: binCount)
    for (row, probability) in probabilities.enumerated() {
      let (label, weight) = (labels[row], weights?[row] ?? 1)
      require(label == 0 || label == 1, "CalibrationCurve: label \(label) of row \(row)")
      if weight == 0 { continue }
      require(
        probability >= 0 && probability <= 1,
        "CalibrationCurve: probability \(probability) of row \(row), expected 0...1")
      // Rounding may lead into a bin beside the right one.
      var place = min(Int(probability * Double(binCount)), binCount - 1)
      while place > 0 && probability <= edge(place) { place -= 1 }
      while place < binCount - 1 && probability > edge(place + 1) { place += 1 }
      sums[place].add(probability, label, weight)
    }
    bins = sums.enumerated().map { place, sum in
      let observed = (sum.ones / sum.weight).withoutNaNSign
      return Bin(
        lower: edge(place), upper: edge(place + 1),
        meanPrediction: (sum.predicted / sum.weight).withoutNaNSign,
        observedShare: observed, weight: sum.weight, count: sum.count,
        interval: sum.count == 0
          ? nil : wilsonInterval(observed, rows: sum.weight * sum.weight / sum.squares))
    }
  }

  /// Puts rows of several classes into bins by the confidence of their prediction, the largest of their
  /// probabilities; the observed share is that of rows that are predicted rightly (Guo et al. 2017, "On
  /// calibration of modern neural networks").
  ///
  /// - Parameters:
  ///   - probabilities: the probability of each class, [rows, classes]. The first of equally likely classes
  ///     is the predicted one.
  ///   - labels: the class of each row.
  ///   - weights: each row's weight, 0 or more; nil for 1 each.
  ///   - binCount: the number of bins, at least 1.
  /// - Precondition: the largest probabilities of rows of a weight above 0 are within 0...1.
  public init(
    ofConfidence probabilities: Tensor<Double>, labels: [Int], weights: [Double]? = nil,
    binCount: Int = 10
  ) {
    require(
      probabilities.rank == 2 && probabilities.shape[1] > 0,
      "CalibrationCurve: probabilities \(probabilities.shape), expected rows of classes")
    let classCount = probabilities.shape[1]
    requireRows("CalibrationCurve", probabilities.shape[0], labels.count, weights)
    for (row, label) in labels.enumerated() {
      require(
        0..<classCount ~= label,
        "CalibrationCurve: label \(label) of row \(row) for \(classCount) classes")
    }
    let predicted = probabilities.argmax(axis: 1)
    self.init(
      of: predicted.enumerated().map { probabilities[$0, $1] },
      labels: zip(predicted, labels).map { $0 == $1 ? 1 : 0 }, weights: weights,
      binCount: binCount)
  }

  /// The expected calibration error, the mean of |mean prediction − observed share| over the bins,
  /// weighted by their rows (Naeini, Cooper and Hauskrecht 2015); NaN without rows.
  public var expectedError: Double {
    let used = bins.filter { $0.weight > 0 }
    let sum = used.reduce(0) { $0 + $1.weight * abs($1.meanPrediction - $1.observedShare) }
    return (sum / used.reduce(0) { $0 + $1.weight }).withoutNaNSign
  }

  /// The maximum calibration error, the largest |mean prediction − observed share| of a bin with rows; nil
  /// without rows.
  public var maximumError: Double? {
    bins.filter { $0.weight > 0 }.map { abs($0.meanPrediction - $0.observedShare) }.max()
  }

  private struct Sums {
    var weight = 0.0, squares = 0.0, predicted = 0.0, ones = 0.0
    var count = 0

    mutating func add(_ probability: Double, _ label: Int, _ rowWeight: Double) {
      weight += rowWeight
      squares += rowWeight * rowWeight
      predicted += rowWeight * probability
      if label == 1 { ones += rowWeight }
      count += 1
    }
  }
}

/// The Brier score, the weighted mean of (probability − label)²: 0 at best, 0.25 where each probability is
/// one half. NaN where no row has a weight above 0.
///
/// - Parameters:
///   - probabilities: the probability of the class 1 for each row.
///   - labels: 0 or 1 for each row.
///   - weights: each row's weight, 0 or more; nil for 1 each.
public func brierScore(
  of probabilities: [Double], labels: [Int], weights: [Double]? = nil
) -> Double {
  requireRows("brierScore", probabilities.count, labels.count, weights)
  require(labels.allSatisfy { $0 == 0 || $0 == 1 }, "brierScore: a label that is not 0 or 1")
  return weightedMean(labels.count, weights) {
    let error = probabilities[$0] - Double(labels[$0])
    return error * error
  }
}

import PerceptronLinearAlgebra

/// Softmax cross-entropy: the mean over rows of −ln(probability of the row's label), where the
/// probabilities are exp(scoreⱼ) / Σₖ exp(scoreₖ).
///
/// The largest score of a row is subtracted before the exponential, so that scores of ±1e30 give
/// finite losses, as all do whose spread within a row and whose losses' sum are finite. NaN, +∞, and
/// −∞ at the label give a loss that is not finite, which training reports as an error.
///
/// With label smoothing ε, a row's target is 1 − ε at its label and ε spread evenly over all
/// classes (Szegedy and others 2016). With class weights w, each −ln(probability) counts w times,
/// and the mean divides by the sum of the labels' weights instead of the number of rows. Both are as in
/// PyTorch's `CrossEntropyLoss`; so a batch whose labels all have a weight of 0 has the loss NaN.
///
/// The probabilities are saved for the backward pass.
public struct SoftmaxLoss<Scalar: BLASScalar>: Loss {
  /// The share of a target that is spread evenly over all classes.
  public let labelSmoothing: Double
  /// A weight for each class, or nil if all are 1.
  public let classWeights: [Double]?
  /// ``classWeights`` in the network's scalar type.
  private let weights: [Scalar]?

  /// The loss; it has no parameters.
  ///
  /// - Precondition: `labelSmoothing` is 0 or more and below 1, no weight is negative, and one is
  ///   above 0.
  public init(labelSmoothing: Double = 0, classWeights: [Double]? = nil) {
    self.labelSmoothing = labelSmoothing
    self.classWeights = classWeights
    weights = classWeights.map { $0.map { Scalar($0) } }
    specification?.requireValid()
  }

  /// Whether each row counts the same and has its target at its label alone.
  private var isPlain: Bool { labelSmoothing == 0 && classWeights == nil }

  /// The number of rows, or the sum over rows of the row's weight times its label's.
  public func normalizer(of targets: TargetBlock<Scalar>, rows: Int) -> Scalar {
    guard let weights else { return targets.totalWeight(rows: rows) }
    let labels = targets.labels(for: "SoftmaxLoss", rows: rows, classes: weights.count)
    var total = 0.0
    for row in 0..<rows {
      total += Double(weights[labels[row]]) * (targets.weights.map { Double($0[row]) } ?? 1)
    }
    return Scalar(total)
  }

  /// `softmax`, with label smoothing and class weights.
  public var specification: LossSpecification? {
    .softmax(labelSmoothing: labelSmoothing, classWeights: classWeights)
  }

  /// The probability of each class, exp(scoreⱼ) / Σₖ exp(scoreₖ), [rows, classes].
  public func probabilities(of scores: Tensor<Scalar>) -> Tensor<Scalar>? { softmax(scores) }

  /// Writes each row's probabilities and its own loss.
  public func forward(
    outputs scores: RowBlock<Scalar>, targets: TargetBlock<Scalar>,
    saved probabilities: MutableRowBlock<Scalar>, losses: UnsafeMutableBufferPointer<Scalar>
  ) {
    require(
      probabilities.shape == scores.shape && losses.count == scores.rows,
      "SoftmaxLoss: scores \(scores.shape), room for \(probabilities.shape) and \(losses.count) losses"
    )
    let labels = targets.labels(for: "SoftmaxLoss", rows: scores.rows, classes: scores.columns)
    guard let labels = labels.baseAddress, let losses = losses.baseAddress else { return }
    if isPlain {
      Scalar.softmaxCrossEntropy(
        rows: scores.rows, columns: scores.columns, scores.base, labels: labels,
        probabilities: probabilities.base, losses: losses)
    } else {
      withWeights(classes: scores.columns) {
        Scalar.smoothedCrossEntropy(
          rows: scores.rows, columns: scores.columns, scores.base, labels: labels,
          smoothing: Scalar(labelSmoothing), weights: $0, probabilities: probabilities.base,
          losses: losses)
      }
    }
  }

  /// Writes (probability·Σ target − target) / normalizer.
  public func backward(
    saved probabilities: RowBlock<Scalar>, targets: TargetBlock<Scalar>, normalizer: Scalar,
    into gradient: MutableRowBlock<Scalar>
  ) {
    require(
      gradient.shape == probabilities.shape,
      "SoftmaxLoss: probabilities \(probabilities.shape), room for \(gradient.shape)")
    let labels = targets.labels(
      for: "SoftmaxLoss", rows: probabilities.rows, classes: probabilities.columns)
    guard let labels = labels.baseAddress else { return }
    if isPlain {
      Scalar.softmaxCrossEntropyGradient(
        rows: probabilities.rows, columns: probabilities.columns,
        probabilities: probabilities.base, labels: labels, normalizer: normalizer,
        into: gradient.base)
    } else {
      withWeights(classes: probabilities.columns) {
        Scalar.smoothedCrossEntropyGradient(
          rows: probabilities.rows, columns: probabilities.columns,
          probabilities: probabilities.base, labels: labels, smoothing: Scalar(labelSmoothing),
          weights: $0, normalizer: normalizer, into: gradient.base)
      }
    }
  }

  /// Calls `body` with the classes' weights, or nil where all are 1.
  private func withWeights(classes: Int, _ body: (UnsafePointer<Scalar>?) -> Void) {
    guard let weights else { return body(nil) }
    require(
      weights.count == classes, "SoftmaxLoss: \(weights.count) class weights for \(classes) classes"
    )
    weights.withUnsafeBufferPointer { body($0.baseAddress) }
  }
}

/// The softmax of each row, exp(scoreⱼ) / Σₖ exp(scoreₖ), in the shape of the scores, [rows, classes];
/// each row adds up to 1.
public func softmax<Scalar>(_ scores: Tensor<Scalar>) -> Tensor<Scalar> {
  var probabilities = scores
  probabilities.withMutableRows {
    Scalar.softmax(rows: $0.rows, columns: $0.columns, $0.reading.base, into: $0.base, sums: nil)
  }
  return probabilities
}

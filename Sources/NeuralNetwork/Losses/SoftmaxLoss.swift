import LinearAlgebra

/// Softmax cross-entropy: the mean over rows of −ln(probability of the row's label), where the
/// probabilities are exp(scoreⱼ) / Σₖ exp(scoreₖ).
///
/// The largest score of a row is subtracted before the exponential, so that scores of ±1e30 give
/// finite losses, as all do whose spread within a row and whose losses' sum are finite. NaN, +∞, and
/// −∞ at the label give a loss that is not finite, which training reports as an error.
///
/// The backward pass needs the forward pass's probabilities, which the caller keeps.
public struct SoftmaxLoss<Scalar: BLASScalar>: Sendable, Equatable {
  /// The loss; it has no parameters.
  public init() {}

  /// Writes each row's probabilities and its own loss.
  ///
  /// - Parameters:
  ///   - scores: rows × classes.
  ///   - labels: a class below `scores.columns` for each row.
  ///   - probabilities: rows × classes; may be the same memory as `scores`.
  ///   - losses: one per row.
  /// - Precondition: as many labels and losses as rows, every label a class.
  public func forward(
    scores: RowBlock<Scalar>, labels: UnsafeBufferPointer<Int>,
    probabilities: MutableRowBlock<Scalar>, losses: UnsafeMutableBufferPointer<Scalar>
  ) {
    require(
      probabilities.shape == scores.shape && losses.count == scores.rows,
      "SoftmaxLoss: scores \(scores.shape), room for \(probabilities.shape) and \(losses.count) losses"
    )
    Self.check(labels, rows: scores.rows, classes: scores.columns)
    guard let labels = labels.baseAddress, let losses = losses.baseAddress else { return }
    Scalar.softmaxCrossEntropy(
      rows: scores.rows, columns: scores.columns, scores.base, labels: labels,
      probabilities: probabilities.base, losses: losses)
  }

  /// Writes the scores' gradient, (probability − 1 at the label) / batch.
  ///
  /// - Parameters:
  ///   - probabilities: what `forward` wrote, rows × classes.
  ///   - labels: as given to `forward`.
  ///   - batchSize: how many rows the whole batch has, of which these may be a share.
  ///   - gradient: rows × classes; may be the same memory as `probabilities`.
  public func backward(
    probabilities: RowBlock<Scalar>, labels: UnsafeBufferPointer<Int>, batchSize: Int,
    into gradient: MutableRowBlock<Scalar>
  ) {
    require(
      gradient.shape == probabilities.shape,
      "SoftmaxLoss: probabilities \(probabilities.shape), room for \(gradient.shape)")
    Self.check(labels, rows: probabilities.rows, classes: probabilities.columns)
    guard let labels = labels.baseAddress else { return }
    Scalar.softmaxCrossEntropyGradient(
      rows: probabilities.rows, columns: probabilities.columns,
      probabilities: probabilities.base, labels: labels, batch: batchSize, into: gradient.base)
  }

  /// The mean loss of all rows, NaN for none, and the probabilities.
  ///
  /// - Parameters:
  ///   - scores: [rows, classes].
  ///   - labels: a class for each row.
  /// - Returns: the loss, and the probabilities in the shape of the scores.
  /// - Precondition: as many labels as rows, every label in 0..<classes.
  public func forward(
    scores: Tensor<Scalar>, labels: [Int]
  ) -> (loss: Scalar, probabilities: Tensor<Scalar>) {
    let (losses, probabilities) = lossesAndProbabilities(scores, labels)
    return (losses.mean(), probabilities)
  }

  /// The loss of each row, [rows], of which ``forward(scores:labels:)`` gives the mean.
  ///
  /// - Parameters:
  ///   - scores: [rows, classes].
  ///   - labels: a class for each row.
  /// - Precondition: as many labels as rows, every label in 0..<classes.
  public func rowLosses(scores: Tensor<Scalar>, labels: [Int]) -> Tensor<Scalar> {
    lossesAndProbabilities(scores, labels).losses
  }

  private func lossesAndProbabilities(
    _ scores: Tensor<Scalar>, _ labels: [Int]
  ) -> (losses: Tensor<Scalar>, probabilities: Tensor<Scalar>) {
    var probabilities = scores
    var losses = Tensor<Scalar>.zeros([labels.count])
    probabilities.withMutableRows { block in
      losses.withUnsafeMutableElements { losses in
        labels.withUnsafeBufferPointer {
          forward(scores: block.reading, labels: $0, probabilities: block, losses: losses)
        }
      }
    }
    return (losses, probabilities)
  }

  /// The probability of each class, exp(scoreⱼ) / Σₖ exp(scoreₖ).
  ///
  /// - Parameter scores: [rows, classes].
  /// - Returns: the same shape; each row adds up to 1.
  public func probabilities(of scores: Tensor<Scalar>) -> Tensor<Scalar> {
    var probabilities = scores
    probabilities.withMutableRows {
      Scalar.softmax(rows: $0.rows, columns: $0.columns, $0.reading.base, into: $0.base)
    }
    return probabilities
  }

  /// The scores' gradient, (probability − 1 at the label) / rows.
  ///
  /// - Parameters:
  ///   - probabilities: what `forward` returned, [rows, classes].
  ///   - labels: as given to `forward`.
  public func backward(probabilities: Tensor<Scalar>, labels: [Int]) -> Tensor<Scalar> {
    var gradient = probabilities
    gradient.withMutableRows { block in
      labels.withUnsafeBufferPointer {
        backward(
          probabilities: block.reading, labels: $0, batchSize: labels.count, into: block)
      }
    }
    return gradient
  }

  private static func check(_ labels: UnsafeBufferPointer<Int>, rows: Int, classes: Int) {
    require(labels.count == rows, "SoftmaxLoss: \(labels.count) labels for \(rows) rows")
    for row in labels.indices where labels[row] < 0 || labels[row] >= classes {
      fatalError(
        "SoftmaxLoss: label \(labels[row]) of row \(row) is not one of \(classes) classes")
    }
  }
}

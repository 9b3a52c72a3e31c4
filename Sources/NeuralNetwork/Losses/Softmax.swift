import PerceptronLinearAlgebra

/// The softmax of each row, exp(scoreⱼ) / Σₖ exp(scoreₖ).
///
/// - Parameter scores: [rows, classes].
/// - Returns: the same shape; each row adds up to 1.
public func softmax<Scalar>(_ scores: Tensor<Scalar>) -> Tensor<Scalar> {
  var probabilities = scores
  probabilities.withMutableRows {
    Scalar.softmax(rows: $0.rows, columns: $0.columns, $0.reading.base, into: $0.base, sums: nil)
  }
  return probabilities
}

import PerceptronLinearAlgebra

/// What the rows' weights do to a loss: the same for all losses, which know nothing of weights. Without
/// weights, nothing is done.
extension TargetBlock {
  /// Multiplies each row's loss by the row's weight. A weight of 0 makes it 0, whatever it was.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  func applyWeights(to losses: UnsafeMutableBufferPointer<Scalar>) {
    guard let weights, let base = losses.baseAddress else { return }
    Scalar.combine(.multiply, count: losses.count, base, .each, weights, .each, into: base)
    for row in losses.indices where weights[row] == 0 { base[row] = 0 }
  }

  /// Multiplies each row of the gradient by the row's weight. A weight of 0 makes it 0, whatever it was,
  /// unless the batch's normalizer is 0, too: then nothing has a mean, and all of the gradient is NaN.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  func applyWeights(toRowsOf gradient: MutableRowBlock<Scalar>, normalizer: Scalar) {
    if normalizer == 0 {
      return Scalar.fill(count: gradient.count, gradient.base, with: .nan)
    }
    guard let weights else { return }
    let columns = gradient.columns
    for row in 0..<gradient.rows {
      let base = gradient.base + row * columns
      if weights[row] == 0 {
        Scalar.fill(count: columns, base, with: 0)
      } else {
        Scalar.combine(
          .multiply, count: columns, base, .each, weights + row, .same, into: base)
      }
    }
  }

  /// The sum of the rows' weights, or their number without weights. Added up in `Double`, in the order
  /// of the rows.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  func totalWeight(rows: Int) -> Scalar {
    guard let weights else { return Scalar(rows) }
    var total = 0.0
    for row in 0..<rows { total += Double(weights[row]) }
    return Scalar(total)
  }
}

// Documented at the requirements.
// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
extension BLASScalar {
  @inlinable public static func relu(
    count: Int, _ x: UnsafePointer<Self>, into y: UnsafeMutablePointer<Self>
  ) {
    // Written so that NaN passes through, as with NumPy's maximum. In place, adding 0 changes
    // nothing but −0; without it the compiler stores only what changes, one element at a time.
    if x == UnsafePointer(y) {
      for index in 0..<count { y[index] = (y[index] < 0 ? 0 : y[index]) + 0 }
    } else {
      for index in 0..<count { y[index] = x[index] < 0 ? 0 : x[index] }
    }
  }

  @inlinable public static func reluGradient(
    count: Int, output: UnsafePointer<Self>, upstream: UnsafePointer<Self>,
    into gradient: UnsafeMutablePointer<Self>
  ) {
    // Upstream is read whether needed or not: a conditional read cannot be vectorised.
    if upstream == UnsafePointer(gradient) {
      for index in 0..<count {
        let flowing = gradient[index]
        gradient[index] = (output[index] > 0 ? flowing : 0) + 0
      }
    } else {
      for index in 0..<count {
        let flowing = upstream[index]
        gradient[index] = output[index] > 0 ? flowing : 0
      }
    }
  }

  @inlinable public static func softmax(
    rows: Int, columns: Int, _ scores: UnsafePointer<Self>,
    into probabilities: UnsafeMutablePointer<Self>
  ) {
    if columns == 0 { return }
    for row in 0..<rows {
      _ = softmaxRow(columns, scores + row * columns, into: probabilities + row * columns)
    }
  }

  @inlinable public static func softmaxCrossEntropy(
    rows: Int, columns: Int, _ scores: UnsafePointer<Self>, labels: UnsafePointer<Int>,
    probabilities: UnsafeMutablePointer<Self>, losses: UnsafeMutablePointer<Self>
  ) {
    for row in 0..<rows {
      let x = scores + row * columns
      let labelled = x[labels[row]]
      let (largest, sum) = softmaxRow(columns, x, into: probabilities + row * columns)
      // Not (largest + log sum) − labelled: beside a score of 1e30 the logarithm would be lost.
      losses[row] = logarithm(sum) - (labelled - largest)
    }
  }

  @inlinable public static func softmaxCrossEntropyGradient(
    rows: Int, columns: Int, probabilities: UnsafePointer<Self>, labels: UnsafePointer<Int>,
    normalizer: Self, into gradient: UnsafeMutablePointer<Self>
  ) {
    for row in 0..<rows {
      let p = probabilities + row * columns
      let target = gradient + row * columns
      let labelled = p[labels[row]]
      for column in 0..<columns { target[column] = p[column] / normalizer }
      target[labels[row]] = (labelled - 1) / normalizer
    }
  }

  /// Writes exp(x − max x) / Σ exp(x − max x) to `p` and returns max x and that sum.
  /// `p` may be `x` itself. The exponent is never above 0, so nothing overflows.
  @inlinable @inline(__always)
  static func softmaxRow(
    _ count: Int, _ x: UnsafePointer<Self>, into p: UnsafeMutablePointer<Self>
  ) -> (largest: Self, sum: Self) {
    let largest = x[indexOfMaximum(count: count, x)]
    var sum: Self = 0
    for index in 0..<count {
      p[index] = exponential(x[index] - largest)
      sum += p[index]
    }
    for index in 0..<count { p[index] /= sum }
    return (largest, sum)
  }
}

extension BLASScalar {
  /// y = x̂·gamma + beta, where x̂ = (x − mean) / √(variance + epsilon) with each row's own mean and
  /// variance; leaves each row's mean and 1 / √(variance + epsilon) in `moments`. `y` may be `x`.
  ///
  /// The moments are corrected as those of ``columnMoments(rows:columns:_:mean:variance:)`` are.
  @_specialize(where Self == Float)
  @_specialize(where Self == Double)
  package static func normalizeRows(
    rows: Int, columns: Int, _ x: UnsafePointer<Self>, epsilon: Self,
    gamma: UnsafePointer<Self>, beta: UnsafePointer<Self>, into y: UnsafeMutablePointer<Self>,
    moments: UnsafeMutablePointer<Self>
  ) {
    let count = Self(columns)
    for row in 0..<rows {
      let (x, y) = (x + row * columns, y + row * columns)
      var mean = sum(count: columns, x) / count
      mean +=
        laneSum(count: columns) { index in
          lanes(x, index) - mean
        } one: { index in
          x[index] - mean
        } / count
      let variance =
        laneSum(count: columns) { index in
          let deviation = lanes(x, index) - mean
          return deviation * deviation
        } one: { index in
          (x[index] - mean) * (x[index] - mean)
        } / count
      let factor = 1 / (variance + epsilon).squareRoot()
      transform(count: columns, x, into: y) { ($1 - mean) * factor * gamma[$0] + beta[$0] }
      moments[2 * row] = mean
      moments[2 * row + 1] = factor
    }
  }

  /// The gradient of `normalizeRows` for gamma, Σ upstream·x̂; that for beta is `addRows`.
  @_specialize(where Self == Float)
  @_specialize(where Self == Double)
  package static func normalizeRowsGammaGradient(
    rows: Int, columns: Int, _ x: UnsafePointer<Self>,
    moments: UnsafePointer<Self>, upstream: UnsafePointer<Self>,
    into gradient: UnsafeMutablePointer<Self>
  ) {
    fill(count: columns, gradient, with: 0)
    for row in 0..<rows {
      let (x, upstream) = (x + row * columns, upstream + row * columns)
      let (mean, factor) = (moments[2 * row], moments[2 * row + 1])
      for column in 0..<columns {
        gradient[column] += upstream[column] * ((x[column] - mean) * factor)
      }
    }
  }

  /// The gradient of `normalizeRows` for x; `gradient` may be `upstream`.
  @_specialize(where Self == Float)
  @_specialize(where Self == Double)
  package static func normalizeRowsGradient(
    rows: Int, columns: Int, _ x: UnsafePointer<Self>,
    moments: UnsafePointer<Self>, gamma: UnsafePointer<Self>, upstream: UnsafePointer<Self>,
    into gradient: UnsafeMutablePointer<Self>
  ) {
    let count = Self(columns)
    for row in 0..<rows {
      let offset = row * columns
      let (x, upstream) = (x + offset, upstream + offset)
      let (mean, factor) = (moments[2 * row], moments[2 * row + 1])
      // With g = upstream·gamma: what moving the mean and the variance takes back is the mean of
      // g, and x̂ times the mean of g·x̂ (Ba, Kiros and Hinton 2016).
      let shift = dot(count: columns, upstream, gamma) / count
      let slope =
        laneSum(count: columns) { index in
          lanes(upstream, index) * lanes(gamma, index) * (lanes(x, index) - mean)
        } one: { index in
          upstream[index] * gamma[index] * (x[index] - mean)
        } * factor * factor / count
      transform(count: columns, upstream, into: gradient + offset) {
        ($1 * gamma[$0] - shift - (x[$0] - mean) * slope) * factor
      }
    }
  }
}

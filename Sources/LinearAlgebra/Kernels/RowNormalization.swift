// Documented at the requirements.
// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
extension BLASScalar {
  @inlinable public static func normalizeRows(
    rows: Int, columns: Int, _ x: UnsafePointer<Self>, epsilon: Self,
    gamma: UnsafePointer<Self>, beta: UnsafePointer<Self>, into y: UnsafeMutablePointer<Self>,
    moments: UnsafeMutablePointer<Self>
  ) {
    let count = Self(columns)
    for row in 0..<rows {
      let (x, y) = (x + row * columns, y + row * columns)
      let mean = sum(count: columns, x) / count
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

  @inlinable public static func normalizeRowsGammaGradient(
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

  @inlinable public static func normalizeRowsGradient(
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

  /// Eight elements from `index` on.
  @inlinable @inline(__always)
  static func lanes(_ x: UnsafePointer<Self>, _ index: Int) -> SIMD8<Self> {
    UnsafeRawPointer(x + index).loadUnaligned(as: SIMD8<Self>.self)
  }

  /// The sum of `count` terms, made eight at a time and the rest one at a time: in lanes, because
  /// the compiler may not reorder a sum of floating-point numbers.
  @inlinable @inline(__always)
  static func laneSum(
    count: Int, _ eight: (_ index: Int) -> SIMD8<Self>, one: (_ index: Int) -> Self
  ) -> Self {
    var lanes = SIMD8<Self>(repeating: 0)
    var index = 0
    while index + 8 <= count {
      lanes += eight(index)
      index += 8
    }
    var total = lanes.sum()
    while index < count {
      total += one(index)
      index += 1
    }
    return total
  }
}

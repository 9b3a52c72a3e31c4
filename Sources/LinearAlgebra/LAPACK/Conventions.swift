// What decompositions and covariances have in common: symmetric matrices that are equal in both triangles to the
// last bit, and vectors whose sign does not depend on the method.

extension BLASScalar {
  /// Copies the upper triangle of a square, row-major matrix to the lower one, or the other way round.
  @_specialize(where Self == Float)
  @_specialize(where Self == Double)
  static func mirrorTriangle(isUpper: Bool, size: Int, _ a: UnsafeMutablePointer<Self>) {
    // In tiles, because one of the two is read or written down columns.
    let tile = 32
    let (rowStride, columnStride) = isUpper ? (size, 1) : (1, size)
    for top in stride(from: 0, to: size, by: tile) {
      for left in stride(from: 0, through: top, by: tile) {
        for row in top..<min(top + tile, size) {
          for column in left..<min(left + tile, row) {
            a[row * rowStride + column * columnStride] = a[column * rowStride + row * columnStride]
          }
        }
      }
    }
  }
}

/// Negates a vector whose component of largest magnitude, the first of equal ones, is negative, and returns
/// −1 then, otherwise 1.
@discardableResult
func makeLargestPositive<Scalar: BLASScalar>(
  _ vector: UnsafeMutablePointer<Scalar>, count: Int
) -> Scalar {
  if count == 0 || vector[Scalar.indexOfLargestMagnitude(count: count, vector)] >= 0 { return 1 }
  withUnsafePointer(to: -1 as Scalar) {
    Scalar.combine(.multiply, count: count, vector, .each, $0, .same, into: vector)
  }
  return -1
}

extension Tensor {
  /// The exponent of the largest magnitude in a matrix, or on and above its diagonal or on and below it; 0
  /// where there are only zeros.
  func largestExponent(inUpper isUpper: Bool? = nil) -> Int {
    var largest: Scalar = 0
    withRows { a in
      for row in 0..<a.rows {
        let first = isUpper == true ? row : 0
        let end = isUpper == false ? Swift.min(row + 1, a.columns) : a.columns
        if first >= end { continue }
        let start = a.base + row * a.columns + first
        let place = Scalar.indexOfLargestMagnitude(count: end - first, start)
        largest = Swift.max(largest, start[place].magnitude)
      }
    }
    return largest == 0 ? 0 : Int(largest.exponent)
  }

  /// Every element times a power of two, whose exponent may be beyond those of numbers.
  func scaled(byPowerOfTwo exponent: Int) -> Tensor {
    func power(_ exponent: Int) -> Scalar {
      Scalar(sign: .plus, exponent: Scalar.Exponent(exponent), significand: 1)
    }
    return self * power(exponent / 2) * power(exponent - exponent / 2)
  }

  /// Negates the rows of a matrix whose component of largest magnitude, the first of equal ones, is negative.
  mutating func makeLargestPositiveInRows() {
    withMutableRows { rows in
      for row in 0..<rows.rows {
        makeLargestPositive(rows.base + row * rows.columns, count: rows.columns)
      }
    }
  }
}

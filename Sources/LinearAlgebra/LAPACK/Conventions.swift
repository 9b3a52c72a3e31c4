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
  /// Negates the rows of a matrix whose component of largest magnitude, the first of equal ones, is negative.
  mutating func makeLargestPositiveInRows() {
    withMutableRows { rows in
      for row in 0..<rows.rows {
        makeLargestPositive(rows.base + row * rows.columns, count: rows.columns)
      }
    }
  }
}

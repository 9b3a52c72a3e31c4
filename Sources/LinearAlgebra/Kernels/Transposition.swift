/// How many rows and columns are transposed at a time: a tile of each matrix stays in cache.
@usableFromInline let tileWidth = 16

// Documented at the requirements.
// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
extension BLASScalar {
  @inlinable public static func transpose(
    rows: Int, columns: Int, _ x: UnsafePointer<Self>, into y: UnsafeMutablePointer<Self>
  ) {
    for top in stride(from: 0, to: rows, by: tileWidth) {
      for left in stride(from: 0, to: columns, by: tileWidth) {
        for row in top..<min(top + tileWidth, rows) {
          for column in left..<min(left + tileWidth, columns) {
            y[column * rows + row] = x[row * columns + column]
          }
        }
      }
    }
  }
}

extension Tensor {
  /// The matrix with rows and columns exchanged, copied. Products need no copy: they take a
  /// transposed operand as it is.
  ///
  /// - Precondition: rank 2.
  public func transposed() -> Tensor {
    require(rank == 2, "transposed: a matrix is needed, not shape \(shape)")
    return Tensor(shape: [shape[1], shape[0]]) { target in
      withRows {
        Scalar.transpose(
          rows: $0.rows, columns: $0.columns, $0.base, into: target.baseAddress!)
      }
    }
  }
}

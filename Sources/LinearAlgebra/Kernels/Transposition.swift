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
          rows: $0.rows, columns: $0.columns, $0.base, stride: $0.columns,
          into: target.baseAddress!, stride: $0.rows)
      }
    }
  }
}

/// The product of two matrices by the definition, Σₖ a[i, k]·b[k, j] summed in `Double`: the
/// reference that tests and `perceptron doctor` hold BLAS against. Slow.
///
/// - Parameters:
///   - a: [rows, inner], or [inner, rows] when transposed.
///   - b: [inner, columns], or [columns, inner] when transposed.
/// - Returns: [rows, columns].
/// - Precondition: both have rank 2 and equal inner extents.
public func naiveMatmul<Scalar>(
  _ a: Tensor<Scalar>, _ b: Tensor<Scalar>, transposeA: Bool = false, transposeB: Bool = false
) -> Tensor<Double> {
  require(
    a.rank == 2 && b.rank == 2,
    "naiveMatmul: matrices needed, not shapes \(a.shape) and \(b.shape)")
  let rows = a.shape[transposeA ? 1 : 0]
  let inner = a.shape[transposeA ? 0 : 1]
  let columns = b.shape[transposeB ? 0 : 1]
  require(
    inner == b.shape[transposeB ? 1 : 0],
    "naiveMatmul: \(a.shape) × \(b.shape): inner dimensions differ")
  let (aRow, aColumn) = transposeA ? (1, rows) : (inner, 1)
  let (bRow, bColumn) = transposeB ? (1, inner) : (columns, 1)
  var result: [Double] = []
  Tensor<Double>(a).withUnsafeElements { a in
    Tensor<Double>(b).withUnsafeElements { b in
      for i in 0..<rows {
        for j in 0..<columns {
          var (sum, k) = (0.0, 0)
          while k < inner {
            sum += a[i * aRow + k * aColumn] * b[k * bRow + j * bColumn]
            k += 1
          }
          result.append(sum)
        }
      }
    }
  }
  return Tensor(result, shape: [rows, columns])
}

/// The eigenvalues and eigenvectors of a symmetric matrix: A·V = V·diag(λ) with orthonormal columns in V,
/// as NumPy's `linalg.eigh`.
///
/// Only the lower triangle and the diagonal are read. An eigenvector's sign is such that its component of
/// largest magnitude, the first of equal ones, is positive; those of equal eigenvalues are any orthonormal
/// basis of their space. Computed by LAPACK's `syevd`, divide and conquer.
///
/// - Parameter a: [n, n].
/// - Returns: the eigenvalues in ascending order, [n], and the eigenvectors in columns in the same order,
///   [n, n].
/// - Throws: `LAPACKError.notFinite` where an element of either triangle is; `LAPACKError.failed` without
///   memory, or where the iteration does not converge.
/// - Precondition: a square matrix of at most 32,766 rows, as the routine's work space has 2n² elements
///   counted in 32 bits.
/// - Complexity: O(n³).
public func symmetricEigen<Scalar>(
  _ a: Tensor<Scalar>
) throws(LAPACKError) -> (values: Tensor<Scalar>, vectors: Tensor<Scalar>) {
  require(
    a.rank == 2 && a.shape[0] == a.shape[1],
    "symmetricEigen: a square matrix is needed, not shape \(a.shape)")
  let size = a.shape[0]
  require(
    size <= mostEigenRows, "symmetricEigen: \(size) rows, expected at most \(mostEigenRows)")
  if let position = a.firstNonFinite() {
    throw .notFinite(
      operation: "symmetricEigen", row: position / size, column: position % size,
      value: Double(a[position: position]))
  }
  var (values, vectors) = (Tensor<Scalar>.zeros([size]), a)
  if size == 0 { return (values, vectors) }
  let info = vectors.withUnsafeMutableElements { vectors in
    values.withUnsafeMutableElements {
      Scalar.syevd(size: size, vectors.baseAddress!, values: $0.baseAddress!)
    }
  }
  if info != 0 { throw .failed(routine: "syevd", info: info) }
  makeLargestComponentPositive(&vectors)
  return (values, vectors)
}

/// The most rows of a matrix for ``symmetricEigen(_:)``.
let mostEigenRows = 32_766

/// Negates the columns whose component of largest magnitude is negative.
func makeLargestComponentPositive<Scalar>(_ vectors: inout Tensor<Scalar>) {
  let columns = vectors.shape[1]
  var largest = [Scalar](repeating: 0, count: columns)
  vectors.withRows { vectors in
    for row in 0..<vectors.rows {
      let base = vectors.base + row * columns
      for column in 0..<columns where base[column].magnitude > largest[column].magnitude {
        largest[column] = base[column]
      }
    }
  }
  vectors *= Tensor(largest.map { $0 < 0 ? -1 : 1 as Scalar })
}

/// The eigenvalues and eigenvectors of a symmetric matrix: A·V = V·diag(λ) with orthonormal columns in V,
/// as NumPy's `linalg.eigh`.
///
/// An eigenvector's sign is such that its component of largest magnitude, the first of equal ones, is positive;
/// those of equal eigenvalues are any orthonormal basis of their space. Computed by LAPACK's `syevd`, divide
/// and conquer.
public struct SymmetricEigen<Scalar: BLASScalar>: Sendable {
  /// The eigenvalues in ascending order, [n].
  public let values: Tensor<Scalar>
  /// The eigenvectors in columns in the same order, [n, n].
  public let vectors: Tensor<Scalar>

  /// Decomposes a matrix, of which the lower triangle and the diagonal are used; its storage is used where
  /// nobody else holds it.
  ///
  /// - Parameter a: [n, n].
  /// - Throws: `LAPACKError.notFinite` where an element of either triangle is; `LAPACKError.tooLarge` for more
  ///   than 32,766 rows, as the routine's workspace has 2n² numbers counted in 32 bits;
  ///   `LAPACKError.failed` where the iteration does not converge; `LAPACKError.overflow` where an
  ///   eigenvalue is.
  /// - Precondition: a square matrix.
  /// - Complexity: O(n³).
  public init(_ a: consuming Tensor<Scalar>) throws(LAPACKError) {
    values = try decompose(&a, job: "V", operation: "SymmetricEigen")
    // In rows, because LAPACK's columns are these.
    a.makeLargestPositiveInRows()
    vectors = a.transposed()
  }

  /// The largest magnitude of an eigenvalue over the least: infinite for a singular matrix, 1 for one without
  /// elements.
  public var conditionNumber: Scalar {
    let magnitudes = values.elements.map(\.magnitude)
    guard let least = magnitudes.min(), let largest = magnitudes.max() else { return 1 }
    return least > 0 ? largest / least : .infinity
  }
}

/// The eigenvalues of a symmetric matrix in ascending order, [n]: faster than ``SymmetricEigen``.
///
/// - Parameter a: [n, n], of which the lower triangle and the diagonal are used.
/// - Throws: as ``SymmetricEigen``.
/// - Precondition: a square matrix.
/// - Complexity: O(n³).
public func symmetricEigenvalues<Scalar>(
  _ a: consuming Tensor<Scalar>
) throws(LAPACKError) -> Tensor<Scalar> {
  try decompose(&a, job: "N", operation: "symmetricEigenvalues")
}

/// The eigenvalues, and with job V the eigenvectors as rows in the place of the matrix.
private func decompose<Scalar>(
  _ a: inout Tensor<Scalar>, job: Unicode.Scalar, operation: String
) throws(LAPACKError) -> Tensor<Scalar> {
  try a.checkSquare(operation)
  let size = a.shape[0]
  if size > LAPACKLimit.eigenRows {
    throw .tooLarge(operation: operation, size: size, limit: LAPACKLimit.eigenRows)
  }
  var values = Tensor<Scalar>.zeros([size])
  if size == 0 { return values }
  // LAPACK reads a triangle of what it takes for columns. In double precision, it reduces the other one faster,
  // by a quarter of 1000 rows.
  let isMirrored = Scalar.self == Double.self
  let (hasVectors, vectorIntegers) = (job == "V", 3 + 5 * size)
  let integerCount = hasVectors ? vectorIntegers : 1
  let info = a.withMutableRows { a in
    if isMirrored { Scalar.mirrorTriangle(isUpper: false, size: size, a.base) }
    return values.withUnsafeMutableElements { values in
      withWorkspace(count: integerCount) { integers in
        withQueriedWorkspace(elements: a.count) {
          Scalar.syevd(
            job: job, isUpper: !isMirrored, size: size, a.base, values: values.baseAddress!,
            work: $0, workCount: $1,
            integers: integers, integerCount: Int32(integerCount))
        }
      }
    }
  }
  if info != 0 { throw .failed(routine: "syevd", info: info) }
  return try values.demandFinite(operation)
}

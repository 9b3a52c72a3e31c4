/// The least-squares solution of a system of equations.
public struct LeastSquares<Scalar: BLASScalar>: Sendable {
  /// The X with the least ‖A·X − B‖ for each column of B, and of those the one with the least norm: [n] or
  /// [n, k].
  public let solution: Tensor<Scalar>
  /// ‖A·X − B‖ of each column of B: [] or [k]. NumPy's `residuals` are the squares, which may overflow.
  public let residualNorms: Tensor<Scalar>
  /// The number of singular values of A that were not taken for 0.
  public let rank: Int
  /// The singular values of A, [min(m, n)], descending.
  public let singularValues: Tensor<Scalar>

  /// The largest singular value over the least: infinite where that is 0, 1 for a matrix without elements.
  /// Rounding leaves most matrices of less than full rank a number above 1/ε in place of infinity.
  public var conditionNumber: Scalar { conditionOf(singularValues) }
}

/// The X with the least ‖A·X − B‖ for each column of B, by the singular value decomposition, for A of any shape
/// and rank, as NumPy's `linalg.lstsq`. Computed by LAPACK's `gelsd`, divide and conquer.
///
///     let fit = try leastSquares(design, observations)
///     print(fit.solution, fit.rank)
///
/// ``QR`` is faster for a matrix of full rank.
///
/// - Parameters:
///   - a: [m, n].
///   - b: [m] or [m, k].
///   - rcond: singular values up to this share of the largest are 0; as in ``SVD/rank(rcond:)``.
/// - Throws: `LAPACKError.notFinite` where an element of A or B is; `LAPACKError.tooLarge` for an extent above
///   2³¹ − 1; `LAPACKError.failed` where the iteration does not converge; `LAPACKError.overflow` where an
///   element of the solution is.
/// - Precondition: as many rows in B as in A; `rcond` is not negative.
/// - Complexity: O(m·n·(min(m, n) + k)).
public func leastSquares<Scalar>(
  _ a: Tensor<Scalar>, _ b: Tensor<Scalar>, rcond: Scalar? = nil
) throws(LAPACKError) -> LeastSquares<Scalar> {
  try a.checkMatrix("leastSquares", argument: "a")
  let (rows, columns) = (a.shape[0], a.shape[1])
  try b.checkRightHandSides("leastSquares", rows: rows)
  let (count, size, length) = (b.solutionCount, min(rows, columns), max(rows, columns))
  let tolerance = tolerance(rcond, rows, columns, "leastSquares")
  let shape: Shape = b.rank == 1 ? [columns] : [columns, count]
  if size == 0 || count == 0 {
    let values =
      size == 0 ? Tensor<Scalar>.zeros([0]) : try singularValues(a, operation: "leastSquares")
    return LeastSquares(
      solution: .zeros(shape), residualNorms: columnNorms(b),
      rank: size == 0 ? 0 : rankOf(values, tolerance),
      singularValues: values)
  }
  // Both are columns to LAPACK. B has room for the longer of itself and the solution.
  var factors = a.transposed()
  var columnsOfB = Tensor<Scalar>.zeros([count, length])
  var values = Tensor<Scalar>.zeros([size])
  var rank: Int32 = 0
  let info = columnsOfB.withUnsafeMutableElements { target in
    b.withUnsafeElements {
      Scalar.transpose(
        rows: rows, columns: count, $0.baseAddress!, stride: count, into: target.baseAddress!,
        stride: length)
    }
    return factors.withMutableRows { factors in
      values.withUnsafeMutableElements { values in
        // The size of the integers' workspace: a tree of halves down to 25 rows, 3·depth + 11 numbers a row.
        withWorkspace(count: size * (3 * (Int.bitWidth - size.leadingZeroBitCount) + 11)) {
          integers in
          withQueriedWorkspace(elements: rows * columns) {
            Scalar.gelsd(
              rows: rows, columns: columns, solutions: count, factors.base, target.baseAddress!,
              values: values.baseAddress!, tolerance: tolerance,
              rank: &rank, work: $0, workCount: $1, integers: integers)
          }
        }
      }
    }
  }
  if info != 0 { throw .failed(routine: "gelsd", info: info) }
  let solution = try Tensor<Scalar>(shape: shape) { target in
    columnsOfB.withUnsafeElements {
      Scalar.transpose(
        rows: count, columns: columns, $0.baseAddress!, stride: length,
        into: target.baseAddress!, stride: count)
    }
  }.demandFinite("leastSquares")
  // What gelsd leaves of B below the solution is scaled where B is tiny or huge.
  let residualNorms = columnNorms(matmul(a, solution) - b)
  return LeastSquares(
    solution: solution, residualNorms: residualNorms, rank: Int(rank), singularValues: values)
}

/// The Euclidean norm of a vector, [], or of a matrix's columns, [k].
private func columnNorms<Scalar>(_ b: Tensor<Scalar>) -> Tensor<Scalar> {
  if b.rank == 1 { return Tensor(b.norm()) }
  let columns = b.transposed()
  return Tensor((0..<b.shape[1]).map { columns.row($0).norm() })
}

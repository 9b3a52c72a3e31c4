/// What is known of a matrix, which decides how a system of equations is solved.
public enum MatrixStructure: Sendable {
  /// Nothing: by ``LU``.
  case general
  /// Symmetric: by the method of Bunch and Kaufman. The lower triangle and the diagonal are used.
  case symmetric
  /// Symmetric and positive definite: by ``Cholesky``. The lower triangle and the diagonal are used.
  case positiveDefinite
  /// Upper triangular; the other triangle is not used, whatever stands there.
  case upperTriangular
  /// Lower triangular; the other triangle is not used, whatever stands there.
  case lowerTriangular
}

/// The solution of A·X = B, as SciPy's `linalg.solve`.
///
///     let x = try solve(a, b)
///     let y = try solve(covariance, b, .positiveDefinite)
///
/// For several B one after another, keep an ``LU`` or ``Cholesky``. For a rectangular A there is
/// ``leastSquares(_:_:rcond:)``.
///
/// - Parameters:
///   - a: [n, n].
///   - b: [n] or [n, k].
///   - structure: what is known of A.
///   - minimumReciprocalCondition: the least 1/(‖A‖₁·‖A⁻¹‖₁), as LAPACK estimates it, of a matrix that is not
///     refused: unless given 2⁻⁵² (2⁻²³ of `Float`), where a solution may have no certain digit, and 0 for a
///     triangle, as estimating it takes five times as long as solving. With 0 any matrix is solved that is not
///     exactly singular. Rows and columns of very different scales have a low one, even where the solution is
///     accurate.
/// - Returns: as B.
/// - Throws: `LAPACKError.singular` for a pivot of 0, `LAPACKError.notPositiveDefinite`,
///   `LAPACKError.illConditioned`, `LAPACKError.notFinite` where an element of A or B is,
///   `LAPACKError.overflow` where one of the solution is, `LAPACKError.tooLarge`.
/// - Precondition: a square matrix, and as many rows in B.
/// - Complexity: O(n³ + n²·k); O(n²·k) of a triangle.
public func solve<Scalar>(
  _ a: consuming Tensor<Scalar>, _ b: consuming Tensor<Scalar>,
  _ structure: MatrixStructure = .general,
  minimumReciprocalCondition: Scalar? = nil
) throws(LAPACKError) -> Tensor<Scalar> {
  let isTriangle = structure == .upperTriangular || structure == .lowerTriangular
  let minimumReciprocalCondition =
    minimumReciprocalCondition ?? (isTriangle ? 0 : Scalar.ulpOfOne)
  func demandCondition(_ reciprocal: Scalar) throws(LAPACKError) {
    if reciprocal < minimumReciprocalCondition {
      throw .illConditioned(operation: "solve", reciprocalCondition: Double(reciprocal))
    }
  }
  a.requireSquare("solve")
  try b.checkRightHandSides("solve", rows: a.shape[0])
  switch structure {
  case .general:
    let lu = try LU(a, operation: "solve", argument: "a")
    if let pivot = lu.firstZeroPivot { throw .singular(operation: "solve", pivot: pivot) }
    if minimumReciprocalCondition > 0 { try demandCondition(lu.reciprocalCondition) }
    return try lu.solve(b, operation: "solve")
  case .positiveDefinite:
    let cholesky = try Cholesky(a, operation: "solve", argument: "a")
    if minimumReciprocalCondition > 0 { try demandCondition(cholesky.reciprocalCondition) }
    return try cholesky.solve(b, operation: "solve")
  case .symmetric:
    return try solveSymmetric(a, b, demandCondition)
  case .upperTriangular, .lowerTriangular:
    let isUpper = structure == .upperTriangular
    try a.checkTriangle("solve", argument: "a", isUpper: isUpper)
    let size = a.shape[0]
    for index in 0..<size where a[index, index] == 0 {
      throw .singular(operation: "solve", pivot: index)
    }
    if minimumReciprocalCondition > 0 {
      try demandCondition(reciprocalConditionOfTriangle(a, size: size, isUpper: isUpper))
    }
    if b.count == 0 { return b }
    let columns = b.solutionCount
    b.withUnsafeMutableElements { b in
      a.withRows {
        Scalar.solveTriangle(
          isUpper: isUpper, size: size, columns: columns, $0.base, stride: size, b.baseAddress!)
      }
    }
    return try b.demandFinite("solve")
  }
}

/// Solves with a symmetric matrix by its U·D·Uᵀ decomposition.
private func solveSymmetric<Scalar>(
  _ a: consuming Tensor<Scalar>, _ b: consuming Tensor<Scalar>,
  _ demandCondition: (Scalar) throws(LAPACKError) -> Void
) throws(LAPACKError) -> Tensor<Scalar> {
  try a.checkSquare("solve", argument: "a")
  let (size, columns) = (a.shape[0], b.solutionCount)
  if b.count == 0 { return b }
  let pivots = allocateAligned(count: size, of: Int32.self)
  let integers = allocateAligned(count: size, of: Int32.self)
  let work = allocateAligned(count: 2 * size, of: Scalar.self)
  defer {
    freeAligned(pivots)
    freeAligned(integers)
    freeAligned(work)
  }
  let norm = a.withRows {
    Scalar.oneNorm(rows: size, columns: size, isSymmetric: true, $0.base)
  }
  let info = a.withMutableRows { a in
    withQueriedWorkspace(elements: a.count) {
      Scalar.sytrf(size: size, a.base, pivots: pivots, work: $0, workCount: $1)
    }
  }
  if info > 0 { throw .singular(operation: "solve", pivot: info - 1) }
  if info < 0 { throw .failed(routine: "sytrf", info: info) }
  var reciprocal: Scalar = 0
  _ = a.withRows {
    Scalar.sycon(
      size: size, $0.base, pivots: pivots, norm: norm, into: &reciprocal, work: work,
      integers: integers)
  }
  try demandCondition(reciprocal)
  // Right-hand sides are columns to LAPACK.
  if columns > 1 { b = b.transposed() }
  let solved = a.withMutableRows { a in
    b.withUnsafeMutableElements {
      Scalar.sytrs2(
        size: size, columns: columns, a.base, pivots: pivots, $0.baseAddress!, work: work)
    }
  }
  if solved != 0 { throw .failed(routine: "sytrs2", info: solved) }
  if columns > 1 { b = b.transposed() }
  return try b.demandFinite("solve")
}

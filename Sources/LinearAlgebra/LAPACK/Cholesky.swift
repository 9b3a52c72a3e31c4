/// The Cholesky decomposition of a symmetric, positive definite matrix: A = L·Lᵀ with a lower triangular L
/// whose diagonal is positive, as NumPy's `linalg.cholesky`.
///
///     let cholesky = try Cholesky(covariance)
///     let x = try cholesky.solve(b)
public struct Cholesky<Scalar: BLASScalar>: Sendable {
  /// L, [n, n].
  public let lower: Tensor<Scalar>
  /// The largest sum of magnitudes in a column of A.
  private let norm: Scalar

  /// Decomposes a matrix, of which the lower triangle and the diagonal are used. Its storage becomes L's where
  /// nobody else holds it.
  ///
  /// - Parameter a: [n, n].
  /// - Throws: `LAPACKError.notPositiveDefinite` with the first leading minor that is not positive;
  ///   `LAPACKError.notFinite` where an element of either triangle is; `LAPACKError.tooLarge` for more than
  ///   2³¹ − 1 rows.
  /// - Precondition: a square matrix.
  /// - Complexity: O(n³), half of ``LU``'s operations.
  public init(_ a: consuming Tensor<Scalar>) throws(LAPACKError) {
    try self.init(a, operation: "Cholesky")
  }

  init(
    _ a: consuming Tensor<Scalar>, operation: String, argument: String? = nil
  ) throws(LAPACKError) {
    try a.checkSquare(operation, argument: argument)
    let size = a.shape[0]
    if size == 0 {
      (lower, norm) = (a, 0)
      return
    }
    norm = a.withRows {
      Scalar.oneNorm(rows: size, columns: size, isSymmetric: true, $0.base)
    }
    let info = a.withMutableRows { a in
      let info = withFittingThreads(elements: a.count) { Scalar.potrf(size: size, a.base) }
      for row in 0..<size {
        Scalar.fill(count: size - row - 1, a.base + row * (size + 1) + 1, with: 0)
      }
      return info
    }
    if info > 0 { throw .notPositiveDefinite(operation: operation, minor: info) }
    if info < 0 { throw .failed(routine: "potrf", info: info) }
    lower = try a.demandFinite(operation)
  }

  /// An estimate of 1/(‖A‖₁·‖A⁻¹‖₁) by LAPACK's `pocon`; see ``LU/reciprocalCondition``.
  ///
  /// - Complexity: O(n²) whenever it is read.
  public var reciprocalCondition: Scalar {
    let size = lower.shape[0]
    if size == 0 { return 1 }
    var reciprocal: Scalar = 0
    _ = withWorkspace(count: 3 * size) { work in
      withWorkspace(count: size) { integers in
        lower.withRows {
          Scalar.pocon(
            size: size, $0.base, norm: norm, into: &reciprocal, work: work, integers: integers)
        }
      }
    }
    return reciprocal
  }

  /// 1 / ``reciprocalCondition``.
  public var conditionNumber: Scalar { 1 / reciprocalCondition }

  /// The natural logarithm of the determinant, which is positive.
  public var logDeterminant: Scalar {
    var logarithm = 0.0
    for index in 0..<lower.shape[0] {
      logarithm += 2 * Double.logarithm(lower[index, index].asDouble)
    }
    return Scalar(logarithm)
  }

  /// The solution of A·X = B.
  ///
  /// - Parameter b: [n] or [n, k]. Its storage becomes the solution's where nobody else holds it.
  /// - Returns: as B.
  /// - Throws: `LAPACKError.notFinite` where an element of B is, `LAPACKError.overflow` where one of the
  ///   solution is.
  /// - Precondition: as many rows in B as in A.
  /// - Complexity: O(n²·k).
  public func solve(_ b: consuming Tensor<Scalar>) throws(LAPACKError) -> Tensor<Scalar> {
    try solve(b, operation: "Cholesky.solve")
  }

  func solve(
    _ b: consuming Tensor<Scalar>, operation: String
  ) throws(LAPACKError) -> Tensor<Scalar> {
    let (size, columns) = (lower.shape[0], b.solutionCount)
    try b.checkRightHandSides(operation, rows: size)
    if b.count == 0 { return b }
    b.withUnsafeMutableElements { b in
      lower.withRows { lower in
        for isTransposed in [false, true] {
          Scalar.solveTriangle(
            isUpper: false, isTransposed: isTransposed, size: size, columns: columns, lower.base,
            stride: size, b.baseAddress!)
        }
      }
    }
    return try b.demandFinite(operation)
  }

  /// A⁻¹, [n, n], symmetric to the last bit.
  ///
  /// - Throws: `LAPACKError.overflow` where an element of the inverse is.
  /// - Complexity: O(n³).
  public consuming func inverse() throws(LAPACKError) -> Tensor<Scalar> {
    var inverse = (consume self).lower
    let size = inverse.shape[0]
    if size == 0 { return inverse }
    let info = inverse.withMutableRows { inverse in
      let info = withFittingThreads(elements: inverse.count) {
        Scalar.potri(size: size, inverse.base)
      }
      Scalar.mirrorTriangle(isUpper: false, size: size, inverse.base)
      return info
    }
    if info != 0 { throw .failed(routine: "potri", info: info) }
    return try inverse.demandFinite("Cholesky.inverse")
  }
}

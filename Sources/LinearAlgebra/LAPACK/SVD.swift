/// The singular value decomposition: A = U·diag(σ)·Vᵀ with orthonormal columns in U and orthonormal rows in Vᵀ,
/// as NumPy's `linalg.svd`.
///
/// In each row of Vᵀ the component of largest magnitude, the first of equal ones, is positive; it is negated
/// together with U's column. Computed by LAPACK's `gesdd`, divide and conquer.
///
///     let svd = try SVD(a)
///     let x = try svd.solve(b)  // the least-squares solution of least norm
public struct SVD<Scalar: BLASScalar>: Sendable {
  /// The columns of U and rows of Vᵀ.
  public enum Form: Sendable {
    /// As many as singular values: min(m, n).
    case reduced
    /// All, two orthonormal bases.
    case full
  }

  /// U, [m, k], where k is min(m, n), or m in full.
  public private(set) var u: Tensor<Scalar>
  /// σ, [min(m, n)], descending.
  public let singularValues: Tensor<Scalar>
  /// Vᵀ, [k, n], where k is min(m, n), or n in full.
  public private(set) var vTransposed: Tensor<Scalar>

  /// Decomposes a matrix, whose storage is used where nobody else holds it.
  ///
  /// - Parameters:
  ///   - a: [m, n], of any rank.
  ///   - form: the columns of U and rows of Vᵀ.
  /// - Throws: `LAPACKError.notFinite` where an element is; `LAPACKError.tooLarge` where both extents are more
  ///   than 23,169; `LAPACKError.failed` where the iteration does not converge; `LAPACKError.overflow` where
  ///   a singular value is.
  /// - Precondition: a matrix.
  /// - Complexity: O(m·n·min(m, n)).
  public init(
    _ a: consuming Tensor<Scalar>, _ form: Form = .reduced
  ) throws(LAPACKError) {
    try self.init(a, form, operation: "SVD")
  }

  init(
    _ a: consuming Tensor<Scalar>, _ form: Form = .reduced, operation: String
  ) throws(LAPACKError) {
    let (rows, columns) = try checkedExtents(a, operation)
    let rank = min(rows, columns)
    let isFull = form == .full
    if rank == 0 {
      u = .eye(rows, isFull ? rows : 0)
      singularValues = .zeros([0])
      vTransposed = .eye(isFull ? columns : 0, columns)
      return
    }
    // Of Aᵀ, as which LAPACK sees a row-major A, U and Vᵀ are V and Uᵀ of A, column-major: Vᵀ and U, row-major.
    var u = Tensor<Scalar>(shape: [rows, isFull ? rows : rank]) { _ in }
    var vTransposed = Tensor<Scalar>(shape: [isFull ? columns : rank, columns]) { _ in }
    let uColumns = u.shape[1]
    var values = Tensor<Scalar>.zeros([rank])
    let info = u.withUnsafeMutableElements { u in
      vTransposed.withUnsafeMutableElements { v in
        decompose(
          &a, job: isFull ? "A" : "S", values: &values, u: v.baseAddress!,
          vTransposed: u.baseAddress!, vStride: uColumns)
      }
    }
    if info != 0 { throw .failed(routine: "gesdd", info: info) }
    singularValues = try values.demandFinite(operation)
    (self.u, self.vTransposed) = (u, vTransposed)
    settleSigns()
  }

  private mutating func settleSigns() {
    var signs = [Scalar](repeating: 1, count: u.shape[1])
    let rank = singularValues.count
    vTransposed.withMutableRows { v in
      for row in 0..<v.rows {
        let sign = makeLargestPositive(v.base + row * v.columns, count: v.columns)
        if row < rank { signs[row] = sign }
      }
    }
    // In the full form, the extra columns of U and rows of Vᵀ belong to no singular value; their signs are
    // independent.
    if signs.contains(-1) { u *= Tensor(signs) }
  }

  // MARK: Rank and condition

  /// The number of singular values above `rcond` times the largest.
  ///
  /// - Parameter rcond: by default max(m, n)·ε, where ε is `Scalar.ulpOfOne`, as in NumPy.
  /// - Precondition: `rcond` is not negative.
  public func rank(rcond: Scalar? = nil) -> Int { rank(rcond, "SVD.rank") }

  private func rank(_ rcond: Scalar?, _ operation: String) -> Int {
    rankOf(singularValues, tolerance(rcond, u.shape[0], vTransposed.shape[1], operation))
  }

  /// The largest singular value over the least: infinite where that is 0, 1 for a matrix without elements.
  /// Rounding leaves most matrices of less than full rank a number above 1/ε in place of infinity.
  public var conditionNumber: Scalar { conditionOf(singularValues) }

  // MARK: Solutions

  /// The X with the least ‖A·X − B‖ for each column of B, and of those the one with the least norm.
  ///
  /// - Parameters:
  ///   - b: [m] or [m, k].
  ///   - rcond: singular values up to this share of the largest are 0; as in ``rank(rcond:)``.
  /// - Returns: [n] or [n, k].
  /// - Throws: `LAPACKError.notFinite` where an element of B is, `LAPACKError.overflow` where one of the
  ///   solution is.
  /// - Precondition: as many rows in B as in A; `rcond` is not negative.
  /// - Complexity: O((m + n)·min(m, n)·k).
  public func solve(
    _ b: Tensor<Scalar>, rcond: Scalar? = nil
  ) throws(LAPACKError) -> Tensor<Scalar> {
    try b.checkRightHandSides("SVD.solve", rows: u.shape[0])
    let columns = b.solutionCount
    let result: Shape = b.rank == 1 ? [vTransposed.shape[1]] : [vTransposed.shape[1], columns]
    let used = rank(rcond, "SVD.solve")
    if used == 0 || result.count == 0 { return .zeros(result) }
    var x = Tensor<Scalar>.zeros(result)
    var coordinates = Tensor<Scalar>.zeros([used, columns])
    coordinates.withUnsafeMutableElements { c in
      u.withRows { u in
        b.withUnsafeElements { b in
          Scalar.gemm(
            transposeA: true, transposeB: false, rows: used, columns: columns, inner: u.rows,
            alpha: 1, u.base, strideA: u.columns, b.baseAddress!, strideB: columns, beta: 0,
            c.baseAddress!, strideC: columns)
        }
      }
      for row in 0..<used {
        divide(c.baseAddress! + row * columns, count: columns, by: singularValues[row])
      }
      x.withUnsafeMutableElements { x in
        vTransposed.withRows { v in
          Scalar.gemm(
            transposeA: true, transposeB: false, rows: v.columns, columns: columns, inner: used,
            alpha: 1, v.base, strideA: v.columns, c.baseAddress!, strideB: columns, beta: 0,
            x.baseAddress!, strideC: columns)
        }
      }
    }
    return try x.demandFinite("SVD.solve")
  }

  /// The pseudo-inverse A⁺ of Moore and Penrose, [n, m]: A⁻¹ of a square matrix of full rank.
  ///
  /// - Parameter rcond: singular values up to this share of the largest are 0; as in ``rank(rcond:)``.
  /// - Throws: `LAPACKError.overflow` where an element is too large.
  /// - Precondition: `rcond` is not negative.
  /// - Complexity: O(m·n·min(m, n)).
  public func pseudoInverse(rcond: Scalar? = nil) throws(LAPACKError) -> Tensor<Scalar> {
    try pseudoInverse(rcond: rcond, operation: "SVD.pseudoInverse")
  }

  func pseudoInverse(
    rcond: Scalar?, operation: String
  ) throws(LAPACKError) -> Tensor<Scalar> {
    let (rows, columns) = (u.shape[0], vTransposed.shape[1])
    var inverse = Tensor<Scalar>.zeros([columns, rows])
    let used = rank(rcond, operation)
    if used == 0 { return inverse }
    var scaled = vTransposed.leading(rows: used, columns: columns)
    scaled.withMutableRows { scaled in
      for row in 0..<used {
        divide(scaled.base + row * columns, count: columns, by: singularValues[row])
      }
    }
    inverse.withUnsafeMutableElements { inverse in
      scaled.withRows { v in
        u.withRows { u in
          Scalar.gemm(
            transposeA: true, transposeB: true, rows: columns, columns: rows, inner: used, alpha: 1,
            v.base, strideA: columns, u.base, strideB: u.columns, beta: 0, inverse.baseAddress!,
            strideC: rows)
        }
      }
    }
    return try inverse.demandFinite(operation)
  }
}

private func divide<Scalar: BLASScalar>(
  _ vector: UnsafeMutablePointer<Scalar>, count: Int, by divisor: Scalar
) {
  withUnsafePointer(to: divisor) {
    Scalar.combine(.divide, count: count, vector, .each, $0, .same, into: vector)
  }
}

/// The singular values of a matrix, [min(m, n)], descending: faster than ``SVD``.
///
/// - Parameter a: [m, n].
/// - Throws: as ``SVD``.
/// - Precondition: a matrix.
/// - Complexity: O(m·n·min(m, n)).
public func singularValues<Scalar>(
  _ a: consuming Tensor<Scalar>
) throws(LAPACKError) -> Tensor<Scalar> {
  try singularValues(a, operation: "singularValues")
}

func singularValues<Scalar>(
  _ a: consuming Tensor<Scalar>, operation: String
) throws(LAPACKError) -> Tensor<Scalar> {
  let (rows, columns) = try checkedExtents(a, operation)
  if min(rows, columns) == 0 { return .zeros([0]) }
  var values = Tensor<Scalar>.zeros([min(rows, columns)])
  let info = withWorkspace(count: 1) { unused in
    decompose(&a, job: "N", values: &values, u: unused, vTransposed: unused, vStride: 1)
  }
  if info != 0 { throw .failed(routine: "gesdd", info: info) }
  return try values.demandFinite(operation)
}

private func checkedExtents<Scalar>(
  _ a: borrowing Tensor<Scalar>, _ operation: String
) throws(LAPACKError) -> (rows: Int, columns: Int) {
  try a.checkMatrix(operation)
  let size = min(a.shape[0], a.shape[1])
  if size > LAPACKLimit.singularRows {
    throw .tooLarge(operation: operation, size: size, limit: LAPACKLimit.singularRows)
  }
  return (a.shape[0], a.shape[1])
}

/// The singular values of Aᵀ, and its U and Vᵀ, column-major, as the job says. Returns LAPACK's info.
private func decompose<Scalar>(
  _ a: inout Tensor<Scalar>, job: Unicode.Scalar, values: inout Tensor<Scalar>,
  u: UnsafeMutablePointer<Scalar>, vTransposed: UnsafeMutablePointer<Scalar>, vStride: Int
) -> Int {
  a.withMutableRows { a in
    values.withUnsafeMutableElements { values in
      withWorkspace(count: 8 * values.count) { integers in
        withQueriedWorkspace(elements: a.count) {
          Scalar.gesdd(
            job: job, rows: a.columns, columns: a.rows, a.base, values: values.baseAddress!, u: u,
            vTransposed: vTransposed, vStride: vStride, work: $0, workCount: $1,
            integers: integers)
        }
      }
    }
  }
}

// MARK: - Descending values

/// The number of singular values above `rcond` times the largest.
func rankOf<Scalar>(_ values: Tensor<Scalar>, _ rcond: Scalar) -> Int {
  let values = values.elements
  let least = rcond * (values.first ?? 0)
  return values.count { $0 > least }
}

/// The largest singular value over the least: infinite where that is 0, 1 for none.
func conditionOf<Scalar>(_ values: Tensor<Scalar>) -> Scalar {
  let values = values.elements
  guard let largest = values.first, let least = values.last else { return 1 }
  return least > 0 ? largest / least : .infinity
}

/// The share of the largest singular value up to which others are taken for 0: `rcond`, or what is usual for a
/// matrix of this size.
///
/// - Precondition: `rcond` is not negative.
func tolerance<Scalar: BLASScalar>(
  _ rcond: Scalar?, _ rows: Int, _ columns: Int, _ operation: String
) -> Scalar {
  guard let rcond else { return Scalar(max(rows, columns)) * .ulpOfOne }
  require(rcond >= 0, "\(operation): rcond is \(rcond), expected 0 or more")
  return rcond
}

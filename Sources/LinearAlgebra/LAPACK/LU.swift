/// The LU decomposition with partial pivoting: A·P = L·U with a lower triangular L, an upper triangular U
/// whose diagonal is 1, and exchanged columns.
///
///     let lu = try LU(a)
///     let x = try lu.solve(b)
///     let y = try lu.solve(c)
///
/// It is LAPACK's factorization `getrf` of Aᵀ, which a row-major matrix is to LAPACK as it stands. So columns
/// take the place of rows in the usual P·A = L·U, and U has the ones; solutions are as accurate.
public struct LU<Scalar: BLASScalar>: Sendable {
  /// L on and below the diagonal, above it U without its ones, [m, n].
  private let packed: Tensor<Scalar>
  /// The column with which each was exchanged, in turn, from 1 on.
  private let pivots: [Int32]
  /// The largest sum of magnitudes in a column of A.
  private let norm: Scalar
  /// The place of the first 0 on the diagonal of L, whose row of A depends on those before; nil where there is
  /// none.
  public let firstZeroPivot: Int?

  /// Decomposes a matrix. Its storage becomes the decomposition's where nobody else holds it.
  ///
  /// - Parameter a: [m, n], of any rank.
  /// - Throws: `LAPACKError.notFinite` where an element is, `LAPACKError.tooLarge` for an extent above
  ///   2³¹ − 1, `LAPACKError.overflow` where an element of the result or the reciprocal of a pivot is, as
  ///   of most pivots below the least normal number.
  /// - Precondition: a matrix.
  /// - Complexity: O(m·n·min(m, n)).
  public init(_ a: consuming Tensor<Scalar>) throws(LAPACKError) {
    try self.init(a, operation: "LU")
  }

  init(
    _ a: consuming Tensor<Scalar>, operation: String, argument: String? = nil
  ) throws(LAPACKError) {
    try a.checkMatrix(operation, argument: argument)
    let (rows, columns) = (a.shape[0], a.shape[1])
    var pivots = [Int32](repeating: 0, count: min(rows, columns))
    if a.count == 0 {
      (packed, self.pivots, norm, firstZeroPivot) = (a, pivots, 0, nil)
      return
    }
    norm = a.withRows { Scalar.oneNorm(rows: rows, columns: columns, $0.base) }
    let info = a.withMutableRows { a in
      pivots.withUnsafeMutableBufferPointer {
        let pivots = $0.baseAddress!
        return withFittingThreads(elements: a.count) {
          Scalar.getrf(rows: columns, columns: rows, a.base, pivots: pivots)
        }
      }
    }
    if info < 0 { throw .failed(routine: "getrf", info: info) }
    packed = try a.demandFinite(operation)
    self.pivots = pivots
    firstZeroPivot = info > 0 ? info - 1 : nil
  }

  // MARK: Parts

  /// L, [m, k], where k is min(m, n): lower triangular.
  public var lower: Tensor<Scalar> {
    var lower = packed.leading(rows: packed.shape[0], columns: pivots.count)
    let columns = pivots.count
    lower.withUnsafeMutableElements { lower in
      for row in 0..<columns {
        Scalar.fill(
          count: columns - row - 1, lower.baseAddress! + row * (columns + 1) + 1, with: 0)
      }
    }
    return lower
  }

  /// U, [k, n], where k is min(m, n): upper triangular with ones on the diagonal.
  public var upper: Tensor<Scalar> {
    let columns = packed.shape[1]
    var upper = packed.leading(rows: pivots.count, columns: columns)
    upper.withUnsafeMutableElements { upper in
      for row in 0..<pivots.count {
        Scalar.fill(count: row, upper.baseAddress! + row * columns, with: 0)
        upper[row * columns + row] = 1
      }
    }
    return upper
  }

  /// The column of A that stands at each place of A·P = L·U.
  public var permutation: [Int] {
    var columns = Array(0..<packed.shape[1])
    for (place, pivot) in pivots.enumerated() { columns.swapAt(place, Int(pivot) - 1) }
    return columns
  }

  // MARK: Condition

  /// An estimate of 1/(‖A‖₁·‖A⁻¹‖₁) by LAPACK's `gecon`, which is rarely above three times the true one: 1 of
  /// an orthogonal matrix, 0 of a singular one. A solution loses about −log₁₀ of it in digits.
  ///
  /// - Precondition: a square matrix.
  /// - Complexity: O(n²) whenever it is read.
  public var reciprocalCondition: Scalar {
    demandSquare("LU.reciprocalCondition")
    let size = pivots.count
    if size == 0 { return 1 }
    if firstZeroPivot != nil { return 0 }
    var reciprocal: Scalar = 0
    _ = withWorkspace(count: 4 * size) { work in
      withWorkspace(count: size) { integers in
        packed.withRows {
          Scalar.gecon(
            size: size, $0.base, norm: norm, into: &reciprocal, work: work, integers: integers)
        }
      }
    }
    return reciprocal
  }

  /// 1 / ``reciprocalCondition``: infinite for a singular matrix.
  ///
  /// - Precondition: a square matrix.
  public var conditionNumber: Scalar { 1 / reciprocalCondition }

  // MARK: Determinant

  /// The determinant, 0 for a singular matrix; without overflow in between. Infinite where it is beyond the
  /// largest number, for which there is ``logDeterminant``.
  ///
  /// - Precondition: a square matrix.
  public var determinant: Scalar { determinant(exponent: 0) }

  /// The determinant times a power of two.
  func determinant(exponent: Int) -> Scalar {
    demandSquare("LU.determinant")
    // In Double, whose exponent is kept apart.
    var (product, exponent) = (sign.asDouble, exponent)
    for pivot in diagonal {
      if pivot == 0 { return 0 }
      product *= pivot.sign == .minus ? -pivot.significand : pivot.significand
      exponent += Int(pivot.exponent) + Int(product.exponent)
      product = product.sign == .minus ? -product.significand : product.significand
    }
    return Scalar(Double(sign: .plus, exponent: exponent, significand: product))
  }

  /// The determinant's sign, −1, 0 or 1, and the natural logarithm of its magnitude, −∞ for a singular
  /// matrix.
  ///
  /// - Precondition: a square matrix.
  public var logDeterminant: (sign: Scalar, logarithm: Scalar) {
    demandSquare("LU.logDeterminant")
    var (sign, logarithm) = (sign, 0.0)
    for pivot in diagonal {
      if pivot == 0 { return (0, -.infinity) }
      if pivot < 0 { sign = -sign }
      logarithm += Double.logarithm(pivot.magnitude)
    }
    return (sign, Scalar(logarithm))
  }

  /// The diagonal of L.
  private var diagonal: [Double] {
    packed.withRows { packed in
      pivots.indices.map { packed.base[$0 * (packed.columns + 1)].asDouble }
    }
  }

  /// The determinant of P.
  private var sign: Scalar {
    let exchanges = pivots.indices.count { Int(pivots[$0]) - 1 != $0 }
    return exchanges.isMultiple(of: 2) ? 1 : -1
  }

  // MARK: Solutions

  /// The solution of A·X = B, or of Aᵀ·X = B.
  ///
  /// A nearly singular A gives a solution without certain digits; see ``reciprocalCondition``. The function
  /// ``solve(_:_:_:minimumReciprocalCondition:)`` refuses it.
  ///
  /// - Parameters:
  ///   - b: [n] or [n, k]. Its storage becomes the solution's where nobody else holds it.
  ///   - transposed: solve with Aᵀ.
  /// - Returns: as B.
  /// - Throws: `LAPACKError.singular` for a pivot of 0, `LAPACKError.notFinite` where an element of B is,
  ///   `LAPACKError.overflow` where one of the solution is.
  /// - Precondition: a square matrix, and as many rows in B.
  /// - Complexity: O(n²·k).
  public func solve(
    _ b: consuming Tensor<Scalar>, transposed: Bool = false
  ) throws(LAPACKError) -> Tensor<Scalar> {
    try solve(b, transposed: transposed, operation: "LU.solve")
  }

  func solve(
    _ b: consuming Tensor<Scalar>, transposed: Bool = false, operation: String
  ) throws(LAPACKError) -> Tensor<Scalar> {
    demandSquare(operation)
    let (size, columns) = (pivots.count, b.solutionCount)
    try b.checkRightHandSides(operation, rows: size)
    if let firstZeroPivot { throw .singular(operation: operation, pivot: firstZeroPivot) }
    if b.count == 0 { return b }
    b.withUnsafeMutableElements { b in
      packed.withRows { packed in
        let base = b.baseAddress!
        func solveTriangle(isUpper: Bool) {
          Scalar.solveTriangle(
            isUpper: isUpper, isTransposed: transposed, hasUnitDiagonal: isUpper, size: size,
            columns: columns, packed.base, stride: size, base)
        }
        if transposed {
          // Aᵀ = P·Uᵀ·Lᵀ.
          exchangeRows(base, columns: columns, pivots.indices)
          solveTriangle(isUpper: true)
          solveTriangle(isUpper: false)
        } else {
          solveTriangle(isUpper: false)
          solveTriangle(isUpper: true)
          exchangeRows(base, columns: columns, pivots.indices.reversed())
        }
      }
    }
    return try b.demandFinite(operation)
  }

  private func exchangeRows(
    _ b: UnsafeMutablePointer<Scalar>, columns: Int, _ places: some Sequence<Int>
  ) {
    for place in places {
      let other = Int(pivots[place]) - 1
      if other == place { continue }
      Scalar.exchange(count: columns, b + place * columns, b + other * columns)
    }
  }

  /// A⁻¹, [n, n]. To solve a system, ``solve(_:transposed:)`` is faster and more accurate.
  ///
  /// - Throws: `LAPACKError.singular` for a pivot of 0, `LAPACKError.overflow` where an element of the
  ///   inverse is.
  /// - Precondition: a square matrix.
  /// - Complexity: O(n³).
  public consuming func inverse() throws(LAPACKError) -> Tensor<Scalar> {
    try inverse(operation: "LU.inverse")
  }

  consuming func inverse(operation: String) throws(LAPACKError) -> Tensor<Scalar> {
    demandSquare(operation)
    if let firstZeroPivot { throw .singular(operation: operation, pivot: firstZeroPivot) }
    let size = pivots.count
    let pivots = self.pivots
    var inverse = (consume self).packed
    if size == 0 { return inverse }
    let info = inverse.withMutableRows { inverse in
      withQueriedWorkspace(elements: inverse.count) {
        Scalar.getri(size: size, inverse.base, pivots: pivots, work: $0, workCount: $1)
      }
    }
    if info != 0 { throw .failed(routine: "getri", info: info) }
    return try inverse.demandFinite(operation)
  }

  private func demandSquare(_ operation: String) {
    require(
      packed.shape[0] == packed.shape[1],
      "\(operation): a square matrix is needed, not shape \(packed.shape)")
  }
}

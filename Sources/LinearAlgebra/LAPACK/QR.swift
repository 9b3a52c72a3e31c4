/// The QR decomposition: A = Q·R with orthonormal columns in Q and an upper triangular R whose diagonal is not
/// negative, or A·P = Q·R with exchanged columns.
///
///     let qr = try QR(a)
///     let x = try qr.solve(b)  // least squares
///
/// The sign of the diagonal makes the decomposition of a matrix of full rank the only one, and Q of a matrix of
/// normal deviates uniformly distributed (Mezzadri 2007, "How to generate random matrices from the classical
/// compact groups").
public struct QR<Scalar: BLASScalar>: Sendable {
  /// The columns of Q.
  public enum Form: Sendable {
    /// min(m, n) columns.
    case reduced
    /// All m columns, an orthonormal basis.
    case full
  }

  /// Q, [m, k], where k is min(m, n), or m in full.
  public private(set) var q: Tensor<Scalar>
  /// R, [k, n].
  public private(set) var r: Tensor<Scalar>
  /// The column of A that stands at each place of A·P = Q·R: 0, 1, 2, … without pivoting.
  public let permutation: [Int]

  /// Decomposes a matrix.
  ///
  /// - Parameters:
  ///   - a: [m, n], of any rank.
  ///   - form: the columns of Q.
  ///   - pivoted: exchange columns such that the diagonal of R descends, which shows the rank.
  /// - Throws: `LAPACKError.notFinite` where an element is; `LAPACKError.tooLarge` for an extent above
  ///   2³¹ − 1; `LAPACKError.overflow` where an element of R is.
  /// - Precondition: a matrix.
  /// - Complexity: O(m·n·min(m, n)).
  public init(
    _ a: Tensor<Scalar>, _ form: Form = .reduced, pivoted: Bool = false
  ) throws(LAPACKError) {
    try a.checkMatrix("QR")
    let (rows, columns) = (a.shape[0], a.shape[1])
    let rank = min(rows, columns)
    let basis = form == .full ? rows : rank
    if rank == 0 {
      (q, r) = (.eye(rows, basis), .zeros([basis, columns]))
      permutation = Array(0..<columns)
      return
    }
    // By columns: of 1000 rows, LAPACK's QR takes two thirds of the time of its LQ, which would take the rows as
    // they are, and that outweighs the two transpositions (AVX-512, two threads).
    var packed = Self.transposed(a, rows: max(basis, columns))
    var factors = Tensor<Scalar>(shape: [rank]) { _ in }
    var pivots = [Int32](repeating: 0, count: pivoted ? columns : 0)
    var info = packed.withMutableRows { packed in
      factors.withUnsafeMutableElements { factors in
        let factors = factors.baseAddress!
        return withQueriedWorkspace(elements: a.count) { work, workCount in
          pivoted
            ? Scalar.geqp3(
              rows: rows, columns: columns, packed.base, pivots: &pivots, factors: factors,
              work: work, workCount: workCount)
            : Scalar.geqrf(
              rows: rows, columns: columns, packed.base, factors: factors, work: work,
              workCount: workCount)
        }
      }
    }
    if info != 0 { throw .failed(routine: pivoted ? "geqp3" : "geqrf", info: info) }
    permutation = pivoted ? pivots.map { Int($0) - 1 } : Array(0..<columns)
    r = Self.triangle(packed, rows: basis, columns: columns)
    info = packed.withMutableRows { packed in
      factors.withUnsafeElements { factors in
        withQueriedWorkspace(elements: a.count) {
          Scalar.orgqr(
            rows: rows, columns: basis, reflectors: rank, packed.base,
            factors: factors.baseAddress!, work: $0, workCount: $1)
        }
      }
    }
    if info != 0 { throw .failed(routine: "orgqr", info: info) }
    q = Tensor(shape: [rows, basis]) { q in
      packed.withRows {
        Scalar.transpose(
          rows: basis, columns: rows, $0.base, stride: rows, into: q.baseAddress!, stride: basis)
      }
    }
    makeDiagonalPositive(rank: rank)
    r = try r.demandFinite("QR")
  }

  /// The columns of `a` as rows, and more rows of 0 where it has fewer.
  private static func transposed(_ a: Tensor<Scalar>, rows: Int) -> Tensor<Scalar> {
    let (length, count) = (a.shape[0], a.shape[1])
    return Tensor(shape: [rows, length]) { target in
      let target = target.baseAddress!
      a.withRows {
        Scalar.transpose(
          rows: length, columns: count, $0.base, stride: count, into: target, stride: length)
      }
      Scalar.fill(count: (rows - count) * length, target + count * length, with: 0)
    }
  }

  /// The upper triangle of what `packed` has in columns, below it 0.
  private static func triangle(
    _ packed: Tensor<Scalar>, rows: Int, columns: Int
  ) -> Tensor<Scalar> {
    Tensor(shape: [rows, columns]) { target in
      let target = target.baseAddress!
      packed.withRows {
        Scalar.transpose(
          rows: columns, columns: rows, $0.base, stride: $0.columns, into: target, stride: columns)
      }
      for row in 0..<rows {
        Scalar.fill(count: min(row, columns), target + row * columns, with: 0)
      }
    }
  }

  /// Negates the rows of R whose diagonal element is negative, and Q's columns beside them.
  private mutating func makeDiagonalPositive(rank: Int) {
    var signs = [Scalar](repeating: 1, count: q.shape[1])
    for row in 0..<rank where r[row, row] < 0 { signs[row] = -1 }
    if signs.allSatisfy({ $0 > 0 }) { return }
    q *= Tensor(signs)
    r.withMutableRows { r in
      signs.withUnsafeBufferPointer { signs in
        for row in 0..<rank where signs[row] < 0 {
          let start = r.base + row * r.columns + row
          Scalar.combine(
            .multiply, count: r.columns - row, start, .each, signs.baseAddress! + row, .same,
            into: start)
        }
      }
    }
  }

  // MARK: Condition

  /// An estimate of 1/(‖R‖₁·‖R⁻¹‖₁) by LAPACK's `trcon`; see ``LU/reciprocalCondition``.
  ///
  /// - Precondition: at least as many rows as columns.
  /// - Complexity: O(n²) whenever it is read.
  public var reciprocalCondition: Scalar {
    demandTall("QR.reciprocalCondition")
    return reciprocalConditionOfTriangle(r, size: r.shape[1], isUpper: true)
  }

  /// 1 / ``reciprocalCondition``: infinite where R has a 0 on its diagonal.
  ///
  /// - Precondition: at least as many rows as columns.
  public var conditionNumber: Scalar { 1 / reciprocalCondition }

  // MARK: Solutions

  /// The X with the least ‖A·X − B‖ for each column of B, which is the solution of A·X = B where A is square.
  ///
  /// A matrix of less than full rank, which has many such X, is refused where its rank shows as a 0 in R; see
  /// ``reciprocalCondition``, and ``leastSquares(_:_:rcond:)`` for any matrix.
  ///
  /// - Parameter b: [m] or [m, k].
  /// - Returns: [n] or [n, k].
  /// - Throws: `LAPACKError.singular` for a 0 on the diagonal of R, `LAPACKError.notFinite` where an element
  ///   of B is, `LAPACKError.overflow` where one of the solution is.
  /// - Precondition: at least as many rows as columns in A, and as many rows in B.
  /// - Complexity: O(m·n·k).
  public func solve(_ b: Tensor<Scalar>) throws(LAPACKError) -> Tensor<Scalar> {
    demandTall("QR.solve")
    let (rows, size) = (q.shape[0], r.shape[1])
    try b.checkRightHandSides("QR.solve", rows: rows)
    for index in 0..<size where r[index, index] == 0 {
      throw .singular(operation: "QR.solve", pivot: index)
    }
    let columns = b.solutionCount
    let shape: Shape = b.rank == 1 ? [size] : [size, columns]
    if shape.count == 0 { return .zeros(shape) }
    var x = Tensor<Scalar>.zeros(shape)
    x.withUnsafeMutableElements { x in
      q.withRows { q in
        b.withUnsafeElements { b in
          Scalar.gemm(
            transposeA: true, transposeB: false, rows: size, columns: columns, inner: rows,
            alpha: 1, q.base, strideA: q.columns, b.baseAddress!, strideB: columns, beta: 0,
            x.baseAddress!, strideC: columns)
        }
      }
      r.withRows {
        Scalar.solveTriangle(
          isUpper: true, size: size, columns: columns, $0.base, stride: size, x.baseAddress!)
      }
    }
    x = try x.demandFinite("QR.solve")
    if permutation.elementsEqual(0..<size) { return x }
    return Tensor(shape: shape) { target in
      x.withUnsafeElements { x in
        for (place, column) in permutation.enumerated() {
          (target.baseAddress! + column * columns).initialize(
            from: x.baseAddress! + place * columns, count: columns)
        }
      }
    }
  }

  private func demandTall(_ operation: String) {
    require(
      q.shape[0] >= r.shape[1],
      "\(operation): at least as many rows as columns are needed, not shape "
        + "\([q.shape[0], r.shape[1]])")
  }
}

/// An estimate of 1/(‖T‖₁·‖T⁻¹‖₁) of the triangle in the first rows of a row-major matrix of `size` columns.
func reciprocalConditionOfTriangle<Scalar: BLASScalar>(
  _ t: Tensor<Scalar>, size: Int, isUpper: Bool
) -> Scalar {
  if size == 0 { return 1 }
  // The routine takes a tiny matrix for a singular one.
  let exponent = t.largestExponent(inUpper: isUpper)
  let isOrdinary = exponent.magnitude < Int(Scalar.greatestFiniteMagnitude.exponent) / 2
  let t = isOrdinary ? t : t.scaled(byPowerOfTwo: -exponent)
  var reciprocal: Scalar = 0
  _ = withWorkspace(count: 3 * size) { work in
    withWorkspace(count: size) { integers in
      t.withRows {
        Scalar.trcon(
          isUpper: !isUpper, size: size, $0.base, stride: size, into: &reciprocal, work: work,
          integers: integers)
      }
    }
  }
  return reciprocal
}

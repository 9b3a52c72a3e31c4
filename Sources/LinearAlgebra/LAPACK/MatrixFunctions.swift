/// A⁻¹, [n, n], by ``LU``. To solve a system of equations,
/// ``solve(_:_:_:minimumReciprocalCondition:)`` is faster and more accurate.
///
/// - Parameters:
///   - a: [n, n]. Its storage becomes the inverse's where nobody else holds it.
///   - minimumReciprocalCondition: as in ``solve(_:_:_:minimumReciprocalCondition:)``.
/// - Throws: `LAPACKError.singular` for a pivot of 0, `LAPACKError.illConditioned`, `LAPACKError.notFinite`
///   where an element is, `LAPACKError.overflow` where one of the inverse is, `LAPACKError.tooLarge`.
/// - Precondition: a square matrix.
/// - Complexity: O(n³).
public func inverse<Scalar>(
  _ a: consuming Tensor<Scalar>, minimumReciprocalCondition: Scalar = .ulpOfOne
) throws(LAPACKError) -> Tensor<Scalar> {
  try inverse(a, minimumReciprocalCondition, operation: "inverse")
}

private func inverse<Scalar>(
  _ a: consuming Tensor<Scalar>, _ minimumReciprocalCondition: Scalar, operation: String
) throws(LAPACKError) -> Tensor<Scalar> {
  a.requireSquare(operation)
  let lu = try LU(a, operation: operation)
  if minimumReciprocalCondition > 0 && lu.firstZeroPivot == nil {
    let reciprocal = lu.reciprocalCondition
    if reciprocal < minimumReciprocalCondition {
      throw .illConditioned(operation: operation, reciprocalCondition: Double(reciprocal))
    }
  }
  return try lu.inverse(operation: operation)
}

/// The determinant, 0 of a singular matrix; see ``LU/determinant``.
///
/// - Parameter a: [n, n].
/// - Throws: `LAPACKError.notFinite` where an element is, `LAPACKError.tooLarge`, `LAPACKError.overflow` where an
///   element of the decomposition is.
/// - Precondition: a square matrix.
/// - Complexity: O(n³).
public func determinant<Scalar>(
  _ a: consuming Tensor<Scalar>
) throws(LAPACKError) -> Scalar {
  try decomposed(a, "determinant") { $0.determinant(exponent: $1) }
}

/// The determinant's sign, −1, 0 or 1, and the natural logarithm of its magnitude, −∞ of a singular matrix, as
/// NumPy's `linalg.slogdet`: for determinants beyond the numbers of their type.
///
/// - Parameter a: [n, n].
/// - Throws: `LAPACKError.notFinite` where an element is, `LAPACKError.tooLarge`, `LAPACKError.overflow` where an
///   element of the decomposition is.
/// - Precondition: a square matrix.
/// - Complexity: O(n³).
public func logDeterminant<Scalar>(
  _ a: consuming Tensor<Scalar>
) throws(LAPACKError) -> (sign: Scalar, logarithm: Scalar) {
  try decomposed(a, "logDeterminant") {
    let (sign, logarithm) = $0.logDeterminant
    return (sign, logarithm + Scalar(Double($1) * Double.logarithm(2)))
  }
}

/// What `body` makes of the decomposition of a square matrix, and of 0; or of that of 2ᵏ times the matrix, where
/// its own has reciprocals of pivots out of range, and of the exponent of 2 that makes up for it in the
/// determinant.
private func decomposed<Scalar, Result>(
  _ a: Tensor<Scalar>, _ operation: String, _ body: (LU<Scalar>, _ exponent: Int) -> Result
) throws(LAPACKError) -> Result {
  a.requireSquare(operation)
  do {
    return body(try LU(a, operation: operation), 0)
  } catch .overflow {
    let exponent = Int(Scalar.greatestFiniteMagnitude.exponent) / 2 - a.largestExponent()
    if exponent <= 0 { throw .overflow(operation: operation) }
    let large = a.scaled(byPowerOfTwo: exponent)
    return body(try LU(large, operation: operation), -exponent * a.shape[0])
  }
}

/// The pseudo-inverse A⁺ of Moore and Penrose, [n, m], by ``SVD``, as NumPy's `linalg.pinv`.
///
/// - Parameters:
///   - a: [m, n], of any rank.
///   - rcond: singular values up to this share of the largest are 0; as in ``SVD/rank(rcond:)``.
/// - Throws: as ``SVD``, and `LAPACKError.overflow` where an element of the result is too large.
/// - Precondition: a matrix; `rcond` is not negative.
/// - Complexity: O(m·n·min(m, n)).
public func pseudoInverse<Scalar>(
  _ a: consuming Tensor<Scalar>, rcond: Scalar? = nil
) throws(LAPACKError) -> Tensor<Scalar> {
  try SVD(a, operation: "pseudoInverse").pseudoInverse(rcond: rcond, operation: "pseudoInverse")
}

/// The number of singular values above `rcond` times the largest, as NumPy's `linalg.matrix_rank`.
///
/// - Parameters:
///   - a: [m, n].
///   - rcond: as in ``SVD/rank(rcond:)``.
/// - Throws: as ``SVD``.
/// - Precondition: a matrix; `rcond` is not negative.
/// - Complexity: O(m·n·min(m, n)).
public func matrixRank<Scalar>(
  _ a: consuming Tensor<Scalar>, rcond: Scalar? = nil
) throws(LAPACKError) -> Int {
  let shape = a.shape
  let values = try singularValues(a, operation: "matrixRank")
  return rankOf(values, tolerance(rcond, shape[0], shape[1], "matrixRank"))
}

// MARK: - Norms

/// A norm of matrices.
public enum MatrixNorm: Sendable {
  /// The root of the sum of squares.
  case frobenius
  /// The largest sum of magnitudes in a column.
  case one
  /// The largest sum of magnitudes in a row.
  case infinity
  /// The largest singular value.
  case two
  /// The sum of the singular values.
  case nuclear
}

/// A norm of a matrix, 0 of one without elements, as NumPy's `linalg.norm`. It overflows only where the result
/// does.
///
/// ``Tensor/norm()`` is the Euclidean norm alone, of any rank and without errors.
///
/// - Parameters:
///   - a: [m, n].
///   - kind: the norm.
/// - Throws: `LAPACKError.notFinite` where an element is, `LAPACKError.overflow` where the norm is; `.two` and
///   `.nuclear` as ``SVD``.
/// - Precondition: a matrix.
/// - Complexity: O(m·n); O(m·n·min(m, n)) of `.two` and `.nuclear`.
public func norm<Scalar>(
  _ a: consuming Tensor<Scalar>, _ kind: MatrixNorm = .frobenius
) throws(LAPACKError) -> Scalar {
  try a.checkMatrix("norm")
  if a.count == 0 { return 0 }
  let (rows, columns) = (a.shape[0], a.shape[1])
  let norm: Scalar
  switch kind {
  case .frobenius:
    norm = a.norm()
  case .one:
    norm = a.withRows { Scalar.oneNorm(rows: rows, columns: columns, $0.base) }
  case .infinity:
    norm = (0..<rows).reduce(0) { max($0, a.row($1).absoluteSum()) }
  case .two: norm = try singularValues(a, operation: "norm")[0]
  case .nuclear: norm = try singularValues(a, operation: "norm").elements.reduce(0, +)
  }
  if !norm.isFinite { throw .overflow(operation: "norm") }
  return norm
}

/// The condition number ‖A‖·‖A⁻¹‖, the factor by which a solution may magnify an error of the right-hand side:
/// infinite where the least singular value, or a pivot, is 0, 1 for a matrix without elements. Rounding leaves
/// most matrices of less than full rank a number above 1/ε in place of infinity.
///
/// An ``LU`` or ``Cholesky`` estimates that of the norm `.one` much faster.
///
/// - Parameters:
///   - a: [n, n]; [m, n] with the norm `.two`.
///   - kind: the norm; with `.two` the largest singular value over the least.
/// - Throws: `LAPACKError.notFinite` where an element is; otherwise as ``SVD`` and ``LU``.
/// - Precondition: a matrix, square for other norms than `.two`.
/// - Complexity: O(m·n·min(m, n)).
public func conditionNumber<Scalar>(
  _ a: Tensor<Scalar>, _ kind: MatrixNorm = .two
) throws(LAPACKError) -> Scalar {
  if kind == .two {
    return conditionOf(try singularValues(a, operation: "conditionNumber"))
  }
  try a.checkSquare("conditionNumber")
  if a.count == 0 { return 1 }
  let lu = try LU(a, operation: "conditionNumber")
  if lu.firstZeroPivot != nil { return .infinity }
  do {
    return try norm(a, kind) * norm(lu.inverse(operation: "conditionNumber"), kind)
  } catch .overflow {
    return .infinity
  }
}

// MARK: - Powers

/// Aⁿ by repeated squares, as NumPy's `linalg.matrix_power`: the identity for 0, powers of A⁻¹ for a negative n.
///
/// - Parameters:
///   - a: [size, size].
///   - exponent: n.
/// - Throws: `LAPACKError.notFinite` where an element is, `LAPACKError.overflow` where one of the result is;
///   for a negative n as ``inverse(_:minimumReciprocalCondition:)``.
/// - Precondition: a square matrix.
/// - Complexity: O(size³·log n).
public func matrixPower<Scalar>(
  _ a: consuming Tensor<Scalar>, _ exponent: Int
) throws(LAPACKError) -> Tensor<Scalar> {
  try a.checkSquare("matrixPower")
  var square =
    exponent < 0 ? try inverse(a, .ulpOfOne, operation: "matrixPower") : a
  var rest = exponent.magnitude
  var power: Tensor<Scalar>?
  while rest > 0 {
    if rest & 1 == 1 { power = power.map { matmul($0, square) } ?? square }
    rest >>= 1
    if rest > 0 { square = matmul(square, square) }
  }
  return try (power ?? .eye(square.shape[0]))
    .demandFinite("matrixPower")
}

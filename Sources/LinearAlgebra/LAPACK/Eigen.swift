/// The eigenvalues and right eigenvectors of any square matrix: A·v = λ·v, where λ and v may be complex, as
/// NumPy's `linalg.eig`.
///
/// Complex eigenvalues come in conjugate pairs side by side, the one with the positive imaginary part first, and
/// so do their vectors. Every vector has the Euclidean norm 1, and its component of largest magnitude is real
/// and positive. The order of the values is LAPACK's, of `geev`.
///
/// For a symmetric matrix use ``SymmetricEigen``, which is faster and more accurate.
public struct Eigen<Scalar: BLASScalar>: Sendable {
  /// The real parts of the eigenvalues, [n].
  public let real: Tensor<Scalar>
  /// The imaginary parts of the eigenvalues, [n].
  public let imaginary: Tensor<Scalar>
  /// The real parts of the eigenvectors in columns in the order of the values, [n, n].
  public let realVectors: Tensor<Scalar>
  /// The imaginary parts of the eigenvectors, [n, n].
  public let imaginaryVectors: Tensor<Scalar>

  /// Decomposes a matrix, whose storage is used where nobody else holds it.
  ///
  /// - Parameter a: [n, n].
  /// - Throws: `LAPACKError.notFinite` where an element is; `LAPACKError.tooLarge` for more than 2³¹ − 1 rows;
  ///   `LAPACKError.failed` where the iteration does not converge; `LAPACKError.overflow` where an
  ///   eigenvalue is.
  /// - Precondition: a square matrix.
  /// - Complexity: O(n³).
  public init(_ a: consuming Tensor<Scalar>) throws(LAPACKError) {
    try a.checkSquare("Eigen")
    let size = a.shape[0]
    // The left vectors of Aᵀ, as which LAPACK sees a row-major A, are the conjugate right vectors of A.
    var rows = Tensor<Scalar>(shape: [size, size]) { _ in }
    var (real, imaginary) = (Tensor<Scalar>.zeros([size]), Tensor<Scalar>.zeros([size]))
    let info = rows.withUnsafeMutableElements {
      decompose(&a, job: "V", real: &real, imaginary: &imaginary, vectors: $0.baseAddress!)
    }
    if info != 0 { throw .failed(routine: "geev", info: info) }
    self.real = try real.demandFinite("Eigen")
    self.imaginary = try imaginary.demandFinite("Eigen")
    if imaginary.elements.allSatisfy({ $0 == 0 }) {
      rows.makeLargestPositiveInRows()
      realVectors = rows.transposed()
      imaginaryVectors = .zeros([size, size])
      return
    }
    var imaginaryRows = Tensor<Scalar>.zeros([size, size])
    var row = 0
    while row < size {
      if imaginary[row] == 0 {
        rows.withMutableRows { _ = makeLargestPositive($0.base + row * size, count: size) }
        row += 1
      } else {
        rows.withMutableRows { rows in
          imaginaryRows.withMutableRows { unpackPair(row, rows, imaginary: $0) }
        }
        row += 2
      }
    }
    realVectors = rows.transposed()
    imaginaryVectors = imaginaryRows.transposed()
  }

  /// Whether all eigenvalues are real.
  public var isReal: Bool { imaginary.elements.allSatisfy { $0 == 0 } }
}

/// The eigenvalues of any square matrix in the order of ``Eigen``, which also finds the vectors: real and
/// imaginary parts, each [n].
///
/// - Parameter a: [n, n].
/// - Throws: as ``Eigen``.
/// - Precondition: a square matrix.
/// - Complexity: O(n³).
public func eigenvalues<Scalar>(
  _ a: consuming Tensor<Scalar>
) throws(LAPACKError) -> (real: Tensor<Scalar>, imaginary: Tensor<Scalar>) {
  try a.checkSquare("eigenvalues")
  let size = a.shape[0]
  var (real, imaginary) = (Tensor<Scalar>.zeros([size]), Tensor<Scalar>.zeros([size]))
  let info = withWorkspace(count: 1) { unused in
    decompose(&a, job: "N", real: &real, imaginary: &imaginary, vectors: unused)
  }
  if info != 0 { throw .failed(routine: "geev", info: info) }
  return (try real.demandFinite("eigenvalues"), try imaginary.demandFinite("eigenvalues"))
}

/// The eigenvalues, and with job V the left eigenvectors of Aᵀ as rows. Returns LAPACK's info.
private func decompose<Scalar>(
  _ a: inout Tensor<Scalar>, job: Unicode.Scalar, real: inout Tensor<Scalar>,
  imaginary: inout Tensor<Scalar>, vectors: UnsafeMutablePointer<Scalar>
) -> Int {
  if a.count == 0 { return 0 }
  return a.withMutableRows { a in
    real.withUnsafeMutableElements { real in
      imaginary.withUnsafeMutableElements { imaginary in
        withQueriedWorkspace(elements: a.count) {
          Scalar.geev(
            job: job, size: a.rows, a.base, real: real.baseAddress!,
            imaginary: imaginary.baseAddress!, vectors: vectors, work: $0, workCount: $1)
        }
      }
    }
  }
}

/// Makes two eigenvectors of a pair, in rows, of LAPACK's two rows of real and negated imaginary parts.
@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
private func unpackPair<Scalar>(
  _ row: Int, _ real: MutableRowBlock<Scalar>, imaginary: MutableRowBlock<Scalar>
) {
  let size = real.columns
  let (first, second) = (real.base + row * size, real.base + (row + 1) * size)
  let (positive, negative) = (imaginary.base + row * size, imaginary.base + (row + 1) * size)
  // LAPACK makes the component of largest magnitude real: the sign is that of this component's real part.
  var (largest, sign) = (-1 as Scalar, 1 as Scalar)
  for column in 0..<size {
    let magnitude = first[column] * first[column] + second[column] * second[column]
    if magnitude > largest { (largest, sign) = (magnitude, first[column] < 0 ? -1 : 1) }
  }
  for column in 0..<size {
    let (realPart, imaginaryPart) = (sign * first[column], -sign * second[column])
    (first[column], second[column]) = (realPart, realPart)
    // Adding 0 makes 0 of −0.
    (positive[column], negative[column]) = (imaginaryPart + 0, -imaginaryPart + 0)
  }
}

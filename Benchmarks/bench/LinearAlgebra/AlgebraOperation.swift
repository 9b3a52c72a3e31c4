import Perceptron

/// An operation of linear algebra that is compared with SciPy's.
enum AlgebraOperation: String, CaseIterable {
  case solve, solveSymmetric, solvePositiveDefinite, solveTriangular, lu, cholesky, inverse,
    logDeterminant, qr, pivotedQR, svd, singularValues, symmetricEigen, symmetricEigenvalues, eigen,
    eigenvalues, leastSquares, pseudoInverse

  /// The name in tables.
  var title: String {
    switch self {
    case .solve: "solve"
    case .solveSymmetric: "solve, symmetric"
    case .solvePositiveDefinite: "solve, positive definite"
    case .solveTriangular: "solve, triangular"
    case .lu: "LU"
    case .cholesky: "Cholesky"
    case .inverse: "inverse"
    case .logDeterminant: "log-determinant"
    case .qr: "QR"
    case .pivotedQR: "QR, pivoted"
    case .svd: "SVD"
    case .singularValues: "singular values"
    case .symmetricEigen: "eigenvectors, symmetric"
    case .symmetricEigenvalues: "eigenvalues, symmetric"
    case .eigen: "eigenvectors"
    case .eigenvalues: "eigenvalues"
    case .leastSquares: "least squares"
    case .pseudoInverse: "pseudo-inverse"
    }
  }

  /// The rows of the matrices.
  static let sizes = [10, 100, 1000]

  /// The piece of work for a square matrix.
  func entry(size: Int, _ precision: PeerProtocol.Precision) -> PeerWorks.Entry {
    PeerWorks.Entry(
      title: "\(title), \(size)×\(size), \(precision.rawValue)",
      work: .init(
        kind: .algebra, layers: [size], batch: 0, rows: size, precision: precision,
        operation: rawValue))
  }
}

/// The operands of the comparison: a matrix whose singular values lie around 1 to 3, its symmetric part, which
/// is positive definite, its upper triangle, and a vector.
struct AlgebraOperands<Scalar: BLASScalar> {
  let a: Tensor<Scalar>
  let symmetric: Tensor<Scalar>
  let triangle: Tensor<Scalar>
  let b: Tensor<Scalar>

  /// - Parameter numbers: those of the file, the matrix row by row and the vector.
  init(_ numbers: [Double], size: Int) {
    let matrix = Tensor(numbers.prefix(size * size), shape: [size, size])
    let half = (matrix + matrix.transposed()) * Tensor(0.5)
    let upper = Tensor(
      (0..<size * size).map { $0 / size > $0 % size ? 0 : matrix[position: $0] },
      shape: [size, size])
    a = Tensor(matrix)
    symmetric = Tensor(half)
    triangle = Tensor(upper)
    b = Tensor(Tensor(numbers.dropFirst(size * size)))
  }

  /// The numbers of a file: normal deviates over √size, with 2 added on the diagonal, and a vector of
  /// deviates.
  static func numbers(size: Int) -> [Double] {
    var random = SeededRandom(seed: 0, purpose: "bench algebra")
    let scale = 1 / Double(size).squareRoot()
    return (0..<size * size).map { scale * random.normal() + ($0 / size == $0 % size ? 2 : 0) }
      + (0..<size).map { _ in random.normal() }
  }
}

extension AlgebraOperands {
  /// Does the operation; its results are released.
  func run(_ operation: AlgebraOperation) throws { _ = try compute(operation) }

  /// Numbers that do not depend on signs or on an order, on which all programs have to agree.
  func check(_ operation: AlgebraOperation) throws -> [Double] {
    switch try compute(operation) {
    case let x as Tensor<Scalar>: [Double(x.norm()), Double(x.absoluteSum())]
    case let lu as LU<Scalar>: [Double(lu.logDeterminant.logarithm)]
    case let cholesky as Cholesky<Scalar>:
      [Double(cholesky.lower.norm()), Double(cholesky.lower.absoluteSum())]
    case let logarithm as Scalar: [Double(logarithm)]
    case let qr as QR<Scalar>:
      [
        Double(qr.r.norm()),
        qr.permutation.indices.reduce(0) { $0 + Double.logarithm(Double(qr.r[$1, $1])) },
      ]
    case let svd as SVD<Scalar>: [Double(svd.singularValues.absoluteSum()), Double(svd.u.norm())]
    case let eigen as SymmetricEigen<Scalar>:
      [Double(eigen.values.absoluteSum()), Double(eigen.vectors.norm())]
    case let eigen as Eigen<Scalar>: [Self.magnitudes(eigen.real, eigen.imaginary)]
    case let (real, imaginary) as (Tensor<Scalar>, Tensor<Scalar>):
      [Self.magnitudes(real, imaginary)]
    case let fit as LeastSquares<Scalar>:
      [Double(fit.solution.norm()), Double(fit.singularValues.absoluteSum())]
    default: []
    }
  }

  private func compute(_ operation: AlgebraOperation) throws -> Any {
    switch operation {
    case .solve: try Perceptron.solve(a, b)
    case .solveSymmetric: try Perceptron.solve(symmetric, b, .symmetric)
    case .solvePositiveDefinite: try Perceptron.solve(symmetric, b, .positiveDefinite)
    case .solveTriangular: try Perceptron.solve(triangle, b, .upperTriangular)
    case .lu: try LU(a)
    case .cholesky: try Cholesky(symmetric)
    case .inverse: try Perceptron.inverse(a)
    case .logDeterminant: try Perceptron.logDeterminant(a).logarithm
    case .qr: try QR(a)
    case .pivotedQR: try QR(a, pivoted: true)
    case .svd: try SVD(a)
    case .singularValues: try Perceptron.singularValues(a)
    case .symmetricEigen: try SymmetricEigen(symmetric)
    case .symmetricEigenvalues: try Perceptron.symmetricEigenvalues(symmetric)
    case .eigen: try Eigen(a)
    case .eigenvalues: try Perceptron.eigenvalues(a)
    case .leastSquares: try Perceptron.leastSquares(a, b)
    case .pseudoInverse: try Perceptron.pseudoInverse(a)
    }
  }

  /// Σ|λ|.
  private static func magnitudes(_ real: Tensor<Scalar>, _ imaginary: Tensor<Scalar>) -> Double {
    zip(real.elements, imaginary.elements).reduce(0) {
      $0 + Double($1.0 * $1.0 + $1.1 * $1.1).squareRoot()
    }
  }
}

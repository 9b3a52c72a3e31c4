import PerceptronLinearAlgebra
import TestSupport

/// A drawn matrix that a decomposition has to cope with.
struct MatrixCase: Sendable, CustomStringConvertible {
  enum Kind: CaseIterable, Sendable {
    /// Normal deviates.
    case plain
    /// Of rank 2 at most.
    case lowRank
    /// With columns of ever smaller numbers.
    case graded
    /// Beyond the square root of the largest number.
    case huge
    /// Below the square root of the smallest.
    case tiny
    case zero
  }

  let kind: Kind
  let rows: Int
  let columns: Int

  var description: String { "\(kind) \(rows) × \(columns)" }

  /// Square, tall and wide matrices of 0 to 70 rows and columns.
  static let all = Kind.allCases.flatMap { kind in
    [
      (0, 0), (0, 3), (3, 0), (1, 1), (1, 6), (6, 1), (2, 2), (3, 3), (5, 4), (4, 5), (10, 10),
      (17, 33), (33, 17), (40, 2), (2, 40), (64, 64), (70, 69), (69, 70), (70, 70),
    ].map { MatrixCase(kind: kind, rows: $0.0, columns: $0.1) }
  }

  /// The square ones.
  static let square = all.filter { $0.rows == $0.columns }

  func matrix<Scalar: BLASScalar>(_: Scalar.Type = Scalar.self) -> Tensor<Scalar> {
    let plain = Tensor<Scalar>.sample([rows, columns], seed: UInt64(71 * rows + columns))
    // 1e30 and 1e200.
    let large = Scalar(sign: .plus, exponent: Scalar.self == Float.self ? 100 : 664, significand: 1)
    return switch kind {
    case .plain: plain
    case .lowRank:
      matmul(
        Tensor<Scalar>.sample([rows, 2], seed: 3), Tensor<Scalar>.sample([2, columns], seed: 4))
    case .graded:
      plain
        * Tensor(
          (0..<columns).map {
            Scalar(sign: .plus, exponent: Scalar.Exponent(-($0 % 60)), significand: 1)
          })
    case .huge: plain * Tensor(large)
    case .tiny: plain * Tensor(1 / large)
    case .zero: .zeros([rows, columns])
    }
  }

  /// The same, A + Aᵀ.
  func symmetric<Scalar: BLASScalar>(_: Scalar.Type = Scalar.self) -> Tensor<Scalar> {
    let half: Tensor<Scalar> = matrix()
    return half + half.transposed()
  }
}

/// 10·n·ε for matrices of up to n rows and columns.
func roundingBound<Scalar: BLASScalar>(_ shape: Shape, _: Scalar.Type = Scalar.self) -> Double {
  10 * Double(max(shape.dimensions.max() ?? 1, 1)) * Double(Scalar.ulpOfOne)
}

/// ‖x − y‖ / scale in the Frobenius norm, 0 where x equals y.
func distance(_ x: Tensor<Double>, _ y: Tensor<Double>, scale: Double) -> Double {
  if x == y { return 0 }
  return (x - y).norm() / scale
}

/// ‖Qᵀ·Q − 1‖ in the largest element.
func orthogonalityError<Scalar>(_ q: Tensor<Scalar>) -> Double {
  let products = naiveMatmul(q, q, transposeA: true)
  var error = 0.0
  for row in 0..<products.shape[0] {
    for column in 0..<products.shape[1] {
      error = max(error, (products[row, column] - (row == column ? 1 : 0)).magnitude)
    }
  }
  return error
}

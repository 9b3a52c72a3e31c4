import PerceptronCommandSupport
import Perceptron

/// BLAS's products held against the definition, at shapes that kernels get wrong: empty, of one row
/// or column, and just off the multiples that they work in.
struct MatmulCheck: Encodable {
  let scalar: String
  /// How many products were compared.
  private(set) var count = 0
  /// The largest error, relative to the sum of the absolute products.
  private(set) var worstError = 0.0
  /// Where it is.
  private(set) var worstShape = ""
  /// The error that rounding can explain.
  let limit: Double
  var passed: Bool { worstError <= limit }

  private static var extents: [Int] { [0, 1, 3, 16, 17, 65] }

  /// A way to compute op(a)·op(b), where each op is told to transpose or not.
  typealias Product<Scalar: BLASScalar> = (
    _ a: Tensor<Scalar>, _ b: Tensor<Scalar>, _ transposeA: Bool, _ transposeB: Bool
  ) -> Tensor<Scalar>

  /// Checks `product`, BLAS's unless another is given.
  init<Scalar: BLASScalar>(
    _ type: Scalar.Type,
    product: Product<Scalar> = { matmul($0, $1, transposeA: $2, transposeB: $3) }
  ) {
    scalar = "\(type)"
    // Higham's bound for the longest sum: as many roundings as it has terms.
    limit = Double(Scalar.ulpOfOne) * Double(Self.extents.max() ?? 1)
    var random = SeededRandom(seed: 0, purpose: "doctor")
    for rows in Self.extents {
      for inner in Self.extents {
        for columns in Self.extents {
          compare(rows, inner, columns, product, using: &random)
        }
      }
    }
  }

  /// Compares a·b for each of the four ways to transpose.
  private mutating func compare<Scalar: BLASScalar>(
    _ rows: Int, _ inner: Int, _ columns: Int, _ product: Product<Scalar>,
    using random: inout SeededRandom
  ) {
    for (transposeA, transposeB) in [(false, false), (true, false), (false, true), (true, true)] {
      let a = Tensor<Scalar>.uniform(
        transposeA ? [inner, rows] : [rows, inner], using: &random)
      let b = Tensor<Scalar>.uniform(
        transposeB ? [columns, inner] : [inner, columns], using: &random)
      let result = Tensor<Double>(product(a, b, transposeA, transposeB))
      let expected = naiveMatmul(a, b, transposeA: transposeA, transposeB: transposeB)
      count += 1
      for (found, right) in zip(result.elements, expected.elements) {
        // All elements are positive, so the sum of the absolute products is the product itself.
        let error = (found - right).magnitude / max(right, .leastNormalMagnitude)
        if !(error <= worstError) {
          worstError = error.isNaN ? .infinity : error
          worstShape = "\(rows)×\(inner)×\(columns)"
        }
      }
    }
  }

  /// The verdict and what it rests on.
  var summary: String {
    let verdict = passed ? "right" : "WRONG"
    let place = passed ? "" : " at \(worstShape)"
    return "\(verdict): \(count) products at awkward shapes against the definition, "
      + "worst error \(scientific(worstError)) (limit \(scientific(limit)))" + place
  }
}

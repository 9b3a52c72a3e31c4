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

  init<Scalar: BLASScalar>(_ type: Scalar.Type) {
    scalar = "\(type)"
    // Higham's bound for the longest sum: as many roundings as it has terms.
    limit = Double(Scalar.ulpOfOne) * Double(Self.extents.max() ?? 1)
    var random = SeededRandom(seed: 0, purpose: "doctor")
    for rows in Self.extents {
      for inner in Self.extents {
        for columns in Self.extents {
          compare(rows, inner, columns, type, using: &random)
        }
      }
    }
  }

  /// Compares a·b for each of the four ways to transpose.
  private mutating func compare<Scalar: BLASScalar>(
    _ rows: Int, _ inner: Int, _ columns: Int, _ type: Scalar.Type,
    using random: inout SeededRandom
  ) {
    for (transposeA, transposeB) in [(false, false), (true, false), (false, true), (true, true)] {
      let a = Tensor<Scalar>.uniform(
        transposeA ? [inner, rows] : [rows, inner], using: &random)
      let b = Tensor<Scalar>.uniform(
        transposeB ? [columns, inner] : [inner, columns], using: &random)
      let result = Tensor<Double>(
        matmul(a, b, transposeA: transposeA, transposeB: transposeB))
      let expected = naiveMatmul(a, b, transposeA: transposeA, transposeB: transposeB)
      count += 1
      for position in 0..<expected.count {
        // All elements are positive, so the sum of the absolute products is the product itself.
        let error =
          (result[position: position] - expected[position: position]).magnitude
          / max(expected[position: position], .leastNormalMagnitude)
        if !(error <= worstError) {
          worstError = error.isNaN ? .infinity : error
          worstShape = "\(rows)×\(inner)×\(columns)"
        }
      }
    }
  }
}

/// The time of one product, as the median of many.
struct MatmulSpeed: Encodable {
  let scalar: String
  let shape: String
  let seconds: Double
  /// 2·rows·inner·columns per second, in billions.
  let gigaflops: Double

  init<Scalar: BLASScalar>(_ type: Scalar.Type, _ rows: Int, _ inner: Int, _ columns: Int) {
    var random = SeededRandom(seed: 0, purpose: "doctor")
    let a = Tensor<Scalar>.uniform([rows, inner], using: &random)
    let b = Tensor<Scalar>.uniform([inner, columns], using: &random)
    var c = Tensor<Scalar>.zeros([rows, columns])
    let clock = ContinuousClock()
    let end = clock.now.advanced(by: .milliseconds(300))
    multiply(a, b, into: &c)
    var times: [Double] = []
    repeat {
      times.append(clock.measure { multiply(a, b, into: &c) }.seconds)
    } while clock.now < end
    scalar = "\(type)"
    shape = "\(rows)×\(inner) · \(inner)×\(columns)"
    seconds = median(times) ?? .nan
    gigaflops = 2 * Double(rows) * Double(inner) * Double(columns) / seconds / 1e9
  }
}

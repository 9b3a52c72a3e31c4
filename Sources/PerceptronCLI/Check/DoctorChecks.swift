import Foundation
import Perceptron
import PerceptronCommandSupport

/// A comparison of BLAS's matrix products with the definition, at shapes prone to kernel bugs: empty,
/// a single row or column, and next to multiples of the block sizes.
struct MatmulCheck: Encodable {
  let scalar: String
  private(set) var count = 0
  /// The largest error, relative to the sum of the absolute products.
  private(set) var worstError = 0.0
  /// The shape with the largest error.
  private(set) var worstShape = ""
  /// The largest error that rounding can cause.
  let limit: Double
  var passed: Bool { worstError <= limit }

  private static var extents: [Int] { [0, 1, 3, 16, 17, 65] }

  /// A function that computes op(a)·op(b), where each op may transpose.
  typealias Product<Scalar: BLASScalar> = (
    _ a: Tensor<Scalar>, _ b: Tensor<Scalar>, _ transposeA: Bool, _ transposeB: Bool
  ) -> Tensor<Scalar>

  /// Checks `product`, by default that of BLAS.
  init<Scalar: BLASScalar>(
    _ type: Scalar.Type,
    product: Product<Scalar> = { matmul($0, $1, transposeA: $2, transposeB: $3) }
  ) {
    scalar = "\(type)"
    // Higham's bound for the longest sum: one rounding per term.
    limit = Double(Scalar.ulpOfOne) * Double(Self.extents.max() ?? 1)
    var random = SeededRandom(seed: 0, purpose: "doctor")
    for rows in Self.extents {
      for inner in Self.extents {
        for columns in Self.extents { compare(rows, inner, columns, product, using: &random) }
      }
    }
  }

  /// Compares a·b for all four combinations of transposition.
  private mutating func compare<Scalar: BLASScalar>(
    _ rows: Int, _ inner: Int, _ columns: Int, _ product: Product<Scalar>,
    using random: inout SeededRandom
  ) {
    for (transposeA, transposeB) in [(false, false), (true, false), (false, true), (true, true)] {
      let a = Tensor<Scalar>.uniform(transposeA ? [inner, rows] : [rows, inner], using: &random)
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

  var summary: String {
    let verdict = passed ? "right" : "WRONG"
    let place = passed ? "" : " at \(worstShape)"
    return "\(verdict): \(count) products at awkward shapes against the definition, "
      + "worst error \(scientific(worstError)) (limit \(scientific(limit)))" + place
  }
}

/// A comparison of training steps computed by the kernels with the same steps computed by OpenBLAS.
struct ProductPathCheck: Encodable {
  let scalar: String
  /// The largest relative difference of the losses and of the parameters after the steps, by norm.
  let worstDifference: Double
  /// The largest difference that rounding can cause.
  let limit: Double
  var passed: Bool { worstDifference <= limit }

  private static var stepCount: Int { 3 }
  private static var batchSize: Int { 50 }
  /// Widths that use the kernels for packed weights, and one that uses the kernel for small layers.
  private static var widths: [Int] { [70, 33, 10] }

  /// Checks steps on the digits in a scalar type.
  init<Scalar: BLASScalar>(_ type: Scalar.Type) {
    let (kernels, blas) = (Self.outcome(type, .kernels), Self.outcome(type, .blas))
    let differences = zip(kernels, blas).map { found, expected in
      (found - expected).sumOfSquares().squareRoot() / expected.sumOfSquares().squareRoot()
    }
    scalar = "\(type)"
    // NaN counts as a difference.
    worstDifference = differences.max { !($0 >= $1) }.map { $0.isNaN ? .infinity : $0 } ?? 0
    limit = Double(Scalar.ulpOfOne) * Double(Self.widths.reduce(Self.batchSize, +))
  }

  /// The losses of a few steps and the parameters after them.
  static func outcome<Scalar: BLASScalar>(
    _: Scalar.Type, _ path: ProductPath
  ) -> [Tensor<Double>] {
    var random = SeededRandom(seed: 0, purpose: "doctor")
    let hidden = widths.dropLast().flatMap { [LayerSpecification.affine(outputs: $0), .relu] }
    let network = Network<Scalar>(
      inputSize: 64, hidden + [.affine(outputs: widths[widths.count - 1])], using: &random)
    let settings = TrainerSettings(learningRate: 0.1, batchSize: batchSize)
    let engine = TrainingEngine(
      [.init(network, OptimizerState(settings.optimizer, for: network), settings: settings)],
      workers: nil, path: path)
    engine.setLearningRate(settings.learningRate, at: 0)
    let data = Digits.training.prepared(with: Preprocessing(divisor: 16), as: Scalar.self)
    let losses = (0..<stepCount).map { step in
      engine.choose { step * batchSize + $0 }
      engine.step(on: data, iteration: step)
      return Double(engine.loss(at: 0))
    }
    return [Tensor(losses)] + engine.network(at: 0).parameters.map { Tensor<Double>($0.tensor) }
  }

  var summary: String {
    "\(passed ? "right" : "WRONG"): \(Self.stepCount) steps by kernels and by OpenBLAS, "
      + "worst difference \(scientific(worstDifference)) (limit \(scientific(limit)))"
  }
}

/// The median time of a matrix product.
struct MatmulSpeed: Encodable {
  let scalar: String
  let shape: String
  let seconds: Double
  /// 2·rows·inner·columns operations per second, in billions.
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
    gigaflops = Self.gigaflops(rows, inner, columns, seconds: seconds)
  }

  /// Billions of operations per second: one multiplication and one addition per term.
  static func gigaflops(_ rows: Int, _ inner: Int, _ columns: Int, seconds: Double) -> Double {
    2 * Double(rows) * Double(inner) * Double(columns) / seconds / 1e9
  }
}

/// A comparison of a folder's files with the published ones of Fashion-MNIST or CIFAR-10.
struct PublishedDataCheck: Encodable {
  let folder: String
  /// The result for each published file, as text.
  let files: [String]
  /// Whether every file present matches the published one.
  let passed: Bool

  /// Compares the files in `folder` with those of their data set; nil if there is none of either set.
  init?(of folder: String) {
    let checks = [FashionMNIST.published, CIFAR10.published]
      .map { PublishedFile.verify($0, in: folder) }
      .first { checks in checks.contains { $0.outcome != .missing } }
    guard let checks else { return nil }
    self.folder = folder
    files = checks.map { "\($0)" }
    passed = checks.allSatisfy { $0.outcome == .matches || $0.outcome == .missing }
  }
}

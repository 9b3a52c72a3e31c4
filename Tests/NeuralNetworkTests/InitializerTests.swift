import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import TestSupport
import Testing

@Suite("Initializers")
struct InitializerTests {
  static let all: [Initializer] = [
    .normal(scale: 0.3), .glorotUniform, .glorotNormal, .heNormal, .heUniform, .leCunNormal,
    .orthogonal(gain: 1.5), .zeros,
  ]

  static func weights<Scalar: BLASScalar>(
    _ initializer: Initializer, _ inputs: Int, _ outputs: Int, seed: UInt64 = 0,
    as: Scalar.Type = Scalar.self
  ) -> Tensor<Scalar> {
    var random = SeededRandom(seed: seed)
    return initializer.weights(inputs: inputs, outputs: outputs, using: &random)
  }

  @Test("Weights have the mean and the variance of their initializer", arguments: scalarTypes)
  func variance(type: any BLASScalar.Type) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let (inputs, outputs) = (300, 100)
      let expected: [(Initializer, Double)] = [
        (.normal(scale: 0.3), 0.09), (.glorotUniform, 2 / 400), (.glorotNormal, 2 / 400),
        (.heNormal, 2 / 300), (.heUniform, 2 / 300), (.leCunNormal, 1 / 300),
        // A column of 300 has the squared length 1.5².
        (.orthogonal(gain: 1.5), 2.25 / 300), (.zeros, 0),
      ]
      for (initializer, variance) in expected {
        let weights = Self.weights(initializer, inputs, outputs, as: Scalar.self)
        #expect(weights.shape == [inputs, outputs])
        let found = Double(weights.sumOfSquares()) / 30_000
        #expect((found - variance).magnitude <= 0.03 * variance, "\(initializer): \(found)")
        let mean = Double(weights.mean())
        #expect(mean.magnitude <= 4 * (variance / 30_000).squareRoot(), "\(initializer): \(mean)")
      }
    }
    check(type)
  }

  @Test("Uniform weights fill their range to its ends, and no more")
  func range() {
    for (initializer, bound) in [
      (.glorotUniform, (6.0 / 400).squareRoot()), (.heUniform, (6.0 / 300).squareRoot()),
    ] as [(Initializer, Double)] {
      let weights = Self.weights(initializer, 300, 100, as: Double.self)
      for end in [weights.max(), (-weights).max()] {
        #expect(end <= bound && end > 0.999 * bound)
      }
    }
  }

  @Test(
    "Orthogonal weights keep lengths times their gain",
    arguments: [[1, 1], [1, 9], [9, 1], [20, 20], [33, 8], [8, 33]])
  func orthogonal(sizes: [Int]) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let weights = Self.weights(.orthogonal(gain: 2), sizes[0], sizes[1], as: Scalar.self)
      let isWide = sizes[0] < sizes[1]
      let products = naiveMatmul(
        weights, weights, transposeA: !isWide, transposeB: isWide)
      var expected = Tensor<Double>.zeros(products.shape)
      for index in 0..<min(sizes[0], sizes[1]) { expected[index, index] = 4 }
      expectClose(products, expected, tolerance: 10 * Scalar.testTolerance)
    }
    for type in scalarTypes { check(type) }
  }

  @Test("Orthogonal matrices are as likely turned one way as the other")
  func uniformlyDistributed() {
    // Without the signs of R's diagonal, LAPACK's Q of one number would always be the same.
    let seeds = 0..<UInt64(400)
    let signs = seeds.map { Self.weights(.orthogonal(gain: 1), 1, 1, seed: $0)[0, 0] as Double }
    #expect(signs.allSatisfy { $0.magnitude == 1 })
    #expect((140...260).contains(signs.count { $0 > 0 }))
    // The trace of a random rotation or reflection of the plane has mean 0 and variance 1.
    let traces = seeds.map {
      let q: Tensor<Double> = Self.weights(.orthogonal(gain: 1), 2, 2, seed: $0)
      return q[0, 0] + q[1, 1]
    }
    #expect((traces.reduce(0, +) / 400).magnitude < 0.2)
    #expect((traces.reduce(0) { $0 + $1 * $1 } / 400 - 1).magnitude < 0.25)
  }

  @Test("The same seed gives the same weights, in both types, and no size is too small")
  func reproducible() {
    for initializer in Self.all {
      for sizes in [[5, 3], [3, 5], [1, 1], [0, 4], [4, 0], [0, 0]] {
        let weights = Self.weights(initializer, sizes[0], sizes[1], as: Double.self)
        #expect(weights == Self.weights(initializer, sizes[0], sizes[1]))
        #expect(weights.shape == Shape(sizes))
        expectClose(Self.weights(initializer, sizes[0], sizes[1], as: Float.self), weights)
      }
    }
    #expect(Self.weights(.heNormal, 5, 3, as: Float.self) != Self.weights(.heNormal, 5, 3, seed: 1))
  }

  @Test("A network draws with the initializer that it is given, and He's without one")
  func network() {
    func layers(_ initializer: Initializer?) -> Parameters<Double> {
      var random = SeededRandom(seed: 4)
      let specifications: [LayerSpecification] = [.affine(outputs: 7), .relu, .affine(outputs: 2)]
      guard let initializer else {
        return Network(inputSize: 5, specifications, using: &random).parameters
      }
      return Network(inputSize: 5, specifications, initializer: initializer, using: &random)
        .parameters
    }
    #expect(layers(nil) == layers(.heNormal))
    #expect(layers(nil) != layers(.leCunNormal))
    #expect(layers(.glorotUniform)["W1"] == Self.weights(.glorotUniform, 5, 7, seed: 4))
    #expect(layers(.zeros).allSatisfy { $0.tensor.absoluteSum() == 0 })
  }
}

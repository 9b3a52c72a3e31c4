import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import TestSupport
import Testing

/// The layers that apply a function to each input; ``ReLU`` has tests of its own.
@Suite("Activations")
struct ActivationTests {
  /// A layer with its values and slopes at ``x``, as NumPy and SciPy computed them.
  struct Reference: Sendable, CustomTestStringConvertible {
    let specification: LayerSpecification
    let values: Tensor<Double>
    let slopes: Tensor<Double>

    var testDescription: String { "\(specification)" }
  }

  static let x: Tensor<Double> = [-40, -6, -3, -1, -0.5, 0, 0.5, 1, 3, 6]

  static let references = [
    // np.where(x > 0, x, 0.01 * x); np.where(x > 0, 1, 0.01)
    Reference(
      specification: .leakyReLU(),
      values: [-0.4, -0.06, -0.03, -0.01, -0.005, 0, 0.5, 1, 3, 6],
      slopes: [0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 1, 1, 1, 1]),
    // np.tanh(x); 1 / np.cosh(x) ** 2
    Reference(
      specification: .tanh,
      values: [
        -1, -0.9999877116507956, -0.9950547536867305, -0.7615941559557649, -0.46211715726000974,
        0, 0.46211715726000974, 0.7615941559557649, 0.9950547536867305, 0.9999877116507956,
      ],
      slopes: [
        7.219405551381660e-35, 2.457654740533270e-05, 9.866037165440192e-03,
        4.199743416140261e-01, 7.864477329659275e-01, 1, 7.864477329659275e-01,
        4.199743416140261e-01, 9.866037165440192e-03, 2.457654740533270e-05,
      ]),
    // p = scipy.special.expit(x); p * scipy.special.expit(-x)
    Reference(
      specification: .sigmoid,
      values: [
        4.2483542552915889e-18, 2.4726231566347743e-03, 4.7425873177566781e-02,
        2.6894142136999510e-01, 3.7754066879814541e-01, 0.5, 6.2245933120185459e-01,
        7.3105857863000490e-01, 9.5257412682243336e-01, 9.9752737684336534e-01,
      ],
      slopes: [
        4.2483542552915889e-18, 2.4665092913600480e-03, 4.5176659730912137e-02,
        1.9661193324148185e-01, 2.3500371220159449e-01, 0.25, 2.3500371220159449e-01,
        1.9661193324148185e-01, 4.5176659730912137e-02, 2.4665092913600480e-03,
      ]),
    // x * scipy.special.ndtr(x); scipy.special.ndtr(x) + x * scipy.stats.norm.pdf(x)
    Reference(
      specification: .gelu,
      values: [
        0, -5.9195258702261670e-09, -4.0496940948902800e-03, -1.5865525393145707e-01,
        -1.5426876936299344e-01, 0, 3.4573123063700656e-01, 8.4134474606854293e-01,
        2.9959503059051098, 5.9999999940804738,
      ],
      slopes: [
        0, -3.5468709453902022e-08, -1.1945647204183930e-02, -8.3315470587686291e-02,
        1.3250487534383715e-01, 0.5, 8.6749512465616285e-01, 1.0833154705876864,
        1.0119456472041839, 1.0000000354687093,
      ]),
  ]

  @Test("Values and slopes are SciPy's, small ones to their own precision", arguments: references)
  func reference(reference: Reference) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let layer = reference.specification.layer(Scalar.self)
      let x = Tensor<Scalar>(Self.x)
      let values = Tensor<Double>(layer.forward(x))
      let ones = Tensor<Scalar>(shape: x.shape, repeating: 1)
      let slopes = Tensor<Double>(layer.backward(upstream: ones, input: x).input)
      for place in 0..<x.count {
        let (value, expected) = (values[place], reference.values[place])
        #expect(relativeError(value, expected) < Scalar.testTolerance || value == expected)
        let (slope, expectedSlope) = (slopes[place], reference.slopes[place])
        // What a saturated output has lost of its distance from 1 is lost to the slope, too.
        #expect((slope - expectedSlope).magnitude < Scalar.testTolerance)
        let isSaturated = (value.magnitude - 1).magnitude < 0.1
        #expect(isSaturated || relativeError(slope, expectedSlope) < Scalar.testTolerance)
      }
    }
    for type in scalarTypes { check(type) }
  }

  @Test("Inputs of ±1e30 give the limit, and NaN passes through", arguments: references)
  func extremes(reference: Reference) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let layer = reference.specification.layer(Scalar.self)
      let x: Tensor<Scalar> = [-1e30, 1e30, .init(Scalar.nan)]
      let y = layer.forward(x)
      let slopes = layer.backward(upstream: [1, 1, 1], input: x).input
      let limits: (low: Scalar, high: Scalar, lowSlope: Scalar, highSlope: Scalar) =
        switch reference.specification {
        case .leakyReLU: (-1e30 * 0.01, 1e30, 0.01, 1)
        case .tanh: (-1, 1, 0, 0)
        case .sigmoid: (0, 1, 0, 0)
        default: (0, 1e30, 0, 1)
        }
      #expect(y[0] == limits.low && y[1] == limits.high && y[2].isNaN)
      #expect(slopes[0] == limits.lowSlope && slopes[1] == limits.highSlope)
    }
    for type in scalarTypes { check(type) }
  }

  @Test("The slope of a leaky rectifier is its own, also in another scalar type")
  func leakySlope() {
    let layer = LeakyReLU<Float>(slope: 0.3)
    #expect(layer.forward([-10, 10]) == Tensor([-10 * 0.3, 10]))
    #expect(layer.backward(upstream: [2, 2], input: [-1, 1]).input == Tensor([2 * 0.3, 2]))
    #expect(layer.converted(to: Double.self).specification == .leakyReLU(slope: 0.3))
    #expect(layer != LeakyReLU(slope: 0.2))
  }
}

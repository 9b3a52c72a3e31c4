import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import TestSupport
import Testing

@Suite("Explanation: integrated gradients")
struct ExplanationAttributionTests {
  /// A network by the layers between affine ones.
  struct Case: Sendable, CustomTestStringConvertible {
    let sizes: [Int], between: [LayerSpecification]

    init(_ sizes: [Int], _ between: LayerSpecification...) {
      (self.sizes, self.between) = (sizes, between)
    }

    var testDescription: String { "\(sizes) \(between)" }

    func network<Scalar: BLASScalar>(
      seed: UInt64, as: Scalar.Type = Scalar.self
    ) -> Network<Scalar> {
      var layers: [LayerSpecification] = []
      for size in sizes.dropFirst().dropLast() { layers += [.affine(outputs: size)] + between }
      layers.append(.affine(outputs: sizes[sizes.count - 1]))
      return Network<Scalar>(
        Network<Double>(random: seed, inputSize: sizes[0], layers, .softmax))
    }
  }

  static let cases =
    (LayerSpecification.activations.map { Case([5, 7, 3], $0.layer) }) + [
      Case([5, 7, 3], .layerNorm(epsilon: 0.1)),
      Case([64, 100, 50, 10], .batchNorm(), .relu),
      Case([64, 100, 50, 10], .batchNorm(), .tanh),
      Case([64, 100, 50, 10], .gelu, .dropout(rate: 0.5)),
      Case([64, 100, 50, 10], .layerNorm(), .relu),
      Case([30, 20, 20, 20, 20, 4], .relu),
    ]

  /// Expects that the contributions add up to the difference.
  private func expectComplete<Scalar>(
    _ attribution: Attribution<Scalar>, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let share = Scalar.self == Float.self ? 1e-3 : 1e-6
    let largest = max(attribution.value.magnitude, attribution.baselineValue.magnitude)
    // What the two values lose to rounding is no part of the share.
    let rounding = 1e3 * Double(Scalar.ulpOfOne) * Double(largest)
    let (sum, difference) = (Double(attribution.sum), Double(attribution.difference))
    #expect(
      (sum - difference).magnitude <= share * difference.magnitude + rounding,
      "\(sum), expected \(difference)", sourceLocation: sourceLocation)
  }

  @Test("They are NumPy's, which are exact")
  func vectors() {
    let reference = ExplanationCase.shared
    let network = ExplanationCase.network
    let target = ExplainedOutput(reference.predicted, minus: reference.label)
    let found = network.integratedGradients(
      of: reference.example, from: reference.baseline.tensor, for: target)
    expectClose(
      found.contributions, reference.integratedGradients.contributions.tensor, tolerance: 1e-6)
    expectClose(found.value, reference.margin, tolerance: 1e-12)
    expectClose(
      found.baselineValue, reference.integratedGradients.baselineMargin, tolerance: 1e-12)
    expectComplete(found)
    #expect(reference.integratedGradients.switches > 0)
    let fine = network.integratedGradients(
      of: reference.example, from: reference.baseline.tensor, for: target, tolerance: 1e-12)
    expectClose(
      fine.contributions, reference.integratedGradients.contributions.tensor, tolerance: 1e-11)
  }

  @Test("They add up to the difference", arguments: cases, 1...2 as ClosedRange<UInt64>)
  func complete(setting: Case, seed: UInt64) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let network = setting.network(seed: seed, as: Scalar.self)
      let before = network
      let x = Tensor<Scalar>.sample([setting.sizes[0]], seed: seed)
      let baseline = Tensor<Scalar>.sample([setting.sizes[0]], seed: seed + 100)
      for target in [ExplainedOutput(0), ExplainedOutput(2, minus: 1)] {
        for start in [nil, baseline] {
          let found = network.integratedGradients(of: x, from: start, for: target)
          expectComplete(found)
          #expect(found.contributions.shape == [setting.sizes[0]])
          expectClose(
            found.value, ExplanationSaliencyTests.value(network, x, target),
            tolerance: 10 * Scalar.testTolerance)
          expectClose(
            found.baselineValue,
            ExplanationSaliencyTests.value(
              network, start ?? .zeros([setting.sizes[0]]), target),
            tolerance: 10 * Scalar.testTolerance)
        }
      }
      #expect(network == before)
    }
    for type in scalarTypes { check(type) }
  }

  @Test("Each contribution is the mean slope along the line", arguments: cases)
  func brute(setting: Case) {
    let network = setting.network(seed: 7, as: Double.self)
    let size = setting.sizes[0]
    let x = Tensor<Double>.sample([size], seed: 8), start = Tensor<Double>.sample([size], seed: 9)
    let target = ExplainedOutput(0, minus: 1)
    let count = 4096
    let places = (0..<count).map { (Double($0) + 0.5) / Double(count) }
    let points = places.flatMap { place in
      zip(start.elements, x.elements).map { $0 + place * ($1 - $0) }
    }
    let slopes = network.saliency(of: Tensor(points, shape: [count, size]), for: target)
    let expected = slopes.sum(axis: 0) / Tensor(Double(count)) * (x - start)
    let found = network.integratedGradients(of: x, from: start, for: target).contributions
    let largest = expected.elements.map(\.magnitude).reduce(0, max)
    for (ours, theirs) in zipped(found.elements, expected.elements) {
      #expect((ours - theirs).magnitude <= 2e-3 * largest, "\(setting): \(ours), \(theirs)")
    }
  }

  @Test("In a linear network they are the weights times the difference of the inputs")
  func linear() {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let network = Case([6, 4, 3]).network(seed: 2, as: Scalar.self)
      let x = Tensor<Scalar>.sample([1, 6]), start = Tensor<Scalar>.sample([1, 6], seed: 2)
      let weights = matmul(network.parameters["W1"], network.parameters["W2"])
      let expected = (0..<6).map {
        (weights[$0, 2] - weights[$0, 0]) * (x[position: $0] - start[position: $0])
      }
      let found = network.integratedGradients(
        of: x, from: start, for: ExplainedOutput(2, minus: 0))
      expectClose(found.contributions, Tensor(expected))
    }
    for type in scalarTypes { check(type) }
  }

  @Test(
    "Huge weights and steep slopes are followed too", arguments: cases, [30, 1e4])
  func extreme(setting: Case, factor: Double) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      var network = setting.network(seed: 3, as: Scalar.self)
      network.updateParameters { place, parameter in
        if place.name == "W1" || place.name == "b1" { parameter *= Scalar(factor) }
      }
      let x = Tensor<Scalar>.sample([setting.sizes[0]], seed: 4)
      let found = network.integratedGradients(of: x, for: ExplainedOutput(1, minus: 0))
      expectComplete(found)
    }
    for type in scalarTypes { check(type) }
  }

  @Test("An example that is its own baseline has contributions of 0", arguments: cases)
  func same(setting: Case) {
    let network = setting.network(seed: 3, as: Float.self)
    let x = Tensor<Float>.sample([setting.sizes[0]])
    let found = network.integratedGradients(of: x, from: x, for: ExplainedOutput(0))
    #expect(found.contributions == .zeros([setting.sizes[0]]))
    #expect(found.difference == 0 && found.sum == 0)
  }

  @Test("Contributions that cancel are found where the values at the ends are equal")
  func cancelling() {
    // max(0, a) − max(0, 2b − 1), from (0, 0) to (1, 1).
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let network = Network<Scalar>(
        inputSize: 2,
        layers: [
          Affine(weights: [[1, 0], [0, 2]], bias: [0, -1]), ReLU(),
          Affine(weights: [[1], [-1]], bias: [0]),
        ], loss: SquaredError())
      let found = network.integratedGradients(of: [1, 1], for: ExplainedOutput(0))
      #expect(found.difference == 0)
      expectClose(found.contributions, Tensor<Scalar>([1, -1]))
      // An output less itself: nothing is asked.
      let nothing = network.integratedGradients(of: [1, 1], for: ExplainedOutput(0, minus: 0))
      #expect(nothing.contributions == [0, 0] && nothing.value == 0)
    }
    for type in scalarTypes { check(type) }
    // A smooth rise and fall.
    let wave = Network<Double>(
      inputSize: 1,
      layers: [
        Affine(weights: [[40, 40]], bias: [-10, -30]), Tanh(),
        Affine(weights: [[1], [-1]], bias: [0]),
      ], loss: SquaredError())
    let found = wave.integratedGradients(of: [1], for: ExplainedOutput(0))
    #expect(found.sum.magnitude <= 1e-8 && found.difference.magnitude <= 1e-8)
  }

  @Test("Values that rounding makes coarse end the search")
  func rounding() {
    // The difference of two scores of a million that are a millionth apart.
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let weights = Tensor<Scalar>.sample([8, 2]) * 1e-6
      for layer in [ReLU<Scalar>() as any Layer<Scalar>, Tanh()] {
        let network = Network<Scalar>(
          inputSize: 8,
          layers: [
            Affine(weights: .sample([8, 8], seed: 3) * 100, bias: .zeros([8])), layer,
            Affine(weights: weights, bias: [1e6, 1e6]),
          ])
        let found = network.integratedGradients(
          of: .sample([8], seed: 4), for: ExplainedOutput(0, minus: 1))
        #expect(found.contributions.elements.allSatisfy { $0.isFinite })
        #expect((found.sum - found.difference).magnitude <= 1e6 * 100 * Scalar.ulpOfOne)
      }
    }
    for type in scalarTypes { check(type) }
  }

  @Test("Rounding that halving intervals does not lessen ends the search too")
  func noise() {
    // Two sums less their sum: the outputs are nothing but the rounding of numbers of a hundred million.
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let ones = Tensor<Scalar>.sample([8, 1], seed: 1) * 1e8
      let others = Tensor<Scalar>.sample([8, 1], seed: 2) * 1e8
      let both = ones + others
      let weights = (0..<8).flatMap {
        [ones[position: $0], others[position: $0], both[position: $0]]
      }
      let network = Network<Scalar>(
        inputSize: 8,
        layers: [
          Affine(weights: Tensor(weights, shape: [8, 3]), bias: .zeros([3])),
          Affine(weights: [[1], [1], [-1]], bias: [0]),
        ], loss: SquaredError())
      let found = network.integratedGradients(
        of: .sample([8], seed: 4), for: ExplainedOutput(0))
      #expect((found.sum - found.difference).magnitude <= 1e8 * 100 * Scalar.ulpOfOne)
    }
    for type in scalarTypes { check(type) }
  }

  @Test(
    "Inputs that are not finite give contributions of NaN, and an end",
    arguments: [.nan, .infinity, -.infinity] as [Double], cases)
  func notFinite(input: Double, setting: Case) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let network = setting.network(seed: 5, as: Scalar.self)
      let good = Tensor<Scalar>.sample([setting.sizes[0]])
      var bad = good
      bad[position: 1] = Scalar(input)
      for (x, start) in [(bad, good), (good, bad), (bad, bad)] {
        let found = network.integratedGradients(of: x, from: start, for: ExplainedOutput(0))
        #expect(found.contributions.elements.allSatisfy { $0.isNaN })
        #expect(found.sum.isNaN)
      }
      let found = network.integratedGradients(of: good, from: bad, for: ExplainedOutput(0))
      #expect(found.value.isFinite)
    }
    for type in scalarTypes { check(type) }
  }

  @Test("Examples and baselines that do not fit trap, with both shapes")
  func traps() async {
    let example = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = ExplanationCase.network.integratedGradients(
        of: .zeros([1, 13]), for: ExplainedOutput(0))
    }
    expectMessage(example, "integratedGradients: an example of shape [1, 13], expected [12]")
    let baseline = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = ExplanationCase.network.integratedGradients(
        of: .zeros([12]), from: .zeros([5]), for: ExplainedOutput(0))
    }
    expectMessage(baseline, "integratedGradients: an example of shape [5], expected [12]")
    let output = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = ExplanationCase.network.integratedGradients(
        of: .zeros([12]), for: ExplainedOutput(-1))
    }
    expectMessage(output, "integratedGradients: input [1, 12] and output -1", "5 outputs")
  }
}

import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import TestSupport
import Testing

@Suite("Explanation: saliency and occlusion")
struct ExplanationSaliencyTests {
  private let reference = ExplanationCase.shared
  private var margin: ExplainedOutput {
    ExplainedOutput(reference.predicted, minus: reference.label)
  }

  /// Every layer, between affine ones and twice.
  static func network<Scalar: BLASScalar>(
    _ layer: LayerSpecification, seed: UInt64 = 1, as: Scalar.Type = Scalar.self
  ) -> Network<Scalar> {
    Network<Scalar>(
      Network<Double>(
        random: seed, inputSize: 6,
        [.affine(outputs: 9), layer, .affine(outputs: 7), layer, .affine(outputs: 4)], .softmax))
  }

  /// The value that is asked about.
  static func value<Scalar>(
    _ network: Network<Scalar>, _ x: Tensor<Scalar>, _ target: ExplainedOutput
  ) -> Scalar {
    let outputs = network.outputs(of: x).elements
    return outputs[target.output] - (target.other.map { outputs[$0] } ?? 0)
  }

  static let targets = [ExplainedOutput(0), ExplainedOutput(2, minus: 1)]

  @Test("Saliency and occlusion are NumPy's")
  func vectors() {
    let network = ExplanationCase.network
    expectClose(
      network.saliency(of: reference.example.reshaped(to: [12]), for: margin),
      reference.saliency.tensor)
    let sets = (0..<12).map { [$0] }
    for baseline in [reference.baseline.tensor, reference.baseline.tensor.reshaped(to: [1, 12])] {
      expectClose(
        network.occlusion(of: reference.example, replacing: sets, by: baseline, for: margin),
        reference.occlusion.tensor)
    }
  }

  @Test(
    "Saliency is the slope of the output along each input", arguments: Conformance.layers, targets)
  func slopes(layer: LayerSpecification, target: ExplainedOutput) {
    for seed in 1...3 as ClosedRange<UInt64> {
      let network = Self.network(layer, seed: seed, as: Double.self)
      let x = Tensor<Double>.sample([6], seed: seed + 10)
      let saliency = network.saliency(of: x, for: target)
      for input in 0..<6 {
        var (above, below) = (x, x)
        above[position: input] += 1e-5
        below[position: input] -= 1e-5
        let change = Self.value(network, above, target) - Self.value(network, below, target)
        expectClose(saliency[position: input], change / 2e-5, tolerance: 1e-7)
      }
      let single = Network<Float>(network).saliency(of: Tensor<Float>(x), for: target)
      expectClose(single, saliency, tolerance: 1e-4)
    }
  }

  @Test("A batch's saliency is its rows'", arguments: Conformance.layers)
  func batches(layer: LayerSpecification) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let network = Self.network(layer, as: Scalar.self)
      let before = network
      let x = Tensor<Scalar>.sample([35, 6])
      let target = ExplainedOutput(3, minus: 0)
      let all = network.saliency(of: x, for: target)
      #expect(all.shape == [35, 6])
      for row in 0..<35 {
        let one = x[rows: row..<row + 1]
        expectClose(network.saliency(of: one, for: target), all[rows: row..<row + 1])
        expectClose(
          network.saliency(of: one.reshaped(to: [6]), for: target),
          all[rows: row..<row + 1].reshaped(to: [6]))
      }
      // Pictures keep their shape.
      #expect(
        network.saliency(of: x.reshaped(to: [35, 2, 3]), for: target)
          == all.reshaped(to: [35, 2, 3]))
      #expect(network.saliency(of: .zeros([0, 6]), for: target).shape == [0, 6])
      #expect(network == before)
    }
    for type in scalarTypes { check(type) }
  }

  @Test("An output less itself has no slope")
  func itself() {
    let network = Self.network(.tanh, as: Double.self)
    #expect(
      network.saliency(of: .sample([2, 6]), for: ExplainedOutput(1, minus: 1)) == .zeros([2, 6]))
  }

  @Test("Occlusion is the fall of the output, set by set", arguments: targets)
  func occlusion(target: ExplainedOutput) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      let network = Self.network(.relu, as: Scalar.self)
      let x = Tensor<Scalar>.sample([1, 6]), baseline = Tensor<Scalar>.sample([6], seed: 2)
      var random = SeededRandom(seed: 3)
      // More sets than are taken at once; empty ones, and inputs named twice.
      let sets = (0..<600).map { place in
        (0..<place % 7).map { _ in random.index(below: 6) }
      }
      let drops = network.occlusion(of: x, replacing: sets, by: baseline, for: target)
      #expect(drops.shape == [600])
      for (place, set) in sets.enumerated() {
        var changed = x
        for input in set { changed[position: input] = baseline[position: input] }
        expectClose(
          drops[position: place],
          Self.value(network, x, target) - Self.value(network, changed, target),
          tolerance: 10 * Scalar.testTolerance)
      }
      #expect(
        network.occlusion(of: x, replacing: [], by: baseline, for: target).shape == [0])
      expectClose(
        network.occlusion(of: x, replacing: [[0, 1, 2, 3, 4, 5]], by: x, for: target),
        Tensor<Scalar>.zeros([1]))
    }
    for type in scalarTypes { check(type) }
  }

  @Test("On a planted example, saliency, occlusion and integrated gradients agree")
  func planted() {
    // Class 0 speaks up for inputs 0 to 3 alone, class 1 for inputs 6 and 7.
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      var weights = Tensor<Scalar>.zeros([9, 3])
      for input in 0..<4 { weights[input, input % 2] = 1 + Scalar(input) / 4 }
      for input in 6..<8 { weights[input, 2] = 2 }
      let network = Network<Scalar>(
        inputSize: 9,
        layers: [
          Affine(weights: weights, bias: [0.5, 0.25, 0.125]), ReLU(),
          Affine(weights: [[1, 0], [2, 0], [0, 3]], bias: [0, 0]),
        ])
      let x = Tensor<Scalar>(shape: [9], repeating: 1)
      let baseline = Tensor<Scalar>.zeros([9])
      let expected: [Int: [Scalar]] = [
        0: [1, 1, 1, 1, 0, 0, 0, 0, 0], 1: [0, 0, 0, 0, 0, 0, 1, 1, 0],
      ]
      for output in 0..<2 {
        let target = ExplainedOutput(output)
        let parts = [
          network.saliency(of: x, for: target),
          network.occlusion(
            of: x, replacing: (0..<9).map { [$0] }, by: baseline, for: target),
          network.integratedGradients(of: x, for: target).contributions,
        ]
        for part in parts { #expect(part.elements.map { $0 > 0 ? 1 : $0 } == expected[output]) }
      }
      let difference = network.saliency(of: x, for: ExplainedOutput(0, minus: 1)).elements
      #expect(difference.map { $0 > 0 ? 1 : $0 < 0 ? -1 : 0 } == [1, 1, 1, 1, 0, 0, -1, -1, 0])
    }
    for type in scalarTypes { check(type) }
  }

  @Test("Outputs, inputs and shapes that do not exist trap, with what is there")
  func traps() async {
    let noOutput = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = ExplanationCase.network.saliency(of: .zeros([12]), for: ExplainedOutput(0, minus: 5))
    }
    expectMessage(
      noOutput, "saliency: input [12] and output 0 minus 5", "of 12 inputs and 5 outputs")
    let narrow = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = ExplanationCase.network.saliency(of: .zeros([3, 11]), for: ExplainedOutput(0))
    }
    expectMessage(narrow, "saliency: input [3, 11]", "of 12 inputs")
    let noInput = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = ExplanationCase.network.occlusion(
        of: .zeros([12]), replacing: [[0], [12]], by: .zeros([12]), for: ExplainedOutput(0))
    }
    expectMessage(noInput, "occlusion: there is no input 12 in an example of shape [12]")
    let baseline = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = ExplanationCase.network.occlusion(
        of: .zeros([12]), replacing: [[0]], by: .zeros([4]), for: ExplainedOutput(0))
    }
    expectMessage(baseline, "occlusion: an example of shape [4], expected [12]")
  }
}

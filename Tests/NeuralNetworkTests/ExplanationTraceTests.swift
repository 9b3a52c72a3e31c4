import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import TestSupport
import Testing

extension ExplanationCase {
  /// The trained network.
  static var network: Network<Double> {
    let parameters = shared.parameters
    return TwoLayerNet(
      hidden: Affine(weights: parameters.W1.tensor, bias: parameters.b1.tensor),
      output: Affine(weights: parameters.W2.tensor, bias: parameters.b2.tensor)
    ).network
  }
}

@Suite("Explanation: traces")
struct ExplanationTraceTests {
  private let reference = ExplanationCase.shared
  private let network = ExplanationCase.network

  @Test("The forward pass has NumPy's numbers")
  func forward() throws {
    let trace = network.trace(of: reference.example)
    let forward = reference.forward
    #expect(trace.layers.map(\.name) == ["affine", "relu", "affine"])
    expectClose(trace.input, reference.example.reshaped(to: [12]))
    expectClose(trace.layers[0].output, forward.sums.tensor)
    expectClose(trace.layers[1].input, forward.sums.tensor)
    expectClose(trace.layers[1].output, forward.hidden.tensor)
    expectClose(trace.outputs, forward.scores.tensor)
    expectClose(try #require(trace.probabilities), forward.probabilities.tensor)
    #expect(trace.backward == nil)
  }

  @Test("A unit's contributions are NumPy's, and add up to its sum")
  func contributions() throws {
    let trace = network.trace(of: reference.example)
    let expected = [reference.forward.inputContributions, reference.forward.hiddenContributions]
    for (layer, matrix) in zip([0, 2], expected) {
      let affine = try #require(network.layers[layer] as? Affine<Double>)
      let (input, output) = (trace.layers[layer].input, trace.layers[layer].output)
      for unit in 0..<affine.outputSize {
        let contributions = affine.contributions(of: input, toUnit: unit)
        let column = (0..<affine.inputSize).map { matrix.tensor[$0, unit] }
        expectClose(contributions, Tensor(column))
        #expect(
          affine.contributions(of: input.reshaped(to: [1, input.count]), toUnit: unit)
            == contributions)
        expectClose(
          contributions.sum() + affine.bias[position: unit], output[position: unit],
          tolerance: 1e-12)
      }
    }
    for (unit, product) in reference.forward.products.tensor.elements.enumerated() {
      let affine = try #require(network.layers[0] as? Affine<Double>)
      expectClose(
        affine.contributions(of: trace.input, toUnit: unit).sum(), product, tolerance: 1e-12)
    }
  }

  @Test("The loss and every gradient are NumPy's")
  func backward() throws {
    let trace = network.trace(of: reference.example, .labels([reference.label]))
    let backward = try #require(trace.backward)
    expectClose(backward.loss, reference.loss, tolerance: 1e-12)
    let expected = reference.gradients
    #expect(backward.upstream.count == 3)
    expectClose(backward.upstream[2], expected.scores.tensor)
    expectClose(backward.upstream[1], expected.hidden.tensor)
    expectClose(backward.upstream[0], expected.sums.tensor)
    expectClose(backward.input, expected.input.tensor)
    for (ours, theirs) in zipped(backward.gradients, expected.parameters) {
      #expect(ours.name == theirs.name)
      expectClose(ours.tensor, theirs.tensor)
    }
  }

  @Test("A step on the example alone, with the penalty, leads to NumPy's parameters and losses")
  func step() throws {
    let penalty = Penalty.l2(reference.penalty.factor)
    expectClose(network.value(of: penalty), reference.penalty.value, tolerance: 1e-12)
    let trace = network.trace(of: reference.example, .labels([reference.label]))
    let gradients = try #require(trace.backward).gradients
    var after = network
    after.updateParameters { place, parameter in
      var gradient = gradients[place.name]
      if place.isPenalized { penalty.addGradient(of: parameter, to: &gradient) }
      parameter.add(gradient, scaledBy: -reference.step.rate)
    }
    for (ours, theirs) in zipped(after.parameters, reference.step.parameters.tensors) {
      expectClose(ours.tensor, theirs.tensor)
    }
    let loss = after.trace(of: reference.example, .labels([reference.label])).backward?.loss
    expectClose(try #require(loss), reference.step.loss, tolerance: 1e-12)
    expectClose(after.value(of: penalty), reference.step.penalty, tolerance: 1e-12)
  }

  @Test("Distances in the hidden layer's space are NumPy's")
  func nearest() {
    let hidden = (0..<reference.labels.count).map {
      network.trace(of: reference.x.tensor[rows: $0..<$0 + 1]).layers[1].output
    }
    for (row, distance) in zipped(reference.nearest.rows, reference.nearest.distances) {
      expectClose(
        (hidden[row] - hidden[reference.row]).norm(), distance, tolerance: 1e-12)
    }
  }

  @Test(
    "A trace agrees with outputs, probabilities, loss and gradients, for every layer and loss",
    arguments: Conformance.layers, Conformance.losses)
  func conformance(layer: LayerSpecification, loss: LossCase) throws {
    func check<Scalar: BLASScalar>(_: Scalar.Type) throws {
      for (seed, outputs) in [(1, 3), (2, 1), (3, 17)] as [(UInt64, Int)] {
        let network = Network<Scalar>(
          Network<Double>(
            random: seed, inputSize: 5, [.affine(outputs: 7), layer, .affine(outputs: outputs)],
            loss.specification(outputs: outputs)))
        let before = network
        let x = Tensor<Scalar>.sample([1, 5], seed: seed)
        let drawn = loss.targets(rows: 1, outputs: outputs, seed: seed)
        let targets = Targets<Scalar>(converting: drawn)
        let trace = network.trace(of: x, targets)
        #expect(network == before)
        expectClose(trace.outputs, network.outputs(of: x).reshaped(to: [outputs]))
        #expect((trace.probabilities == nil) == (network.predictProbabilities(x) == nil))
        if let probabilities = network.predictProbabilities(x) {
          expectClose(
            try #require(trace.probabilities), probabilities.reshaped(to: [probabilities.count]))
        }
        for (lower, upper) in zip(trace.layers, trace.layers.dropFirst()) {
          #expect(lower.output == upper.input)
        }
        let backward = try #require(trace.backward)
        let (loss, gradients) = network.lossAndGradients(
          of: x, targets, pass: .inference)
        expectClose(backward.loss, loss, tolerance: Scalar.testTolerance)
        #expect(backward.gradients.names == gradients.names)
        for (ours, theirs) in zip(backward.gradients, gradients) {
          expectClose(ours.tensor, theirs.tensor)
        }
        for (upstream, pass) in zipped(backward.upstream, trace.layers) {
          #expect(upstream.shape == pass.output.shape)
        }
        #expect(backward.input.shape == [5])
      }
    }
    for type in scalarTypes { try check(type) }
  }

  @Test("The gradient with respect to the input is that of the loss, in a network three deep")
  func inputGradient() throws {
    let network = Network<Double>(
      random: 4, inputSize: 6, ConformanceGradientTests.mixture(outputs: 4), .softmax)
    let x = Tensor<Double>.sample([6], seed: 5)
    let backward = try #require(network.trace(of: x, .labels([2])).backward)
    for input in 0..<6 {
      var (above, below) = (x, x)
      above[position: input] += 1e-5
      below[position: input] -= 1e-5
      let change = network.loss(of: above, .labels([2])) - network.loss(of: below, .labels([2]))
      expectClose(backward.input[position: input], change / 2e-5, tolerance: 1e-8)
    }
  }

  @Test("An example may be a vector or a batch of one row")
  func shapes() {
    let x = reference.example
    let vector = x.reshaped(to: [12])
    let (one, other) = (
      network.trace(of: x, .labels([1])), network.trace(of: vector, .labels([1]))
    )
    #expect(one.input.shape == [12] && other.input.shape == [12])
    #expect(one.layers.map(\.output) == other.layers.map(\.output))
    #expect(one.backward?.upstream == other.backward?.upstream)
    #expect(one.backward?.gradients == other.backward?.gradients)
    // Values may be a vector too.
    let net = Network<Double>(random: 1, inputSize: 12, [.affine(outputs: 2)], .squaredError)
    #expect(
      net.trace(of: x, .values([1, 2])).backward?.loss
        == net.trace(of: x, .values([[1, 2]])).backward?.loss)
  }

  @Test("Dropout passes everything on, and batch normalization uses its running statistics")
  func inference() throws {
    let network = Network<Double>(
      random: 6, inputSize: 4, [.dropout(rate: 0.9), .batchNorm(), .affine(outputs: 3)], .softmax)
    let trace = network.trace(of: .sample([4]), .labels([0]))
    #expect(trace.layers[0].output == trace.input)
    let norm = try #require(network.layers[1] as? BatchNorm<Double>)
    #expect(norm.runningMean != .zeros([4]))
    for column in 0..<4 {
      let deviation = (norm.runningVariance[position: column] + norm.epsilon).squareRoot()
      let scale = norm.gamma[position: column] / deviation
      expectClose(
        trace.layers[1].output[position: column],
        (trace.input[position: column] - norm.runningMean[position: column]) * scale
          + norm.beta[position: column], tolerance: 1e-12)
      let backward = try #require(trace.backward)
      expectClose(
        backward.upstream[0][position: column], backward.upstream[1][position: column] * scale,
        tolerance: 1e-12)
      #expect(backward.input[position: column] == backward.upstream[0][position: column])
    }
  }

  @Test("A network that ends after a layer gives what a trace has there")
  func truncated() {
    let network = Network<Double>(
      random: 2, inputSize: 5,
      [
        .batchNorm(), .affine(outputs: 7), .layerNorm(), .tanh, .dropout(rate: 0.5),
        .affine(outputs: 6), .dropout(rate: 0.2), .affine(outputs: 3), .relu,
      ], .softmax)
    #expect(network.hiddenLayers == [3, 6])
    let x = Tensor<Double>.sample([1, 5])
    let trace = network.trace(of: x)
    for position in network.layers.indices {
      expectClose(
        network.truncated(afterLayer: position).outputs(of: x),
        trace.layers[position].output.reshaped(to: [1, trace.layers[position].output.count]))
    }
  }

  @Test("A target's weight does not count", arguments: [0, 0.25, 3])
  func weights(weight: Double) throws {
    let plain = try #require(network.trace(of: reference.example, .labels([1])).backward)
    let weighted = try #require(
      network.trace(of: reference.example, .labels([1], weights: [weight])).backward)
    #expect(weighted.loss == plain.loss && weighted.upstream == plain.upstream)
    #expect(weighted.gradients == plain.gradients && weighted.input == plain.input)
  }

  @Test("An ensemble is followed forward")
  func ensemble() async throws {
    let members = (0..<2).map { seed in
      Network<Double>(random: UInt64(seed), inputSize: 4, [.affine(outputs: 3)], .softmax)
    }
    let network = Network(inputSize: 4, layers: [try EnsembleLayer(members)])
    let x = Tensor<Double>.sample([1, 4])
    expectClose(network.trace(of: x).outputs, network.outputs(of: x).reshaped(to: [3]))
    let trap = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let member = Network<Double>(
        random: 1, inputSize: 4, [.affine(outputs: 3)], .softmax)
      let network = Network(inputSize: 4, layers: [try EnsembleLayer([member])])
      _ = network.saliency(of: .zeros([4]), for: ExplainedOutput(0))
    }
    expectMessage(trap, "EnsembleLayer")
  }

  @Test("Examples and units that do not fit trap, with both shapes")
  func traps() async {
    let tooShort = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = ExplanationCase.network.trace(of: .zeros([11]))
    }
    expectMessage(tooShort, "trace: an example of shape [11], expected [12]")
    let twoRows = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = ExplanationCase.network.trace(of: .zeros([2, 12]))
    }
    expectMessage(twoRows, "trace: an example of shape [2, 12], expected [12]")
    let twoLabels = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = ExplanationCase.network.trace(of: .zeros([12]), .labels([0, 1]))
    }
    expectMessage(twoLabels, "2 labels for 1 rows")
    let noUnit = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = Affine<Double>(weights: .zeros([2, 3]), bias: .zeros([3]))
        .contributions(of: .zeros([2]), toUnit: 3)
    }
    expectMessage(noUnit, "contributions: input [2] to unit 3 of weights [2, 3]")
  }
}

extension Targets {
  /// Other targets in this scalar type.
  init(converting other: Targets<Double>) {
    let weights = other.weights.map { $0.map { Scalar($0) } }
    switch other.kind {
    case .labels(let labels): self = .labels(labels, weights: weights)
    case .values(let values): self = .values(Tensor(values), weights: weights)
    }
  }
}

import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import TestSupport
import Testing

@Suite("Two-layer network")
struct TwoLayerNetTests {
  static let cases = [(ReferenceCase.toy, UInt32(0)), (ReferenceCase.case12x8x5, UInt32(7))]

  /// The case's fresh network, from its seed alone.
  static func fresh<Scalar: BLASScalar>(
    _ reference: ReferenceCase, seed: UInt32, as: Scalar.Type = Scalar.self
  ) -> TwoLayerNet<Scalar> {
    var random = NumPyRandom(seed: seed)
    return TwoLayerNet(
      inputSize: reference.x.shape[1], hiddenSize: reference.initial["b1"]!.count,
      classCount: reference.initial["b2"]!.count, scale: 0.1, using: &random)
  }

  @Test("A network from NumPy's seed has NumPy's weights, bit for bit", arguments: [0, 1])
  func weights(index: Int) {
    let (reference, seed) = Self.cases[index]
    for (name, tensor) in Self.fresh(reference, seed: seed, as: Double.self).parameters {
      #expect(tensor == reference.initial[name], "\(name)")
    }
  }

  @Test("Scores, loss and gradients match NumPy's", arguments: [0, 1])
  func reference(index: Int) throws {
    let (reference, seed) = Self.cases[index]
    let net = Self.fresh(reference, seed: seed, as: Double.self)
    expectClose(net.scores(of: reference.x), reference.scores)
    let (loss, gradients) = net.lossAndGradients(
      of: reference.x, labels: reference.labels, regularization: reference.regularization)
    #expect(relativeError(loss, reference.loss) <= 1e-12)
    #expect(gradients.names == ["W1", "b1", "W2", "b2"])
    for (name, gradient) in gradients {
      let expected = try #require(reference.gradients[name])
      #expect(gradient.shape == expected.shape)
      for position in 0..<gradient.count {
        let (ours, theirs) = (gradient[position: position], expected[position: position])
        #expect(
          (ours - theirs).magnitude <= 1e-10 * max(1e-4, theirs.magnitude),
          "\(name) at \(position): \(ours), NumPy \(theirs)")
      }
    }
  }

  @Test("The toy network's loss is the published one")
  func toyLoss() {
    let net = Self.fresh(.toy, seed: 0, as: Double.self)
    let loss = net.loss(
      of: ReferenceCase.toy.x, labels: ReferenceCase.toy.labels, regularization: 0.05)
    #expect(relativeError(loss, 1.30378789132982) <= 1e-12)
  }

  @Test("The loss alone equals the loss beside the gradients")
  func lossAlone() {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      var random = SeededRandom(seed: 4)
      let net = TwoLayerNet<Scalar>(
        inputSize: 9, hiddenSize: 6, classCount: 4, scale: 0.5, using: &random)
      let x = Tensor<Scalar>.sample([11, 9])
      let labels = (0..<11).map { $0 % 4 }
      let (loss, _) = net.lossAndGradients(of: x, labels: labels, regularization: 0.3)
      #expect(net.loss(of: x, labels: labels, regularization: 0.3) == loss)
      expectClose(
        Double(net.loss(of: x, labels: labels, regularization: 0.3)),
        Double(net.loss(of: x, labels: labels)) + 0.3
          * Double(net.hidden.weights.sumOfSquares() + net.output.weights.sumOfSquares()),
        tolerance: Scalar.testTolerance)
    }
    for type in scalarTypes { check(type) }
  }

  @Test("A fresh network's loss is ln(classes)")
  func freshLoss() {
    var random = SeededRandom(seed: 0)
    let net = TwoLayerNet<Float>(
      inputSize: 30, hiddenSize: 20, classCount: 10, using: &random)
    let loss = net.loss(of: .sample([50, 30]), labels: (0..<50).map { $0 % 10 })
    expectClose(loss, 2.302585, tolerance: 1e-4)
  }

  @Test("Predictions are the classes of the highest scores and probabilities")
  func predict() {
    let net = Self.fresh(.case12x8x5, seed: 7, as: Float.self)
    let x = Tensor<Float>(ReferenceCase.case12x8x5.x)
    let probabilities = net.predictProbabilities(x)
    #expect(net.predict(x) == ReferenceCase.case12x8x5.scores.argmax(axis: 1))
    #expect(net.predict(x) == probabilities.argmax(axis: 1))
    expectClose(probabilities.sum(axis: 1), Tensor<Double>(shape: [x.shape[0]], repeating: 1))
  }

  @Test("Parameters can be read, set and converted by name")
  func parameters() {
    var net = Self.fresh(.toy, seed: 0, as: Double.self)
    #expect(net.network.summary.parameterCount == 4 * 10 + 10 + 10 * 3 + 3)
    #expect(net.parameters.map(\.name) == ["W1", "b1", "W2", "b2"])
    net.parameters["b2"] = [1, 2, 3]
    #expect(net.output.bias == [1, 2, 3])
    #expect(TwoLayerNet<Double>(TwoLayerNet<Float>(net)).output.bias == [1, 2, 3])
    #expect([net.inputSize, net.hiddenSize, net.classCount] == [4, 10, 3])
  }

  @Test("A copy of a network does not follow the original")
  func valueSemantics() {
    var net = Self.fresh(.toy, seed: 0, as: Float.self)
    let copy = net
    var workspace = Network<Float>.Workspace(for: net.network, batchSize: 5)
    let x = Tensor<Float>(ReferenceCase.toy.x)
    _ = x.withRows { rows in
      ReferenceCase.toy.labels.withUnsafeBufferPointer {
        net.network.lossAndGradients(
          of: rows, .labels($0), penalty: .l2(0.1), pass: .inference, in: &workspace)
      }
    }
    net.network.updateParameters(with: workspace, learningRate: 0.1)
    #expect(net != copy)
    #expect(copy == Self.fresh(.toy, seed: 0))
  }

  @Test("Impossible sizes, unknown parameters and wrong shapes trap")
  func traps() async {
    await #expect(processExitsWith: .failure) {
      var random = SeededRandom(seed: 0)
      _ = TwoLayerNet<Float>(inputSize: 3, hiddenSize: 0, classCount: 2, using: &random)
    }
    await #expect(processExitsWith: .failure) {
      let parameters: Parameters<Float> = ["W1": [1]]
      _ = parameters["W2"]
    }
    await #expect(processExitsWith: .failure) {
      var parameters: Parameters<Float> = ["W1": [1]]
      parameters["W1"] = [1, 2]
    }
    await #expect(processExitsWith: .failure) {
      _ = TwoLayerNet<Float>(
        hidden: Affine(weights: .zeros([2, 3]), bias: .zeros([3])),
        output: Affine(weights: .zeros([4, 2]), bias: .zeros([2])))
    }
  }
}

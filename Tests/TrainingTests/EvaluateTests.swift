import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining
import TestSupport
import Testing

@Suite("Evaluation")
struct EvaluateTests {
  @Test("Evaluation in blocks equals the whole", arguments: [1, 7, 999, 1000, 1001, 2500])
  func blocks(count: Int) {
    var random = SeededRandom(seed: 1)
    let net = TwoLayerNet<Double>(
      inputSize: 3, hiddenSize: 5, classCount: 4, scale: 1, using: &random)
    let x = Tensor<Double>.sample([count, 3])
    let labels = (0..<count).map { ($0 * 7) % 4 }
    let data = Dataset(x, labels: labels, classNames: ["a", "b", "c", "d"])
    let result = net.evaluate(on: data.prepared(with: .none, as: Double.self))
    #expect(result.count == count)
    expectClose(result.loss, net.loss(of: x, labels: labels), tolerance: 1e-12)
    #expect(result.accuracy == accuracy(of: net.predict(x), labels: labels))
    let right = zip(net.predict(x), labels).count { $0 == $1 }
    #expect(result.accuracy == Double(right) / Double(count))
  }

  @Test(
    "Every number of workers finds the same accuracy and loss", arguments: [1, 2, 3],
    [0, 1, 2, 3, 999, 1001, 1515])
  func workers(count: Int, rows: Int) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      var random = SeededRandom(seed: 1)
      let net = Network<Scalar>(
        inputSize: 13, [.affine(outputs: 17), .relu, .affine(outputs: 4)], using: &random)
      let data = Dataset(
        Tensor<Scalar>.sample([rows, 13]), labels: (0..<rows).map { ($0 * 7) % 4 },
        classNames: ["a", "b", "c", "d"]
      ).prepared(with: .none, as: Scalar.self)
      let alone = net.evaluate(on: data, workers: 1)
      let shared = net.evaluate(on: data, workers: count)
      #expect(shared.count == rows && shared.loss.isNaN == (rows == 0))
      if rows == 0 { return }
      // The loss may have other last digits, and no score is so close to another.
      let tolerance = Scalar.self == Float.self ? 1e-5 : 1e-13
      expectClose(shared.loss, alone.loss, tolerance: tolerance)
      #expect(shared.accuracy == alone.accuracy)
      var total = 0
      net.forEachBlockOfOutputs(of: data, workers: count) { outputs, labels in
        #expect(outputs.shape == [labels.count, 4])
        total += labels.count
      }
      #expect(total == rows)
    }
    for type in scalarTypes { check(type) }
  }

  @Test(
    "The losses of rows are those of the loss, with weights and without", arguments: [0, 1, 1025])
  func rowLosses(count: Int) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      var random = SeededRandom(seed: 2)
      let net = Network<Scalar>(
        inputSize: 5, [.affine(outputs: 6), .relu, .affine(outputs: 3)], using: &random)
      let x = Tensor<Scalar>.sample([count, 5])
      let labels = (0..<count).map { $0 * 5 % 3 }
      for weights in [nil, (0..<count).map { Double($0 % 4) / 2 }] {
        let data: PreparedDataset<Scalar> = Dataset(
          Features(x), targets: .classes(labels, names: ["a", "b", "c"]), weights: weights
        ).prepared(with: .none)
        let expected = net.loss.rowLosses(net.outputs(of: x), .labels(labels)).elements
          .enumerated().map { row, loss in loss * Scalar(weights?[row] ?? 1) }
        for workers in [1, 3] {
          expectClose(
            Tensor(net.rowLosses(on: data, workers: workers)), Tensor(expected),
            tolerance: Scalar.self == Float.self ? 1e-5 : 1e-13)
        }
      }
    }
    for type in scalarTypes { check(type) }
  }

  @Test("No rows have neither accuracy nor loss")
  func empty() {
    var random = SeededRandom(seed: 1)
    let net = TwoLayerNet<Float>(inputSize: 3, hiddenSize: 5, classCount: 4, using: &random)
    let data = Dataset(Tensor<Float>.zeros([0, 3]), labels: [])
    let result = net.evaluate(on: data.prepared(with: .none, as: Float.self))
    #expect(result.count == 0 && result.accuracy.isNaN && result.loss.isNaN)
  }

  @Test("Data of another width traps, naming both widths")
  func misfit() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var random = SeededRandom(seed: 1)
      let net = TwoLayerNet<Float>(inputSize: 3, hiddenSize: 5, classCount: 4, using: &random)
      let data = Dataset(Tensor<Float>.zeros([2, 6]), labels: [0, 1])
      _ = net.evaluate(on: data.prepared(with: .none, as: Float.self))
    }
    expectMessage(result, "6 features, the network 3 inputs")
  }
}

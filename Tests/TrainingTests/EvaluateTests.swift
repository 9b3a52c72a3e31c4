import Datasets
import LinearAlgebra
import NeuralNetwork
import TestSupport
import Testing
import Training

@Suite struct EvaluateTests {
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
    #expect(result.accuracy == net.accuracy(on: x, labels: labels))
    let right = zip(net.predict(x), labels).count { $0 == $1 }
    #expect(result.accuracy == Double(right) / Double(count))
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

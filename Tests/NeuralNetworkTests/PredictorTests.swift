import LinearAlgebra
import TestSupport
import Testing

@testable import NeuralNetwork

@Suite struct PredictorTests {
  @Test(
    "Many rows have the outputs that each has alone",
    arguments: [0, 1, 2, 255, 256, 257, 513, 1500])
  func rows(count: Int) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      var random = SeededRandom(seed: 1)
      let net = Network<Scalar>(
        inputSize: 40,
        [
          .affine(outputs: 30), .batchNorm(), .relu, .dropout(rate: 0.5), .affine(outputs: 7),
          .layerNorm(),
        ], using: &random)
      let x = Tensor<Scalar>.sample([count, 40])
      let outputs = net.outputs(of: x)
      #expect(outputs.shape == [count, 7])
      for row in stride(from: 0, to: count, by: 37) {
        expectClose(outputs[rows: row..<row + 1], net.outputs(of: x[rows: row..<row + 1]))
      }
      for _ in 0..<5 { expectClose(net.outputs(of: x), outputs) }
    }
    for type in scalarTypes { check(type) }
  }

  @Test("The number of workers follows from the weights, the rows and the products of a pass")
  func workers() {
    var random = SeededRandom(seed: 1)
    let net = Network<Float>(
      inputSize: 40, [.affine(outputs: 30), .layerNorm(), .affine(outputs: 7)], using: &random)
    #expect(net.parameterCount == 40 * 30 + 30 + 60 + 30 * 7 + 7)
    #expect(net.summary.parameterCount == net.parameterCount)
    for rows in [0, 1, 221, 222, 663, 664, 10_000] {
      for (purpose, operations) in [
        (Network<Float>.Workspace.Purpose.inference, 2.0), (.training, 6),
      ] {
        #expect(
          net.suitableWorkers(rows: rows, purpose: purpose)
            == suitableWorkers(operations: operations * 1507 * Double(rows)))
      }
    }
  }
}

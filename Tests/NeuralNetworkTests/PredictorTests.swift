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
}

import CPerceptronOpenBLAS
import PerceptronLinearAlgebra
import TestSupport
import Testing
@testable import PerceptronNeuralNetwork

@Suite("Predictors")
struct PredictorTests {
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
  func suitableCount() {
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

  @Test(
    "Every number of workers finds the same outputs, and none takes more than there are rows",
    arguments: [1, 2, 3], [0, 1, 2, 3, 5, 257, 771])
  func workers(count: Int, rows: Int) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      var random = SeededRandom(seed: 1)
      let net = Network<Scalar>(
        inputSize: 90, [.affine(outputs: 11), .relu, .affine(outputs: 5)], using: &random)
      let x = Tensor<Scalar>.sample([rows, 90])
      let alone = net.outputs(of: x, workers: 1)
      #expect(alone.shape == [rows, 5])
      #expect(net.outputs(of: x, workers: count) == alone)
      #expect(net.predict(x, workers: count).count == rows)
      let predictor = Predictor(for: net, rowCount: rows, workers: count)
      #expect(predictor.workers == min(count, max(rows, 1)))
    }
    for type in scalarTypes { check(type) }
  }

  @Test("The number of workers suits the work and is at most the number of rows")
  func fewRows() {
    var random = SeededRandom(seed: 1)
    // Work enough for as many workers as BLAS has threads.
    let net = Network<Float>(
      inputSize: 1500, [.affine(outputs: 1000)], using: &random)
    for rows in [0, 1, 2, 7] {
      #expect(Predictor(for: net, rowCount: rows).workers <= max(rows, 1))
    }
  }

  @Test("BLAS has a single thread while several workers run, and its threads again afterwards")
  func singleThread() {
    var random = SeededRandom(seed: 1)
    let net = Network<Float>(inputSize: 3, [.affine(outputs: 2)], using: &random)
    let x = Tensor<Float>.sample([5, 3])
    for workers in 2...3 {
      let predictor = Predictor(for: net, rowCount: 5, workers: workers)
      var outputs = [Float](repeating: 0, count: 10)
      outputs.withUnsafeMutableBufferPointer { buffer in
        guard let base = buffer.baseAddress else { return }
        x.withRows { rows in
          predictor.write([MutableRowBlock(base: base, rows: 5, columns: 2)]) { range, _ in
            #expect(openblas_get_num_threads() == 1)
            return rows.rows(range)
          }
        }
      }
      expectClose(Tensor(outputs, shape: [5, 2]), net.outputs(of: x, workers: 1))
    }
  }

  @Test("An invalid number of workers traps", arguments: [0, 257])
  func refused(workers: Int) async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      [workers] in
      var random = SeededRandom(seed: 1)
      let net = Network<Float>(inputSize: 3, [.affine(outputs: 2)], using: &random)
      _ = net.outputs(of: .zeros([5, 3]), workers: workers)
    }
    expectMessage(result, "\(workers) workers, expected 1 to 256")
  }
}

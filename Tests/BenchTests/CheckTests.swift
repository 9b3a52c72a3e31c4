import Foundation
import Perceptron
import TestSupport
import Testing
@testable import PerceptronBench

@Suite("Checks before timing")
struct CheckTests {
  private let size = NetworkSize(inputs: 6, hidden: 5, classes: 3, batch: 8, rows: 120)

  /// What `make` says of a wrong network, after the right one was let through.
  private func message<Scalar: BLASScalar>(
    _ right: TwoLayerNet<Scalar>, _ wrong: TwoLayerNet<Scalar>,
    _ make: (TwoLayerNet<Scalar>) throws -> [Benchmark]
  ) throws -> String {
    #expect(try !make(right).isEmpty)
    return try #require(#expect(throws: WrongResult.self) { try make(wrong) }).description
  }

  @Test("Steps and gradients that differ from double precision are not timed")
  func step() throws {
    let data = size.data()
    let network = size.network(of: Float.self)
    var wrong = network
    wrong.output.bias[0] += 0.01
    for make in [StepBenchmarks.steps, StepBenchmarks.lossAndGradients] {
      let message = try message(network, wrong) { try make(size, $0, data) }
      #expect(
        message.hasPrefix("6-5-3, loss of step 0: expected 1.") && message.contains(", found 1."))
    }
  }

  @Test(
    "Steps that go nowhere, too far or without the penalty",
    arguments: [
      (0, 0.25, "W1 after 3 steps"), (1.05e-3, 0.25, "W1 after 3 steps"),
      (1e-3, 0, "loss of step 0"),
    ])
  func update(learningRate: Double, regularization: Double, expected: String) throws {
    let data = size.data()
    var settings = TrainerSettings(
      learningRate: 1e-3, penalty: .l2(0.25), batchSize: size.batch, sampling: .replacement)
    let check = StepCheck(size, on: data, settings: settings)
    func work() -> TrainingWork<Float> {
      TrainingWork(
        size.network(of: Float.self).network,
        on: data.prepared(with: NetworkSize.preprocessing), settings: settings)
    }
    try check.run(work())
    (settings.learningRate, settings.penalty) = (learningRate, .l2(regularization))
    let error = #expect(throws: WrongResult.self) { try check.run(work()) }
    #expect(error?.description.hasPrefix("6-5-3, \(expected): expected") == true, "\(error)")
  }

  @Test("The reference's gradients agree with finite differences of its losses")
  func plainNetwork() {
    let network = size.network(of: Double.self, scale: 0.5)
    var random = SeededRandom(seed: 0)
    let x = (0..<4 * size.inputs).map { _ in random.uniform() }
    let labels = [0, 1, 2, 1]
    let (loss, gradients) = PlainNetwork(network).lossAndGradients(x, labels, 0.1)
    #expect(loss > 0)
    for (index, name) in PlainNetwork.names.enumerated() {
      for element in gradients[index].indices {
        func loss(_ change: Double) -> Double {
          var moved = network
          var elements = moved.parameters[name].elements
          elements[element] += change
          moved.parameters[name] = Tensor(elements, shape: moved.parameters[name].shape)
          return PlainNetwork(moved).lossAndGradients(x, labels, 0.1).loss
        }
        let slope = (loss(1e-5) - loss(-1e-5)) / 2e-5
        #expect(abs(slope - gradients[index][element]) < 1e-8, "\(name)[\(element)]")
      }
    }
  }

  @Test("Predictions that differ from double precision are not timed")
  func predict() throws {
    let network = size.network(of: Float.self)
    var wrong = network
    wrong.output.weights *= -1
    let message = try message(network, wrong) { try PredictBenchmarks.make(size, $0) }
    #expect(
      message.contains(
        try Regex("^6-5-3, from floats, class of row \\d+: expected \\d, found \\d$")))
  }

  @Test("Gradient checks that do not pass")
  func gradcheck() throws {
    let network = size.network(of: Double.self, scale: 0.5)
    var wrong = network
    wrong.output.bias[0] = .nan
    let message = try message(network, wrong) {
      try GradcheckBenchmarks.make(size, $0, sample: nil)
    }
    #expect(message.hasPrefix("gradient check of 6-5-3: expected a pass, found parameter"))
    #expect(message.contains("gradient check FAILED"))
  }

  @Test(
    "Files that hold something else than was written",
    arguments: [(0, "a label"), (1, "a picture's first byte"), (3072, "its last byte")])
  func records(offset: Int, what: String) throws {
    let scratch = try TemporaryDirectory()
    let files = CIFAR10Files(records: 3)
    try files.makeFiles(in: scratch.path)
    #expect(try files.benchmarks(in: scratch.path).count == 2)
    var bytes = try scratch.bytes(of: "data_batch_5.bin")
    bytes[3073 + offset] ^= 1
    try scratch.write(bytes, to: "data_batch_5.bin")
    let error = #expect(throws: WrongResult.self) { try files.benchmarks(in: scratch.path) }
    #expect(
      error?.description
        == "CIFAR-10, 5 × 3: expected record 13 as written, found another", "\(what)")
  }

  @Test("Files with the wrong number of records are not timed")
  func recordCount() throws {
    let scratch = try TemporaryDirectory()
    let files = CIFAR10Files(records: 3)
    try files.makeFiles(in: scratch.path)
    try scratch.write(
      Array(try scratch.bytes(of: "data_batch_2.bin").dropLast(3073)), to: "data_batch_2.bin")
    let error = #expect(throws: WrongResult.self) { try files.benchmarks(in: scratch.path) }
    #expect(error?.description == "CIFAR-10, 5 × 3: expected 15 records, found 14")
  }

  @Test("A Fashion-MNIST of the wrong size is not timed")
  func pictureCount() throws {
    let scratch = try TemporaryDirectory()
    // One picture of 28 × 28 and its label.
    let pictures: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 28, 0, 0, 0, 28]
    let labels: [UInt8] = [0, 0, 8, 1, 0, 0, 0, 1, 9]
    for part in ["train", "t10k"] {
      try scratch.write(
        pictures + [UInt8](repeating: 7, count: 784), to: "\(part)-images-idx3-ubyte")
      try scratch.write(labels, to: "\(part)-labels-idx1-ubyte")
    }
    let files = FashionMNISTFiles(directory: scratch.path)
    let error = #expect(throws: WrongResult.self) { try files.benchmarks(in: "") }
    #expect(
      error?.description
        == "Fashion-MNIST, gzipped: expected 60000 and 10000 rows, found 1 and 1")
  }
}

import CPerceptronAllocations
import Perceptron
import TestSupport
import Testing
@testable import PerceptronBench

/// The example of `OptimizerRule`.
private struct SignDescent: OptimizerRule {
  let beta: Double
  var stateNames: [String] { ["mean"] }

  func update<Scalar: BLASScalar>(_ update: ParameterUpdate<Scalar>) {
    let (rate, keep) = (Scalar(update.step.learningRate), Scalar(1 - update.step.decay))
    let (mean, beta) = (update.state(0), Scalar(beta))
    for i in 0..<update.count {
      mean[i] = beta * mean[i] + (1 - beta) * update.gradient[i]
      let sign: Scalar = mean[i] > 0 ? 1 : mean[i] < 0 ? -1 : 0
      update.parameter[i] = keep * update.parameter[i] - rate * sign
    }
  }
}

/// Whether a training step leaves the heap alone; without optimization it does not.
@Suite(
  .enabled(if: Allocations.areCounted && isOptimizedBuild, "a step allocates without optimization"))
struct AllocationTests {
  static let layers: [LayerSpecification] =
    LayerSpecification.activations.map(\.layer) + [
      .affine(outputs: 9), .dropout(rate: 0.2), .batchNorm(), .layerNorm(),
    ]

  static let losses: [LossSpecification] =
    LossSpecification.named.map(\.loss) + [
      .softmax(labelSmoothing: 0.1, classWeights: [1, 2, 3])
    ]

  // Each in a process of its own, where nothing else allocates.

  @Test("A step allocates nothing, whatever the layer")
  func eachLayer() async {
    await #expect(processExitsWith: .success) {
      for layer in Self.layers {
        let layers = [.affine(outputs: 300), layer, .affine(outputs: 3)]
        let count = Self.allocations(of: 100, layers, .softmax)
        let widths =
          if case .affine(let outputs) = layer { [5, 300, outputs, 3] } else { [5, 300, 3] }
        let allowed = Self.allocationsOfBLAS(of: 100, widths)
        if count > allowed { fatalError("\(layer): \(count) allocations, of BLAS \(allowed)") }
      }
    }
  }

  @Test("A step allocates nothing, whatever the loss, with weights of rows too")
  func eachLoss() async {
    await #expect(processExitsWith: .success) {
      for loss in Self.losses {
        for weights in [nil, (0..<40).map { Float($0 % 3) }] {
          let count = Self.allocations(of: 100, [.affine(outputs: 3)], loss, weights: weights)
          if count != 0 { fatalError("\(loss): \(count) allocations") }
        }
      }
    }
  }

  @Test("Ten thousand steps of training allocate nothing, with any number of workers")
  func tenThousandSteps() async {
    await #expect(processExitsWith: .success) {
      Optimizer.register("sign", settings: ["beta"]) { SignDescent(beta: $0["beta"]) }
      let own = Optimizer(.custom(name: "sign", settings: ["beta": 0.9]))
      for optimizer in [.sgd, .momentum(), .adam(), own] {
        for workers in 1...3 {
          let count = Self.allocations(of: 10_000, optimizer, workers: workers)
          if count != 0 { fatalError("\(optimizer), \(workers) workers: \(count) allocations") }
        }
      }
    }
  }

  @Test("Steps in blocks allocate nothing, with any number of workers and ranks")
  func blocks() async {
    await #expect(processExitsWith: .success) {
      for optimizer in [.sgd, .adam()] as [Optimizer] {
        for (ranks, workers) in [(1, 1), (1, 3), (2, 1), (3, 2)] {
          let counts = try ThreadCommunicator.run(ranks) { communicator in
            let count = Self.allocations(
              of: 1000, optimizer, workers: workers, blocks: 8, communicator: communicator)
            // No rank ends while others count.
            let others = (0..<ranks).filter { $0 != communicator.rank }
            let room = UnsafeMutableRawPointer.allocate(byteCount: 2, alignment: 1)
            room.initializeMemory(as: UInt8.self, repeating: 0, count: 2)
            try communicator.perform(
              Exchange(
                sends: others.map { .init($0, room, count: 1) },
                receives: others.map { .init($0, room + 1, count: 1) }))
            return count
          }
          // What the others do after their counting, rank 0 may still count.
          if let least = counts.min(), least != 0 {
            fatalError("\(optimizer), \(ranks) ranks of \(workers) workers: \(least) allocations")
          }
        }
      }
    }
  }

  @Test(
    "Predictions of ten thousand single rows allocate nothing, whatever the layer, the loss and the type"
  )
  func singleRows() async {
    await #expect(processExitsWith: .success) {
      for layer in Self.layers {
        let layers = [.affine(outputs: 70), layer, .affine(outputs: 3)]
        for precision in [true, false] {
          let count =
            precision
            ? try Self.allocations(layers, .softmax, as: Float.self)
            : try Self.allocations(layers, .softmax, as: Double.self)
          if count != 0 { fatalError("\(layer): \(count) allocations") }
        }
      }
      for loss in Self.losses {
        let count = try Self.allocations([.affine(outputs: 3)], loss, as: Float.self)
        if count != 0 { fatalError("\(loss): \(count) allocations") }
      }
      let count = try Self.allocations(
        [.affine(outputs: 70), .relu, .affine(outputs: 3)], .softmax, members: 3, as: Float.self)
      if count != 0 { fatalError("an ensemble: \(count) allocations") }
    }
  }

  /// The allocations of predictions of single rows of each type, after a few that may.
  private static func allocations<Scalar: BLASScalar>(
    _ layers: [LayerSpecification], _ loss: LossSpecification, members: Int = 1,
    as _: Scalar.Type
  ) throws -> UInt64 {
    let networks = (0..<members).map { member in
      var random = SeededRandom(seed: UInt64(member))
      return Network<Scalar>(inputSize: 70, layers, loss: loss, using: &random)
    }
    let network = try members == 1 ? networks[0] : Ensemble(networks).network
    let predictor = RowPredictor(
      TrainedModel(
        network: network, preprocessing: NetworkSize.preprocessing,
        classNames: (0..<network.classCount).map { "\($0)" }))
    let workspace = predictor.makeWorkspace()
    let bytes = (0..<70).map { UInt8($0) }
    let (floats, doubles) = (bytes.map { Float($0) }, bytes.map { Double($0) })
    func predict() throws {
      try predictor.predict(bytes, in: workspace)
      try predictor.predict(floats, in: workspace)
      let found = try predictor.predict(doubles, in: workspace)
      if !found.outputs[0].isFinite { fatalError("not a number") }
      let hidden = try predictor.activations(of: floats, afterLayer: 0, in: workspace)
      if !hidden[0].isFinite { fatalError("not a number") }
    }
    for _ in 0..<5 { try predict() }
    let start = allocations_begin()
    for _ in 0..<3000 { try predict() }
    return allocations_end(start).count
  }

  /// The allocations of some steps on bytes, after a few that may.
  private static func allocations(
    of steps: Int, _ optimizer: Optimizer, workers: Int, blocks: Int? = nil,
    communicator: any Communicator = SoloCommunicator()
  ) -> UInt64 {
    let data = NetworkSize(inputs: 70, hidden: 65, classes: 3, rows: 100).data()
    var random = SeededRandom(seed: 1)
    let net = Network<Float>(
      inputSize: 70,
      [
        .affine(outputs: 65), .batchNorm(), .relu, .dropout(rate: 0.2), .affine(outputs: 64),
        .layerNorm(), .tanh, .affine(outputs: 3),
      ], using: &random)
    let work = TrainingWork(
      net, on: data.prepared(with: NetworkSize.preprocessing),
      settings: TrainerSettings(
        optimizer: optimizer, learningRate: 1e-3, penalty: .l2(1e-3), batchSize: 17,
        blocks: blocks, workers: workers), communicator: communicator)
    for _ in 0..<5 { work.take() }
    let start = allocations_begin()
    for _ in 0..<steps { work.take() }
    return allocations_end(start).count
  }

  /// The allocations of the products of some steps: with AVX-512, OpenBLAS makes some in small ones.
  private static func allocationsOfBLAS(of steps: Int, _ widths: [Int]) -> UInt64 {
    var count: UInt64 = 0
    for (inputs, outputs) in zip(widths, widths.dropFirst()) {
      let x = Tensor<Float>.sample([40, inputs])
      let weights = Tensor<Float>.sample([inputs, outputs])
      var product = Tensor<Float>.sample([40, outputs])
      multiply(x, weights, into: &product)
      let start = allocations_begin()
      for _ in 0..<steps { multiply(x, weights, into: &product) }
      count += allocations_end(start).count
    }
    return count
  }

  /// The allocations of some steps of a network without a trainer, after a few that may.
  private static func allocations(
    of steps: Int, _ layers: [LayerSpecification], _ loss: LossSpecification,
    weights: [Float]? = nil
  ) -> UInt64 {
    var random = SeededRandom(seed: 1)
    var net = Network<Float>(inputSize: 5, layers, loss: loss, using: &random)
    let x = Tensor<Float>.sample([40, 5])
    let targets = Targets.labels((0..<40).map { $0 % 3 }, weights: weights)
    var workspace = Network<Float>.Workspace(for: net, batchSize: 40)
    func step(_ number: Int) {
      x.withRows { x in
        targets.withBlock {
          _ = net.lossAndGradients(
            of: x, $0, penalty: .elastic(l1: 0.1, l2: 0.1),
            pass: .training(seed: UInt64(number)), in: &workspace)
        }
      }
      net.updateStatistics(from: workspace)
      net.updateParameters(with: workspace, learningRate: 0.01)
    }
    for number in 0..<5 { step(number) }
    let start = allocations_begin()
    for number in 0..<steps { step(number) }
    return allocations_end(start).count
  }
}

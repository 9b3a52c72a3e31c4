import CAllocations
import Perceptron
import TestSupport
import Testing

@testable import bench

/// Whether a training step leaves the heap alone; without optimisation it does not.
@Suite(
  .enabled(if: Allocations.areCounted && isOptimizedBuild, "a step allocates without optimisation"))
struct AllocationTests {
  static let layers: [LayerSpecification] = [
    .affine(outputs: 9), .relu, .leakyReLU(), .tanh, .sigmoid, .gelu, .dropout(rate: 0.2),
    .batchNorm(), .layerNorm(),
  ]

  static let losses: [LossSpecification] = [
    .softmax, .softmax(labelSmoothing: 0.1, classWeights: [1, 2, 3]), .hinge, .squaredHinge,
    .squaredError, .absoluteError, .logistic,
  ]

  @Test("A step allocates nothing, whatever the layer", arguments: layers)
  func eachLayer(layer: LayerSpecification) {
    #expect(allocations([.affine(outputs: 300), layer, .affine(outputs: 3)], .softmax) == 0)
  }

  @Test("A step allocates nothing, whatever the loss", arguments: losses)
  func eachLoss(loss: LossSpecification) {
    #expect(allocations([.affine(outputs: 3)], loss) == 0)
  }

  /// In a process of its own, where nothing else allocates.
  @Test("Ten thousand steps of training allocate nothing, with any number of workers")
  func tenThousandSteps() async {
    await #expect(processExitsWith: .success) {
      for optimizer in [Optimizer.sgd, .momentum(), .adam()] {
        for workers in 1...3 {
          let count = Self.allocations(of: 10_000, optimizer, workers: workers)
          if count != 0 { fatalError("\(optimizer), \(workers) workers: \(count) allocations") }
        }
      }
    }
  }

  /// The allocations of some steps on bytes, after a few that may.
  private static func allocations(
    of steps: Int, _ optimizer: Optimizer, workers: Int
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
        workers: workers))
    for _ in 0..<5 { work.take() }
    let before = allocations_so_far()
    for _ in 0..<steps { work.take() }
    return allocations_so_far().count - before.count
  }

  /// The fewest allocations of several steps: other tests allocate meanwhile.
  private func allocations(
    _ layers: [LayerSpecification], _ loss: LossSpecification
  ) -> UInt64 {
    var random = SeededRandom(seed: 1)
    var net = Network<Float>(inputSize: 5, layers, loss: loss, using: &random)
    let x = Tensor<Float>.sample([40, 5])
    let labels = (0..<40).map { $0 % 3 }
    var workspace = Network<Float>.Workspace(for: net, batchSize: 40)
    var fewest = UInt64.max
    for step in 0..<200 where fewest > 0 {
      let before = allocations_so_far()
      x.withRows { x in
        labels.withUnsafeBufferPointer {
          _ = net.lossAndGradients(
            of: x, .labels($0), penalty: .elastic(l1: 0.1, l2: 0.1),
            pass: .training(seed: UInt64(step)), in: &workspace)
        }
      }
      net.updateStatistics(from: workspace)
      net.descend(workspace, learningRate: 0.01)
      fewest = min(fewest, allocations_so_far().count - before.count)
    }
    return fewest
  }
}

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

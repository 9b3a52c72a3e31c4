import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import TestSupport
import Testing

@Suite("Workspaces")
struct WorkspaceTests {
  private static func net(_ layers: [LayerSpecification]) -> Network<Float> {
    var random = SeededRandom(seed: 0)
    return Network(inputSize: 4, layers, using: &random)
  }

  private static func run(
    _ net: Network<Float>, in workspace: Network<Float>.Workspace, rows: Int = 3
  ) {
    var workspace = workspace
    let labels = [Int](repeating: 0, count: rows)
    Tensor<Float>.sample([rows, 4]).withRows { x in
      labels.withUnsafeBufferPointer {
        _ = net.lossAndGradients(
          of: x, .labels($0), penalty: .none, pass: .training(seed: 0), in: &workspace)
      }
    }
  }

  @Test("A workspace for another network, of other widths or with more to keep, traps")
  func otherNetwork() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let narrow = Self.net([.affine(outputs: 2)])
      Self.run(
        Self.net([.affine(outputs: 5000)]),
        in: Network.Workspace(for: narrow, batchSize: 3))
    }
    expectMessage(result, "a network of widths [4, 5000] in a workspace for one of [4, 2]")
    await #expect(processExitsWith: .failure) {
      let plain = Self.net([.affine(outputs: 2), .relu])
      Self.run(
        Self.net([.affine(outputs: 2), .dropout(rate: 0.5)]),
        in: Network.Workspace(for: plain, batchSize: 3))
    }
  }

  @Test("A workspace for inference takes no gradients, and one for few rows no more")
  func otherPurpose() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let net = Self.net([.affine(outputs: 2)])
      Self.run(net, in: Network.Workspace(for: net, batchSize: 3, purpose: .inference))
    }
    expectMessage(result, "a workspace made for inference")
    await #expect(processExitsWith: .failure) {
      let net = Self.net([.affine(outputs: 2)])
      Self.run(net, in: Network.Workspace(for: net, batchSize: 2))
    }
  }
}

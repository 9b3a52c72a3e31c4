import PerceptronLinearAlgebra
import TestSupport
import Testing
@testable import PerceptronNeuralNetwork

/// Layers in one network, which overwrite each other's blocks where they may, against the same
/// layers with memory of their own.
@Suite("Conformance of the order of sums")
struct ConformanceOrderTests {
  @Test(
    "In whatever order layers stand, they share a workspace without harm",
    arguments: 0..<40 as Range<UInt64>)
  func order(seed: UInt64) {
    var random = SeededRandom(seed: seed, purpose: "order")
    var specifications = Conformance.layers + Conformance.layers
    random.shuffle(&specifications)
    let network = Network<Double>(random: seed, inputSize: 5, specifications, .squaredError)
    let rows = 4
    let x = Tensor<Double>.sample([rows, 5], seed: seed)
    let targets = Targets.values(Tensor<Double>.sample([rows, network.outputSize]))
    for pass in Conformance.passes {
      let apart = gradients(of: network, on: x, targets, pass: pass)
      let together = network.lossAndGradients(of: x, targets, pass: pass)
      #expect(together.loss == apart.loss)
      #expect(together.gradients.map(\.tensor) == apart.gradients, "\(specifications)")
      if pass == .inference { #expect(network.outputs(of: x) == apart.outputs) }
    }
  }

  /// Outputs, loss and gradients, layer by layer.
  private func gradients(
    of network: Network<Double>, on x: Tensor<Double>, _ targets: Targets<Double>, pass: Pass
  ) -> (outputs: Tensor<Double>, loss: Double, gradients: [Tensor<Double>]) {
    var blocks = [x]
    for (index, layer) in network.layers.enumerated() {
      blocks.append(layer.forward(blocks[index], pass: pass.inLayer(index)))
    }
    let outputs = blocks[network.layers.count]
    var upstream = network.loss.gradient(outputs, targets)
    var gradients: [Tensor<Double>] = []
    for (index, layer) in network.layers.enumerated().reversed() {
      let (parameters, input) = layer.backward(
        upstream: upstream, input: blocks[index], pass: pass.inLayer(index))
      gradients = parameters.map(\.tensor) + gradients
      upstream = input
    }
    return (outputs, network.loss(outputs, targets), gradients)
  }
}

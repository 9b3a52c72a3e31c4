import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import TestSupport
import Testing

/// Every layer, loss and penalty against differences of the loss, below 1e-7.
///
/// The gradient for a layer's input shows in the parameters of the affine layer below it.
@Suite("Conformance of gradients")
struct ConformanceGradientTests {
  @Test(
    "A layer's gradients are right on an affine layer",
    arguments: Conformance.layers, Conformance.sizes)
  func layers(layer: LayerSpecification, size: Size) {
    expectRight([.affine(outputs: size.outputs), layer], size, seed: 1)
  }

  @Test(
    "A layer's gradients are right in a network three deep",
    arguments: Conformance.layers, Conformance.fewSizes)
  func deepLayers(layer: LayerSpecification, size: Size) {
    expectRight(
      [
        .affine(outputs: size.outputs + 2), layer, .affine(outputs: 5), layer,
        .affine(outputs: size.outputs),
      ], size, seed: 2)
  }

  private func expectRight(_ layers: [LayerSpecification], _ size: Size, seed: UInt64) {
    let network = Network<Double>(random: seed, inputSize: size.inputs, layers, .squaredError)
    let targets = Targets.values(
      Tensor<Double>.sample([size.rows, network.outputSize], seed: seed + 10))
    for pass in Conformance.passes {
      expectRight(
        NetworkObjective(
          network, on: .sample([size.rows, size.inputs], seed: seed + 20), targets, pass: pass))
    }
  }

  @Test(
    "A loss's gradients are right for the outputs themselves",
    arguments: Conformance.losses, Conformance.sizes)
  func losses(loss: LossCase, size: Size) {
    // On the rows of an identity matrix, the weights are the outputs but for the bias.
    var identity = Tensor<Double>.zeros([size.rows, size.rows])
    for row in 0..<size.rows { identity[row, row] = 1 }
    let network = Network<Double>(
      random: 3, inputSize: size.rows, [.affine(outputs: size.outputs)],
      loss.specification(outputs: size.outputs))
    let targets = loss.targets(rows: size.rows, outputs: size.outputs, seed: 4)
    expectRight(NetworkObjective(network, on: identity, targets))
  }

  /// Layers of several kinds between three affine ones.
  static func mixture(outputs: Int) -> [LayerSpecification] {
    [
      .affine(outputs: 7), .batchNorm(epsilon: 0.1), .tanh, .dropout(rate: 0.2),
      .affine(outputs: 5), .gelu,
      .affine(outputs: outputs),
    ]
  }

  @Test(
    "A loss's gradients are right in a network three deep, with dropout and batch statistics",
    arguments: Conformance.losses, Conformance.fewSizes)
  func deepLosses(loss: LossCase, size: Size) {
    let network = Network<Double>(
      random: 5, inputSize: size.inputs, Self.mixture(outputs: size.outputs),
      loss.specification(outputs: size.outputs))
    let targets = loss.targets(rows: size.rows, outputs: size.outputs, seed: 6)
    for pass in Conformance.passes {
      expectRight(
        NetworkObjective(
          network, on: .sample([size.rows, size.inputs], seed: 7), targets, pass: pass))
    }
  }

  @Test(
    "A penalty's gradients are right on one layer and in a network three deep",
    arguments: Conformance.penalties, Conformance.fewSizes)
  func penalties(penalty: Penalty, size: Size) {
    for specifications in [
      [.affine(outputs: size.outputs)], Self.mixture(outputs: size.outputs),
    ] {
      let network = Network<Double>(
        random: 8, inputSize: size.inputs, specifications, .softmax)
      let targets = LossCase(.softmax).targets(rows: size.rows, outputs: size.outputs, seed: 9)
      for pass in Conformance.passes {
        expectRight(
          NetworkObjective(
            network, on: .sample([size.rows, size.inputs], seed: 10), targets, penalty: penalty,
            pass: pass))
      }
    }
  }

  /// Expects that no gradient is wrong and that each parameter has been compared, unless its gradient
  /// is nothing but rounding: a batch norm takes off again what the bias below it adds.
  private func expectRight(
    _ objective: NetworkObjective, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let report = GradientCheck(sampleSize: 8).run(objective)
    let gradients = objective.gradients()
    let open = report.parameters.filter { parameter in
      parameter.isUndecided
        && gradients[parameter.name].elements.contains { $0.magnitude > 1e-13 }
    }
    #expect(
      report.outcome != .failed && report.parameters.allSatisfy { $0.largestError < 1e-7 }
        && open.isEmpty,
      "\(open.map(\.name)) of \(objective.network.layers.map(\.name)) \(objective.pass):\n\(report)",
      sourceLocation: sourceLocation)
  }
}

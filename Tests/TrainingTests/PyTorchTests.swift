import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining
import TestSupport
import Testing

/// Steps of whole networks held against PyTorch's from the same weights, on the same batches. What
/// is compared with an expected number e may be off by tolerance · max(1, |e|).
@Suite("PyTorch")
struct PyTorchTests {
  @Test(
    "A step in Double is within 1e-11 of PyTorch's, ten within 1e-9", arguments: PyTorchCase.all)
  func double(_ reference: PyTorchCase) throws {
    try check(reference, Double.self, first: 1e-11, tolerance: 1e-9)
  }

  @Test("A step in Float is within 1e-4 of PyTorch's, ten within 1e-3", arguments: PyTorchCase.all)
  func float(_ reference: PyTorchCase) throws {
    try check(reference, Float.self, first: 1e-4, tolerance: 1e-3)
  }

  /// Makes all steps of a run and compares losses, gradients, parameters, statistics and outputs.
  ///
  /// - Parameters:
  ///   - first: the tolerance of the first step.
  ///   - tolerance: that of the others and of what they lead to.
  private func check<Scalar: BLASScalar>(
    _ reference: PyTorchCase, _: Scalar.Type, first: Double, tolerance: Double
  ) throws {
    let run = reference.run
    var network = try reference.initial(Scalar.self)
    var state = OptimizerState(run.optimizer, for: network)
    // Batches differ in size, and one workspace has to do for all.
    let rows = reference.network.batches.map { $0.x.count / network.inputSize }
    var workspace = Network.Workspace(for: network, batchSize: rows.max() ?? 0)
    #expect(rows.count == 10 && run.losses.count == 10 && run.norms.count == 10)

    for step in rows.indices {
      let tolerance = step == 0 ? first : tolerance
      let loss = try lossAndGradients(of: network, reference, step, in: &workspace)
      expectClose(loss, run.losses[step], tolerance: tolerance)
      expectClose(workspace.gradientNorm, run.norms[step], tolerance: tolerance)
      if step == 0 {
        try expectParameters(
          network.gradients(in: workspace).parameters, run.gradients, reference, first)
      }
      run.clipping.apply(to: &workspace)
      state.step(&network, gradients: workspace, learningRate: run.learningRate)
      network.updateStatistics(from: workspace)
      if step == 0 { try expectState(network, run.first, reference, first) }
    }
    try expectState(network, run.last, reference, tolerance)
    let expected: Tensor<Double> = reference.matrix(run.outputs, columns: network.outputSize)
    expectClose(network.outputs(of: reference.inputs(0)), expected, tolerance: tolerance)
  }

  /// The loss of a step's batch; leaves the gradients in `workspace`.
  private func lossAndGradients<Scalar: BLASScalar>(
    of network: Network<Scalar>, _ reference: PyTorchCase, _ step: Int,
    in workspace: inout Network<Scalar>.Workspace
  ) throws -> Scalar {
    let x: Tensor<Scalar> = reference.inputs(step)
    let targets: Targets<Scalar> = try reference.targets(step, outputs: network.outputSize)
    return x.withRows { rows in
      targets.withBlock {
        network.lossAndGradients(
          of: rows, $0, penalty: reference.run.penalty, pass: .training(seed: 0), in: &workspace)
      }
    }
  }

  private func expectState<Scalar>(
    _ network: Network<Scalar>, _ expected: PyTorchVectors.State, _ reference: PyTorchCase,
    _ tolerance: Double
  ) throws {
    // Batch normalization takes away what the bias before it adds: the gradient of such a bias is
    // nothing but rounding, which Adam makes steps of.
    let idle = network.parameterPlaces.filter {
      $0.name.hasPrefix("b") && network.layers.indices.contains($0.layer + 1)
        && network.layers[$0.layer + 1] is BatchNorm<Scalar>
    }.map(\.name)
    try expectParameters(network.parameters, expected.parameters, reference, tolerance) {
      idle.contains($0) ? 10 * tolerance : tolerance
    }
    try expectParameters(network.statistics, expected.statistics, reference, tolerance)
  }

  private func expectParameters<Scalar>(
    _ actual: Parameters<Scalar>, _ expected: PyTorchVectors.Named, _ reference: PyTorchCase,
    _ tolerance: Double, of toleranceOf: ((_ name: String) -> Double)? = nil
  ) throws {
    let expected: Parameters<Double> = try reference.tensors(expected, like: actual)
    for (name, tensor) in actual {
      let tolerance = toleranceOf?(name) ?? tolerance
      if let message = mismatch(tensor, expected[name], tolerance: tolerance) {
        Issue.record("\(name): \(message)")
      }
    }
  }
}

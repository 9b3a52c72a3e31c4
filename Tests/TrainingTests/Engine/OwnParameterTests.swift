import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import TestSupport
import Testing
@testable import PerceptronTraining

/// x·factors, column by column. It puts tensors of its own where it is given room for gradients.
private struct Stretch<Scalar: BLASScalar>: Layer {
  var factors: Tensor<Scalar>
  /// Whether the gradient has a shape that is not the factors'.
  var isShapeWrong = false

  var traits: LayerTraits { LayerTraits(inputSize: factors.count, worksInPlace: true) }
  var parameterKinds: [ParameterKind] { [ParameterKind("factors", isPenalized: true)] }
  func parameter(at position: Int) -> Tensor<Scalar> { factors }
  mutating func updateParameters(
    _ body: (_ position: Int, _ parameter: inout Tensor<Scalar>) -> Void
  ) { body(0, &factors) }

  func forward(
    _ input: RowBlock<Scalar>, into output: MutableRowBlock<Scalar>, pass: Pass,
    saved: UnsafeMutableBufferPointer<Scalar>
  ) {
    let factors = factors.elements
    for index in 0..<input.count {
      output.base[index] = input.base[index] * factors[index % input.columns]
    }
  }

  func parameterGradients(
    upstream: RowBlock<Scalar>, record: ForwardRecord<Scalar>,
    into gradients: inout [Tensor<Scalar>]
  ) {
    var sums = [Scalar](repeating: 0, count: factors.count)
    for index in 0..<upstream.count {
      sums[index % upstream.columns] += upstream.base[index] * record.input.base[index]
    }
    gradients[0] = isShapeWrong ? [0] : Tensor(sums)
  }

  func inputGradient(
    upstream: RowBlock<Scalar>, record: ForwardRecord<Scalar>,
    into gradient: MutableRowBlock<Scalar>
  ) {
    let factors = factors.elements
    for index in 0..<upstream.count {
      gradient.base[index] = upstream.base[index] * factors[index % upstream.columns]
    }
  }
}

/// Steps of networks with layers of one's own that have parameters.
@Suite("Parameters of user layers", .mayHang)
struct OwnParameterTests {
  /// A case whose network is affine, a layer of one's own, affine.
  private static func plan<Scalar>(
    _ settings: TrainerSettings, inputs: Int = 70, _ own: any Layer<Scalar>, width: Int = 9
  ) -> PlanCase<Scalar> {
    var plan = PlanCase<Scalar>([.affine(outputs: 3)], inputs: inputs, settings: settings)
    var random = SeededRandom(seed: 3)
    plan.network = Network(
      inputSize: inputs,
      layers: [
        Affine(inputSize: inputs, outputSize: width, scale: 0.1, using: &random), own,
        Affine(
          inputSize: own.outputSize(forInputSize: width), outputSize: 3, scale: 0.3, using: &random),
      ])
    return plan
  }

  @Test(
    "A gradient that a layer put in the place of the one it was given counts",
    arguments: [Optimizer.sgd, .adam(epsilon: 0.1)],
    [GradientClipping.none, .norm(maximum: 0.05), .value(limit: 1e-3)])
  func replaced(optimizer: Optimizer, clipping: GradientClipping) {
    func check<Scalar: BLASScalar>(_: Scalar.Type) {
      for workers in 1...3 {
        let plan = Self.plan(
          TrainerSettings(
            optimizer: optimizer, learningRate: 0.1, penalty: .l2(0.01), clipping: clipping,
            batchSize: 17),
          Stretch<Scalar>(factors: .sample([9])))
        TrainingEngineTests.expectSame(plan, workers: workers)
        let moved = plan.planned(workers: workers).network.parameters["factors1"]
        #expect(moved != plan.network.parameters["factors1"])
      }
    }
    for type in scalarTypes { check(type) }
  }

  @Test("Gradients on demand are the ones that a layer put there", arguments: 1...3)
  func onDemand(workers: Int) {
    var settings = TrainerSettings(penalty: .l2(0.1), batchSize: 14)
    settings.workers = workers
    let plan = Self.plan(settings, Stretch<Double>(factors: .sample([9])))
    let steps = plan.engine(workers: workers)
    steps.choose { 2 * $0 }
    steps.gather(from: plan.data)
    for _ in 0..<3 { steps.computeLossesAndGradients(iteration: 0) }
    let expected = plan.network.lossAndGradients(
      of: steps.features, steps.batchTargets, penalty: settings.penalty
    ).gradients
    for (found, expected) in zipped(steps.gradients(at: 0), expected) {
      expectClose(found.tensor, expected.tensor)
    }
  }

  @Test("A gradient of another shape traps, naming the parameter")
  func wrongShape() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = OwnParameterTests.plan(
        TrainerSettings(batchSize: 5), Stretch<Float>(factors: .sample([9]), isShapeWrong: true)
      ).planned(workers: 2)
    }
    expectMessage(result, "factors1 has 9 elements", "left gradients of [[1]]")
  }
}

import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import TestSupport
import Testing
@testable import PerceptronTraining

@Suite("Phases of a step", .mayHang)
struct PhaseTests {
  @Test(
    "A step ends its five phases in order, whether the loss is finite or not",
    arguments: [1, 2], [false, true])
  func phases(workers: Int, isFinite: Bool) {
    let settings = TrainerSettings(learningRate: 0.1, batchSize: 9)
    let start = PlanCase<Float>(
      [.affine(outputs: 6), .relu, .affine(outputs: 3)], settings: settings)
    var network = start.network
    if !isFinite { network.updateParameters { $1 *= .infinity } }
    let engine = TrainingEngine(
      [.init(network, OptimizerState(settings.optimizer, for: network), settings: settings)],
      workers: workers)
    var ended: [StepPhase] = []
    engine.phaseEnded = { ended.append($0) }
    for step in 1...3 {
      ended = []
      engine.choose { $0 + step }
      engine.step(on: start.data, iteration: step)
      #expect(engine.loss(at: 0).isFinite == isFinite)
      #expect(ended == StepPhase.allCases)
    }
  }
}

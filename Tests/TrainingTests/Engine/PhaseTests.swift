import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import TestSupport
import Testing
@testable import PerceptronTraining

@Suite("Phases of a step", .mayHang)
struct PhaseTests {
  @Test(
    "The end of each of a step's five phases is told, whether the loss is finite or not",
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
    var ends = 0
    engine.phaseEnded = { ends += 1 }
    for step in 1...3 {
      engine.choose { $0 + step }
      engine.step(on: start.data, iteration: step)
      #expect(engine.loss(at: 0).isFinite == isFinite)
      #expect(ends == 5 * step)
    }
  }
}

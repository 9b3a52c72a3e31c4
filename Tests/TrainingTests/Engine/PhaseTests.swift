import LinearAlgebra
import NeuralNetwork
import Testing

@testable import Training

@Suite struct PhaseTests {
  @Test(
    "The end of each of a step's five phases is told, whether the loss is finite or not",
    arguments: [1, 2], [false, true])
  func phases(workers: Int, isFinite: Bool) {
    var settings = TrainerSettings(learningRate: 0.1, batchSize: 9)
    settings.workers = workers
    let start = PlanCase<Float>(
      [.affine(outputs: 6), .relu, .affine(outputs: 3)], settings: settings)
    var network = start.network
    if !isFinite { network.updateParameters { $1 *= .infinity } }
    var optimizer = OptimizerState(settings.optimizer, for: network)
    let plan = TrainingPlan(for: network, settings: settings)
    var ends = 0
    plan.phaseEnded = { ends += 1 }
    for step in 1...3 {
      plan.choose { $0 + step }
      let loss = plan.step(
        &network, by: &optimizer, learningRate: 0.1, on: start.data, iteration: step)
      #expect(loss.isFinite == isFinite)
      #expect(ends == 5 * step)
    }
  }
}

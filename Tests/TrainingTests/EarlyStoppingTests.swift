import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining
import TestSupport
import Testing

@Suite("Early stopping", .mayHang)
struct EarlyStoppingTests {
  static func trainer(
    _ stopping: EarlyStopping?, rate: Double = 0.5
  ) throws -> Trainer<Float, SeededRandom> {
    try TrainerTests.trainer(
      TrainerSettings(
        learningRate: rate, length: .epochs(500), batchSize: 20, earlyStopping: stopping))
  }

  @Test("The best iteration is that of the first evaluation with the best score")
  func bestIteration() throws {
    let data = TrainTests.blobs(60)
    var trainer = try Self.trainer(EarlyStopping(patience: 3))
    #expect(trainer.bestIteration == nil)
    try trainer.run(on: data, validation: data)
    let history = trainer.history
    let best = try #require(history.validationAccuracy.max())
    #expect(
      trainer.bestIteration == history.epochs.first { $0.validationAccuracy == best }?.iteration)
    #expect(trainer.bestIteration == trainer.iteration - 1 - 3 * 3)
    // A checkpoint has it, too.
    let resumed = try Trainer<Float, SeededRandom>(trainer.checkpoint(), path: "checkpoint")
    #expect(resumed.bestIteration == trainer.bestIteration && resumed.hasStoppedEarly)
  }

  @Test("Without early stopping there is no best iteration")
  func none() throws {
    var trainer = try Self.trainer(nil)
    try trainer.run(on: TrainTests.blobs(60), callbacks: [.perform { _ in .stop }])
    #expect(trainer.bestIteration == nil)
  }
}

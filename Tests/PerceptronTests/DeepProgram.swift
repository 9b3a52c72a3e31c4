// PAGE-BEGIN
import Perceptron

/// Trains a deeper network on the digits with checkpoints and returns its confusion matrix.
func deepDigits(checkpointingAt path: String) throws -> ConfusionMatrix {
  let split = try Digits.training.splitLast(200)
  let preprocessing = try Preprocessing.fitted(
    to: split.training, divisor: Digits.divisor, subtractMean: true)
  let training = split.training.prepared(with: preprocessing, as: Float.self)
  let validation = split.validation.prepared(with: preprocessing, as: Float.self)

  var weights = SeededRandom(seed: 0, purpose: "weights")
  let net = Network<Float>(
    inputSize: 64,
    [
      .affine(outputs: 64), .batchNorm(), .relu, .dropout(rate: 0.2),
      .affine(outputs: 32), .relu, .affine(outputs: 10),
    ], loss: .softmax(labelSmoothing: 0.05), using: &weights)
  print(net.summary)

  var trainer = try Trainer(
    net, rowCount: training.count,
    settings: TrainerSettings(
      optimizer: .adamW(weightDecay: 0.01), learningRate: 3e-3,
      schedule: .cosine(warmUp: 20, final: 0.01), length: .epochs(30), batchSize: 50,
      earlyStopping: EarlyStopping(patience: 10)),
    random: SeededRandom(seed: 0, purpose: "batches"))
  // After an interruption, Trainer(resumingFrom: path) continues to the same bits.
  try trainer.run(
    on: training, validation: validation,
    checkpoints: Checkpoints(at: path, everySeconds: 30))
  print("best validation accuracy", trainer.history.validationAccuracy.max() ?? 0)
  return trainer.result.confusionMatrix(on: Digits.test.prepared(with: preprocessing))
}
// PAGE-END

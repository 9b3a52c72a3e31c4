// PAGE-BEGIN
import Perceptron

/// Trains a network on the built-in digits, saves it, and returns its accuracy on the test set.
func digits(savingTo path: String) throws -> Double {
  let split = try Digits.training.splitLast(200)
  let preprocessing = try Preprocessing.fitted(
    to: split.training, divisor: Digits.divisor, subtractMean: true)
  let training = split.training.prepared(with: preprocessing, as: Float.self)

  var random = SeededRandom(seed: 0, purpose: "weights")
  let network = Network<Float>(
    inputSize: 64, [.affine(outputs: 50), .relu, .affine(outputs: 10)], using: &random)
  var trainer = try Trainer(
    network, rowCount: training.count,
    settings: TrainerSettings(optimizer: .adam(), learningRate: 0.003, length: .epochs(20)),
    random: SeededRandom(seed: 0, purpose: "batches"))
  try trainer.run(on: training, validation: split.validation.prepared(with: preprocessing))

  let model = TrainedModel(
    network: trainer.result, preprocessing: preprocessing, classNames: Digits.test.classNames)
  try model.save(to: path)
  return model.network.evaluate(on: Digits.test.prepared(with: preprocessing)).accuracy
}
// PAGE-END

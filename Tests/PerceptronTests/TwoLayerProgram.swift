// PAGE-BEGIN
import Perceptron

/// Trains the classic two-layer network on the digits and returns its accuracy on the test set.
func twoLayers(savingTo path: String) throws -> Double {
  // Hold out the last 200 training rows; subtract the mean image of the others.
  let split = try Digits.training.splitLast(200)
  let preprocessing = try Preprocessing.fitted(
    to: split.training, divisor: Digits.divisor, subtractMean: true)
  let training = split.training.prepared(with: preprocessing, as: Float.self)
  let validation = split.validation.prepared(with: preprocessing, as: Float.self)

  // Random streams are named: drawing weights does not change the batches.
  var weights = SeededRandom(seed: 0, purpose: "weights")
  var batches = SeededRandom(seed: 0, purpose: "batches")
  var net = TwoLayerNet<Float>(
    inputSize: 64, hiddenSize: 50, classCount: 10, scale: 0.1, using: &weights)

  // Compare the gradients with finite differences of the loss, in Double.
  let rows = split.training[rows: 0..<10].prepared(with: preprocessing, as: Double.self)
  let report = GradientCheck(sampleSize: 50).run(
    TwoLayerNet<Double>(net), on: rows.block(0..<10), labels: rows.labels, regularization: 0.01)
  print(report)

  // Mini-batch SGD. The penalty is λ(ΣW1² + ΣW2²), with no factor ½.
  let history = try net.train(
    on: training, validation: validation,
    settings: SGDSettings(learningRate: 0.5, regularization: 1e-4, iterations: 1000),
    using: &batches)
  print("loss", history.loss[0], "→", history.loss[999])
  print("validation accuracy", history.validationAccuracy.max() ?? 0)

  // A model is a network together with its preprocessing and class names.
  try TrainedModel(network: net, preprocessing: preprocessing, classNames: Digits.test.classNames)
    .save(to: path)
  let model = try TrainedModel<Float>(readingFrom: path)
  let test = Digits.test.prepared(with: model.preprocessing, as: Float.self)
  print("first test digits", model.network.predict(test.block(0..<5)), test.labels[0..<5])
  return model.network.evaluate(on: test).accuracy
}
// PAGE-END

// PAGE-BEGIN
import Foundation
import Perceptron

/// Learns a number from ten features, Friedman's first test function, and returns the mean absolute
/// error on rows that were held out, in the number's own unit.
func friedman(savingTo path: String) throws -> Double {
  var random = SeededRandom(seed: 0, purpose: "rows")
  let x = Tensor<Double>.uniform([2000, 10], using: &random)
  let y = (0..<2000).map { row in
    let (a, b, c) = (x[row, 0] * x[row, 1], x[row, 2] - 0.5, x[row, 3])
    return 10 * sin(.pi * a) + 20 * b * b + 10 * c + 5 * x[row, 4]
  }
  let data = Dataset(Features(x), targets: .numbers(y, names: ["yield"]))
  let split = try data.split(.share(0.2), by: .stratified(seed: 0))

  // The preprocessing standardizes the targets; metrics and predictions are in their own unit.
  let preprocessing = try Preprocessing.fitted(
    to: split.training, divisor: 1, subtractMean: true)
  let training = split.training.prepared(with: preprocessing, as: Float.self)
  let validation = split.validation.prepared(with: preprocessing, as: Float.self)

  var weights = SeededRandom(seed: 0, purpose: "weights")
  let net = Network<Float>(
    inputSize: 10, [.affine(outputs: 64), .relu, .affine(outputs: 1)], loss: .squaredError,
    using: &weights)
  var trainer = try Trainer(
    net, rowCount: training.count,
    settings: TrainerSettings(
      optimizer: .adam(), learningRate: 3e-3, length: .epochs(100), batchSize: 50,
      earlyStopping: EarlyStopping(patience: 20), metric: .mae),
    random: SeededRandom(seed: 0, purpose: "batches"))
  try trainer.run(on: training, validation: validation)

  let model = TrainedModel(
    network: trainer.result, preprocessing: preprocessing, schema: data.schema)
  try model.save(to: path)
  let evaluation = model.network.evaluate(on: validation)
  print("R²", evaluation[.r2] ?? .nan, "RMSE", evaluation[.rmse] ?? .nan)
  let found = model.network.predictions(of: validation.features, as: model.schema)
  print("first predictions", found.values?.elements.prefix(3) ?? [])
  return evaluation[.mae] ?? .nan
}
// PAGE-END

// PAGE-BEGIN
import Perceptron

/// Searches hyperparameters for the digits: twelve networks, trained side by side. Called again after
/// an interruption, it resumes the study.
func tuneDigits(in folder: String) throws -> TrainedModel<Float> {
  let space = SearchSpace([
    .init("learning-rate", .values([0.1, 0.5, 500])),
    .init("hidden", .values([20, 50])),
    .init("iterations", .values([300, 600])),
  ])
  let study = try Study.open(at: folder, space)
  let search = try NetworkSearch(study, on: Digits.training) { parameters in
    Experiment(
      data: "digits",
      network: .init(
        layers: [
          .affine(outputs: parameters.whole("hidden")), .relu, .affine(outputs: 10),
        ], initializer: .heNormal),
      training: TrainerSettings(
        learningRate: parameters.number("learning-rate"),
        length: .iterations(parameters.whole("iterations")), batchSize: 100),
      validation: 200, pixelScale: Digits.divisor, subtractMean: true)
  }
  try search.run()
  for trial in study.leaderboard.prefix(3).trials {
    print(trial.value ?? 0, trial.parameters)
  }

  // Any other function can be searched, too.
  let parabola = try Study(
    SearchSpace([.init("x", .numbers(lower: -1, upper: 1))]), by: .sobol(count: 32, seed: 0),
    goal: Goal("height", .minimize))
  try parabola.run { trial in
    let x = trial.parameters.number("x") - 0.5
    return x * x
  }
  print("lowest at", parabola.best?.parameters["x"] ?? 0)
  return try TrainedModel(readingFrom: folder + "/" + Study.bestName)
}
// PAGE-END

import PerceptronDatasets
import PerceptronFiles
import PerceptronNeuralNetwork
import PerceptronTraining
import PerceptronTuning
import TestSupport
import Testing

/// Studies that train each point on every fold.
@Suite("Folds of a study", .mayHang)
struct FoldsTests {
  private static let space = SearchSpace([.init("hidden", .values([.integer(5), .integer(9)]))])

  @Test("Each point has a trial for each seed and fold, and one configuration")
  func trials() throws {
    let study = try Study(Self.space, seeds: [3, 4], folds: 3)
    #expect(study.trials.count == 12 && study.configurations.count == 2)
    let first = study.configurations[0]
    #expect(first.parameters == ["hidden": .integer(5)])
    let pairs = first.trials.map { [$0.parameters.whole("seed"), $0.parameters.whole("fold")] }
    #expect(pairs == [[3, 1], [3, 2], [3, 3], [4, 1], [4, 2], [4, 3]])
    #expect(study.trialCountText == "12 trials, 6 for each of 2 networks")
    #expect(study.leaderboard.repeats == 6)
    #expect(throws: InvalidSetting.self) { try Study(Self.space, folds: 1) }
    #expect(throws: InvalidSetting.self) {
      try Study(SearchSpace([.init("fold", .values([.integer(1)]))]), folds: 2)
    }
  }

  private func settings(_ study: Study) -> [Experiment] {
    study.trials.map { trial in
      var own = SearchSamples.settings(
        [.affine(outputs: trial.parameters.whole("hidden")), .relu, .affine(outputs: 3)])
      own.fold = Fold(trial.parameters.whole("fold"), of: 4)
      own.validation = (try? own.parts(of: SearchSamples.data).validation.count) ?? 0
      return own
    }
  }

  @Test("Points are ranked by the mean over the folds, each as a network trained alone")
  func ranking() throws {
    let folder = try TemporaryDirectory().file("study")
    let study = try Study.open(at: folder, Self.space, folds: 4)
    let settings = settings(study)
    try NetworkSearch(study, on: SearchSamples.data, settings: settings).run()
    for (trial, own) in zipped(study.trials, settings) {
      let sets = try own.sets(of: SearchSamples.data, as: Double.self)
      var trainer = try own.trainer(seed: own.training.seed, on: sets)
      try trainer.run(on: sets.training, validation: sets.validation)
      let validation = try #require(sets.validation)
      #expect(trial.result?.value == trainer.result.evaluate(on: validation).accuracy)
    }
    for point in study.configurations {
      let values = point.trials.compactMap(\.result?.value)
      expectClose(point.result?.value ?? .nan, values.reduce(0, +) / 4, tolerance: 1e-15)
    }
    let means = study.configurations.compactMap(\.result?.value)
    #expect(study.bestConfiguration?.result?.value == means.max())
    #expect(study.choiceText.first?.contains("best mean validation accuracy") == true)
    #expect(study.choiceText.first?.contains(" over 4 folds, trials ") == true)
    #expect(study.choiceText.dropFirst().first?.contains("that of its best fold, trial") == true)
    #expect(study.bestInterval == nil)
    let again = try Study.read(at: folder)
    #expect(again.definition.folds == 4 && again.configurations == study.configurations)
  }
}

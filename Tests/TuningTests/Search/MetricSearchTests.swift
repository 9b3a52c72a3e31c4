import PerceptronDatasets
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining
import PerceptronTuning
import TestSupport
import Testing

/// Searches that go by other metrics than the accuracy, on all kinds of targets.
@Suite("Searches by any metric", .mayHang)
struct MetricSearchTests {
  /// Data of a kind of targets, of 200 rows, in some cases with weights.
  struct Sample: CustomTestStringConvertible, Sendable {
    let name: String
    let metric: Metric
    let data: Dataset
    let loss: LossSpecification
    let outputs: Int

    var testDescription: String { "\(name) by \(metric)" }

    func settings(_ change: (inout TrainerSettings) -> Void) -> Experiment {
      var own = SearchSamples.settings([.affine(outputs: 9), .relu, .affine(outputs: outputs)]) {
        $0.metric = metric
        change(&$0)
      }
      own.network.loss = loss
      own.task = data.schema.kind
      if data.schema.kind != .classes { own.split = .last }
      return own
    }
  }

  static let samples: [Sample] = {
    let features = Tensor<Float>.sample([200, 7], seed: 5)
    func value(_ row: Int, _ column: Int) -> Double { Double(features[row, column]) }
    let rows = 0..<200
    let numbers = rows.flatMap { [3 * value($0, 0) + 10, 100 * value($0, 1) * value($0, 2)] }
    let one = rows.map { 1000 * value($0, 0) + value($0, 3) }
    let labels = rows.flatMap { row in (0..<3).map { value(row, $0) > 0 ? 1.0 : 0 } }
    let yesOrNo = rows.map { value($0, 0) + value($0, 1) > 0 ? 1 : 0 }
    let weights = rows.map { Double($0 % 4) }
    func data(_ targets: DatasetTargets, weights: [Double]? = nil) -> Dataset {
      Dataset(Features(features), targets: targets, weights: weights)
    }
    return [
      Sample(
        name: "a number", metric: .rmse, data: data(.numbers(one, names: ["y"])),
        loss: .squaredError, outputs: 1),
      Sample(
        name: "two numbers", metric: .r2, data: data(.numbers(numbers, names: ["a", "b"])),
        loss: .squaredError, outputs: 2),
      Sample(
        name: "weighted numbers", metric: .mae,
        data: data(.numbers(one, names: ["y"]), weights: weights), loss: .squaredError, outputs: 1),
      Sample(
        name: "labels", metric: .f1, data: data(.labels(labels, names: ["a", "b", "c"])),
        loss: .logistic, outputs: 3),
      Sample(
        name: "labels", metric: .loss, data: data(.labels(labels, names: ["a", "b", "c"])),
        loss: .logistic, outputs: 3),
      Sample(
        name: "yes or no", metric: .auc, data: data(.classes(yesOrNo, names: ["no", "yes"])),
        loss: .logistic, outputs: 1),
      Sample(
        name: "weighted classes", metric: .logLoss,
        data: data(.classes(yesOrNo, names: ["no", "yes"]), weights: weights), loss: .softmax,
        outputs: 2),
    ]
  }()

  private func study(_ sample: Sample, _ settings: [Experiment], _ pruning: Pruning = .none) throws
    -> Study
  {
    let space = SearchSpace([.init("number", .integers(lower: 0, upper: settings.count - 1))])
    return try Study(
      definition: StudyDefinition(
        space: space, method: .grid, goal: Goal(validation: sample.metric), pruning: pruning),
      trials: settings.indices.map { ["number": .integer($0)] })
  }

  @Test("Networks side by side have the numbers of those trained alone", arguments: samples)
  func sideBySide(sample: Sample) throws {
    let settings = [0.001, 0.01, 0.03].map { rate in
      sample.settings { $0.learningRate = rate }
    }
    var trials: [[Trial]] = []
    for method in NetworkSearch.Method.allCases {
      let study = try study(sample, settings)
      var search = try NetworkSearch(study, on: sample.data, settings: settings)
      search.method = method
      try search.run()
      trials.append(study.trials)
      // The best is the lowest where lower is better.
      let values = study.trials.compactMap(\.result?.value)
      #expect(
        values.count == 3
          && study.best?.value == (sample.metric.isHigherBetter ? values.max() : values.min()))
    }
    for (one, other) in zipped(trials[0], trials[1]) {
      #expect(one.timeless == other.timeless)
      #expect(one.measurements.allSatisfy { $0.value != nil && $0.validationLoss != nil })
    }
    // And they are those of a trainer.
    let sets = try settings[2].sets(of: sample.data, as: Double.self)
    var trainer = try settings[2].trainer(seed: settings[2].training.seed, on: sets)
    try trainer.run(on: sets.training, validation: sets.validation)
    let validation = try #require(sets.validation)
    let expected = trainer.result.evaluate(on: validation, metrics: [sample.metric])
    #expect(trials[0][2].result?.value == expected[sample.metric])
    let training = trainer.result.evaluate(on: sets.training, metrics: [sample.metric])
    #expect(trials[0][2].result?.trainingValue == training[sample.metric])
  }

  @Test("Pruning stops the trials of the highest loss")
  func pruning() throws {
    let sample = Self.samples[0]
    let settings = [0.03, 1e-6, 1e-6, 0.02, 1e-6].map { rate in
      sample.settings { $0.learningRate = rate }
    }
    for rule in [Pruning.successiveHalving(minimum: 10, factor: 2), .median(after: 10, trials: 2)] {
      let study = try study(sample, settings, rule)
      try NetworkSearch(study, on: sample.data, settings: settings).run()
      #expect(study.trials[0].state == .done, "\(rule)")
      #expect(study.trials.contains { $0.state == .pruned })
      let values = study.trials.compactMap(\.value)
      #expect(study.best?.value == values.min())
    }
  }

  @Test("A goal that is no metric of the targets, or that the trials do not measure, is refused")
  func refused() throws {
    let sample = Self.samples[0]
    let settings = [sample.settings { _ in }]
    let wrong = try Study(
      definition: StudyDefinition(
        space: SearchSpace([.init("number", .values([.integer(0)]))]), method: .grid),
      trials: [["number": .integer(0)]])
    let error = #expect(throws: InvalidSetting.self) {
      try NetworkSearch(wrong, on: sample.data, settings: settings)
    }
    #expect(error?.name == "goal" && error?.expected.contains("validation_r2") == true)
    let classes = Self.samples[6]
    let unmeasured = #expect(throws: InvalidSetting.self) {
      try NetworkSearch(
        study(classes, settings), on: classes.data,
        settings: [classes.settings { $0.metric = nil }])
    }
    #expect(unmeasured?.name == "metric" && unmeasured?.expected.contains("log-loss") == true)
  }

  @Test("Texts name the metric, and only an accuracy has an interval")
  func texts() throws {
    #expect(Goal(validation: .accuracy) == .validationAccuracy)
    #expect(Goal(validation: .logLoss) == Goal("validation_log_loss", .minimize))
    for metric in Metric.allCases { #expect(Goal(validation: metric).metric == metric) }
    #expect(Goal("profit").metric == nil && Goal("validation_rmse").metric == nil)
    let study = try StudySamples.study(goal: Goal(validation: .rmse))
    for (trial, value) in [12.5, 7.25].enumerated() {
      try study.begin(trial)
      try study.finish(trial, TrialResult(value: value, seconds: 1, rowCount: 200))
    }
    try study.record(StudyTest(trial: 1, value: 8, loss: 0.5, rowCount: 100, digest: "abc"))
    #expect(study.bestInterval == nil)
    #expect(
      study.choiceText == [
        "best validation RMSE 7.2500 on 200 rows, trial 1",
        "its test RMSE 8.0000 on 100 rows",
        "the best of 2 values is optimistic, as it was chosen for being low; the test RMSE was not "
          + "used for choosing",
      ])
    #expect(
      study.leaderboard.csv.hasPrefix(
        "trial,learning-rate,hidden,status,validation_rmse,train_rmse,"))
  }
}

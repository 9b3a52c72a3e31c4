import Foundation
import PerceptronDatasets
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import TestSupport
import Testing

@testable import PerceptronTraining

/// Training on numbers, yes or no, several labels, weighted classes and weighted rows.
@Suite("Targets of every kind", .mayHang)
struct TargetTests {
  @Test("A network learns them", arguments: TargetCase.allCases)
  func learns(target: TargetCase) throws {
    let data = try target.prepared(400, as: Float.self)
    var trainer = try target.trainer([target.network() as Network<Float>], rowCount: 400) {
      $0.length = .epochs(60)
    }
    let untrained = trainer.network.evaluate(on: data)
    try trainer.run(on: data, validation: data)
    let trained = trainer.network.evaluate(on: data)
    // The loss of evaluations counts the class that training does not.
    #expect(trained.loss < 0.3 * untrained.loss || target == .weightedClasses)
    let goal = Metric.defaults(for: data.schema.kind)[0]
    let reached = try #require(trained[goal])
    #expect(reached > (target == .weightedClasses ? 0.6 : 0.85), "\(goal.title) \(reached)")
    #expect(
      trainer.history.epochs.last?.validation == trained.metrics || trainer.iterations % 7 != 0)
  }

  @Test("The number of workers changes no bit", arguments: TargetCase.allCases)
  func workers(target: TargetCase) throws {
    let data = try target.prepared(90, as: Float.self)
    var results: [(Network<Float>, History)] = []
    for workers in [1, 2, 3, 5] {
      var trainer = try target.trainer(
        [target.network() as Network<Float>], rowCount: 90, workers: workers)
      try trainer.run(on: data, validation: data)
      results.append((trainer.result, trainer.history))
    }
    for (network, history) in results.dropFirst() {
      #expect(network == results[0].0)
      #expect(history == results[0].1)
    }
  }

  @Test("Networks side by side have the bits that they have alone", arguments: TargetCase.allCases)
  func sideBySide(target: TargetCase) throws {
    let data = try target.prepared(90, as: Float.self)
    let networks: [Network<Float>] = [
      target.network(), target.network([.affine(outputs: 70), .relu], seed: 8),
    ]
    var group = try target.trainer(networks, rowCount: 90)
    try group.run(on: data, validation: data)
    for (index, network) in networks.enumerated() {
      var alone = try target.trainer([network], rowCount: 90)
      try alone.run(on: data, validation: data)
      #expect(group.members[index].result == alone.result)
      #expect(group.members[index].history == alone.history)
    }
  }

  @Test(
    "A run that is stopped and resumed from its file has the same bits",
    arguments: TargetCase.allCases)
  func resume(target: TargetCase) throws {
    let scratch = try TemporaryDirectory()
    let data = try target.prepared(90, as: Float.self)
    func fresh() throws -> Trainer<Float, SeededRandom> {
      try target.trainer([target.network() as Network<Float>], rowCount: 90) {
        $0.earlyStopping = EarlyStopping(patience: 100)
        $0.schedule = .reduceOnPlateau(patience: 1)
      }
    }
    var whole = try fresh()
    try whole.run(on: data, validation: data)
    for stop in [1, 7, 31] {
      var first = try fresh()
      try first.run(
        on: data, validation: data,
        callbacks: [.perform { $0.progress.iteration + 1 >= stop ? .stop : .proceed }])
      try first.saveCheckpoint(to: scratch.file("checkpoint"))
      var second = try Trainer<Float, SeededRandom>(resumingFrom: scratch.file("checkpoint"))
      try second.run(on: data, validation: data)
      #expect(second.result == whole.result, "stopped after \(stop)")
      #expect(second.history == whole.history, "stopped after \(stop)")
    }
  }

  @Test(
    "The gradients of a batch are those of the readable path", arguments: TargetCase.allCases,
    [1, 3])
  func gradients(target: TargetCase, workers: Int) throws {
    let data = try target.prepared(90, as: Double.self)
    let network: Network<Double> = target.network()
    let settings = target.settings
    let engine = TrainingEngine(
      [.init(network, OptimizerState(settings.optimizer, for: network), settings: settings)],
      workers: workers)
    let rows = (0..<settings.batchSize).map { ($0 * 5 + 2) % 90 }
    engine.choose { rows[$0] }
    engine.gather(from: data)
    engine.computeLossesAndGradients(iteration: 0)
    let expected = network.lossAndGradients(
      of: data.dataset.subset(rows: rows).prepared(with: data.preprocessing).block(0..<rows.count),
      Self.targets(target, of: data.dataset.subset(rows: rows)), penalty: settings.penalty)
    expectClose(engine.loss(at: 0), expected.loss, tolerance: 1e-12)
    for (found, expected) in zipped(engine.gradients(at: 0), expected.gradients) {
      expectClose(found.tensor, expected.tensor, tolerance: 1e-11)
    }
  }

  /// Targets made by hand: numbers standardized by the whole set's mean and deviation, and weights.
  private static func targets(_ target: TargetCase, of rows: Dataset) -> Targets<Double> {
    switch rows.targets {
    case .classes(let labels, _):
      let classWeights = target.classWeights
      if rows.weights == nil && classWeights == nil { return .labels(labels) }
      return .labels(
        labels,
        weights: labels.indices.map {
          (rows.weights?[$0] ?? 1) * (classWeights?[labels[$0]] ?? 1)
        })
    case .labels(let values, let names):
      return .values(Tensor(values, shape: [rows.count, names.count]))
    case .numbers(let values, let names):
      let all = target.dataset(90).targets.values ?? []
      let columns = names.indices.map { column in
        stride(from: column, to: all.count, by: names.count).map { all[$0] }
      }
      let means = columns.map { $0.reduce(0, +) / 90 }
      let deviations = zip(columns, means).map { column, mean in
        (column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 90).squareRoot()
      }
      let scaled = values.enumerated().map { index, value in
        (value - means[index % names.count]) / deviations[index % names.count]
      }
      return .values(Tensor(scaled, shape: [rows.count, names.count]))
    }
  }

  @Test("Gradients agree with differences of the loss", arguments: TargetCase.allCases)
  func gradientCheck(target: TargetCase) throws {
    let data = try target.prepared(20, as: Double.self)
    let objective = NetworkObjective(
      target.network(), on: data.block(0..<20), Self.targetsOfAll(target, data),
      penalty: .l2(0.01))
    let report = GradientCheck().run(objective)
    #expect(report.passed, "\(report)")
  }

  private static func targetsOfAll(
    _ target: TargetCase, _ data: PreparedDataset<Double>
  ) -> Targets<Double> {
    guard let weights = target.classWeights, case .classes(let labels, _) = data.dataset.targets
    else { return data.targets(0..<data.count) }
    return .labels(labels, weights: labels.map { weights[$0] })
  }

  @Test("Rows of weight 0 are as good as absent")
  func zeroWeights() throws {
    let all = TargetCase.weightedRows.dataset(77)
    let counted = all.subset(rows: (0..<77).filter { (all.weights?[$0] ?? 0) > 0 })
    let network: Network<Double> = TargetCase.weightedRows.network()
    let found = network.evaluate(
      on: all.prepared(with: .none), metrics: Metric.allCases.filter { $0.kinds.contains(.classes) }
    )
    let expected = network.evaluate(
      on: counted.prepared(with: .none),
      metrics: Metric.allCases.filter { $0.kinds.contains(.classes) })
    expectClose(found.loss, expected.loss, tolerance: 1e-12)
    for ((_, value), other) in zipped(found.metrics.all, expected.metrics.all) {
      expectClose(value, other.value, tolerance: 1e-12)
    }
    #expect(found.metrics.all.count == 5)
  }
}

/// Edges of metrics and weights.
@Suite("Metrics at the edges")
struct MetricEdgeTests {
  @Test("Weights of any size count by their ratios", arguments: [1e-300, 1e-30, 1, 1e30, 1e200])
  func scale(unit: Double) {
    let all = TargetCase.weightedRows.dataset(40)
    let scaled = Dataset(
      all.features, targets: all.targets, weights: all.weights?.map { $0 * unit })
    let network: Network<Float> = TargetCase.weightedRows.network()
    let expected = network.evaluate(on: all.prepared(with: .none))
    let found = network.evaluate(on: scaled.prepared(with: .none))
    expectClose(found.loss, expected.loss, tolerance: 1e-5)
    expectClose(found.accuracy, expected.accuracy, tolerance: 1e-12)
  }

  @Test("The mean of features leaves out rows of weight 0")
  func mean() throws {
    let all = TargetCase.weightedRows.dataset(40)
    let counted = all.subset(rows: (0..<40).filter { (all.weights?[$0] ?? 0) > 0 })
    let (found, expected) = (
      try Preprocessing.fitted(to: all, divisor: 2, subtractMean: true),
      try Preprocessing.fitted(to: counted, divisor: 2, subtractMean: true)
    )
    for (found, expected) in zipped(found.mean ?? [], expected.mean ?? []) {
      expectClose(found, expected, tolerance: 1e-12)
    }
  }

  @Test(
    "Two outputs without probabilities rank by their difference, and few classes of many by each")
  func scores() {
    let x = Tensor<Double>.sample([30, 2])
    let labels = (0..<30).map { x[$0, 1] - x[$0, 0] > 0.1 ? 1 : 0 }
    let identity = Tensor<Double>([1, 0, 0, 1], shape: [2, 2])
    let hinge = Network<Double>(
      inputSize: 2, layers: [Affine(weights: identity, bias: .zeros([2]))], loss: Hinge<Double>())
    let data = Dataset(x, labels: labels).prepared(with: .none, as: Double.self)
    #expect(hinge.evaluate(on: data, metrics: [.auc])[.auc] == 1)
    let wide = Tensor<Double>([0, 3, 0, 3, 0, 0], shape: [2, 3])
    let three = Network<Double>(
      inputSize: 2, layers: [Affine(weights: wide, bias: .zeros([3]))])
    let found = three.evaluate(on: data, metrics: [.auc])
    let probabilities = three.predictions(of: data.features, as: data.schema).probabilities
    let areas = (0..<2).map { label in
      areaUnderROC(
        of: (0..<30).map { probabilities?[$0, label] ?? .nan },
        labels: labels.map { $0 == label ? 1 : 0 })
    }
    expectClose(found[.auc] ?? .nan, (areas[0] + areas[1]) / 2, tolerance: 1e-12)
  }

  @Test("Numbers too large to standardize are refused, and no rows have no metrics")
  func extremes() throws {
    let large = Dataset(
      Features(Tensor<Double>.sample([2, 1])), targets: .numbers([1e200, -1e200], names: ["y"]))
    #expect(throws: DatasetError.self) {
      try Preprocessing.fitted(to: large, divisor: 1, subtractMean: false)
    }
    let data = try TargetCase.numbers.prepared(10, as: Double.self)
    let none = data.dataset[rows: 0..<0].prepared(with: data.preprocessing, as: Double.self)
    let network: Network<Double> = TargetCase.numbers.network()
    let found = network.evaluate(on: none)
    #expect(found.count == 0 && found.loss.isNaN && found.metrics.all.isEmpty)
  }
}

/// Models that predict numbers or labels.
@Suite("Models of every kind of target")
struct TargetModelTests {
  @Test(
    "A model keeps what it predicts, and its file gives it back", arguments: TargetCase.allCases)
  func file(target: TargetCase) throws {
    let scratch = try TemporaryDirectory()
    let data = try target.prepared(50, as: Double.self)
    let model = TrainedModel<Double>(
      network: target.network(), preprocessing: data.preprocessing, schema: data.schema)
    try model.save(to: scratch.file("model"))
    #expect(try TrainedModel<Double>(readingFrom: scratch.file("model")) == model)
  }

  @Test("Numbers come in the targets' own units")
  func units() throws {
    let target = TargetCase.numbers
    let data = try target.prepared(400, as: Double.self)
    var trainer = try target.trainer([target.network() as Network<Double>], rowCount: 400) {
      $0.length = .epochs(60)
    }
    try trainer.run(on: data)
    let found = trainer.network.predictions(of: data.features, as: data.schema)
    let predicted = try #require(found.values?.elements)
    let truth = try #require(data.dataset.targets.values)
    for column in 0..<3 {
      let places = stride(from: column, to: truth.count, by: 3)
      let (own, expected) = (places.map { predicted[$0] }, places.map { truth[$0] })
      let spread = (expected.max() ?? 0) - (expected.min() ?? 0)
      #expect(meanAbsoluteError(of: own, targets: expected) < 0.05 * spread)
    }
    let evaluation = trainer.network.evaluate(on: data)
    let errors = (0..<3).map { column in
      let places = stride(from: column, to: truth.count, by: 3)
      return coefficientOfDetermination(
        of: places.map { predicted[$0] }, targets: places.map { truth[$0] })
    }
    expectClose(evaluation[.r2] ?? .nan, errors.reduce(0, +) / 3, tolerance: 1e-12)
    #expect(evaluation.metrics.all.map(\.metric) == [.r2, .mae, .rmse])
  }

  @Test(
    "An ensemble predicts the mean of the numbers, and of the labels' probabilities",
    arguments: [TargetCase.numbers, .labels])
  func ensembles(target: TargetCase) throws {
    let data = try target.prepared(40, as: Double.self)
    let members: [Network<Double>] = (0..<3).map { target.network(seed: UInt64($0)) }
    let ensemble = try Ensemble(members, predicting: data.schema.kind)
    let found = ensemble.network.predictions(of: data.features, as: data.schema)
    let each = members.map { $0.predictions(of: data.features, as: data.schema) }
    func numbers(_ predictions: Predictions) -> [Double] {
      (target == .numbers ? predictions.values : predictions.probabilities)?.elements ?? []
    }
    for (index, value) in numbers(found).enumerated() {
      let mean = each.reduce(0) { $0 + numbers($1)[index] } / 3
      expectClose(value, mean, tolerance: 1e-10)
    }
    #expect(numbers(found).count == 120)
    let scratch = try TemporaryDirectory()
    let model = TrainedModel(
      network: ensemble.network, preprocessing: data.preprocessing, schema: data.schema)
    try model.save(to: scratch.file("model"))
    #expect(try TrainedModel<Double>(readingFrom: scratch.file("model")) == model)
  }

  @Test("Early stopping and the history go by the metric that is chosen")
  func metric() throws {
    let target = TargetCase.numbers
    let data = try target.prepared(90, as: Float.self)
    var trainer = try target.trainer([target.network() as Network<Float>], rowCount: 90) {
      $0.metric = .mae
      $0.earlyStopping = EarlyStopping(patience: 3)
      $0.optimizer = .sgd
      $0.learningRate = 0.5
      $0.length = .iterations(400)
    }
    try trainer.run(on: data, validation: data)
    let values = trainer.history.epochs.compactMap { $0.validation?[.mae] }
    let best = try #require(values.min())
    let index = try #require(values.firstIndex(of: best))
    #expect(trainer.bestIteration == trainer.history.epochs[index].iteration)
    #expect(trainer.result.evaluate(on: data)[.mae] == best)

    var wrong = try target.trainer([target.network() as Network<Float>], rowCount: 90) {
      $0.metric = .auc
    }
    let error = #expect(throws: InvalidSetting.self) { try wrong.run(on: data) }
    #expect(
      error?.description.contains("metric") == true && error?.description.contains("r2") == true)
  }

  @Test("Epochs in a run's folder keep every metric")
  func epochs() throws {
    let scratch = try TemporaryDirectory()
    let path = scratch.file("epochs.csv")
    let epochs = [
      History.Epoch(
        iteration: 3, batch: [.r2: 0.5, .mae: 2], validation: [.r2: -0.25, .mae: 3],
        validationLoss: 1.5, learningRate: 0.1),
      History.Epoch(
        iteration: 7, batch: [.mae: 1], validation: [.r2: 0.25], validationLoss: 0.5,
        learningRate: 0.1),
    ]
    try Data(EpochTable.text(of: epochs).utf8).write(to: URL(fileURLWithPath: path))
    #expect(try EpochTable.read(path, iterations: 8) == epochs)
    let header = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")[0]
    #expect(
      header
        == "iteration,batch_r2,validation_r2,learning_rate,validation_loss,batch_mae,validation_mae"
    )
  }

  @Test("Results name each metric with its part in JSON")
  func results() throws {
    let results = RunRecord.Results(
      status: .finished, iterations: 3, finalLoss: 1, trainLoss: 0.5, validationLoss: nil,
      training: [.accuracy: 0.5, .balancedAccuracy: 0.25], validation: [.accuracy: 0.75],
      memberValues: [0.5, 0.25])
    let json = try results.json
    for name in ["trainAccuracy", "trainBalancedAccuracy", "validationAccuracy", "memberValues"] {
      #expect(json.contains("\"\(name)\""))
    }
    #expect(try RunRecord.Results(json: json.utf8) == results)
  }

  @Test(
    "A batch whose rows all have the weight 0 has no loss: it ends the run before the weights change",
    arguments: [true, false], [1, 3])
  func withoutWeight(byClass: Bool, workers: Int) throws {
    // Rows 20 and later weigh nothing.
    let labels = (0..<40).map { $0 < 20 ? 1 + $0 % 2 : 0 }
    let data = Dataset(
      Features(Tensor<Double>.sample([40, 4])), targets: .classes(labels, names: ["a", "b", "c"]),
      weights: byClass ? nil : (0..<40).map { $0 < 20 ? 1 : 0 }
    ).prepared(with: .none, as: Double.self)
    let settings = TrainerSettings(
      optimizer: .adam(), learningRate: 0.1, length: .iterations(300), batchSize: 4,
      sampling: .replacement, evaluation: .never, classWeights: byClass ? [0, 1, 1] : nil,
      workers: workers)
    func net() -> Network<Double> {
      var random = SeededRandom(seed: 1)
      return Network(
        inputSize: 4, [.affine(outputs: 5), .batchNorm(), .relu, .affine(outputs: 3)],
        using: &random)
    }
    var trainer = try Trainer(
      net(), rowCount: 40, settings: settings, random: SeededRandom(seed: 3))
    var last = trainer.network
    let error = #expect(throws: TrainingError.self) {
      try trainer.run(
        on: data,
        callbacks: [
          .perform {
            last = $0.network
            return .proceed
          }
        ])
    }
    guard case .batchWithoutWeight(let iteration, let history) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(history.loss.count == iteration && iteration > 0)
    #expect(
      error?.description.hasPrefix(
        "the rows of iteration \(iteration)'s batch all have the weight 0, so that it has no loss")
        == true)
    #expect(
      trainer.network == last
        && trainer.network.parameters.allSatisfy { $0.tensor.firstNonFinite() == nil })
    // A checkpoint of the run says the same.
    let scratch = try TemporaryDirectory()
    try trainer.saveCheckpoint(to: scratch.file("checkpoint"))
    let resumed = try Trainer<Double, SeededRandom>(resumingFrom: scratch.file("checkpoint"))
    #expect(resumed.members[0].failure == error && resumed.isFinished)
  }
}

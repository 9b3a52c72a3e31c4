import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining

extension Explanation.Context {
  /// What a run's data says about its model and an example: the mean training example, the training
  /// examples that the last hidden layer takes for similar, and how often predictions of some confidence
  /// are right.
  ///
  /// - Parameters:
  ///   - example: a single row of the model's features.
  ///   - settings: those of the run.
  ///   - training: the rows that the model was trained on.
  ///   - judged: rows that it was not trained on, or nil.
  ///   - rows: their name, such as `the validation rows`.
  /// - Precondition: the rows fit the model.
  public init<Scalar: BLASScalar>(
    of model: TrainedModel<Scalar>, on example: Features, settings: Experiment,
    training: Dataset, judged: Dataset?, named rows: String
  ) {
    self.init(settings: settings)
    if training.count > 0 {
      let prepared: PreparedFeatures<Scalar> = training.features.prepared(
        with: model.preprocessing)
      baseline = (prepared.columnMeans, "the mean of the training rows")
      neighbors = Explanation.neighbors(of: example, in: training, prepared, model)
    }
    if let judged, judged.count > 0 {
      reliability = Explanation.Reliability(of: model, on: judged, named: rows)
    }
  }

  /// What a run's settings say, without its data.
  public init(settings: Experiment) {
    self.init()
    learningRate = settings.training.learningRate
    penalty = settings.training.penalty
    if settings.training.optimizer != .sgd {
      optimizer = "\(settings.training.optimizer.method)"
    }
  }
}

extension Explanation {
  /// The maximum number of similar examples.
  private static let mostNeighbors = 8
  /// The maximum number of a similar example's columns.
  private static let mostCells = 8

  /// The training examples whose activations of the last hidden layer are nearest to those of an example;
  /// none for a network without hidden layers.
  fileprivate static func neighbors<Scalar: BLASScalar>(
    of example: Features, in training: Dataset, _ prepared: PreparedFeatures<Scalar>,
    _ model: TrainedModel<Scalar>
  ) -> [Neighbor] {
    guard let layer = model.network.hiddenLayers.last else { return [] }
    let own: PreparedFeatures<Scalar> = example.prepared(with: model.preprocessing)
    let found = model.network.nearestRows(
      to: own.block(0..<1), in: prepared, layer: layer, count: mostNeighbors)
    let pictures = training.images(rows: found.map(\.row))
    return found.enumerated().map { place, row in
      Neighbor(
        name: "row \(row.row)", target: training.targets.text(ofRow: row.row),
        distance: row.value, picture: pictures?[place],
        cells: (training.features.columns ?? []).prefix(mostCells).enumerated().map {
          ($1.name, training.features.cellText(row: row.row, column: $0))
        })
    }
  }
}

extension DatasetTargets {
  /// A row's class, numbers or labels in words.
  fileprivate func text(ofRow row: Int) -> String {
    let count = schema.names.count
    switch self {
    case .classes(let labels, let names): return RunPage.spelled(names[labels[row]], "class")
    case .numbers(let values, let names):
      let own = values[row * count..<(row + 1) * count]
      return zip(names, own).map { "\(RunPage.spelled($0, "output")) \(RunPage.number($1))" }
        .joined(separator: ", ")
    case .labels(let values, let names):
      let own = values[row * count..<(row + 1) * count]
      let held = zip(names, own).filter { $1 == 1 }.map(\.0)
      return held.isEmpty ? "no label" : held.joined(separator: ", ")
    }
  }
}

extension Explanation.Reliability {
  /// Measures a model that predicts classes with a probability each; nil for others, and where a
  /// probability is not a number.
  public init?<Scalar: BLASScalar>(
    of model: TrainedModel<Scalar>, on data: Dataset, named rows: String
  ) {
    guard model.schema.kind == .classes, data.schema.kind == .classes else { return nil }
    let features: PreparedFeatures<Scalar> = data.features.prepared(with: model.preprocessing)
    guard
      let chances = model.network.predictions(of: features, as: model.schema).probabilities,
      chances.rank == 2, chances.firstNonFinite() == nil
    else { return nil }
    self.init(
      rows: rows,
      curve: CalibrationCurve(ofConfidence: chances, labels: data.labels, weights: data.weights),
      isWeighted: data.weights != nil)
  }
}

extension PreparedFeatures {
  /// The mean of each feature over all rows, [features], summed in blocks of a fixed number of rows.
  fileprivate var columnMeans: Tensor<Double> {
    var sums = Tensor<Double>.zeros([featureCount])
    var block = Tensor<Scalar>.zeros([featureCount])
    forEachBlock(of: 256) { _, rows in
      rows.withRows { $0.sumRows(into: &block) }
      sums += Tensor<Double>(block)
    }
    return sums / Double(count)
  }
}

import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining

extension Explanation.Context {
  /// What a run's data says about its model: the mean training example, and how often predictions of some
  /// confidence are right.
  ///
  /// - Parameters:
  ///   - settings: those of the run.
  ///   - training: the rows that the model was trained on.
  ///   - judged: rows that it was not trained on, or nil.
  ///   - rows: their name, such as `the validation rows`.
  /// - Precondition: the rows fit the model.
  public init<Scalar: BLASScalar>(
    of model: TrainedModel<Scalar>, settings: Experiment, training: Dataset, judged: Dataset?,
    named rows: String
  ) {
    self.init(settings: settings)
    if training.count > 0 {
      let prepared: PreparedFeatures<Scalar> = training.features.prepared(
        with: model.preprocessing)
      baseline = (prepared.columnMeans, "the mean of the training rows")
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

extension Explanation.Reliability {
  /// Measures a model that predicts classes with probabilities; nil for others.
  public init?<Scalar: BLASScalar>(
    of model: TrainedModel<Scalar>, on data: Dataset, named rows: String
  ) {
    guard model.schema.kind == .classes, data.schema.kind == .classes else { return nil }
    let features: PreparedFeatures<Scalar> = data.features.prepared(with: model.preprocessing)
    let found = model.network.predictions(of: features, as: model.schema)
    guard let chances = found.probabilities else { return nil }
    let columns = chances.shape.columnCount
    let confidences = chances.withUnsafeElements { all in
      (0..<found.count).map { row in
        found.classes[row] < columns ? all[row * columns + found.classes[row]] : .nan
      }
    }
    if confidences.contains(where: { !(0...1).contains($0) }) { return nil }
    self.init(
      rows: rows,
      curve: CalibrationCurve(
        of: confidences, labels: zip(found.classes, data.labels).map { $0 == $1 ? 1 : 0 },
        weights: data.weights))
  }
}

extension PreparedFeatures {
  /// The mean of each feature over all rows, [features], summed in blocks of a fixed number of rows.
  var columnMeans: Tensor<Double> {
    var sums = Tensor<Double>.zeros([featureCount])
    var block = Tensor<Scalar>.zeros([featureCount])
    forEachBlock(of: 256) { _, rows in
      rows.withRows { $0.sumRows(into: &block) }
      sums += Tensor<Double>(block)
    }
    return sums / Double(count)
  }
}

import PerceptronDatasets
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

extension Metric {
  /// The 95 % interval of the metric of some predictions, as ``MetricInterval`` computes it; nil where it
  /// has none: the loss, the mean over several columns or labels, and the AUC of more than two classes.
  ///
  /// - Parameters: as for ``value(of:targets:weights:)``.
  public func interval(
    of predictions: Predictions, targets: DatasetTargets, weights: [Double]? = nil
  ) -> ClosedRange<Double>? {
    if targets.count == 0 || weights.map({ !$0.contains { $0 > 0 } }) ?? false { return nil }
    switch targets {
    case .classes(let labels, _): return interval(of: predictions, labels, weights)
    case .labels(let values, let names):
      return interval(of: predictions, values, columns: names.count, weights)
    case .numbers(let values, let names):
      guard names.count == 1, let found = predictions.values?.elements else { return nil }
      return interval(of: found, values, weights)
    }
  }

  /// The interval of a column of numbers.
  ///
  /// - Parameters:
  ///   - predicted: a number for each row.
  ///   - targets: the number that each row has.
  public func interval(
    of predicted: [Double], _ targets: [Double], _ weights: [Double]? = nil
  ) -> ClosedRange<Double>? {
    let measure: (([Double], [Double], [Double]?) -> MetricInterval)? =
      switch self {
      case .r2: MetricInterval.coefficientOfDetermination
      case .mae: MetricInterval.meanAbsoluteError
      case .rmse: MetricInterval.rootMeanSquaredError
      default: nil
      }
    return measure?(predicted, targets, weights).interval
  }

  private func interval(
    of found: Predictions, _ labels: [Int], _ weights: [Double]?
  ) -> ClosedRange<Double>? {
    let measured: MetricInterval? =
      switch self {
      case .accuracy: .accuracy(of: found.classes, labels: labels, weights: weights)
      case .balancedAccuracy:
        .balancedAccuracy(of: found.classes, labels: labels, weights: weights)
      case .f1: .f1Score(of: found.classes, labels: labels, weights: weights)
      case .auc:
        found.classOneScores.map { .areaUnderROC(of: $0, labels: labels, weights: weights) }
      case .logLoss: found.probabilities.map { mean(ofLosses: $0, labels, weights) }
      default: nil
      }
    return measured?.interval
  }

  private func mean(
    ofLosses probabilities: Tensor<Double>, _ labels: [Int], _ weights: [Double]?
  ) -> MetricInterval {
    let losses = labels.enumerated().map { surprise(probabilities[$0, $1]) }
    let mean = MetricInterval.mean(of: losses, weights: weights)
    return MetricInterval(
      mean.value, mean.interval.map { max(0, $0.lowerBound)...max(0, $0.upperBound) })
  }

  private func interval(
    of found: Predictions, _ values: [Double], columns: Int, _ weights: [Double]?
  ) -> ClosedRange<Double>? {
    guard self == .accuracy, let predicted = found.values?.elements else { return nil }
    let isRight = (0..<found.count).map { row in
      (row * columns..<(row + 1) * columns).allSatisfy { predicted[$0] == values[$0] } ? 1 : 0
    }
    return MetricInterval.accuracy(
      of: isRight, labels: [Int](repeating: 1, count: found.count), weights: weights
    ).interval
  }
}

// MARK: - Definedness

extension Metric {
  /// Why the metric is not defined for some rows, whatever is predicted for them; nil where it is.
  ///
  /// - Parameter loss: the loss of the network, which may have no probabilities.
  package func problem(on rows: Dataset, loss: LossSpecification) -> String? {
    if self == .logLoss && !loss.hasProbabilities(for: rows.schema.kind) {
      return "the loss \(loss) has no probabilities"
    }
    if self == .loss || rows.count == 0 { return nil }
    let used = rows.weights.map { weights in weights.indices.filter { weights[$0] > 0 } }
    if used?.isEmpty == true { return "all of the rows have the weight 0" }
    let chosen = used ?? Array(0..<rows.count)
    switch (self, rows.targets) {
    case (.r2, _) where chosen.count < 2: return "a single row has no variance"
    case (.auc, .classes(let labels, let names)):
      let occurring = Set(chosen.map { labels[$0] })
      guard occurring.count == 1, let only = occurring.first else { return nil }
      return "all of the rows are of the class \(names[only])"
    case (.auc, .labels(let values, let names)):
      let isDefined = names.indices.contains { column in
        Set(chosen.map { values[$0 * names.count + column] }).count > 1
      }
      return isDefined ? nil : "no label is 1 for some of the rows and 0 for others"
    default: return nil
    }
  }
}

extension LossSpecification {
  fileprivate func hasProbabilities(for kind: TargetKind) -> Bool {
    switch self {
    case .softmax: kind == .classes
    case .logistic: kind != .numbers
    default: false
    }
  }
}

extension Experiment {
  /// Throws `InvalidSetting` where training goes by a metric that the validation rows have no value of.
  ///
  /// - Parameter data: the rows to train on, and among them those to hold out.
  func checkMetric(on data: Dataset) throws {
    let isUsed = training.earlyStopping != nil || training.schedule.needsScores
    // Where rows cannot be held out, that is another error.
    guard training.metric != nil || isUsed, let held = try? parts(of: data).validation,
      let problem = metric.problem(on: held, loss: network.loss)
    else { return }
    throw InvalidSetting(
      name: "metric", value: metric.rawValue,
      expected:
        "one that can be computed on the \(counted(held.count, "validation row")): \(problem)")
  }
}

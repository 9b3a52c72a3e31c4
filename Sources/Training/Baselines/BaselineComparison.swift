import PerceptronDatasets
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// Fits baselines to prepared rows and measures them, one after the other.
///
///     let comparison = try BaselineComparison(of: training, validation: validation)
///     for baseline in Baseline.suiting(.classes) where baseline.loss == nil {
///       print(baseline, try comparison.result(of: baseline).validation?[.accuracy] ?? 0)
///     }
///
/// The number of neighbours and λ of the ridge regression are the ones with the best value of the first metric
/// on the validation rows: these values are slightly too good.
public struct BaselineComparison<Scalar: BLASScalar> {
  /// The rows that baselines are fitted to, with the weights that they have there.
  private let fitted: PreparedDataset<Scalar>
  /// The rows to fit to and to hold out, as metrics count them.
  private let training: PreparedDataset<Scalar>
  private let validation: PreparedDataset<Scalar>?
  private let metrics: [Metric]

  /// The numbers of neighbours to choose from.
  public static var neighborCounts: [Int] { [1, 3, 5, 9, 15] }
  /// The number of neighbours where there are no validation rows.
  private static var usualNeighborCount: Int { 5 }
  /// The products of features up to which the neighbours of training rows are found.
  private static var mostProducts: Double { 1e10 }

  /// A comparison on some rows.
  ///
  /// - Parameters:
  ///   - fitted: the training rows with other weights, such as those of classes, for fitting; nil for the same.
  ///   - metrics: what to measure, the first of which decides; nil for ``Metric/defaults(for:)``. The loss is
  ///     none of them: those of different models cannot be compared.
  /// - Throws: `DatasetError` where no row to fit to has a weight above 0.
  public init(
    of training: PreparedDataset<Scalar>, fitted: PreparedDataset<Scalar>? = nil,
    validation: PreparedDataset<Scalar>?, metrics: [Metric]? = nil
  ) throws {
    self.fitted = fitted ?? training
    self.training = training
    self.validation = validation
    self.metrics = metrics ?? Metric.defaults(for: training.schema.kind)
    require(
      !self.metrics.isEmpty && !self.metrics.contains(.loss),
      "BaselineComparison: metrics \(self.metrics.map(\.rawValue)), expected some, without the loss"
    )
    if !(self.fitted.dataset.weights?.contains { $0 > 0 } ?? (training.count > 0)) {
      throw DatasetError("no training row has a weight above 0")
    }
  }

  /// Fits a baseline that needs no training, and measures it.
  ///
  /// - Parameter progress: told of a share from 0 to 1 that is done; may throw to end it.
  /// - Precondition: one of ``Baseline/suiting(_:)`` without a loss.
  public func result(
    of baseline: Baseline, progress: (Double) throws -> Void = { _ in }
  ) throws -> BaselineResult {
    let start = ContinuousClock.now
    switch baseline {
    case .constant: return result(of: baseline, ConstantBaseline(fitted).network, since: start)
    case .nearestCentroid:
      require(training.schema.kind == .classes, "nearest centroid: the targets are no classes")
      return result(of: baseline, NearestCentroid(fitted).network, since: start)
    case .nearestNeighbors: return try nearestNeighbors(since: start, progress: progress)
    case .ridge: return try ridge(since: start, progress: progress)
    case .softmax, .hinge, .logistic:
      fatalError("BaselineComparison: \(baseline.rawValue) is a network that has to be trained")
    }
  }

  /// Measures a network.
  ///
  /// - Parameter start: when its training began.
  public func result(
    of baseline: Baseline, _ network: Network<Scalar>, since start: ContinuousClock.Instant
  ) -> BaselineResult {
    result(of: baseline, nil, since: start) {
      network.predictions(of: $0.features, as: training.schema)
    }
  }

  // MARK: - Choices

  private func nearestNeighbors(
    since start: ContinuousClock.Instant, progress: (Double) throws -> Void
  ) throws -> BaselineResult {
    let rows = fitted.dataset.weights?.count { $0 > 0 } ?? fitted.count
    let counts =
      validation == nil
      ? [min(Self.usualNeighborCount, rows)]
      : Self.neighborCounts.filter { $0 <= rows }
    let model = NearestNeighbors(fitted, count: counts.last ?? 1)
    let held = try validation.map { validation in
      try model.neighbors(of: validation.features) {
        try progress(Double($0) / Double(validation.count))
      }
    }
    let best =
      counts.count == 1
      ? counts[0]
      : choice(of: counts) { count in
        model.predictions(from: held ?? [], count: count)
      }
    let products = Double(rows) * Double(training.count) * Double(training.featureCount)
    let setting = BaselineResult.Setting(
      name: "k", value: Double(best), isChosen: counts.count > 1)
    return result(
      of: .nearestNeighbors, setting, since: start,
      training: products <= Self.mostProducts
        ? model.predictions(from: model.neighbors(of: training.features), count: best) : nil,
      validation: held.map { model.predictions(from: $0, count: best) })
  }

  private func ridge(
    since start: ContinuousClock.Instant, progress: (Double) throws -> Void
  ) throws -> BaselineResult {
    let equations = try RidgeEquations(fitted)
    let penalties = equations.penalties
    var models: [RidgeRegression<Scalar>] = []
    // Without validation rows the middle, which is about the mean of the diagonal.
    for (index, penalty) in (validation == nil ? [penalties[2]] : penalties).enumerated() {
      try progress(0.5 + Double(index) / Double(2 * penalties.count))
      // Of so small a λ that rounding leaves no positive definite matrix, there is none.
      if let model = try? equations.solution(penalty: penalty) { models.append(model) }
    }
    guard let first = models.first else {
      throw DatasetError("ridge regression: the products of the features are too large")
    }
    let best =
      validation.flatMap { validation in
        choice(of: Array(models.indices)) {
          models[$0].predictions(of: validation.features, as: training.schema)
        }
      }.map { models[$0] } ?? first
    let setting = BaselineResult.Setting(
      name: "λ", value: best.penalty, isChosen: models.count > 1)
    return result(of: .ridge, setting, since: start) {
      best.predictions(of: $0.features, as: training.schema)
    }
  }

  /// The candidate whose predictions for the validation rows have the best value of the first metric, of equal
  /// ones the first.
  private func choice(of candidates: [Int], _ predict: (Int) -> Predictions) -> Int {
    guard let validation else { return candidates[0] }
    var best: (candidate: Int, score: Double)?
    for candidate in candidates {
      let value = validation.values(of: [metrics[0]], for: predict(candidate))[metrics[0]]
      let score = value.map(metrics[0].score) ?? -.infinity
      if best.map({ score > $0.score }) ?? true { best = (candidate, score) }
    }
    return best?.candidate ?? candidates[0]
  }

  // MARK: - Measuring

  private func result(
    of baseline: Baseline, _ setting: BaselineResult.Setting?,
    since start: ContinuousClock.Instant, _ predict: (PreparedDataset<Scalar>) -> Predictions
  ) -> BaselineResult {
    result(
      of: baseline, setting, since: start, training: predict(training),
      validation: validation.map(predict))
  }

  private func result(
    of baseline: Baseline, _ setting: BaselineResult.Setting?,
    since start: ContinuousClock.Instant, training found: Predictions?,
    validation held: Predictions?
  ) -> BaselineResult {
    var intervals: [String: ClosedRange<Double>] = [:]
    if let validation, let held {
      for metric in metrics {
        intervals[metric.rawValue] = metric.interval(
          of: held, targets: validation.dataset.targets, weights: validation.dataset.weights)
      }
    }
    return BaselineResult(
      baseline: baseline, setting: setting,
      training: found.map { training.values(of: metrics, for: $0) },
      validation: zipped(validation, held).map { $0.values(of: metrics, for: $1) },
      intervals: intervals, seconds: start.duration(to: .now).seconds)
  }

  private func zipped<First, Second>(_ first: First?, _ second: Second?) -> (First, Second)? {
    guard let first, let second else { return nil }
    return (first, second)
  }
}

import PerceptronDatasets
import PerceptronFiles
import PerceptronLinearAlgebra

/// A figure that judges predictions, by name: for evaluations, early stopping, schedules and studies.
///
/// Rows count by their weights where the data has any.
public struct Metric: NamedEntry {
  /// All metrics. A new one is a line here; options, files and pages follow this list.
  public static let allCases = [
    accuracy, balancedAccuracy, f1, auc, logLoss, r2, mae, rmse, loss,
  ]

  /// The share of rows whose class, or whose labels all, are predicted.
  public static let accuracy = Metric("accuracy", "accuracy", of: [.classes, .labels]) {
    if $0.schema.kind == .labels { return exactMatchAccuracy($0, $1, $2) }
    guard case .classes(let labels, _) = $1 else { return .nan }
    return weightedAccuracy(of: $0.classes, labels: labels, weights: $2)
  }
  /// The mean recall of the classes that occur.
  public static let balancedAccuracy = Metric(
    "balanced-accuracy", "balanced accuracy", of: [.classes]
  ) {
    guard case .classes(let labels, _) = $1 else { return .nan }
    return PerceptronTraining.balancedAccuracy(of: $0.classes, labels: labels, weights: $2)
  }
  /// The mean F1 of the classes or labels.
  public static let f1 = Metric("f1", "macro F1", of: [.classes, .labels]) {
    guard case .classes(let labels, _) = $1 else { return macroF1($0, $1, $2) }
    return f1Score(of: $0.classes, labels: labels, weights: $2)
  }
  /// The area under the ROC curve; of more than two classes the mean of each against the rest, of labels
  /// the mean over those that some rows have and others not.
  public static let auc = Metric("auc", "AUC", of: [.classes, .labels]) { found, targets, weights in
    let scores = found.probabilities ?? found.outputs
    let columns = scores.shape.columnCount
    let area = { (column: Int, truth: [Int]) in
      areaUnderROC(
        of: (0..<found.count).map { scores[position: $0 * columns + column] }, labels: truth,
        weights: weights)
    }
    switch targets {
    case .classes(let labels, _):
      if let scores = found.classOneScores {
        return areaUnderROC(of: scores, labels: labels, weights: weights)
      }
      let occurring = Set(labels.indices.filter { weights?[$0] ?? 1 > 0 }.map { labels[$0] })
        .sorted()
      return mean(occurring.map { label in area(label, labels.map { $0 == label ? 1 : 0 }) })
    case .labels(let values, let names):
      // A label that all rows have, or none, has no curve.
      let areas = names.indices.map { column in
        area(column, (0..<found.count).map { Int(values[$0 * names.count + column]) })
      }
      return mean(areas.filter { !$0.isNaN })
    case .numbers: return .nan
    }
  }
  /// The mean of −ln(probability of the class), or of each label's value.
  public static let logLoss = Metric(
    "log-loss", "log loss", of: [.classes, .labels], isHigherBetter: false
  ) { found, targets, weights in
    guard let probabilities = found.probabilities else { return .nan }
    guard case .classes(let labels, _) = targets else {
      return labelLogLoss(found, targets, weights)
    }
    return PerceptronTraining.logLoss(of: probabilities, labels: labels, weights: weights)
  }
  /// R², the mean over the columns.
  public static let r2 = Metric("r2", "R²", of: [.numbers]) {
    meanOverColumns($0, $1, $2, coefficientOfDetermination)
  }
  /// The mean absolute error in the targets' unit, the mean over the columns.
  public static let mae = Metric("mae", "MAE", of: [.numbers], isHigherBetter: false) {
    meanOverColumns($0, $1, $2, meanAbsoluteError)
  }
  /// The root mean squared error in the targets' unit, the mean over the columns.
  public static let rmse = Metric("rmse", "RMSE", of: [.numbers], isHigherBetter: false) {
    meanOverColumns($0, $1, $2, rootMeanSquaredError)
  }
  /// The loss, without the penalty: part of every evaluation.
  public static let loss = Metric(
    "loss", "loss", of: TargetKind.allCases, isHigherBetter: false
  ) { _, _, _ in .nan }

  /// The name, such as `balanced-accuracy`.
  public let rawValue: String
  /// The name on pages and in texts, such as `balanced accuracy`.
  public let title: String
  /// The kinds of targets that it judges.
  public let kinds: [TargetKind]
  /// Whether a higher value is better.
  public let isHigherBetter: Bool
  private let compute: @Sendable (Predictions, DatasetTargets, [Double]?) -> Double

  private init(
    _ name: String, _ title: String, of kinds: [TargetKind], isHigherBetter: Bool = true,
    _ compute: @escaping @Sendable (Predictions, DatasetTargets, [Double]?) -> Double
  ) {
    rawValue = name
    self.title = title
    self.kinds = kinds
    self.isHigherBetter = isHigherBetter
    self.compute = compute
  }

  /// Whether two metrics have the same name.
  public static func == (lhs: Metric, rhs: Metric) -> Bool { lhs.rawValue == rhs.rawValue }
  /// Hashes the name.
  public func hash(into hasher: inout Hasher) { hasher.combine(rawValue) }

  /// The metric of some predictions; NaN where it is not defined, such as the AUC of a single class.
  ///
  /// - Parameters:
  ///   - targets: the rows' targets, of one of ``kinds``.
  ///   - weights: the rows' weights, or nil.
  public func value(
    of predictions: Predictions, targets: DatasetTargets, weights: [Double]? = nil
  ) -> Double {
    require(
      kinds.contains(targets.schema.kind) && predictions.count == targets.count,
      "\(title): \(predictions.count) predictions of \(predictions.schema) for \(targets.count) targets, "
        + "\(targets.schema)")
    return compute(predictions, targets, weights)
  }

  /// The metrics of every evaluation of targets of a kind; the first one is the default for early
  /// stopping, schedules and studies.
  public static func defaults(for kind: TargetKind) -> [Metric] {
    switch kind {
    case .classes: [.accuracy]
    case .numbers: [.r2, .mae, .rmse]
    case .labels: [.accuracy, .f1]
    }
  }

  /// A number that is higher for better values.
  func score(_ value: Double) -> Double { isHigherBetter ? value : -value }
}

extension Metric: Codable {
  /// Decodes a name.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let name = try container.decode(String.self)
    guard let metric = Metric(rawValue: name) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "unknown metric \(name)")
    }
    self = metric
  }

  /// Encodes the name.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(rawValue)
  }
}

/// The values of some metrics, in order. A metric that is not defined, such as the AUC of rows of a single
/// class, has none.
public struct MetricValues: Equatable, Sendable {
  /// The metrics with their values.
  public private(set) var all: [(metric: Metric, value: Double)] = []

  /// No values.
  public init() {}

  /// The value of a metric; nil where it was not measured or is not defined.
  public subscript(metric: Metric) -> Double? {
    get { all.first { $0.metric == metric }?.value }
    set {
      all.removeAll { $0.metric == metric }
      if let newValue, !newValue.isNaN { all.append((metric, newValue)) }
    }
  }

  /// Whether the metrics and values are equal.
  public static func == (lhs: MetricValues, rhs: MetricValues) -> Bool {
    lhs.all.elementsEqual(rhs.all) { $0 == $1 }
  }
}

extension MetricValues: ExpressibleByDictionaryLiteral {
  /// Values such as `[.accuracy: 0.9]`.
  public init(dictionaryLiteral elements: (Metric, Double)...) {
    for (metric, value) in elements { self[metric] = value }
  }
}

/// As an object, `{"accuracy": 0.9}`.
extension MetricValues: Codable {
  private struct MetricKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  /// Decodes the known metrics of an object.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: MetricKey.self)
    for metric in Metric.allCases where metric != .loss {
      self[metric] = try values.decodeIfPresent(
        Double.self, forKey: MetricKey(stringValue: metric.rawValue))
    }
  }

  /// Encodes an object.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: MetricKey.self)
    for (metric, value) in all {
      try values.encode(value, forKey: MetricKey(stringValue: metric.rawValue))
    }
  }
}

private func mean(_ values: [Double]) -> Double {
  (values.reduce(0, +) / Double(values.count)).withoutNaNSign
}

/// The mean over the columns of a metric of numbers.
private func meanOverColumns(
  _ found: Predictions, _ targets: DatasetTargets, _ weights: [Double]?,
  _ metric: ([Double], [Double], [Double]?) -> Double
) -> Double {
  guard let predicted = found.values?.elements, let truth = targets.values else { return .nan }
  let columns = targets.schema.names.count
  return mean(
    (0..<columns).map { column in
      let places = stride(from: column, to: truth.count, by: columns)
      return metric(places.map { predicted[$0] }, places.map { truth[$0] }, weights)
    })
}

func weightedAccuracy(of predicted: [Int], labels: [Int], weights: [Double]?) -> Double {
  guard let weights else { return accuracy(of: predicted, labels: labels) }
  var (right, total) = (0.0, 0.0)
  for row in labels.indices {
    if predicted[row] == labels[row] { right += weights[row] }
    total += weights[row]
  }
  return (right / total).withoutNaNSign
}

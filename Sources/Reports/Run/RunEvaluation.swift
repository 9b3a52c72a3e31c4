import Foundation
import PerceptronDatasets
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining
import PerceptronVisualization

/// The evaluation of a run's network on rows that it was not trained on.
public struct RunEvaluation: Sendable {
  /// The name of the rows, such as `the test set`.
  public var rows: String
  /// The predictions for all rows.
  public var predictions: Predictions
  /// The targets of the rows.
  public var targets: DatasetTargets
  /// The weights of the rows, or nil where all count the same.
  public var weights: [Double]?
  /// The mean loss without penalty and class weights; of numbers that of the scaled targets.
  public var loss: Double
  /// The most confident errors, the most confident first; none unless the targets are classes.
  public var mistakes: [Mistake]
  /// A picture of each mistake; nil if rows are no pictures.
  public var pictures: [Image]?
  /// The last hidden layer's activations; nil without one, and unless the targets are classes.
  public var hidden: RunHiddenLayer?

  /// Evaluates a network.
  ///
  /// - Parameters:
  ///   - data: rows of its input size, with targets that suit its outputs.
  ///   - rows: the name of the rows, such as `the test set`.
  ///   - mistakes: the maximum number of mistakes.
  public init<Scalar: BLASScalar>(
    of network: Network<Scalar>, on data: PreparedDataset<Scalar>, rows: String, mistakes: Int = 12
  ) {
    self.rows = rows
    var schema = data.schema
    self.mistakes = []
    if schema.kind == .classes {
      // Further classes of the network have their numbers.
      schema.names += (schema.names.count..<max(network.classCount, schema.names.count)).map(
        String.init)
      let weights = data.dataset.weights
      let found = network.mostConfidentErrors(
        on: data, count: weights == nil ? mistakes : data.count)
      self.mistakes = Array(found.filter { weights?[$0.row] ?? 1 > 0 }.prefix(mistakes))
      pictures = data.dataset.images(rows: self.mistakes.map(\.row))
    }
    predictions = network.predictions(of: data.features, as: schema)
    targets = data.dataset.targets
    weights = data.dataset.weights
    loss = network.evaluate(on: data).loss
    hidden = RunHiddenLayer(of: network, on: data)
  }
}

extension RunEvaluation {
  var schema: TargetSchema { predictions.schema }

  /// The class of each row; empty unless the targets are classes.
  var labels: [Int] {
    if case .classes(let labels, _) = targets { labels } else { [] }
  }

  /// The probability of the second class of each row, where there are two classes with probabilities.
  var probabilitiesOfYes: [Double]? {
    guard schema.kind == .classes, schema.names.count == 2 else { return nil }
    return predictions.probabilities?.column(1)
  }

  /// The targets of numbers or labels as a tensor, [rows, columns]; nil for classes.
  var values: Tensor<Double>? {
    targets.values.map { Tensor($0, shape: [targets.count, schema.names.count]) }
  }

  /// A metric with its interval as a key figure; nil where it is not defined.
  func fact(_ metric: Metric, named name: String? = nil) -> Report.Fact? {
    guard metric != .loss, metric.kinds.contains(schema.kind) else { return nil }
    let value = metric.value(of: predictions, targets: targets, weights: weights)
    if value.isNaN { return nil }
    let interval = metric.interval(of: predictions, targets: targets, weights: weights)
    let measured = MetricInterval(value, interval)
    return metric == .mae || metric == .rmse
      ? RunPage.fact(name ?? metric.title, measured)
      : RunPage.fact(name ?? metric.title, measured, RunPage.text(of: metric))
  }

  /// The number of rows that count, and the effective number where rows have weights.
  var rowsFact: Report.Fact { RunPage.rowsFact(targets.count, weights) }
}

extension RunPage {
  /// The number of rows of a weight above 0, with the effective number (Σw)² / Σw² where rows have weights.
  static func rowsFact(_ count: Int, _ weights: [Double]?) -> Report.Fact {
    guard let weights else { return .init("rows", grouped(count)) }
    let sum = weights.reduce(0, +)
    let effective = sum * sum / weights.reduce(0) { $0 + $1 * $1 }
    return .init(
      "rows", grouped(weights.count { $0 > 0 }),
      detail: effective.isFinite ? "weighted; effectively \(number(effective))" : "weighted")
  }

  /// The text of a metric's values: four decimals of a share of 1, and of others as ``number(_:)``.
  static func text(of metric: Metric) -> (Double) -> String {
    switch metric {
    case .mae, .rmse: number
    case .logLoss, .loss: readableNumber
    default: { decimal($0, 4) }
    }
  }

  /// A number in the targets' unit, with four significant digits; whole from 10,000 on.
  static func number(_ value: Double) -> String {
    let size = value.magnitude
    if value.isNaN || size == 0 { return value.isNaN ? "nan" : "0" }
    if size >= 1e15 || size < 1e-4 { return String(format: "%.3e", value) }
    if size >= 9999.5 { return decimal(value, 0) }
    // Like %.4g, but zeros at the end stay.
    let text = String(format: "%#.4g", value)
    return text.hasSuffix(".") ? String(text.dropLast()) : text
  }

  /// Numbers of a column: without decimals where all are whole.
  static func numbers(_ values: [Double]) -> [String] {
    let isWhole = values.allSatisfy { $0.rounded() == $0 && $0.magnitude < 1e15 }
    return values.map { isWhole ? decimal($0, 0) : number($0) }
  }

  /// The weight of some rows, or their number where rows have no weights.
  static func text(ofRows weight: Double, isWeighted: Bool) -> String {
    isWeighted ? number(weight) : decimal(weight, 0)
  }
}

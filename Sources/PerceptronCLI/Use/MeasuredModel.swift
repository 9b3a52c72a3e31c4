import Foundation
import Perceptron
import PerceptronCommandSupport

/// What `perceptron evaluate` measured of a model, as text and as JSON.
struct MeasuredModel {
  /// A metric, with its 95 % interval where it has one.
  struct Figure {
    let metric: Metric
    /// Nil where the metric is not defined on the rows.
    let value: Double?
    let interval: ClosedRange<Double>?
  }

  /// The metrics of a column of numbers.
  struct Column {
    let name: String
    let figures: [Figure]
  }

  let data: String
  let split: DataSplit
  /// Whether the rows are all of a file that is no part of a data set.
  var isWholeFile = false
  let schema: TargetSchema
  let count: Int
  let isWeighted: Bool
  let loss: Double
  let figures: [Figure]
  /// The columns of several numbers.
  private(set) var columns: [Column] = []
  /// The metrics of each label, of several.
  private(set) var labels: [(name: String, metrics: MultilabelMetrics.Label)] = []
  /// The k and the value of the top-k accuracy.
  var top: (k: Int, value: Double)?
  var confusion: ConfusionMatrix?
  /// Whether the model was trained with a penalty, which the loss is without.
  var isPenalized = false

  init(
    data: String, split: DataSplit, rows: Dataset, _ result: Evaluation, _ found: Predictions,
    _ metrics: [Metric]
  ) {
    self.data = data
    self.split = split
    schema = found.schema
    count = result.count
    isWeighted = rows.weights != nil
    loss = result.loss
    figures = metrics.map { metric in
      Figure(
        metric: metric, value: result[metric],
        interval: metric.interval(of: found, targets: rows.targets, weights: rows.weights))
    }
    let names = schema.names
    switch rows.targets {
    case .classes: break
    case .numbers(let values, _):
      guard names.count > 1, let predicted = found.values?.elements else { return }
      columns = names.indices.map { index in
        Self.column(index, of: names, predicted, values, rows.weights, metrics)
      }
    case .labels(let values, _):
      // Outputs without probabilities predict a label above ½ as well.
      let scores = found.probabilities ?? found.outputs
      let measured = MultilabelMetrics(
        of: scores, targets: Tensor(values, shape: scores.shape), weights: rows.weights)
      labels = zip(names, measured.labels).map { ($0, $1) }
    }
  }

  private static func column(
    _ index: Int, of names: [String], _ predicted: [Double], _ values: [Double],
    _ weights: [Double]?, _ metrics: [Metric]
  ) -> Column {
    let places = stride(from: index, to: values.count, by: names.count)
    let (own, truth) = (places.map { predicted[$0] }, places.map { values[$0] })
    let figures = metrics.map { metric in
      let value: Double =
        switch metric {
        case .r2: coefficientOfDetermination(of: own, targets: truth, weights: weights)
        case .mae: meanAbsoluteError(of: own, targets: truth, weights: weights)
        default: rootMeanSquaredError(of: own, targets: truth, weights: weights)
        }
      return Figure(
        metric: metric, value: value.isNaN ? nil : value,
        interval: metric.interval(of: own, truth, weights))
    }
    return Column(name: names[index], figures: figures)
  }
}

// MARK: - Text

extension MeasuredModel {
  /// The figures, then a table of columns, labels or confusions.
  func text(columns room: Int?) -> String {
    let place =
      "on the \(count) \(isWeighted ? "weighted " : "")\(isWholeFile ? "" : split == .test ? "test " : "training ")"
      + "rows of " + data
    let remark = isWeighted ? "numbers of rows, whatever their weights:\n" : ""
    let tables = [
      columnTable(room), labelTable(room), confusion.map { remark + $0.text(columns: room) },
    ]
    return ([figureText(place)] + tables.compactMap { $0 }).joined(separator: "\n\n")
  }

  private var unweighted: String { isWeighted ? " (unweighted)" : "" }

  private var lossRemark: String {
    let parts = [
      schema.kind == .numbers ? "of the scaled targets" : nil,
      isPenalized ? "without the penalty" : nil,
    ].compactMap { $0 }
    return parts.isEmpty ? "" : " (\(parts.joined(separator: ", ")))"
  }

  /// One line for the accuracy alone, else a line for each figure.
  private func figureText(_ place: String) -> String {
    let topText = top.map { "top \($0.k)\(unweighted) \(decimal($0.value, 4))" }
    let lossText = readableNumber(loss) + lossRemark
    if figures.count == 1, let only = figures.first {
      let parts = [Self.text(only, named: true), topText, "loss \(lossText)", place]
      return parts.compactMap { $0 }.joined(separator: "  ")
    }
    var lines = figures.map { figure in
      let isMean = schema.kind == .numbers && schema.names.count > 1
      return ((isMean ? "mean " : "") + figure.metric.title, Self.text(figure))
    }
    if let top { lines.append(("top \(top.k)\(unweighted)", decimal(top.value, 4))) }
    lines.append(("loss", lossText))
    let width = lines.map(\.0.count).reduce(0, max) + 2
    return place + "\n"
      + lines.map { $0.padding(toLength: width, withPad: " ", startingAt: 0) + $1 }
      .joined(separator: "\n")
  }

  private static func text(_ figure: Figure, named: Bool = false) -> String {
    let name = named ? figure.metric.title + " " : ""
    guard let value = figure.value else { return name + "not defined on these rows" }
    let interval = figure.interval.map {
      " (95 % interval \(range($0, of: figure.metric)))"
    }
    return name + figure.metric.text(value) + (interval ?? "")
  }

  private static func range(_ interval: ClosedRange<Double>, of metric: Metric) -> String {
    "\(metric.text(interval.lowerBound))–\(metric.text(interval.upperBound))"
  }

  private func columnTable(_ room: Int?) -> String? {
    guard let first = columns.first else { return nil }
    var table = TextTable(
      [.words("column")]
        + first.figures.flatMap { figure in
          [
            TextTable.Column.figures(figure.metric.title),
            .figures("95 % interval", rank: 1),
          ]
        })
    for column in columns {
      table.add(
        [column.name]
          + column.figures.flatMap { figure in
            [
              figure.value.map(figure.metric.text) ?? "–",
              figure.interval.map { Self.range($0, of: figure.metric) } ?? "–",
            ]
          })
    }
    return table.text(columns: room)
  }

  private func labelTable(_ room: Int?) -> String? {
    if labels.isEmpty { return nil }
    var table = TextTable(
      [.words("label"), .figures("support")]
        + ["precision", "recall", "F1", "AUC", "accuracy"].map { .figures($0) })
    func text(_ value: Double?) -> String {
      value.flatMap { $0.isNaN ? nil : decimal($0, 4) } ?? "–"
    }
    for (name, metrics) in labels {
      let counts = metrics.counts
      let support = isWeighted ? readableNumber(counts.support) : grouped(Int(counts.support))
      table.add([
        name, support, text(counts.precision), text(counts.recall), text(counts.f1),
        text(metrics.areaUnderROC), text(counts.accuracy),
      ])
    }
    return table.text(columns: room)
  }
}

// MARK: - JSON

extension MeasuredModel: Encodable {
  private enum CodingKeys: CodingKey {
    case data, split, count, weighted, loss, intervals, top, topAccuracy
    case columns, labels, confusion
  }

  /// Beside a column's metrics.
  private struct ColumnNotes: Encodable {
    let name: String
    let intervals: [String: ClosedRange<Double>]
  }

  private struct LabelFigures: Encodable {
    let name: String
    let support: Double
    let precision, recall, f1, auc, accuracy: Double?
  }

  /// The confusion matrix with each class's precision and recall.
  private typealias Confusion = Extended<ConfusionMatrix, [String: [Double?]]>

  func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(data, forKey: .data)
    try values.encode(split, forKey: .split)
    try values.encode(count, forKey: .count)
    if isWeighted { try values.encode(true, forKey: .weighted) }
    try values.encode(loss, forKey: .loss)
    // Each under its name, as in an `Evaluation`.
    try Self.values(figures).encode(to: encoder)
    try values.encode(Self.intervals(figures), forKey: .intervals)
    try values.encodeIfPresent(top?.k, forKey: .top)
    try values.encodeIfPresent(top?.value, forKey: .topAccuracy)
    if !columns.isEmpty {
      let all = columns.map {
        Extended(
          Self.values($0.figures),
          ColumnNotes(name: $0.name, intervals: Self.intervals($0.figures)))
      }
      try values.encode(all, forKey: .columns)
    }
    if !labels.isEmpty {
      try values.encode(
        labels.map { name, own in
          LabelFigures(
            name: name, support: own.counts.support, precision: own.counts.precision,
            recall: own.counts.recall, f1: own.counts.f1,
            auc: own.areaUnderROC.isNaN ? nil : own.areaUnderROC, accuracy: own.counts.accuracy)
        }, forKey: .labels)
    }
    if let confusion {
      try values.encode(
        Confusion(
          confusion, ["precision": confusion.precision, "recall": confusion.recall]),
        forKey: .confusion)
    }
  }

  private static func values(_ figures: [Figure]) -> MetricValues {
    figures.reduce(into: MetricValues()) { $0[$1.metric] = $1.value }
  }

  private static func intervals(_ figures: [Figure]) -> [String: ClosedRange<Double>] {
    figures.reduce(into: [:]) { $0[$1.metric.rawValue] = $1.interval }
  }
}

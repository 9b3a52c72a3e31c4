import PerceptronFiles

/// The file `epochs.csv`: the evaluations of a run, and of each metric the values on the batch and on the
/// validation set.
enum EpochTable {
  private static let iteration = "iteration"
  private static let learningRate = "learning_rate"
  private static let validationLoss = "validation_loss"
  private static let batch = "batch_"
  private static let validation = "validation_"

  /// The columns of versions before `validation_loss`.
  private static let earlierColumns = [
    iteration, "train_accuracy", "validation_accuracy", learningRate,
  ]

  /// The first metric's columns stand where versions that knew the accuracy alone had it.
  private static func columns(_ metrics: [Metric]) -> [String] {
    let pairs = metrics.map { metric -> [String] in
      let name = metric.rawValue.replacing("-", with: "_")
      return [batch + name, validation + name]
    }
    return [iteration] + (pairs.first ?? []) + [learningRate, validationLoss]
      + pairs.dropFirst().joined()
  }

  static func text(of epochs: [History.Epoch]) -> String {
    var metrics: [Metric] = []
    for epoch in epochs {
      for (metric, _) in epoch.batch.all + (epoch.validation?.all ?? [])
      where !metrics.contains(metric) {
        metrics.append(metric)
      }
    }
    if metrics.isEmpty { metrics = [.accuracy] }
    func cell(_ value: Double?) -> String { value.map(plain) ?? "" }
    let lines = epochs.map { epoch -> String in
      let pairs = metrics.map { [cell(epoch.batch[$0]), cell(epoch.validation?[$0])] }
      let cells =
        ["\(epoch.iteration)"] + pairs[0] + [cell(epoch.learningRate), cell(epoch.validationLoss)]
        + pairs.dropFirst().joined()
      return cells.joined(separator: ",") + "\n"
    }
    return columns(metrics).joined(separator: ",") + "\n" + lines.joined()
  }

  /// The evaluations of a run that made `count` iterations.
  ///
  /// - Throws: `FileError` where the file is not such a table, with its line.
  static func read(_ path: String, iterations count: Int) throws -> [History.Epoch] {
    var metrics = CSVReader.header(of: path).compactMap { column in
      Metric.allCases.first { columns([$0])[1] == column }
    }
    if metrics.isEmpty { metrics = [.accuracy] }
    var epochs: [History.Epoch] = []
    try CSVReader(path: path, columns: columns(metrics), orColumns: earlierColumns).forEachRow {
      row in
      let first = epochs.last.map { $0.iteration + 1 } ?? 0
      if first >= count {
        throw row.error(0, expected: "no more lines: there are \(count) iterations")
      }
      let isEarlier = row.columns == earlierColumns
      let (rate, loss) = (3, isEarlier ? nil : 4)
      func values(_ offset: Int) throws -> MetricValues {
        var values = MetricValues()
        for (index, metric) in metrics.enumerated() {
          let column = (index == 0 ? 1 : 3 + 2 * index) + offset
          if metric != .accuracy {
            values[metric] = try row.optionalNumber(column)
          } else {
            values[metric] = try row.optionalNumber(column, expected: "a share of 1") {
              (0...1) ~= $0
            }
          }
        }
        return values
      }
      let validation = try values(1)
      let validationLoss = try loss.flatMap { try row.optionalNumber($0) }
      epochs.append(
        History.Epoch(
          iteration: try row.integer(
            0, in: first...(count - 1), expected: "\(first) to \(count - 1)"),
          batch: try values(0),
          validation: validation.all.isEmpty && validationLoss == nil ? nil : validation,
          validationLoss: validationLoss,
          learningRate: try row.number(rate, expected: "a number of 0 or more") { $0 >= 0 }))
    }
    return epochs
  }
}

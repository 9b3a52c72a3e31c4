import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronTraining
import PerceptronVisualization

// Sections for targets that are numbers.

extension RunPage {
  /// The maximum number of outputs with charts of their own.
  private static var mostCharted: Int { 6 }
  /// The maximum number of points of a scatter plot, and of rows in the table of the largest errors.
  private static var mostPoints: Int { 20_000 }
  private static var mostErrors: Int { 8 }

  /// The errors of predicted numbers: headline figures and a table of outputs; then, for each of the first
  /// outputs, predicted against true numbers, residuals, and the rows with the largest errors.
  ///
  /// - Parameters:
  ///   - predicted: [rows, outputs], in the targets' units.
  ///   - targets: [rows, outputs].
  ///   - names: the name of each output.
  ///   - weights: each row's weight, 0 or more; nil for 1 each.
  ///   - rows: the name of the rows, such as `the test set`.
  static func numbers(
    predicted: Tensor<Double>, targets: Tensor<Double>, names: [String], weights: [Double]? = nil,
    rows: String
  ) -> [Report.Section] {
    require(
      predicted.shape.rank == 2 && predicted.shape == targets.shape
        && predicted.shape[1] == names.count,
      "RunPage.numbers: predictions \(predicted.shape) for targets \(targets.shape) "
        + "and \(names.count) names")
    let outputs = names.indices.map {
      Output(
        name: names[$0], predicted: predicted.column($0), targets: targets.column($0),
        weights: weights)
    }
    let errors = Report.Section(
      "Errors on \(rows)", [figures(outputs), .table(table(outputs, rows))])
    return [errors]
      + outputs.prefix(mostCharted).enumerated().map { place, output in
        section(output, place, isOnly: outputs.count == 1)
      }
  }

  private struct Output {
    let name: String
    let predicted: [Double], targets: [Double]
    let weights: [Double]?

    var absolute: MetricInterval {
      .meanAbsoluteError(of: predicted, targets: targets, weights: weights)
    }
    var root: MetricInterval {
      .rootMeanSquaredError(of: predicted, targets: targets, weights: weights)
    }
    var determined: MetricInterval {
      .coefficientOfDetermination(of: predicted, targets: targets, weights: weights)
    }
    var residuals: [Double] { zip(predicted, targets).map { $0 - $1 } }
    /// The rows of a weight above 0.
    var rows: [Int] { targets.indices.filter { weights?[$0] ?? 1 > 0 } }
  }

  private static func figures(_ outputs: [Output]) -> Report.Block {
    if outputs.count == 1, let output = outputs.first {
      return .figures([
        fact("mean absolute error", output.absolute, number),
        fact("root mean squared error", output.root, number),
        fact("R²", output.determined) { decimal($0, 4) },
        .init("rows", grouped(output.rows.count)),
      ])
    }
    let values = outputs.map(\.determined.value).filter { !$0.isNaN }
    let worst = outputs.min { $0.determined.value < $1.determined.value }
    return .figures(
      [
        .init("mean R² of the outputs", decimal(mean(values), 4)),
        .init("outputs", grouped(outputs.count)),
        .init("rows", grouped(outputs.first?.rows.count ?? 0)),
      ] + (worst.map { [.init("lowest R²: \($0.name)", decimal($0.determined.value, 4))] } ?? []))
  }

  private static func table(_ outputs: [Output], _ rows: String) -> Report.Table {
    let note = outputs.count > mostCharted ? "; the first \(mostCharted) have charts below" : ""
    return Report.Table(
      caption:
        "For each output, the mean absolute error and the root mean squared error in its unit, the "
        + "share of the variance that is explained (R²), and the mean of predicted − true (bias), "
        + "with 95 % intervals\(note)",
      columns: [
        .words("output"), .figures("mean absolute error"), .figures("root mean squared error"),
        .figures("R²"), .figures("bias"),
      ],
      rows: outputs.map { output in
        [
          .init(output.name), cell(output.absolute, number), cell(output.root, number),
          cell(output.determined) { decimal($0, 4) },
          cell(.mean(of: output.residuals, weights: output.weights), number),
        ]
      })
  }

  private static func section(_ output: Output, _ place: Int, isOnly: Bool) -> Report.Section {
    let rows = output.rows
    let stride = max((rows.count + mostPoints - 1) / mostPoints, 1)
    let drawn = Swift.stride(from: 0, to: rows.count, by: stride).map { rows[$0] }
    let note = stride > 1 ? " Every \(ordinal(stride)) row is drawn." : ""
    let (absolute, residuals) = (output.absolute.value, output.residuals)
    let name = isOnly ? "" : ", \(output.name)"
    let file = isOnly ? "" : "-\(place + 1)"
    let names = drawn.map { "row \($0)" }
    func scatter(
      _ x: String, _ y: String, _ guide: Chart.ScatterPlot.Guide,
      _ point: (_ row: Int) -> Chart.Point
    ) -> Chart.Content {
      .scatter(
        .init(x: .init(x), y: .init(y), points: drawn.map(point), guide: guide, names: names))
    }
    let against = Chart(
      title: "Predicted and true numbers\(name)",
      summary: "Rows on the dashed line are predicted exactly; R² is "
        + "\(decimal(output.determined.value, 4)).\(note)",
      scatter("true", "predicted", .diagonal) { .init(output.targets[$0], output.predicted[$0]) })
    let residual = Chart(
      title: "Residuals by prediction\(name)",
      summary:
        "Predicted − true, by the predicted number. A bend means that a dependence is missed; "
        + "a funnel, that errors grow with the number.\(note)",
      scatter("predicted", "predicted − true", .zero) { .init(output.predicted[$0], residuals[$0]) }
    )
    let histogram = Chart.Histogram(
      of: rows.map { residuals[$0] }, axis: .init("predicted − true"), countLabel: "rows", mark: 0)
    let outside = histogram.below + histogram.above
    let distribution = Chart(
      title: "Distribution of the residuals\(name)",
      summary: "How many rows have a residual of a size; the mean absolute error is "
        + "\(number(absolute))."
        + (outside == 0
          ? "" : " The outermost bars include \(counted(outside, "row")) further out."),
      .histogram(histogram))
    return Report.Section(
      isOnly ? "Predicted and true numbers" : "Output \(output.name)",
      [
        .charts([
          .init("predicted-true\(file)", against), .init("residuals\(file)", residual),
          .init("residual-distribution\(file)", distribution, isWide: true),
        ]), .table(largest(output)),
      ])
  }

  private static func largest(_ output: Output) -> Report.Table {
    // The rows with the largest errors so far, the largest first: few, so that each is put in its place.
    var largest: [(row: Int, error: Double)] = []
    for row in output.rows {
      let error = abs(output.predicted[row] - output.targets[row])
      if largest.count == mostErrors, let last = largest.last, !(error > last.error) { continue }
      let place = largest.firstIndex { error > $0.error } ?? largest.count
      largest.insert((row, error), at: place)
      if largest.count > mostErrors { largest.removeLast() }
    }
    return Report.Table(
      caption: "The largest errors",
      columns: [
        .words("row"), .figures("true"), .figures("predicted"), .figures("predicted − true"),
      ],
      texts: largest.map { row, _ in
        [
          "\(row)", number(output.targets[row]), number(output.predicted[row]),
          number(output.predicted[row] - output.targets[row]),
        ]
      })
  }

  private static func ordinal(_ number: Int) -> String {
    let ending =
      (11...13).contains(number % 100)
      ? "th" : [1: "st", 2: "nd", 3: "rd"][number % 10, default: "th"]
    return "\(grouped(number))\(ending)"
  }
}

// MARK: - Metrics with intervals

extension RunPage {
  /// A number in the targets' unit, with four significant digits.
  static func number(_ value: Double) -> String { significant(value, 4) }

  static func mean(_ values: [Double]) -> Double {
    values.reduce(0, +) / Double(values.count)
  }

  /// A headline figure, its interval below it.
  static func fact(
    _ name: String, _ metric: MetricInterval, _ text: (Double) -> String
  ) -> Report.Fact {
    .init(
      name, metric.value.isNaN ? "–" : text(metric.value),
      detail: range(metric, text).map { "95 % interval \($0)" })
  }

  /// A table's cell, the interval in a second line.
  static func cell(
    _ metric: MetricInterval, _ text: (Double) -> String
  ) -> Report.Table.Cell {
    .init(metric.value.isNaN ? "–" : text(metric.value), detail: range(metric, text))
  }

  private static func range(_ metric: MetricInterval, _ text: (Double) -> String) -> String? {
    metric.interval.map { interval in
      let (low, high) = (text(interval.lowerBound), text(interval.upperBound))
      // A dash after or before a minus sign is hard to read.
      return low.hasPrefix("-") || high.hasPrefix("-") ? "\(low) to \(high)" : "\(low)–\(high)"
    }
  }
}

extension Tensor {
  /// The elements of a column of a matrix.
  func column(_ index: Int) -> [Scalar] {
    let (all, columns) = (elements, shape[1])
    return (0..<shape[0]).map { all[$0 * columns + index] }
  }
}

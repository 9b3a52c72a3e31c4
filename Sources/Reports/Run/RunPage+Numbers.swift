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
        column: names[$0], predicted: predicted.column($0), targets: targets.column($0),
        weights: weights)
    }
    let all = figures(outputs, rowsFact(targets.shape[0], weights))
    let errors = Report.Section(
      "Errors on \(rows)", [all] + (outputs.count == 1 ? [] : [.table(table(outputs, rows))]))
    return [errors]
      + outputs.prefix(mostCharted).enumerated().map { place, output in
        section(output, place, isOnly: outputs.count == 1)
      }
  }

  private struct Output {
    let column: String
    let predicted: [Double], targets: [Double]
    let weights: [Double]?

    var name: String { RunPage.spelled(column, "output") }
    var absolute: MetricInterval {
      .meanAbsoluteError(of: predicted, targets: targets, weights: weights)
    }
    var root: MetricInterval {
      .rootMeanSquaredError(of: predicted, targets: targets, weights: weights)
    }
    var determined: MetricInterval {
      .coefficientOfDetermination(of: predicted, targets: targets, weights: weights)
    }
    var bias: MetricInterval { .mean(of: residuals, weights: weights) }
    var residuals: [Double] { zip(predicted, targets).map { $0 - $1 } }
    /// The rows of a weight above 0.
    var rows: [Int] { targets.indices.filter { weights?[$0] ?? 1 > 0 } }
  }

  private static func figures(_ outputs: [Output], _ rows: Report.Fact) -> Report.Block {
    if outputs.count == 1, let output = outputs.first {
      return .figures([
        fact("mean absolute error", output.absolute),
        fact("root mean squared error", output.root),
        fact("R²", output.determined) { decimal($0, 4) },
        fact("mean of predicted − true", output.bias), rows,
      ])
    }
    let values = outputs.map(\.determined.value).filter { !$0.isNaN }
    let worst = outputs.min { $0.determined.value < $1.determined.value }
    return .figures(
      [
        .init("mean R² of the outputs", decimal(mean(values), 4)),
        .init("outputs", grouped(outputs.count)), rows,
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
          .init(output.column), cell(output.absolute), cell(output.root),
          cell(output.determined) { decimal($0, 4) },
          cell(output.bias),
        ]
      })
  }

  private static func section(_ output: Output, _ place: Int, isOnly: Bool) -> Report.Section {
    let rows = output.rows
    let stride = max((rows.count + mostPoints - 1) / mostPoints, 1)
    let drawn = Swift.stride(from: 0, to: rows.count, by: stride).map { rows[$0] }
    let note =
      (stride > 1 ? " Every \(ordinal(stride)) row is drawn." : "")
      + (output.weights == nil ? "" : " Rows are drawn alike, whatever their weight above 0.")
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
    let weights = output.weights.map { all in rows.map { all[$0] } }
    let histogram = Chart.Histogram(
      of: rows.map { residuals[$0] }, weights: weights, axis: .init("predicted − true"),
      countLabel: weights == nil ? "rows" : "weight of rows", mark: 0)
    let outside = histogram.below + histogram.above
    let distribution = Chart(
      title: "Distribution of the residuals\(name)",
      summary: (weights == nil ? "How many rows have" : "The weight of the rows that have")
        + " a residual of a size; the mean absolute error is "
        + "\(number(absolute))."
        + (outside == 0
          ? "" : " The outermost bars include \(counted(outside, "row")) further out."),
      .histogram(histogram))
    return Report.Section(
      isOnly ? "Predicted and true numbers" : "Output \(output.column)",
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
      texts: transposed([
        largest.map { "\($0.row)" }, numbers(largest.map { output.targets[$0.row] }),
        numbers(largest.map { output.predicted[$0.row] }),
        numbers(largest.map { output.predicted[$0.row] - output.targets[$0.row] }),
      ]))
  }

  private static func transposed(_ columns: [[String]]) -> [[String]] {
    (columns.first ?? []).indices.map { row in columns.map { $0[row] } }
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

  /// A figure in the targets' unit, with as many decimals as its interval.
  static func fact(_ name: String, _ metric: MetricInterval) -> Report.Fact {
    fact(name, metric, numberText(of: metric))
  }

  /// A table's cell of a figure in the targets' unit.
  static func cell(_ metric: MetricInterval) -> Report.Table.Cell {
    cell(metric, numberText(of: metric))
  }

  /// The text of a figure and of the ends of its interval: all have the decimals that the largest of them
  /// has as ``number(_:)``.
  private static func numberText(of metric: MetricInterval) -> (Double) -> String {
    let ends = metric.interval.map { [$0.lowerBound, $0.upperBound] } ?? []
    let longest = number(([metric.value] + ends).map(\.magnitude).max() ?? 0)
    if longest.contains("e") { return number }
    let decimals = longest.split(separator: ".", maxSplits: 1).dropFirst().first?.count ?? 0
    return { decimal($0, decimals) }
  }

  /// A name on a page: `output 0` for one that is a number.
  static func spelled(_ name: String, _ thing: String) -> String {
    Int(name) == nil ? name : "\(thing) \(name)"
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

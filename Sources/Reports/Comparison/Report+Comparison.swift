import PerceptronFiles
import PerceptronTraining
import PerceptronVisualization

extension Report {
  /// Creates a page that compares runs: a table of the differences, and the curves of all runs.
  public init(of comparison: RunComparison) {
    let page = ComparisonPage(comparison: comparison)
    self.init(
      title: "Comparison of \(counted(comparison.entries.count, "run"))",
      subtitle: comparison.entries.map(\.name).joined(separator: ", "),
      sections: [page.overview, page.curves])
  }
}

private struct ComparisonPage {
  let comparison: RunComparison

  /// The maximum number of runs with distinct curves.
  private static let distinctCount = 10

  private var entries: [RunComparison.Entry] { comparison.entries }

  /// Cautions, differences and results.
  var overview: Report.Section {
    let differences = comparison.differences
    let settings: Report.Block =
      differences.isEmpty
      ? .paragraph("The runs have the same settings.")
      : .table(table("Settings that differ", differences))
    return Report.Section(
      "Overview",
      comparison.cautions.map { .warning($0) } + [
        settings,
        .table(
          table(
            isOneKind ? "Results; the best of each metric is tinted" : "Results", comparison.results
          )
        ),
      ])
  }

  private func table(_ caption: String, _ rows: [RunComparison.Row]) -> Report.Table {
    Report.Table(
      caption: caption, columns: [.words("")] + entries.map { .figures($0.name) },
      rows: rows.map { row in
        let best = best(of: row)
        return [.init(row.name)]
          + row.values.map { value in
            .init(value, tint: best != nil && Double(value) == best ? 1 : nil)
          }
      })
  }

  /// Whether all runs predict targets of the same kind.
  private var isOneKind: Bool { Set(entries.map(\.run.record.settings.task)).count == 1 }

  /// The best value of a row of a metric, unless the runs are of different kinds.
  private func best(of row: RunComparison.Row) -> Double? {
    guard isOneKind, let metric = RunComparison.metric(of: row) else { return nil }
    let values = row.values.compactMap { Double($0) }
    return metric.isHigherBetter ? values.max() : values.min()
  }

  var curves: Report.Section {
    let loss = entries.map { RunPage.smoothed($0.run.history.loss) }
    let values = loss.joined().map(\.y).filter { $0 > 0 && $0.isFinite }
    let spansMagnitudes = (values.max() ?? 1) > 10 * (values.min() ?? 1)
    let note =
      comparison.hasPenalty
      ? " Batches' losses carry the penalty, validation losses do not: the two differ by it." : ""
    let metrics = comparison.metrics
    var charts = [
      lossChart(loss, spansMagnitudes ? .logarithmic : .linear, note),
      chart(
        "validation-loss", "Validation loss", "loss", epochs(\.validationLoss), isZoomed: true,
        "The loss on the rows held out\(comparison.hasPenalty ? ", without the penalty" : "")."),
    ]
    for metric in metrics {
      let title = metric.title
      charts += [
        chart(
          "validation-\(metric.rawValue)", "Validation \(title)", title,
          epochs { $0.validation?[metric] }, isZoomed: true,
          "The \(title) on the rows held out."),
        chart(
          "training-\(metric.rawValue)", "Training \(title)", title,
          epochs { $0.batch[metric] }, isZoomed: true,
          "The \(title) on single batches, measured on the way."),
      ]
    }
    charts.append(
      chart(
        "learning-rate", "Learning rate", "learning rate", epochs(\.learningRate),
        "The learning rate at each evaluation."))
    var blocks: [Report.Block] = [.charts(charts.compactMap { $0 })]
    let (count, omitted) = (Self.distinctCount, entries.count - Self.distinctCount)
    if omitted > 0 {
      blocks.append(
        .paragraph("The \(count) best runs can be told apart; the other \(omitted) are gray."))
    }
    return Report.Section("Curves", blocks)
  }

  /// The smoothed losses of batches, and dashed those of the validation rows.
  private func lossChart(
    _ loss: [[Chart.Point]], _ scale: Chart.Scale, _ note: String
  ) -> Report.NamedChart? {
    let distinct = self.distinct
    let validation = epochs(\.validationLoss)
    let isKnown = validation.contains { !$0.isEmpty }
    let (batch, held) =
      comparison.hasPenalty
      ? (", training, with penalty", ", validation, without penalty")
      : isKnown ? (", training", ", validation") : ("", "")
    let series = entries.indices.flatMap { index -> [Chart.Curves.Series] in
      guard let place = distinct.firstIndex(of: index) else {
        return [.init("others", loss[index], style: .faint)]
      }
      return [
        .init(entries[index].name + batch, loss[index], color: place),
        .init(entries[index].name + held, validation[index], style: .dashed, color: place),
      ]
    }.filter { !$0.points.isEmpty }
    if series.isEmpty { return nil }
    let title = isKnown ? "Training loss and validation loss" : "Training loss"
    let dashed = isKnown ? ", and dashed that of the rows held out." : "."
    let ends = Chart.Curves.ends(of: series, digits: 4) ?? ""
    // Gray curves are in the back.
    let ordered = series.filter { $0.style == .faint } + series.filter { $0.style != .faint }
    return .curves(
      "loss", title: title,
      summary: "The loss of batches, smoothed over a fiftieth of each run\(dashed)\(ends)\(note)",
      x: .init("iteration"), y: .init("loss", scale: scale), ordered, isWide: true)
  }

  private func epochs(_ value: (History.Epoch) -> Double?) -> [[Chart.Point]] {
    entries.map { $0.run.history.points(value) }
  }

  /// Creates a chart; nil if no run has a point.
  ///
  /// - Parameter isZoomed: whether the beginnings of curves may be outside of the range.
  private func chart(
    _ name: String, _ title: String, _ label: String, _ points: [[Chart.Point]],
    scale: Chart.Scale = .linear, isZoomed: Bool = false, _ summary: String
  ) -> Report.NamedChart? {
    let distinct = self.distinct
    let range = isZoomed ? Chart.Curves.lateRange(of: points) : nil
    let series = entries.indices.filter { !points[$0].isEmpty }.map { index in
      let place = distinct.firstIndex(of: index)
      return Chart.Curves.Series(
        place == nil ? "others" : entries[index].name, points[index],
        style: place == nil ? .faint : .line, color: place)
    }
    if series.isEmpty { return nil }
    return .curves(
      name, title: title,
      summary: summary + (Chart.Curves.ends(of: series, digits: 4) ?? "")
        + Chart.Curves.note(on: range),
      x: .init("iteration"), y: .init(label, scale: scale, range: range),
      // Gray curves are in the back.
      series.filter { $0.style == .faint } + series.filter { $0.style != .faint }, isWide: true)
  }

  /// The runs with distinct curves, in order: all, or the best of many by the first run's metric on the
  /// validation rows and the last loss.
  private var distinct: [Int] {
    if entries.count <= Self.distinctCount { return Array(entries.indices) }
    let metric = entries[0].run.record.settings.metric
    func rank(_ index: Int) -> (Double, Double) {
      let results = entries[index].run.record.results
      let value = metric == .loss ? results.validationLoss : results.validation?[metric]
      let loss = results.finalLoss ?? .infinity
      return (
        value.map { metric.isHigherBetter ? -$0 : $0 } ?? .infinity, loss.isNaN ? .infinity : loss
      )
    }
    return sortedIndices(entries.count) { rank($0) < rank($1) }.prefix(Self.distinctCount)
      .stablySorted(by: <)
  }
}

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
        settings, .table(table("Results; the best accuracies are tinted", comparison.results)),
      ])
  }

  private func table(_ caption: String, _ rows: [RunComparison.Row]) -> Report.Table {
    Report.Table(
      caption: caption, columns: [.words("")] + entries.map { .figures($0.name) },
      rows: rows.map { row in
        let numbers = row.name.hasSuffix("accuracy") ? row.values.map { Double($0) ?? -1 } : []
        let best = numbers.max() ?? 0
        return [.init(row.name)]
          + row.values.enumerated().map { index, value in
            let isBest = numbers.indices.contains(index) && best > 0 && numbers[index] == best
            return .init(value, tint: isBest ? 1 : nil)
          }
      })
  }

  var curves: Report.Section {
    let loss = entries.map { RunPage.smoothed($0.run.history.loss) }
    let values = loss.joined().map(\.y).filter { $0 > 0 && $0.isFinite }
    let spansMagnitudes = (values.max() ?? 1) > 10 * (values.min() ?? 1)
    let charts = [
      chart(
        "loss", "Training loss", "loss", loss, scale: spansMagnitudes ? .logarithmic : .linear,
        "The loss of batches, smoothed over a fiftieth of each run."),
      chart(
        "validation-loss", "Validation loss", "loss", epochs(\.validationLoss), isZoomed: true,
        "The loss on the rows held out, without the penalty."),
      chart(
        "validation-accuracy", "Validation accuracy", "accuracy", epochs(\.validationAccuracy),
        isZoomed: true, "The accuracy on the rows held out."),
      chart(
        "training-accuracy", "Training accuracy", "accuracy", epochs(\.trainAccuracy),
        isZoomed: true, "The accuracy on single batches, measured on the way."),
      chart(
        "learning-rate", "Learning rate", "learning rate", epochs(\.learningRate),
        "The learning rate at each evaluation."),
    ]
    var blocks: [Report.Block] = [.charts(charts.compactMap { $0 })]
    let (count, omitted) = (Self.distinctCount, entries.count - Self.distinctCount)
    if omitted > 0 {
      blocks.append(
        .paragraph("The \(count) best runs can be told apart; the other \(omitted) are gray."))
    }
    return Report.Section("Curves", blocks)
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

  /// The runs with distinct curves, in order: all, or the best of many by validation accuracy and
  /// last loss.
  private var distinct: [Int] {
    if entries.count <= Self.distinctCount { return Array(entries.indices) }
    func rank(_ index: Int) -> (Double, Double) {
      let results = entries[index].run.record.results
      let loss = results.finalLoss ?? .infinity
      return (-(results.validationAccuracy ?? -1), loss.isNaN ? .infinity : loss)
    }
    return sortedIndices(entries.count) { rank($0) < rank($1) }.prefix(Self.distinctCount)
      .stablySorted(by: <)
  }
}

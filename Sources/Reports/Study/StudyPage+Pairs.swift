import PerceptronFiles
import PerceptronTuning
import PerceptronVisualization

extension StudyPage {
  /// The most parameters of which each pair has a heat map: 15 maps.
  private static let mostPaired = 6

  /// The best result for each two parameters' values, whatever the others were set to.
  var pairs: Report.Section? {
    let kept = Set(mostImportant(Self.mostPaired).map(\.name))
    let shown = study.pairEffects.filter { pair in
      kept.contains(pair.first) && kept.contains(pair.second)
        && pair.cells.joined().count { $0.best != nil } > 1
    }
    if shown.isEmpty { return nil }
    let range = colorRange(of: shown.flatMap { $0.cells.joined().compactMap(\.best) })
    let charts = shown.enumerated().map { index, pair in
      Report.NamedChart(
        Self.fileName("pair", "\(index + 1)", pair.first, pair.second),
        chart(of: pair, colors: range))
    }
    let isPartial = varied.count > Self.mostPaired
    let hasEmpty = shown.contains { $0.cells.joined().contains { $0.best == nil } }
    let note =
      "Each cell is the best \(goalName) "
      + (basis.iteration.map { "at iteration \($0) " } ?? "") + "over all other settings"
      + (hasEmpty ? "; empty where no trial has one." : ".")
      + " Colours are the same in all maps, and span a tenth of the best value at least."
      + (isPartial
        ? " Only pairs of the \(Self.mostPaired) most important of \(varied.count) settings are "
          + "shown." : "")
    return Report.Section("Pairs of settings", [.paragraph(note), .charts(charts)])
  }

  private func chart(of pair: PairEffect, colors range: ClosedRange<Double>?) -> Chart {
    var top: (row: Int, column: Int, value: Double)?
    for (row, cells) in pair.cells.enumerated() {
      for (column, cell) in cells.enumerated() {
        guard let value = cell.best else { continue }
        if top.map({ goal.isBetter(value, than: $0.value) }) ?? true { top = (row, column, value) }
      }
    }
    let summary = top.map {
      "The best is \(readableNumber($0.value)), with \(pair.first) "
        + "\(pair.firstLevels[$0.row].shortDescription) and \(pair.second) "
        + "\(pair.secondLevels[$0.column].shortDescription)."
    }
    return Chart(
      title: "\(pair.first) and \(pair.second)", summary: summary ?? "",
      .heatMap(
        .init(
          columnLabel: pair.second, columns: pair.secondLevels.map(\.shortDescription),
          rowLabel: pair.first, rows: pair.firstLevels.map(\.shortDescription),
          values: pair.cells.map { $0.map(\.best) }, valueLabel: goalName, digits: digits,
          range: range)))
  }
}

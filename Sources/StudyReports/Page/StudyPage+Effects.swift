import PerceptronFiles
import PerceptronTuning
import PerceptronVisualization

extension StudyPage {
  var effects: Report.Section? {
    let shown = marginals.filter { $0.levels.count > 1 }
    if basis.count == 0 || shown.isEmpty { return nil }
    var blocks: [Report.Block] = []
    if let basis = basis.displayText {
      blocks.append(
        .paragraph(
          "Trials were pruned, so that few results are left to compare. Effects are therefore of "
            + "the values \(basis)."))
    }
    let ranked = shown.filter { $0.importance != nil }
      .stablySorted { $0.importance ?? 0 > $1.importance ?? 0 }
    if ranked.count > 1 {
      blocks.append(.charts([.init("importance", importance(of: ranked), isWide: true)]))
    }
    blocks.append(
      .paragraph(
        ranked.isEmpty
          ? "No importance is shown: it needs several values of a setting, two trials of one, "
            + "and results that differ."
          : "The importance of a setting is the share of the results' variance that it explains "
            + "alone (η² of a one-way analysis of variance); few trials for each value make it "
            + "large by chance."))
    let charts = shown.enumerated().compactMap { index, effect in
      chart(of: effect).map {
        Report.NamedChart(Self.fileName("effect", "\(index + 1)", effect.name), $0)
      }
    }
    if !charts.isEmpty { blocks.append(.charts(charts)) }
    blocks.append(.table(table(of: shown)))
    return Report.Section("Effects of settings", blocks)
  }

  private func importance(of ranked: [MarginalEffect]) -> Chart {
    Chart(
      title: "Importance of each setting",
      summary: ranked.map { "\($0.name) \(decimal($0.importance ?? .nan, 2))" }
        .joined(separator: ", ") + ".",
      .bars(
        .init(
          axis: .init("share of the variance explained alone", range: 0...1),
          names: ranked.map(\.name), values: ranked.map { $0.importance ?? .nan })))
  }

  /// The mean and the best result for each value, as curves for numbers and bars for others; nil if
  /// fewer than two values have results.
  private func chart(of effect: MarginalEffect) -> Chart? {
    let levels = effect.levels.filter { $0.trials > 0 }
    if levels.count < 2 { return nil }
    let title = effect.name
    let top = levels.max { goal.isBetter($1.best ?? .nan, than: $0.best ?? .nan) }
    let summary =
      "The mean and the best \(goalName) for \(levels.count) values of \(effect.name); the best "
      + "of all is at \(top?.extent.shortDescription ?? "")."
    let scale = scale(of: effect)
    let places = levels.map { $0.extent.middle(on: scale) }
    guard places.allSatisfy({ $0 != nil }) else {
      let bars = levels.flatMap { level in
        [("best", level.best), ("mean", level.mean)].map {
          ("\(level.extent.shortDescription), \($0)", $1 ?? .nan)
        }
      }
      return Chart(
        title: title, summary: summary,
        .bars(
          .init(
            axis: .init(goalName), names: bars.map(\.0), values: bars.map(\.1), digits: digits)))
    }
    func points(_ value: (MarginalEffect.Level) -> Double?) -> [Chart.Point] {
      zip(places, levels).map { Chart.Point($0 ?? .nan, value($1) ?? .nan) }.stablySorted {
        $0.x < $1.x
      }
    }
    return Chart(
      title: title, summary: summary,
      .curves(
        .init(
          x: .init(effect.name, scale: scale), y: .init(goalName),
          series: [("best", points(\.best)), ("mean", points(\.mean))].map {
            .init($0, $1, style: .linePoints)
          })))
  }

  /// Logarithmic if the range is, and for a list of numbers of different magnitudes.
  private func scale(of effect: MarginalEffect) -> Chart.Scale {
    switch study.definition.space.parameters.first(where: { $0.name == effect.name })?.domain {
    case .numbers(_, _, .logarithmic, _), .integers(_, _, .logarithmic, _): return .logarithmic
    case .values(let values):
      let numbers = values.compactMap(\.number)
      guard let least = numbers.min(), let most = numbers.max(), least > 0 else { return .linear }
      return most / least >= 20 ? .logarithmic : .linear
    default: return .linear
    }
  }

  private func table(of effects: [MarginalEffect]) -> Report.Table {
    let rows = effects.flatMap { effect in
      effect.levels.enumerated().map { index, level -> [Report.Table.Cell] in
        let hasDiverged = level.diverged > 0
        let importance: String = effect.importance.map { decimal($0, 2) } ?? "–"
        return [
          .init(effect.name), .init(level.extent.shortDescription), "\(level.trials)",
          .init("\(level.diverged)", tint: hasDiverged ? 0.5 : nil, isBad: hasDiverged),
          .init(level.mean.map(readableNumber) ?? "–"),
          .init(level.best.map(readableNumber) ?? "–"), .init(index == 0 ? importance : ""),
        ]
      }
    }
    return .init(
      caption: "The mean and the best \(goalName) of all trials with a value "
        + (basis.iteration.map { "at iteration \($0)" } ?? "that are done"),
      columns: [
        .words("setting"), .words("value"),
        .figures(basis.iteration == nil ? "done" : "compared"), .figures("diverged"),
        .figures("mean"), .figures("best"), .figures("importance"),
      ], rows: rows)
  }
}

extension MarginalEffect.Extent {
  /// The number, or the middle of a range on a scale; nil for texts and flags.
  fileprivate func middle(on scale: Chart.Scale) -> Double? {
    switch self {
    case .value(let value): value.number
    case .range(let lower, let upper):
      scale == .logarithmic ? (lower * upper).squareRoot() : lower / 2 + upper / 2
    }
  }
}

extension StudyPage {
  /// The maximum number of parameters with heat maps of all pairs: 15 maps.
  private static let mostPaired = 6

  /// The best result for the values of each pair of parameters.
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
      + " Colors are the same in all maps, and span a tenth of the best value at least."
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

import PerceptronFiles
import PerceptronTuning
import PerceptronVisualization

extension StudyPage {
  /// How many trials the table has.
  private static let rowCount = 20

  /// The best trials, those that have not begun left out.
  var leaderboard: Report.Section? {
    let begun = board.filter { $0.state != .waiting || $0.value != nil }
    if begun.configurations.isEmpty { return nil }
    let shown = begun.prefix(Self.rowCount).configurations
    let names = (varied.isEmpty ? study.definition.space.parameters : varied).map(\.name)
    let hasAccuracy = shown.contains { $0.trainAccuracy != nil }
    let hasLoss = shown.contains { $0.finalLoss != nil }
    let columns: [Report.Table.Column] =
      [.figures(isRepeated ? "trials" : "trial"), .figures(goalName)]
      + (isRepeated ? [.figures("done")] : [])
      + (hasAccuracy ? [.figures("training accuracy")] : [])
      + (hasLoss ? [.figures("batch loss")] : [])
      + names.map { isNumber($0) ? .figures($0) : .words($0) }
      + [.words("state"), .figures("time")]
    let tints = tints(of: shown)
    let rows = zip(shown, tints).map { trial, tint in
      [Report.Table.Cell(trial.numbers), .init(valueText(trial), tint: tint)]
        + (isRepeated ? [.init("\(trial.doneCount) of \(trial.trials.count)")] : [])
        + (hasAccuracy ? [.init(trial.trainAccuracy.map { decimal($0, 4) } ?? "–")] : [])
        + (hasLoss ? [.init(trial.finalLoss.map(readableNumber) ?? "–")] : [])
        + names.map { .init(trial.parameters[$0]?.shortDescription ?? "–") }
        + [state(of: trial), .init(readableTime(trial.seconds))]
    }
    let caption =
      shown.count == begun.configurations.count
      ? "All trials that have begun, the best first"
      : "The first \(shown.count) of \(begun.configurations.count) trials that have begun, the best first"
    var blocks: [Report.Block] = [.table(.init(caption: caption, columns: columns, rows: rows))]
    if hasAccuracy && shown.contains(where: { $0.doneCount == 0 && $0.trainAccuracy != nil }) {
      blocks.append(
        .paragraph(
          "The training accuracy is of all rows where a trial is done, else of the last batch "
            + "measured."))
    }
    if context?.training == .sideBySide {
      blocks.append(
        .paragraph(
          "The time of a trial that was trained beside others is its share of the time that they "
            + "took together."))
    }
    if isRepeated {
      blocks.append(
        .paragraph(
          "Each network was trained with several seeds: values are means of the repeats that are done, "
            + "± their standard deviation, and those of which all are done come first."))
    }
    let constant = study.definition.space.parameters.map(\.name).filter { !names.contains($0) }
    if !constant.isEmpty {
      blocks.append(
        .paragraph("The same in all of them: \(Self.listed(constant, most: 12))."))
    }
    return Report.Section("Best trials", blocks)
  }

  private var isRepeated: Bool { board.repeats > 1 }

  /// A value and, where several repeats are done, their standard deviation.
  func valueText(_ own: Configuration) -> String {
    guard let value = own.value else { return "–" }
    return readableNumber(value) + (own.deviation.map { " ± \(readableNumber($0))" } ?? "")
  }

  private func isNumber(_ name: String) -> Bool {
    trials.allSatisfy { $0.parameters[name].map { $0.number != nil } ?? true }
  }

  /// How strongly each trial's value is tinted.
  private func tints(of shown: [Configuration]) -> [Double?] {
    if Set(shown.compactMap(\.result?.value)).count < 2 { return shown.map { _ in nil } }
    return shown.map { trial in
      trial.result.flatMap { result in
        shade(of: result.value).map { goal.direction == .maximize ? $0 : 1 - $0 }
      }
    }
  }

  private func state(of trial: Configuration) -> Report.Table.Cell {
    let isBad = trial.state == .diverged || trial.state == .failed
    return .init(
      trial.state.rawValue, detail: trial.state == .failed ? trial.message : nil,
      tint: isBad ? 0.5 : nil, isBad: isBad)
  }
}

import PerceptronFiles
import PerceptronTuning
import PerceptronVisualization

extension StudyPage {
  /// Key figures, the state of the study, and what was searched.
  var overview: Report.Section {
    var blocks: [Report.Block] = [.figures(figures)]
    let choice = study.choiceText.map(Self.sentence)
    if !choice.isEmpty { blocks.append(.paragraph(choice.joined(separator: " "))) }
    blocks += states.map { .paragraph($0) }
    if let failure { blocks.append(.warning(failure)) }
    blocks += study.edges.map { .warning(Self.sentence($0.description)) }
    if let best {
      let settings = best.parameters.entries.map {
        Report.Fact($0.name, $0.value.shortDescription)
      }
      blocks += [
        .paragraph(
          best.trials.count == 1
            ? "Trial \(best.id) is the best. Its settings:"
            : "The best are \(best.name). Their settings:"), .facts(settings),
      ]
    }
    blocks += [.paragraph("The search:"), .facts(searched)]
    return Report.Section("Overview", blocks)
  }

  private var figures: [Report.Fact] {
    let counts = study.counts
    var figures: [Report.Fact] = []
    if let best {
      let interval = study.bestInterval.map {
        ", 95 % interval \(decimal($0.lowerBound, 3))–\(decimal($0.upperBound, 3))"
      }
      figures.append(.init("best \(goalName)\(interval ?? "")", valueText(best)))
    }
    if let test = study.test {
      figures.append(.init("its \(study.testTitle)", readableNumber(test.value)))
    }
    figures.append(.init("trials done", "\(counts[.done] ?? 0) of \(trials.count)"))
    for state in [Trial.State.diverged, .pruned, .failed, .running] {
      if let count = counts[state] { figures.append(.init(state.rawValue, "\(count)")) }
    }
    if let time = activeSeconds { figures.append(.init("time", readableTime(time))) }
    return figures
  }

  /// The time in which any trial ran; nil unless known of all trials.
  var activeSeconds: Double? {
    let begun = trials.filter { $0.state.isFinal || !$0.measurements.isEmpty }
    if begun.isEmpty || begun.contains(where: { $0.began == nil }) { return nil }
    return study.activity.reduce(0) { $0 + $1.upperBound.timeIntervalSince($1.lowerBound) }
  }

  private var states: [String] {
    let counts = study.counts
    var sentences: [String] = []
    if trials.isEmpty {
      sentences.append("The study has no trials.")
    } else if best == nil {
      let ended = trials.count(where: \.state.isFinal)
      if counts[.diverged] == trials.count {
        sentences.append(
          "All trials diverged, so that there is nothing to compare: lower learning rates, or "
            + "features of a smaller scale, may help.")
      } else {
        sentences.append(
          ended == 0 && !isUnderWay && trials.allSatisfy(\.measurements.isEmpty)
            ? "No trial has begun yet."
            : study.isOver ? "No trial is done." : "No trial is done yet.")
      }
    }
    if isUnderWay {
      sentences.append("The study is under way: this page shows it as it was when it was written.")
    } else if !study.isOver {
      sentences.append(
        "The study is not over: \(counted(counts[.waiting] ?? 0, "trial")) waiting.")
    }
    return sentences + study.shardsText.map { Self.sentence($0) }
  }

  private var failure: String? {
    let failed = trials.filter { $0.state == .failed }
    guard let first = failed.first else { return nil }
    return "\(counted(failed.count, "trial")) failed; trial \(first.id): \(first.message ?? "")"
  }

  private var searched: [Report.Fact] {
    let definition = study.definition
    var facts: [Report.Fact] = []
    if let data = details.data {
      facts.append(.init("data", data + (details.format.map { ", \($0)" } ?? "")))
    }
    facts += definition.space.parameters.map { parameter in
      let condition = parameter.condition.sortedByKey.map { name, values in
        "\(name) is \(values.map(\.description).joined(separator: " or "))"
      }
      return .init(
        parameter.name,
        Self.displayText(for: parameter.domain)
          + (condition.isEmpty ? "" : " (where \(condition.joined(separator: " and ")))"))
    }
    if let repeats = definition.repeatsText { facts.append(.init("repeats", repeats)) }
    if let folds = definition.folds { facts.append(.init("folds", "\(folds)")) }
    facts += details.fixed.sortedByKey.map { .init($0.key, "\($0.value) in all") }
    facts.append(.init("goal", "\(goalName), \(direction)"))
    facts.append(.init("method", definition.method.displayName))
    facts.append(.init("pruning", definition.pruning.displayName))
    if let training = details.training { facts.append(.init("training", training.displayName)) }
    return facts
  }

  /// A domain with spaces between its values, for line breaks.
  private static func displayText(for domain: SearchSpace.Domain) -> String {
    guard case .values(let values) = domain else { return "\(domain)" }
    let texts = values.map(\.description)
    return texts.joined(separator: texts.contains { $0.contains(",") } ? "; " : ", ")
  }

  /// A text with a capital letter at its beginning and a full stop.
  private static func sentence(_ text: String) -> String {
    text.prefix(1).uppercased() + text.dropFirst() + "."
  }

  private static let rowCount = 20

  var leaderboard: Report.Section? {
    let begun = board.filter { $0.state != .waiting || $0.value != nil }
    if begun.configurations.isEmpty { return nil }
    let shown = begun.prefix(Self.rowCount).configurations
    let names = (varied.isEmpty ? study.definition.space.parameters : varied).map(\.name)
    let hasTraining = shown.contains { $0.trainingValue != nil }
    let hasLoss = shown.contains { $0.finalLoss != nil }
    var columns: [Report.Table.Column] = [
      .figures(isRepeated ? "trials" : "trial"), .figures(goalName),
    ]
    if isRepeated { columns.append(.figures("done")) }
    if hasTraining { columns.append(.figures(goal.trainingTitle)) }
    if hasLoss { columns.append(.figures("batch loss")) }
    columns += names.map { isNumber($0) ? .figures($0) : .words($0) }
    columns += [.words("state"), .figures("time")]
    let rows = zip(shown, tints(of: shown)).map { trial, tint -> [Report.Table.Cell] in
      var cells: [Report.Table.Cell] = [.init(trial.numbers), .init(valueText(trial), tint: tint)]
      if isRepeated { cells.append("\(trial.doneCount) of \(trial.trials.count)") }
      if hasTraining { cells.append(.init(trial.trainingValue.map(goal.text) ?? "–")) }
      if hasLoss { cells.append(.init(trial.finalLoss.map(readableNumber) ?? "–")) }
      cells += names.map { .init(trial.parameters[$0]?.shortDescription ?? "–") }
      return cells + [state(of: trial), .init(readableTime(trial.seconds))]
    }
    let caption =
      shown.count == begun.configurations.count
      ? "All trials that have begun, the best first"
      : "The first \(shown.count) of \(begun.configurations.count) trials that have begun, the best "
        + "first"
    let constant = study.definition.space.parameters.map(\.name).filter { !names.contains($0) }
    let notes: [String?] = [
      hasTraining && shown.contains { $0.doneCount == 0 && $0.trainingValue != nil }
        ? "The \(goal.trainingTitle) is of all rows where a trial is done, else of the last batch "
          + "measured." : nil,
      details.training == .sideBySide
        ? "The time of a trial that was trained beside others is its share of the time that they "
          + "took together." : nil,
      isRepeated
        ? "Each network was trained \(study.definition.repeatsPhrase): values are means of the "
          + "\(study.definition.repeatName)s that are done, ± their standard deviation, and those of which "
          + "all are done come first." : nil,
      constant.isEmpty ? nil : "The same in all of them: \(Self.listed(constant, most: 12)).",
    ]
    let table = Report.Table(caption: caption, columns: columns, rows: rows)
    return Report.Section(
      "Best trials", [.table(table)] + notes.compactMap { $0 }.map { .paragraph($0) })
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

import Perceptron
import PerceptronCommandSupport

/// The results of a study as text.
struct StudyReport {
  let study: Study
  let folder: String
  /// Nil for a study that another program began.
  let context: TuneContext?
  let commands: StudyCommands

  init(_ study: Study, folder: String) {
    self.study = study
    self.folder = folder
    context = TuneContext(of: study)
    commands = StudyCommands(study, in: folder)
  }

  /// The ranges beyond which better settings may lie, a sentence each.
  var edges: [String] { study.edges.map(\.description) }

  /// How to resume a study that is not over.
  var advice: String { "resume with: " + StudyCommands.resumption(of: folder) }

  /// What is left to do, and how.
  private func standing(isUnderWay: Bool) -> [String] {
    if study.shards.isEmpty {
      if study.isOver { return [] }
      return [isUnderWay ? "a process is running it" : "interrupted; " + advice]
    }
    return [
      study.shardsText.joined(separator: "; "),
      commands.resume.map { "resume with: " + $0 } ?? "",
      isUnderWay ? "" : commands.merge.map { "merge with:  " + $0 } ?? "",
    ].filter { !$0.isEmpty }
  }

  /// The whole report.
  ///
  /// - Parameters:
  ///   - isUnderWay: whether a process runs the study.
  ///   - columns: the width of tables in characters; nil for any.
  func text(top count: Int, isUnderWay: Bool, columns: Int? = Console.tableColumns) -> String {
    let hasSpace = !study.definition.space.parameters.isEmpty
    let sections = [
      head, ["\(study.trialCountText): \(study.countsText)"],
      [leaderboard(top: count, columns: columns)], study.choiceText, commandLines,
      hasSpace ? [effects(columns: columns)] : [], edges,
      standing(isUnderWay: isUnderWay),
    ]
    return sections.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }
      .joined(separator: "\n\n")
  }

  /// A table of the best trials that have begun.
  func leaderboard(top count: Int, columns: Int? = Console.tableColumns) -> String {
    let board = study.leaderboard.filter { $0.state != .waiting || $0.value != nil }.prefix(count)
    let names = board.parameterNames
    let isRepeated = board.repeats > 1
    let goal = board.goal
    let isAccuracy = goal.metric == .accuracy || goal.metric == nil
    let trials = study.trials
    let areNumbers = names.map { name in
      trials.allSatisfy { $0.parameters[name].map { $0.number != nil } ?? true }
    }
    var table = TextTable(
      [.figures(isRepeated ? "trials" : "trial")]
        + zip(names, areNumbers).map { $1 ? .figures($0, rank: 1) : .words($0, rank: 1) }
        + [.words("state", rank: 2)] + (isRepeated ? [.figures("done")] : []) + [
          .figures(isAccuracy ? "validation" : goal.title),
          .figures(isAccuracy ? "training" : goal.trainingTitle, rank: 3),
          .figures("batch loss", rank: 5),
          .figures("time", rank: 4),
        ])
    for trial in board.configurations {
      table.add(
        [trial.numbers] + names.map { trial.parameters[$0]?.shortDescription ?? "–" }
          + [trial.state.rawValue]
          + (isRepeated ? ["\(trial.doneCount) of \(trial.trials.count)"] : []) + [
            trial.valueText(of: goal), trial.trainingValue.map(goal.text) ?? "–",
            trial.finalLoss.map(readableNumber) ?? "–", readableTime(trial.seconds),
          ])
    }
    let isOfBatch = board.configurations.contains { $0.doneCount == 0 && $0.trainingValue != nil }
    return table.text(columns: columns)
      + (isOfBatch
        ? "\ntraining: \((goal.metric ?? .accuracy).title) on all rows if the trial is done, else on the last batch measured"
        : "")
      + (isRepeated
        ? "\nmean ± standard deviation (n − 1) of the \(study.definition.repeatName)s that are done; time "
          + "is their total"
        : "")
  }

  /// A table of the effect of each parameter, with the basis of the comparison.
  func effects(columns: Int?) -> String {
    let basis = study.effectBasis
    if basis.count == 0 { return study.isOver ? "no trial is done" : "no trial is done yet" }
    var table = TextTable([
      .words("setting"), .words("value"),
      .figures(basis.iteration == nil ? "done" : "compared", rank: 3),
      .figures("diverged", rank: 4), .figures("mean"), .figures("best", rank: 1),
      .figures("importance", rank: 2),
    ])
    for effect in study.marginalEffects {
      for (index, level) in effect.levels.enumerated() {
        let importance = index == 0 ? effect.importance.map { decimal($0, 2) } ?? "–" : ""
        table.add([
          index == 0 ? effect.name : "", level.extent.shortDescription, "\(level.trials)",
          "\(level.diverged)", level.mean.map(study.definition.goal.text) ?? "–",
          level.best.map(study.definition.goal.text) ?? "–", importance,
        ])
      }
    }
    return table.text(columns: columns) + (basis.displayText.map { "\ncompared \($0)" } ?? "")
  }
}

// MARK: - Settings and commands

extension StudyReport {
  /// The settings of the study, a line each: data and fixed settings if known, the space, the method.
  var head: [String] {
    let definition = study.definition
    var lines: [String] = []
    if let context {
      let fixed = context.trials.fixed.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
      lines.append(
        "data      \(context.trials.source)"
          + (context.trials.format.map { ", \($0.rawValue)" } ?? ""))
      if !fixed.isEmpty { lines.append("fixed     " + fixed.joined(separator: "  ")) }
    }
    let tried = definition.space.parameters.map { "\($0.name) \($0.domain)" }
    if !tried.isEmpty { lines.append("tried     " + tried.joined(separator: "  ")) }
    if let repeats = definition.repeatsText { lines.append("repeats   \(repeats)") }
    if let folds = definition.folds { lines.append("folds     \(folds)") }
    if definition.goal != .validationAccuracy { lines.append("metric    \(definition.goal.title)") }
    lines.append(
      "method    \(definition.method.displayName), pruning \(definition.pruning.displayName)")
    if let context { lines.append("training  \(context.training.displayName)") }
    return lines
  }

  /// The command lines under a table.
  var commandLines: [String] {
    [
      commands.train.map { "the best trained alone: " + $0 },
      commands.evaluate.map { "the best on test data: " + $0 },
    ].compactMap { $0 }
  }
}

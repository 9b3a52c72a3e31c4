import PerceptronCommandSupport
import Perceptron
import PerceptronFiles

/// What a study has shown, for people.
struct StudyReport {
  let study: Study
  let folder: String
  let trials: [Trial]
  /// What its journal keeps beside its space; nil where another program began it.
  let context: TuneContext?

  init(_ study: Study, folder: String) {
    self.study = study
    self.folder = folder
    trials = study.trials
    context = try? TuneContext(of: study, in: folder)
  }

  /// What may be better settings than the best, a sentence for each.
  var edges: [String] { study.edges.map(\.description) }

  /// How to go on with a study that is not over.
  var advice: String {
    "go on with: " + ShellCommand.line(["perceptron", "tune", "--resume", folder])
  }

  /// All that is told of the study.
  ///
  /// - Parameters:
  ///   - isUnderWay: whether a process runs it.
  ///   - columns: how many columns of text its tables fit into, or nil for any number.
  func text(
    top count: Int, isUnderWay: Bool, columns: Int? = Console.tableColumns
  ) -> String {
    var lines =
      head + [
        "", "\(study.trialCountInWords): \(study.countsInWords)", "",
        leaderboard(top: count, columns: columns),
      ]
    if !study.choiceInWords.isEmpty { lines += [""] + study.choiceInWords }
    if !commands.isEmpty { lines += [""] + commands }
    if !study.definition.space.parameters.isEmpty {
      lines += ["", effects(columns: columns)]
    }
    if !edges.isEmpty { lines += [""] + edges }
    if !study.isOver {
      lines += ["", isUnderWay ? "a process runs it" : "interrupted; " + advice]
    }
    return lines.joined(separator: "\n")
  }

  /// A table of the first trials, from the best on; those that have not begun are left out.
  func leaderboard(top count: Int, columns: Int? = Console.tableColumns) -> String {
    let board = study.leaderboard.filter { $0.state != .waiting || $0.value != nil }.prefix(count)
    let names = board.parameterNames
    let isRepeated = board.repeats > 1
    let areNumbers = names.map { name in
      trials.allSatisfy { $0.parameters[name].map { $0.number != nil } ?? true }
    }
    var table = TextTable(
      [.figures(isRepeated ? "trials" : "trial")]
        + zip(names, areNumbers).map { $1 ? .figures($0, rank: 1) : .words($0, rank: 1) }
        + [.words("state", rank: 2)] + (isRepeated ? [.figures("done")] : []) + [
          .figures("validation"), .figures("training", rank: 3), .figures("batch loss", rank: 5),
          .figures("time", rank: 4),
        ])
    for trial in board.configurations {
      table.add(
        [trial.numbers] + names.map { trial.parameters[$0]?.shortDescription ?? "–" } + [
          trial.state.rawValue
        ] + (isRepeated ? ["\(trial.doneCount) of \(trial.trials.count)"] : []) + [
          trial.valueInWords,
          trial.trainAccuracy.map { decimal($0, 4) } ?? "–",
          trial.finalLoss.map(readableNumber) ?? "–",
          readableTime(trial.seconds),
        ])
    }
    let isOfBatch = board.configurations.contains {
      $0.doneCount == 0 && $0.trainAccuracy != nil
    }
    return table.text(columns: columns)
      + (isOfBatch
        ? "\ntraining is of all rows where a trial is done, else of the last batch measured" : "")
      + (isRepeated
        ? "\nmeans of the repeats that are done, ± their standard deviation; the time is of all"
        : "")
  }

  /// What each parameter did, as a table, and where trials are compared that did not run to their end.
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
          "\(level.diverged)", level.mean.map { decimal($0, 4) } ?? "–",
          level.best.map { decimal($0, 4) } ?? "–", importance,
        ])
      }
    }
    return table.text(columns: columns) + (basis.words.map { "\ncompared \($0)" } ?? "")
  }
}

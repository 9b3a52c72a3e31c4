import ArgumentParser
import PerceptronCommandSupport
import Perceptron

/// A search of `perceptron tune`, from the study in its folder to what is printed at the end.
struct TuneSession {
  let study: Study
  let folder: String
  let data: LoadedData
  /// What each trial trains.
  let settings: [Experiment]
  let training: NetworkSearch.Method
  let workers: Int?
  /// Whether event files for TensorBoard are written at the end.
  let writesTensorBoard: Bool
  let isQuiet: Bool
  let isJSON: Bool

  /// Trains the trials that wait, prints what came of all of them, and ends the command as it went.
  func run() throws {
    let start = ContinuousClock.now
    let earlier = study.trials.count(where: \.state.isFinal)
    let views = FolderViews(folder: folder)
    let isWork = earlier < study.trials.count
    if isWork { try views.removePage(isQuiet: isQuiet) }
    var search = try NetworkSearch(study, on: data.training, settings: settings)
    search.method = training
    search.workers = workers
    search.test = data.test
    let reporter = isQuiet ? nil : TuneReporter(study)
    // Of points that are repeated, the best network may be gone when all of its repeats are done.
    let isExpected = study.definition.seeds.count > 1 && isWork
    if search.lacksBest && !isQuiet && !isExpected {
      Console.error(
        "\(folder)/\(Study.bestName) is missing or damaged; the best trial is trained again at the end"
      )
    }
    let outcome = Result {
      try search.run(progress: { reporter?.update($0) }, stop: { Interruption.isRequested })
    }
    reporter?.finish()
    // What is in the journal is shown, whatever could not be written.
    if study.best == nil { _ = try outcome.get() }
    let seconds = start.duration(to: .now).seconds
    let report = StudyReport(study, folder: folder)
    try show(report, earlier: earlier, seconds: seconds, search)
    let remade = try outcome.get()
    if let remade, !isQuiet, !isExpected || remade.value != study.best?.value {
      Console.error(Self.remark(on: remade, recorded: study.best))
    }
    // One that was made in the meantime shows the study as it was then.
    if isWork { try views.removePage(isQuiet: isQuiet) }
    let isWritten = writeEvents()
    if !isJSON && !isQuiet {
      let lines = views.commands(tensorBoard: writesTensorBoard && isWritten)
      try Console.output(lines.joined(separator: "\n"))
    }
    if Interruption.isRequested {
      if isJSON || isQuiet { Console.error(report.advice) }
      throw ExitCode(Interruption.status)
    }
    if study.best == nil { throw NoResult(counts: study.countsInWords) }
    if let emptiness {
      if isJSON || isQuiet { Console.error(emptiness) } else { try Console.output(emptiness) }
    }
    if !isWritten { throw ExitCode.failure }
  }

  /// - Parameter earlier: how many trials were over before.
  private func show(
    _ report: StudyReport, earlier: Int, seconds: Double, _ search: NetworkSearch
  ) throws {
    if isJSON {
      try Console.output(report.json)
    } else if !isQuiet {
      try Console.output(
        summary(report, earlier: earlier, seconds: seconds, isSaved: !search.lacksBest))
    }
  }

  /// What is to be known of a best network that was trained again.
  private static func remark(on remade: Trial, recorded: Trial?) -> String {
    let (now, before) = (remade.value ?? .nan, recorded?.value ?? .nan)
    return
      "\(Study.bestName) was made again by training trial \(recorded?.id ?? 0) anew: validation "
      + "accuracy \(decimal(now, 4)), "
      + (now == before
        ? "as recorded"
        : "recorded is \(decimal(before, 4)); trained alone, or on another machine, a network is "
          + "rounded differently")
  }

  /// That even the best network learnt nothing, where that is so.
  private var emptiness: String? {
    guard let accuracy = study.bestConfiguration?.trainAccuracy,
      let chance = RunAssessment.chance(of: data.training.classCounts), accuracy <= chance.accuracy
    else { return nil }
    return "warning: no network learnt anything: the best one's training accuracy is "
      + "\(decimal(accuracy, 4)), and naming the most frequent class for every row has "
      + "\(decimal(chance.accuracy, 4)); try other learning rates, and features divided by more (--pixel-scale)"
  }

  /// Writes the event files that are asked for. A study is worth more than they are: that they
  /// cannot be written is only said.
  ///
  /// - Returns: whether nothing went wrong.
  private func writeEvents() -> Bool {
    if !writesTensorBoard { return true }
    do {
      try study.writeTensorBoard(to: FolderViews(folder: folder).eventFolder)
      return true
    } catch {
      Console.error("Error: \(error)")
      return false
    }
  }

  private func summary(
    _ report: StudyReport, earlier: Int, seconds: Double, isSaved: Bool
  ) -> String {
    let rows = data.training.count
    let validation = Set(settings.map(\.validation)).sorted().map { "\($0)" }
    let state = study.isOver ? "" : "interrupted; "
    let left = study.trials.count - earlier
    let work =
      left == 0
      ? ", over already"
      : (earlier == 0 ? "" : ", the last \(left)") + " in \(readableTime(seconds))"
    var lines = [
      "\(data.name): \(rows) rows, \(validation.joined(separator: " or ")) of them for validation",
      "\(state)\(study.trialCountInWords)\(work): "
        + study.countsInWords,
    ]
    if study.best != nil {
      lines += ["", report.leaderboard(top: 10), ""] + study.choiceInWords
      lines += report.edges
      lines += report.commands
      let journal = "\(folder)/\(Study.journalName)"
      lines.append(
        isSaved ? "saved \(folder)/\(Study.bestName) and \(journal)" : "saved \(journal)")
    }
    if !study.isOver || !isSaved && study.best != nil { lines.append(report.advice) }
    return lines.joined(separator: "\n")
  }
}

/// That no trial of a study came to its end.
struct NoResult: Error, CustomStringConvertible {
  let counts: String

  var description: String {
    "no trial has a result: \(counts). Lower learning rates, or features divided by more "
      + "(--pixel-scale), may help"
  }
}

import ArgumentParser
import CommandSupport
import Perceptron

/// A search of `perceptron tune`, from the study in its folder to what is printed at the end.
struct TuneSession {
  let study: Study
  let folder: String
  let data: LoadedData
  /// What each trial trains.
  let settings: [RunRecord.Settings]
  let training: NetworkSearch.Method
  let workers: Int?
  let isQuiet: Bool
  let isJSON: Bool

  /// Trains the trials that wait, prints what came of all of them, and ends the command as it went.
  func run() throws {
    let start = ContinuousClock.now
    var search = try NetworkSearch(study, on: data.training, settings: settings)
    search.method = training
    search.workers = workers
    let reporter = isQuiet ? nil : TuneReporter(study)
    do {
      try search.run(
        progress: { reporter?.update($0) }, stop: { Interruption.isRequested })
      reporter?.finish()
    } catch {
      reporter?.finish()
      throw error
    }
    try report(seconds: start.duration(to: .now).seconds)
  }

  private func report(seconds: Double) throws {
    let report = StudyReport(study, folder: folder)
    if isJSON {
      try Console.output(report.json)
    } else if !isQuiet {
      try Console.output(summary(report, seconds: seconds))
    }
    if Interruption.isRequested {
      if isJSON || isQuiet { Console.error(report.advice) }
      throw ExitCode(Interruption.status)
    }
    if study.best == nil { throw NoResult(counts: StudyReport.counts(of: study)) }
  }

  private func summary(_ report: StudyReport, seconds: Double) -> String {
    let rows = data.training.count
    let validation = Set(settings.map(\.validation)).sorted().map { "\($0)" }
    let state = report.isOver ? "" : "interrupted; "
    var lines = [
      "\(data.name): \(rows) rows, \(validation.joined(separator: " or ")) of them for validation",
      "\(state)\(counted(study.trials.count, "trial")) in \(readableTime(seconds)): "
        + StudyReport.counts(of: study),
    ]
    if study.best != nil {
      lines += ["", report.leaderboard(top: 10), ""]
      lines += report.edges
      lines.append("saved \(folder)/\(Study.bestName) and \(folder)/journal.jsonl")
    }
    if !report.isOver { lines.append(report.advice) }
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

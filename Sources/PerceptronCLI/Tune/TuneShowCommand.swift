import ArgumentParser
import CommandSupport
import Perceptron

/// `perceptron tune show`.
struct TuneShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show a study's best trials, and what each setting did.",
    usage: "perceptron tune show <folder> [--top <count>] [--json]",
    discussion: """
      The study may be under way in another process. For each value of a setting there is the mean and \
      the best result of all trials that have it, whatever their other settings; a setting's importance is \
      the share of the results' variance that it explains alone (η² of a one-way analysis of variance).
      """,
    helpNames: .shortAndLong)

  @Argument(help: "The study's folder.") var folder: String
  @Option(
    parsing: .unconditional, help: .init("How many trials to show.", valueName: "count"))
  var top = 10
  @Flag(help: "Print JSON.") var json = false

  func validate() throws { try require("--top", top, in: 0...largestSize) }

  func run() throws {
    try StudyFolder.demand(folder)
    let study = try Study.read(at: folder)
    let report = StudyReport(study, folder: folder)
    if json { return try Console.output(try report.json(top: top)) }
    var lines = [
      "\(counted(study.trials.count, "trial")): \(StudyReport.counts(of: study))", "",
      report.leaderboard(top: top), "", report.effects,
    ]
    if !report.edges.isEmpty { lines += [""] + report.edges }
    if !report.isOver { lines += ["", "not over; unless a process runs it, " + report.advice] }
    try Console.output(lines.joined(separator: "\n"))
  }
}

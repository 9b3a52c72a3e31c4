import ArgumentParser
import PerceptronCommandSupport
import Perceptron

/// `perceptron tune show`.
struct TuneShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show a study's best trials, and what each setting did.",
    usage: "perceptron tune show <folder> [--top <count>] [--json]",
    discussion: """
      The study may be under way in another process: after the trials that are done, by their results, \
      come those that are not, by the last accuracy that they showed. The training accuracy is of all \
      training rows for a trial that is done, and of the last batch measured for others. In a narrow \
      window columns are left out, which the line below a table names.

      For each value of a setting there is the mean and the best result of all trials that have it and are \
      done, whatever their other settings; a setting's importance is the share of the results' variance \
      that it explains alone (η² of a one-way analysis of variance), and is told where it has several \
      values and one of them has two trials at least: with one trial for each value it would always be 1.
      """,
    helpNames: .shortAndLong)

  @Argument(help: "The study's folder.") var folder: String
  @Option(
    parsing: .unconditional, help: .init("How many trials to show.", valueName: "count"))
  var top = 10
  @Flag(help: "Print JSON.") var json = false

  func validate() throws { try require("--top", top, in: 0...largestSize) }

  func run() throws {
    let (study, isUnderWay) = try StudyFolder.read(folder)
    let report = StudyReport(study, folder: folder)
    try Console.output(
      json ? report.json(top: top) : report.text(top: top, isUnderWay: isUnderWay))
  }
}

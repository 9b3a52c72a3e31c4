import ArgumentParser
import PerceptronCommandSupport
import Foundation
import Perceptron
import PerceptronFiles

/// `perceptron tune export`.
struct TuneExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write all trials of a study as a table, the best first.",
    usage: "perceptron tune export <folder> [--format csv|json | --json] [--output <file>]",
    discussion: """
      The columns are trial, each setting, status, validation_accuracy, train_accuracy, final_loss, \
      iterations and seconds. Settings' columns are named after their options, as learning-rate; a column \
      that a setting has the name of begins with trial_. The same names are in JSON, unlike those of \
      `tune show --json`.

      First come the trials that are done, by their results, then those that are running, pruned or \
      interrupted, by the last accuracy that they showed. Their train_accuracy is of the last batch \
      measured, that of trials that are done of all training rows. The study may be under way in another \
      process.
      """,
    helpNames: .shortAndLong)

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case csv, json
  }

  @Argument(help: "The study's folder.") var folder: String
  @Option(help: "The table's format. (default: csv)") var format: Format?
  @Flag(help: "The same as --format json.") var json = false
  @Option(
    name: [.short, .long],
    help: .init("File to write. (default: standard output)", valueName: "file"))
  var output: String?

  func validate() throws {
    if json && format == .csv {
      throw ValidationError("--json and --format csv are two formats; choose one")
    }
    if output?.isEmpty == true { throw ValidationError("--output is empty, expected a file") }
  }

  func run() throws {
    let board = try StudyFolder.read(folder).study.leaderboard
    let text = (format ?? (json ? .json : .csv)) == .csv ? board.csv : try board.json
    guard let output else { return try Console.output(String(text.dropLast())) }
    try AtomicFile.write(Array(text.utf8), to: output)
  }
}

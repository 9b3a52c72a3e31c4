import ArgumentParser
import CommandSupport
import Foundation
import Perceptron
import Serialization

/// `perceptron tune export`.
struct TuneExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write all trials of a study as a table, the best first.",
    usage: "perceptron tune export <folder> [--format csv|json] [--output <file>]",
    discussion: """
      The columns are trial, each setting, status, validation_accuracy, train_accuracy, final_loss, \
      iterations and seconds; a column that a setting has the name of begins with trial_. The study may \
      be under way in another process.
      """,
    helpNames: .shortAndLong)

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case csv, json
  }

  @Argument(help: "The study's folder.") var folder: String
  @Option(help: "The table's format.") var format: Format = .csv
  @Option(
    name: [.short, .long],
    help: .init("File to write. (default: standard output)", valueName: "file"))
  var output: String?

  func validate() throws {
    if output?.isEmpty == true { throw ValidationError("--output is empty, expected a file") }
  }

  func run() throws {
    try StudyFolder.demand(folder)
    let board = try Study.read(at: folder).leaderboard
    let text = format == .csv ? board.csv : try board.json
    guard let output else { return try Console.output(String(text.dropLast())) }
    try AtomicFile.write(Array(text.utf8), to: output)
  }
}

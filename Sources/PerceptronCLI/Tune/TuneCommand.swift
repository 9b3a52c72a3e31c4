import ArgumentParser
import Perceptron
import PerceptronCommandSupport

/// `perceptron tune`, which is `perceptron tune search` where no other subcommand is named.
struct TuneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tune",
    abstract: "Train many networks to find the settings that do best.",
    subcommands: [
      TuneSearchCommand.self, TuneShowCommand.self, TuneExportCommand.self, TuneMergeCommand.self,
    ],
    defaultSubcommand: TuneSearchCommand.self,
    // Help is that of the search, which lists the settings.
    helpNames: [])
}

/// `perceptron tune show`.
struct TuneShowCommand: CommandWithExamples {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show the best trials of a study and the effect of each setting.",
    usage: "perceptron tune show <folder> [--top <count>] [--json]",
    discussion: """
      The study may be in progress in another process. Finished trials come first, ranked by their \
      results; the others follow, ranked by the last value measured. Training values are measured on all \
      training rows for finished trials, and on the last batch evaluated for the others. In a narrow \
      window, some columns are omitted; the line below the table names them.

      For each value of a setting, the second table shows the mean and the best result of all finished \
      trials with that value. The importance of a setting is the fraction of the results' variance that \
      it explains alone (η² of a one-way analysis of variance). It is shown if at least one value has two \
      trials: with one trial per value it would always be 1.
      """,
    helpNames: .shortAndLong)

  static let examples = [
    CommandExample("Show the ten best trials.", "perceptron tune show runs/tune-digits-1"),
    CommandExample(
      "Print the three best trials as JSON.",
      "perceptron tune show runs/tune-digits-1 --top 3 --json"),
  ]

  @Argument(help: "Folder of the study.") var folder: String
  @Option(
    parsing: .unconditional, help: .init("Number of trials to show.", valueName: "count"))
  var top = 10
  @Flag(help: "Print JSON.") var json = false

  func validate() throws { try require("--top", top, in: 0...Hyperparameter.largest) }

  func run() throws {
    let (study, isUnderWay) = try StudyFolder.read(folder)
    let report = StudyReport(study, folder: folder)
    try Console.output(
      json ? report.json(top: top) : report.text(top: top, isUnderWay: isUnderWay))
  }
}

/// `perceptron tune export`.
struct TuneExportCommand: CommandWithExamples {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Export all trials of a study as a table, best first.",
    usage: "perceptron tune export <folder> [--format csv|json | --json] [--output <file>]",
    discussion: """
      The columns are trial, each setting, status, validation_accuracy, train_accuracy, final_loss, \
      iterations and seconds; with --metric rmse, validation_rmse and train_rmse. With folds or \
      repeats, a network has one row of means. A setting's column is named after its option, such as learning-rate; \
      if another column has the same name, that one gets the prefix trial_. JSON has the same names, \
      unlike `tune show --json`.

      Finished trials come first, ranked by their results; those that are running, pruned or interrupted \
      follow, ranked by the last value measured. train_accuracy is measured on all training rows for \
      finished trials, and on the last batch evaluated for the others. The study may be in progress in \
      another process.
      """,
    helpNames: .shortAndLong)

  static let examples = [
    CommandExample(
      "Write all trials to a CSV file.",
      "perceptron tune export runs/tune-digits-1 --output trials.csv"),
    CommandExample("Print all trials as JSON.", "perceptron tune export runs/tune-digits-1 --json"),
  ]

  enum Format: String, ExpressibleByArgument, CaseIterable { case csv, json }

  @Argument(help: "Folder of the study.") var folder: String
  @Option(help: "Format of the table. (default: csv)") var format: Format?
  @Flag(help: "Same as --format json.") var json = false
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

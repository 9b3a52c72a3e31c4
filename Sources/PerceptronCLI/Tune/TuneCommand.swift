import ArgumentParser

/// `perceptron tune`, which is `perceptron tune search` where no other subcommand is named.
struct TuneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tune",
    abstract: "Train many networks to find the settings that do best.",
    subcommands: [TuneSearchCommand.self, TuneShowCommand.self, TuneExportCommand.self],
    defaultSubcommand: TuneSearchCommand.self,
    // Help is that of the search, which lists the settings.
    helpNames: [])
}

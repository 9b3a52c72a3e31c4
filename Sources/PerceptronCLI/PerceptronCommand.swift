import ArgumentParser
import PerceptronCommandSupport
import PerceptronFiles

/// The `perceptron` command.
@main
struct PerceptronCommand: RootCommand, CommandWithExamples {
  static let configuration = CommandConfiguration(
    commandName: "perceptron",
    abstract: "Train, tune, evaluate and inspect small neural networks on the CPU.",
    version: packageVersion,
    groupedSubcommands: [
      CommandGroup(
        name: "Training",
        subcommands: [
          TrainCommand.self, ResumeCommand.self, TuneCommand.self, BaselineCommand.self,
        ]),
      CommandGroup(
        name: "Using models",
        subcommands: [EvaluateCommand.self, PredictCommand.self, SummaryCommand.self]),
      CommandGroup(
        name: "Exchanging models", subcommands: [ExportCommand.self, ImportCommand.self]),
      CommandGroup(
        name: "Showing data and results",
        subcommands: [
          DataCommand.self, ImagesCommand.self, ShowCommand.self, CompareCommand.self,
          ReportCommand.self, ExplainCommand.self, LessonCommand.self,
        ]),
      CommandGroup(
        name: "Checking",
        subcommands: [OverfitCommand.self, GradcheckCommand.self, DoctorCommand.self]),
    ])

  static let examples = [
    CommandExample("Train a network on the built-in digits.", "perceptron train --data digits"),
    CommandExample("Evaluate it on the test set.", "perceptron evaluate runs/digits-1"),
  ]

  static func main() { runToExit() }
}

import ArgumentParser
import PerceptronCommandSupport

/// The `perceptron` command.
@main
struct PerceptronCommand: RootCommand {
  static let configuration = CommandConfiguration(
    commandName: "perceptron",
    abstract:
      "Trains small neural networks on the CPU, finds good settings, checks gradients, and predicts.",
    version: "0.1.0",
    subcommands: [
      ImagesCommand.self,
      TrainCommand.self, ResumeCommand.self, TuneCommand.self, EvaluateCommand.self,
      PredictCommand.self, SummaryCommand.self, ShowCommand.self, CompareCommand.self,
      OverfitCommand.self,
      GradcheckCommand.self,
      ReportCommand.self,
      DoctorCommand.self,
    ])

  static func main() { runToExit() }
}

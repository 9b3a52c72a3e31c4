import ArgumentParser
import PerceptronCommandSupport

/// The `bench` command, which measures matrix products, training steps and the libraries compared.
@main
struct Bench: RootCommand, CommandWithExamples {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure matrix products and Perceptron's speed on this machine.",
    subcommands: [
      MatmulCommand.self, StepCommand.self, PredictCommand.self, GradcheckCommand.self,
      LoadCommand.self, IdleCommand.self, CompareCommand.self, PeersCommand.self,
      CSVCommand.self, LinearAlgebraCommand.self, TensorCommand.self, TuneCommand.self,
      WorkerCommand.self,
    ],
    defaultSubcommand: MatmulCommand.self)

  static let examples = [
    CommandExample("Time matrix products.", "swift run -c release bench"),
    CommandExample("Time training steps.", "swift run -c release bench step"),
  ]

  static func main() {
    Interruption.install()
    Build.warnUnlessOptimized()
    runToExit()
  }
}

import ArgumentParser
import PerceptronCommandSupport

/// The `bench` command: what BLAS gives over loops on this machine, how long a training step takes
/// and why, and how far Perceptron is from its peers.
@main
struct Bench: RootCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measures this machine's matrix products and Perceptron's speed on it.",
    subcommands: [
      MatmulCommand.self, StepCommand.self, PredictCommand.self, GradcheckCommand.self,
      LoadCommand.self, IdleCommand.self, CompareCommand.self, PeersCommand.self,
      SweepCommand.self, WorkerCommand.self,
    ],
    defaultSubcommand: MatmulCommand.self)

  static func main() {
    Interruption.install()
    Build.warnUnlessOptimized()
    runToExit()
  }
}

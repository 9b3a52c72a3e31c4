import ArgumentParser
import Foundation

/// The `perceptron` command. Exit status: 0 done, 1 failed, 2 bad use, 130 interrupted.
@main
struct PerceptronCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "perceptron",
    abstract: "Trains small neural networks on the CPU, checks their gradients, and uses them.",
    version: "0.1.0",
    subcommands: [
      TrainCommand.self, EvaluateCommand.self, PredictCommand.self, GradcheckCommand.self,
      DoctorCommand.self,
    ])

  static func main() {
    Foundation.exit(run(Array(CommandLine.arguments.dropFirst())))
  }

  /// Runs one command line and returns its exit status.
  private static func run(_ arguments: [String]) -> Int32 {
    do {
      var command = try parseAsRoot(arguments)
      try command.run()
      return ExitCode.success.rawValue
    } catch let status as ExitCode {
      return status.rawValue
    } catch {
      return report(error)
    }
  }

  private static func report(_ error: any Error) -> Int32 {
    switch exitCode(for: error) {
    case .success:
      print(fullMessage(for: error))
      return 0
    case .validationFailure:
      Console.error(fullMessage(for: error))
      return 2
    default:
      Console.error("Error: \(error)")
      return 1
    }
  }
}

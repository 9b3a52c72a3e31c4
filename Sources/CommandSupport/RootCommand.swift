import ArgumentParser
import Foundation

/// A program's command with subcommands. Exit status: 0 done, 1 failed, 2 bad use, 130 interrupted.
package protocol RootCommand: ParsableCommand {}

extension RootCommand {
  /// Runs the process's command line and ends the process with the right status.
  package static func runToExit() -> Never {
    Console.install()
    Foundation.exit(run(Array(CommandLine.arguments.dropFirst())))
  }

  /// Runs one command line and returns its exit status.
  private static func run(_ arguments: [String]) -> Int32 {
    var command: any ParsableCommand
    if let name = unknownCommand(in: arguments) {
      Console.error(
        "Error: there is no command '\(name)', only \(commandNames.joined(separator: ", "))\n"
          + "  See '\(rootName) --help' for more information.")
      return 2
    }
    do {
      command = try parseAsRoot(unfoldingHelp(arguments))
    } catch {
      return report(parsing: error)
    }
    do {
      try command.run()
      return ExitCode.success.rawValue
    } catch let status as ExitCode {
      return status.rawValue
    } catch let error as ValidationError {
      let name = ([rootName] + (path(of: type(of: command), below: Self.self) ?? []))
        .joined(separator: " ")
      Console.error("Error: \(error.message)\n  See '\(name) --help' for more information.")
      return 2
    } catch  where exitCode(for: error) == .success {
      return report(parsing: error)
    } catch {
      Console.error("Error: \(error)")
      return 1
    }
  }

  private static var rootName: String { configuration.commandName ?? "" }

  private static var commandNames: [String] {
    configuration.subcommands.filter { $0.configuration.shouldDisplay }
      .compactMap { $0.configuration.commandName }
  }

  /// `help NAME` as `NAME --help`, which a command with a default subcommand answers by that one's.
  private static func unfoldingHelp(_ arguments: [String]) -> [String] {
    guard arguments.first == "help", arguments.count > 1, arguments[1] != "help" else {
      return arguments
    }
    return arguments.dropFirst() + ["--help"]
  }

  /// The names that lead to a command; a default subcommand goes by its parent's.
  private static func path(
    of command: any ParsableCommand.Type, below parent: any ParsableCommand.Type
  ) -> [String]? {
    for child in parent.configuration.subcommands {
      let isDefault = parent.configuration.defaultSubcommand == child
      let names = isDefault ? [] : [child.configuration.commandName ?? ""]
      if child == command { return names }
      if let rest = path(of: command, below: child) { return names + rest }
    }
    return nil
  }

  /// What stands where a command's name is expected, also after `help`, and is none.
  private static func unknownCommand(in arguments: [String]) -> String? {
    let names = arguments.first == "help" ? arguments.dropFirst() : arguments[...]
    guard let name = names.first, !name.hasPrefix("-"), name != "help" else { return nil }
    let isKnown = configuration.subcommands.contains { $0.configuration.commandName == name }
    return isKnown ? nil : name
  }

  /// A message in which default subcommands go by their parents' names.
  private static func withoutDefaults(_ text: String) -> String {
    configuration.subcommands.reduce(text) { text, command in
      guard let name = command.configuration.commandName,
        let own = command.configuration.defaultSubcommand?.configuration.commandName
      else { return text }
      let parent = "\(rootName) \(name)"
      return text.replacing("'\(parent) \(own) --help'", with: "'\(parent) --help'")
    }
  }

  /// What came of a command line that is no command to run: help that was asked for, or bad use.
  private static func report(parsing error: any Error) -> Int32 {
    let text = withoutDefaults(fullMessage(for: error))
    if exitCode(for: error) != .success {
      Console.error(text)
      return 2
    }
    do {
      try Console.output(text.hasSuffix("\n") ? String(text.dropLast()) : text)
      return 0
    } catch {
      Console.error("Error: \(error)")
      return 1
    }
  }
}

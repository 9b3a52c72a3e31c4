import ArgumentParser
import Foundation
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// A command whose help ends with examples of its use.
package protocol CommandWithExamples: ParsableCommand {
  static var examples: [CommandExample] { get }
}

/// A command line that can be copied into a shell, and what it does.
package struct CommandExample: Sendable {
  /// What the command does, one sentence.
  let purpose: String
  /// The line, with the program's name.
  package let line: String

  package init(_ purpose: String, _ line: String) { (self.purpose, self.line) = (purpose, line) }
}

/// The root command of a program. Exit status: 0 success, 1 failure, 2 usage error, 130 interrupted.
package protocol RootCommand: ParsableCommand {}

extension RootCommand {
  /// Runs the process's command line and exits with its status.
  package static func runToExit() -> Never {
    Console.install()
    whenMemoryEnds { bytes in
      Console.error(
        "Error: out of memory: \(gigabytes(Double(bytes))) more cannot be had; \(MemoryLimit.current)"
      )
      _exit(1)
    }
    let arguments: [String]
    do {
      arguments = try ProcessArguments.read()
    } catch {
      Console.error("Error: \(error)")
      Foundation.exit(2)
    }
    Foundation.exit(run(Array(arguments.dropFirst())))
  }

  /// Runs one command line and returns its exit status.
  private static func run(_ given: [String]) -> Int32 {
    // `help tune show` and `tune help show` mean `tune show --help`.
    let (_, path, asksForHelp, rest) = words(of: given)
    let arguments = asksForHelp ? path + rest + ["--help"] : given
    if let message = unknownCommand(in: arguments) {
      Console.error(message)
      return 2
    }
    var command: any ParsableCommand
    do {
      command = try parseAsRoot(arguments)
    } catch {
      return report(parsing: error, arguments)
    }
    do {
      _ = try ProductPath.requested()
    } catch {
      Console.error("Error: \(error)")
      return 2
    }
    do {
      try command.run()
      return 0
    } catch {
      return report(error, arguments)
    }
  }

  /// Prints an error of the run of this process's command line.
  ///
  /// - Returns: the exit status.
  package static func report(_ error: any Error) -> Int32 {
    report(error, ((try? ProcessArguments.read()) ?? []).dropFirst().map { $0 })
  }

  private static func report(_ error: any Error, _ arguments: [String]) -> Int32 {
    if let status = error as? ExitCode { return status.rawValue }
    if let error = error as? ValidationError {
      let name = ([rootName] + words(of: arguments).path).joined(separator: " ")
      Console.error("Error: \(error.message)\n  See '\(name) --help' for more information.")
      return 2
    }
    if exitCode(for: error) == .success { return report(parsing: error, arguments) }
    Console.error("Error: \(error)")
    return 1
  }

  private static var rootName: String { configuration.commandName ?? "" }

  /// The error for a command line whose first words name no command, or nil if they name one.
  private static func unknownCommand(in arguments: [String]) -> String? {
    let (command, path, _, rest) = words(of: arguments)
    let known = command.configuration.subcommands.filter {
      // A nested command's default subcommand goes by its parent's name.
      $0.configuration.shouldDisplay
        && (path.isEmpty || $0 != command.configuration.defaultSubcommand)
    }.compactMap { $0.configuration.commandName }
    guard !command.configuration.subcommands.isEmpty, let name = rest.first, !name.hasPrefix("-")
    else { return nil }
    let names = ([rootName] + path).joined(separator: " ")
    let meant =
      !path.isEmpty && subcommand(name, of: Self.self) != nil
      ? "\(rootName) \(name)" : Suggestions.command(for: name, among: known)
    let suggestion = meant.map { "; did you mean \($0)?" } ?? ""
    return "Error: there is no command '\((path + [name]).joined(separator: " "))', only "
      + "\(known.joined(separator: ", "))\(suggestion)\n  See '\(names) --help' for more information."
  }

  /// The command that the first words name, those words without `help`, whether `help` is among them,
  /// and the words that follow.
  private static func words(
    of arguments: [String]
  ) -> (
    command: any ParsableCommand.Type, path: [String], asksForHelp: Bool, rest: ArraySlice<String>
  ) {
    var command: any ParsableCommand.Type = Self.self
    var (path, rest, asksForHelp) = ([String](), arguments[...], false)
    while let name = rest.first {
      if name == "help" && !command.configuration.subcommands.isEmpty {
        asksForHelp = true
      } else if let child = subcommand(name, of: command) {
        command = child
        path.append(name)
      } else {
        break
      }
      rest.removeFirst()
    }
    return (command, path, asksForHelp, rest)
  }

  private static func subcommand(
    _ name: String, of command: any ParsableCommand.Type
  ) -> (any ParsableCommand.Type)? {
    command.configuration.subcommands.first { $0.configuration.commandName == name }
  }

  /// Replaces the names of default subcommands by their parents' names.
  private static func withoutDefaults(_ text: String) -> String {
    configuration.subcommands.reduce(text) { text, command in
      guard let name = command.configuration.commandName,
        let own = command.configuration.defaultSubcommand?.configuration.commandName
      else { return text }
      let parent = "\(rootName) \(name)"
      return text.replacing("'\(parent) \(own) --help'", with: "'\(parent) --help'")
    }
  }

  /// Adds a suggestion to the error for an unknown option.
  private static func suggesting(_ text: String, _ arguments: [String]) -> String {
    let pattern = /^Error: Unknown option '([^']+)'(?:\. Did you mean '[^']+'\?)?/
    guard let found = text.prefixMatch(of: pattern) else { return text }
    let named = words(of: arguments).command
    let options = options(of: named.configuration.defaultSubcommand ?? named)
    let option = String(found.output.1)
    let suggestion = Suggestions.sentence(for: option, among: options).map { ". \($0)" } ?? ""
    return "Error: Unknown option '\(option)'\(suggestion)" + text[found.range.upperBound...]
  }

  /// A command's help followed by its examples; any other text as it is.
  private static func withExamples(_ text: String, _ arguments: [String]) -> String {
    let named = words(of: arguments).command
    let documented = [named, named.configuration.defaultSubcommand]
      .compactMap { $0 as? any CommandWithExamples.Type }.first
    guard text.contains("USAGE: "), let command = documented else { return text }
    let examples = command.examples.map { "  # \($0.purpose)\n  \($0.line)\n" }
    return text.replacing(/\n+$/, with: "") + "\n\nEXAMPLES:\n" + examples.joined(separator: "\n")
  }

  /// Reports a command line that asks for help or is wrong, and returns the exit status.
  private static func report(parsing error: any Error, _ arguments: [String]) -> Int32 {
    var text = suggesting(withoutDefaults(fullMessage(for: error)), arguments)
    if exitCode(for: error) != .success {
      Console.error(text)
      return 2
    }
    text = withExamples(text, arguments)
    do {
      try Console.output(text.hasSuffix("\n") ? String(text.dropLast()) : text)
      return 0
    } catch {
      Console.error("Error: \(error)")
      return 1
    }
  }
}

/// The process's arguments, which must be UTF-8: `CommandLine.arguments` repairs other bytes, so that a
/// path would name another file.
enum ProcessArguments {
  /// The error for an argument that is not UTF-8.
  struct InvalidText: Error, CustomStringConvertible {
    /// Which argument it is.
    let place: String
    let bytes: [UInt8]

    var description: String {
      "\(place) is '\(escaped)', which is not UTF-8; names of files have to be"
    }

    /// The text, with `\xFF` for each byte that is not UTF-8.
    private var escaped: String {
      var rest = bytes[...]
      var text = ""
      while let first = rest.first {
        let length = (1...4).first { String(validating: rest.prefix($0), as: UTF8.self) != nil }
        text +=
          length.map { String(decoding: rest.prefix($0), as: UTF8.self) }
          ?? "\\x" + String(first >> 4, radix: 16) + String(first & 15, radix: 16)
        rest = rest.dropFirst(length ?? 1)
      }
      return text
    }
  }

  /// All arguments, the program's name first.
  ///
  /// - Throws: ``InvalidText`` for the first argument that is not UTF-8, or for such a working
  ///   directory, in which relative paths cannot be represented.
  static func read() throws -> [String] {
    let words = UnsafeBufferPointer(start: CommandLine.unsafeArgv, count: Int(CommandLine.argc))
    var arguments: [String] = []
    for word in words.compactMap({ $0 }) {
      let last = arguments.last ?? ""
      let place = last.hasPrefix("-") ? "what follows \(last)" : "argument \(arguments.count)"
      arguments.append(try text(word, place))
    }
    if let folder = getcwd(nil, 0) {
      defer { free(folder) }
      _ = try text(folder, "the working directory")
    }
    return arguments
  }

  private static func text(_ word: UnsafePointer<CChar>, _ place: String) throws -> String {
    if let text = String(validatingCString: word) { return text }
    let bytes = UnsafeRawBufferPointer(start: word, count: strlen(word))
    throw InvalidText(place: place, bytes: Array(bytes))
  }
}

import ArgumentParser
import Foundation
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronFiles

/// A command whose help ends with examples of its use.
package protocol CommandWithExamples: ParsableCommand {
  /// What the help shows, in this order.
  static var examples: [CommandExample] { get }
}

/// A command line that can be copied into a shell, and what it does.
package struct CommandExample: Sendable {
  /// What the command does, one sentence.
  let purpose: String
  /// The line, with the program's name.
  package let line: String

  /// An example.
  package init(_ purpose: String, _ line: String) { (self.purpose, self.line) = (purpose, line) }
}

extension CommandWithExamples {
  /// The last section of the help.
  fileprivate static var examplesSection: String {
    "EXAMPLES:\n" + examples.map { "  # \($0.purpose)\n  \($0.line)\n" }.joined(separator: "\n")
  }
}

/// A program's command with subcommands. Exit status: 0 done, 1 failed, 2 bad use, 130 interrupted.
package protocol RootCommand: ParsableCommand {}

extension RootCommand {
  /// Runs the process's command line and ends the process with the right status.
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
  private static func run(_ arguments: [String]) -> Int32 {
    let arguments = unfoldingHelp(arguments)
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
      return ExitCode.success.rawValue
    } catch let status as ExitCode {
      return status.rawValue
    } catch let error as ValidationError {
      let name = ([rootName] + (path(of: type(of: command), below: Self.self) ?? []))
        .joined(separator: " ")
      Console.error("Error: \(error.message)\n  See '\(name) --help' for more information.")
      return 2
    } catch  where exitCode(for: error) == .success {
      return report(parsing: error, arguments)
    } catch {
      Console.error("Error: \(error)")
      return 1
    }
  }

  private static var rootName: String { configuration.commandName ?? "" }

  /// What is said of a command line whose first words name no command, or nil where they do.
  private static func unknownCommand(in arguments: [String]) -> String? {
    let (command, path) = command(of: arguments)
    let known = command.configuration.subcommands.filter {
      // That of a nested command goes by its parent's name.
      $0.configuration.shouldDisplay
        && (path.isEmpty || $0 != command.configuration.defaultSubcommand)
    }.compactMap { $0.configuration.commandName }
    guard !command.configuration.subcommands.isEmpty, path.count < arguments.count,
      case let name = arguments[path.count], !name.hasPrefix("-")
    else { return nil }
    let names = ([rootName] + path).joined(separator: " ")
    let meant =
      !path.isEmpty && subcommand(name, of: Self.self) != nil
      ? "\(rootName) \(name)" : Suggestions.command(for: name, among: known)
    let suggestion = meant.map { "; did you mean \($0)?" } ?? ""
    return "Error: there is no command '\((path + [name]).joined(separator: " "))', only "
      + "\(known.joined(separator: ", "))\(suggestion)\n  See '\(names) --help' for more information."
  }

  /// The command that the first words name, and those words.
  private static func command(
    of arguments: [String]
  ) -> (command: any ParsableCommand.Type, path: [String]) {
    var command: any ParsableCommand.Type = Self.self
    var path: [String] = []
    for name in arguments {
      guard let child = subcommand(name, of: command) else { break }
      command = child
      path.append(name)
    }
    return (command, path)
  }

  private static func subcommand(
    _ name: String, of command: any ParsableCommand.Type
  ) -> (any ParsableCommand.Type)? {
    command.configuration.subcommands.first { $0.configuration.commandName == name }
  }

  /// `help tune show` and `tune help show` as `tune show --help`, which a command with a default
  /// subcommand answers by that one's.
  private static func unfoldingHelp(_ arguments: [String]) -> [String] {
    var (rest, path) = (arguments[...], [String]())
    var command: any ParsableCommand.Type = Self.self
    var isAsked = false
    while let name = rest.first {
      if name == "help" && !command.configuration.subcommands.isEmpty {
        isAsked = true
      } else if let child = subcommand(name, of: command) {
        command = child
        path.append(name)
      } else {
        break
      }
      rest.removeFirst()
    }
    return isAsked ? path + rest + ["--help"] : arguments
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

  /// A message about an unknown option that says what may have been meant.
  private static func suggesting(_ text: String, _ arguments: [String]) -> String {
    let pattern = /^Error: Unknown option '([^']+)'(?:\. Did you mean '[^']+'\?)?/
    guard let found = text.prefixMatch(of: pattern) else { return text }
    let named = command(of: arguments).command
    let options = options(of: named.configuration.defaultSubcommand ?? named)
    let option = String(found.output.1)
    let suggestion = Suggestions.sentence(for: option, among: options).map { ". \($0)" } ?? ""
    return "Error: Unknown option '\(option)'\(suggestion)" + text[found.range.upperBound...]
  }

  /// A command's help followed by its examples; any other text as it is.
  private static func withExamples(_ text: String, _ arguments: [String]) -> String {
    let named = command(of: arguments).command
    let documented = [named, named.configuration.defaultSubcommand]
      .compactMap { $0 as? any CommandWithExamples.Type }.first
    guard text.contains("USAGE: "), let command = documented else { return text }
    let help = text.replacing(/\n+$/, with: "")
    return help + "\n\n" + command.examplesSection
  }

  /// Reports a command line that was not run, which asks for help or is wrong, and returns the exit
  /// status.
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

/// The words that the process was started with. `CommandLine.arguments` repairs bytes that are no
/// UTF-8, and a path would then name another file.
enum ProcessArguments {
  /// A word that is not UTF-8.
  struct InvalidText: Error, CustomStringConvertible {
    /// Which word it is.
    let place: String
    let bytes: [UInt8]

    var description: String {
      "\(place) is '\(escaped)', which is not UTF-8; names of files have to be"
    }

    /// The text, with `\xFF` for each byte that is none.
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

  /// All words, the program's name first.
  ///
  /// - Throws: ``InvalidText`` for the first that is not UTF-8, and for a working directory that is
  ///   not, in which relative paths could not be kept.
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

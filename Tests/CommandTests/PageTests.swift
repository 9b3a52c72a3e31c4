import ArgumentParser
import Foundation
import PerceptronTraining
import TestSupport
import Testing

@testable import PerceptronCLI

@Suite("Pages agree with the repository and the command")
struct PageTests {
  private static let optionsPage = "Sources/PerceptronCLI/OPTIONS.md"

  @Test("Every relative link and every path on a page leads to a file", arguments: Pages.all)
  func paths(page: String) throws {
    let text = try Pages.text(page)
    let folder = URL(fileURLWithPath: Pages.root + page).deletingLastPathComponent()
    for (link, anchor) in Pages.relativeLinks(in: text) {
      let path = folder.appendingPathComponent(link).path
      #expect(FileManager.default.fileExists(atPath: path), "\(page) links to \(link)")
      guard let anchor else { continue }
      let target = link.isEmpty ? text : (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
      #expect(Pages.anchors(in: target).contains(anchor), "\(page) links to \(link)#\(anchor)")
    }
    for path in Pages.paths(in: text) {
      #expect(FileManager.default.fileExists(atPath: Pages.root + path), "\(page) names \(path)")
    }
  }

  @Test("The page of the sources names every folder")
  func folders() throws {
    let text = try Pages.text("Sources/README.md")
    let names = try FileManager.default.contentsOfDirectory(atPath: Pages.root + "Sources")
    for name in names where !name.contains(".") {
      #expect(text.contains("`\(name)`"), "Sources/README.md does not name \(name)")
    }
  }

  @Test("Every option of a script on a page is known to the script", arguments: Pages.all)
  func scripts(page: String) throws {
    for line in try Pages.text(page).matches(of: /(scripts\/[\w-]+)((?: [\w.\/-]+)*)/) {
      let script = String(line.output.1)
      let text = try #require(try? Pages.text(script), "\(page) names \(script)")
      for option in line.output.2.split(separator: " ") where option.hasPrefix("--") {
        #expect(text.contains(option), "\(page): \(line.output.0)")
      }
    }
  }

  @Test("The command accepts every command line on a page", arguments: Pages.all)
  func commandLines(page: String) throws {
    let commands = PerceptronCommand.configuration.subcommands.compactMap {
      $0.configuration.commandName
    }
    // As a job of an array sees it.
    let text = try Pages.text(page).replacing("$SLURM_ARRAY_TASK_ID", with: "1")
    for line in Pages.commandLines(of: "perceptron", in: text) {
      let first = line.first ?? "--help"
      #expect(first.hasPrefix("-") || (commands + ["help"]).contains(first), "\(page): \(line)")
      do {
        _ = try PerceptronCommand.parseAsRoot(Pages.askingForHelp(line))
      } catch  where PerceptronCommand.exitCode(for: error) != .success {
        Issue.record("\(page): \(line): \(PerceptronCommand.message(for: error))")
      } catch {}
    }
  }

  @Test("The command's page lists the options that leave the classic defaults")
  func departing() throws {
    let text = try Pages.text("Sources/PerceptronCLI/README.md")
    let list = try #require(text.firstMatch(of: /With any of([^.]*?), other defaults hold/)).output
      .1
    let names = list.matches(of: /`--([a-z0-9-]+)`/).map { String($0.output.1) }
    #expect(Set(names) == Set(Hyperparameter.departing.map(\.name)))
  }

  @Test("The page of options says what --help says")
  func options() throws {
    let expected = try optionReference()
    if ProcessInfo.processInfo.environment["PERCEPTRON_WRITE_PAGES"] != nil {
      try expected.write(
        toFile: Pages.root + Self.optionsPage, atomically: true, encoding: .utf8)
    }
    let isCurrent = try Pages.text(Self.optionsPage) == expected
    #expect(isCurrent, "out of date: run this test with PERCEPTRON_WRITE_PAGES=1")
  }
}

/// The page of options, made from what `--help` is made from.
private func optionReference() throws -> String {
  struct Dump: Decodable { let command: CommandHelp }
  let root = try JSONDecoder().decode(Dump.self, from: Data(PerceptronCommand._dumpHelp().utf8))
    .command
  return """
    # Options of every command

    Generated from the help by `Tests/CommandTests/PageTests.swift`. `perceptron help train` prints
    the same for `train`, with more explanation. [README.md](README.md) describes what the commands do.

    """ + root.sections(path: []).joined()
}

/// What ArgumentParser tells of a command.
private struct CommandHelp: Decodable {
  let commandName: String
  let shouldDisplay: Bool
  let abstract: String?
  let arguments: [ArgumentHelp]?
  let subcommands: [CommandHelp]?
  let defaultSubcommand: String?

  /// Sections for this command, unless it is the root, and for those below it. A default subcommand
  /// stands under its parent's name.
  func sections(path: [String]) -> [String] {
    let children = (subcommands ?? []).filter { $0.shouldDisplay && $0.commandName != "help" }
    let own = children.first { $0.commandName == defaultSubcommand } ?? self
    let section = path.isEmpty ? [] : [own.section(titled: path.joined(separator: " "))]
    return section
      + children.filter { $0.commandName != defaultSubcommand }
      .flatMap { $0.sections(path: path + [$0.commandName]) }
  }

  private func section(titled title: String) -> String {
    let shown = (arguments ?? []).filter {
      $0.shouldDisplay && !["help", "version"].contains($0.names?.last?.name)
    }
    var text = "\n## perceptron \(title)\n\n\(abstract ?? "")\n"
    // As in the help: arguments, groups with a title, and the other options.
    let titles = shown.map(\.groupTitle)
    let inOrder =
      ["Arguments"] + titles.filter { $0 != "Arguments" && $0 != "Options" } + ["Options"]
    var done: Set<String> = []
    for title in inOrder where titles.contains(title) && done.insert(title).inserted {
      text += "\n| \(title) | |\n|---|---|\n"
      for argument in shown where argument.groupTitle == title {
        text += "| \(argument.synopsis) | \(argument.explanation) |\n"
      }
    }
    return text
  }
}

/// What ArgumentParser tells of an argument or an option.
private struct ArgumentHelp: Decodable {
  struct Name: Decodable { let kind, name: String }

  let kind: String
  let shouldDisplay: Bool
  let sectionTitle: String?
  let names: [Name]?
  let valueName: String?
  let abstract: String?
  let defaultValue: String?
  let allValues: [String]?

  var groupTitle: String { sectionTitle ?? (kind == "positional" ? "Arguments" : "Options") }

  /// Such as "`-o`, `--output <folder>`", or "`<folder>`".
  var synopsis: String {
    let value = valueName.map { "<\($0)>" } ?? ""
    guard let names, let last = names.last else { return "`\(value)`" }
    let spelled = names.dropLast().map { "`\($0.spelling)`" }
    return (spelled + ["`\(last.spelling)\(kind == "option" ? " \(value)" : "")`"])
      .joined(separator: ", ")
  }

  /// The help with the values and the default, as `--help` adds them.
  var explanation: String {
    var notes: [String] = []
    if let allValues { notes.append("values: " + allValues.joined(separator: ", ")) }
    if let defaultValue { notes.append("default: \(defaultValue)") }
    let parts = [abstract, notes.isEmpty ? nil : "(\(notes.joined(separator: "; ")))"]
    return parts.compactMap(\.self).joined(separator: " ")
      .replacing("\n", with: " ").replacing("|", with: "\\|").replacing("<", with: "\\<")
  }
}

extension ArgumentHelp.Name {
  fileprivate var spelling: String { (kind == "short" ? "-" : "--") + name }
}

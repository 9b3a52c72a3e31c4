import ArgumentParser
import Foundation
import TestSupport
import Testing

@testable import PerceptronCLI

@Suite("Pages agree with the repository and the command")
struct PageTests {
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
    for line in Pages.commandLines(of: "perceptron", in: try Pages.text(page)) {
      let first = line.first ?? "--help"
      #expect(first.hasPrefix("-") || (commands + ["help"]).contains(first), "\(page): \(line)")
      do {
        _ = try PerceptronCommand.parseAsRoot(Pages.askingForHelp(line))
      } catch  where PerceptronCommand.exitCode(for: error) != .success {
        Issue.record("\(page): \(line): \(PerceptronCommand.message(for: error))")
      } catch {}
    }
  }
}

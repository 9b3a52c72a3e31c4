import ArgumentParser
import Foundation
import Perceptron
import PerceptronCommandSupport

struct CompareCommand: CommandWithExamples {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compare training runs side by side.",
    discussion: """
      Prints a table with one column per run: the settings that differ between the runs, then the \
      results. With --output, also writes a page on which the runs' curves are overlaid.
      """)

  static let examples = [
    CommandExample("Print a table of two runs.", "perceptron compare runs/digits-1 runs/digits-2"),
    CommandExample(
      "Also write a page with the curves of three runs.",
      "perceptron compare runs/digits-1 runs/digits-2 runs/digits-3 --output comparison.html"),
  ]

  @Argument(
    help: .init(
      "Folders of two or more runs, or of `train --folds` or `--repeats`.", valueName: "runs"))
  var given: [String]
  @Option(
    name: [.short, .long],
    help: .init("HTML file to write. (default: none)", valueName: "file"))
  var output: String?
  @Flag(help: "Print JSON: the table and each run's record.") var json = false

  /// The folders of single runs.
  private var runs: [String] { RunSeries.expanding(given) }

  func validate() throws {
    if runs.count < 2 {
      throw ValidationError(
        "one run, \(runs.first ?? ""), cannot be compared; expected two or more; "
          + "`perceptron show` shows one")
    }
    var seen: Set<String> = []
    for run in runs {
      let path = URL(fileURLWithPath: run).standardizedFileURL.resolvingSymlinksInPath().path
      if seen.insert(path).inserted { continue }
      throw ValidationError("\(run) is given twice, expected different runs")
    }
    try requirePage(output)
  }

  /// The JSON output.
  private struct Result: Encodable {
    struct Run: Encodable {
      let name: String
      let folder: String
      let record: RunRecord
    }

    let runs: [Run]
    let differences: [RunComparison.Row]
    let results: [RunComparison.Row]
    let cautions: [String]
  }

  func run() throws {
    let runs = runs
    let names = Self.names(of: runs)
    let comparison = RunComparison(
      try zip(names, runs).map { name, folder in .init(name, try Self.read(folder)) })
    if json {
      try Console.output(
        Result(
          runs: zip(comparison.entries, runs).map {
            .init(name: $0.name, folder: $1, record: $0.run.record)
          },
          differences: comparison.differences, results: comparison.results,
          cautions: comparison.cautions
        ).json)
    } else {
      try Console.output(Self.text(comparison, columns: Console.outputColumns))
    }
    guard let output else { return }
    let report = Report(of: comparison)
    let (drawings, problem) = report.draw()
    try report.write(to: output, drawings)
    if let problem { Console.error(problem) }
    if !json { try Console.output("\n" + output) }
  }

  private static func read(_ folder: String) throws -> TrainingRun {
    try requireFolder(folder, of: "a run")
    if Study.exists(at: folder) {
      throw FileError(
        folder,
        "holds a study, whose trials are compared by "
          + "`\(ShellCommand.line(["perceptron", "tune", "show", folder]))`")
    }
    let directory = RunDirectory(path: folder)
    if directory.holdsRecord { return try directory.read() }
    throw directory.missingRecord("expected the folder of a run, found no run.json")
  }

  /// The last component of each path, or the whole paths if two of these are equal.
  private static func names(of folders: [String]) -> [String] {
    let last = folders.map { URL(fileURLWithPath: $0).standardizedFileURL.lastPathComponent }
    return Set(last).count == last.count ? last : folders
  }

  /// The table, split into parts of at most `columns` characters a line where possible.
  static func text(_ comparison: RunComparison, columns: Int) -> String {
    var (parts, begin) = ([String](), 0)
    let count = comparison.entries.count
    while begin < count {
      let ends = (begin + 1...count).reversed()
      let tables = ends.lazy.map { ($0, table(comparison, begin..<$0)) }
      let fitting = tables.first { end, text in
        end == begin + 1 || text.split(separator: "\n").allSatisfy { $0.count <= columns }
      }
      guard let (end, text) = fitting else { break }
      parts.append(text)
      begin = end
    }
    let notes = comparison.cautions.isEmpty ? [] : [comparison.cautions.joined(separator: "\n")]
    let same = comparison.differences.isEmpty ? ["the runs have the same settings"] : []
    return (notes + same + parts).joined(separator: "\n\n")
  }

  private static func table(_ comparison: RunComparison, _ runs: Range<Int>) -> String {
    var table = TextTable([.words("")] + comparison.entries[runs].map { .figures($0.name) })
    for row in comparison.differences { table.add([row.name] + row.values[runs]) }
    if !comparison.differences.isEmpty { table.add([""] + runs.map { _ in "" }) }
    for row in comparison.results { table.add([row.name] + row.values[runs]) }
    return table.text
  }
}

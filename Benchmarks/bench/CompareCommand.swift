import ArgumentParser
import CommandSupport
import Foundation
import Perceptron
import Serialization

/// `bench compare`.
struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compare two runs that were written with --json.",
    discussion: """
      Prints the new median over the old one, how far that ratio is uncertain, and marks what is \
      beyond noise: a difference of more than 10 %, larger than its spread, that the shortest times \
      share. Each run also times work that is the same in every build; what that differs by is the \
      machine's doing, and comes on top of the 10 %. Exit status 0 whatever came of it.
      """)

  @Argument(help: "What was measured before.") var old: String
  @Argument(help: "What was measured now.") var new: String
  @Flag(help: "Leave out what has not changed.") var changed = false
  @Option(help: .init("Write the comparison to this file.", valueName: "file")) var json: String?

  func run() throws {
    let (before, now) = (try Report(readingFrom: old), try Report(readingFrom: new))
    let comparison = ReportComparison(before, now)
    if comparison.comparisons.isEmpty {
      throw FileError(new, "has no timing that \(old) has too")
    }
    try Console.output(text(comparison))
    try json.map { try AtomicFile.write(Array((try comparison.json + "\n").utf8), to: $0) }
  }

  private func text(_ comparison: ReportComparison) -> String {
    let shown = comparison.comparisons.filter { !changed || $0.verdict != .same }
    var table = TextTable(
      [.words("what"), .words("who")]
        + ["old", "new", "ratio", "spread"].map { .figures($0) } + [.words("")])
    for line in comparison.machine { table.add(cells(line, mark: "")) }
    for line in shown {
      let mark = line.verdict == .same ? "" : line.verdict.rawValue.uppercased()
      table.add(cells(line, mark: mark))
    }
    func count(_ verdict: Comparison.Verdict) -> Int {
      comparison.comparisons.count { $0.verdict == verdict }
    }
    let summary =
      "\(comparison.comparisons.count) compared: \(count(.slower)) slower, "
      + "\(count(.faster)) faster, \(count(.same)) without a change beyond noise"
    let lines =
      comparison.warnings.map { "careful, \($0)" } + driftWarning(comparison)
      + [table.text, "", summary]
      + comparison.onlyOld.map { "only in \(old): \($0)" }
      + comparison.onlyNew.map { "only in \(new): \($0)" }
    return lines.joined(separator: "\n")
  }

  private func cells(_ line: Comparison, mark: String) -> [String] {
    [
      line.subject, line.variant, readableTime(line.old), readableTime(line.new),
      decimal(line.ratio, 2), "±\(decimal(100 * line.spread, 0)) %", mark,
    ]
  }

  private func driftWarning(_ comparison: ReportComparison) -> [String] {
    if comparison.drift <= log(1 + Comparison.leastChange) { return [] }
    return [
      "careful, the machine itself changed by up to \(percent(exp(comparison.drift) - 1)); only what "
        + "changed by more than that and another 10 % is marked: measure again when it is quiet"
    ]
  }
}

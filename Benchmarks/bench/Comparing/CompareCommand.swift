import ArgumentParser
import Foundation
import Perceptron
import PerceptronCommandSupport
import PerceptronFiles

/// `bench compare`.
struct CompareCommand: CommandWithExamples {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compare two measurements written with --json.",
    discussion: """
      Prints the ratio of the new times to the old ones, by medians with a 99 % confidence interval, and \
      by the shortest times. Marks significant changes: those larger than \
      \(percent(Comparison.leastChange)) and than the interval, in which the shortest times agree. Every \
      measurement also times work that is the same in all builds. Its change is the machine's and adds to \
      the uncertainty; if it is large, measure both builds alternately several times and give all files. \
      The exit status does not depend on the result.
      """)

  static let examples = [
    CommandExample(
      "Compare two builds.",
      "swift run -c release bench compare old.json new.json"),
    CommandExample(
      "Compare several measurements of each build and print only changes.",
      "swift run -c release bench compare old1.json,old2.json new1.json,new2.json --changed"),
  ]

  @Argument(
    help: "Earlier measurement: a file, or several of one build separated by commas.")
  var old: String
  @Argument(help: "Later measurement, likewise.") var new: String
  @Flag(help: "Print only changes.") var changed = false
  @Option(help: .init("JSON file to write the comparison to. (default: none)", valueName: "file"))
  var json: String?

  func run() throws {
    try json.map(OutputFile.check)
    let (before, now) = (try report(old), try report(new))
    let comparison = ReportComparison(before, now)
    if comparison.comparisons.isEmpty && before.command != now.command {
      throw FileError(
        new, "is of bench \(now.command), and \(old) of bench \(before.command)")
    }
    if comparison.comparisons.isEmpty {
      throw FileError(new, "has no timing that \(old) has too")
    }
    let written = Result {
      try json.map { try AtomicFile.write(Array((try comparison.json + "\n").utf8), to: $0) }
    }
    try Console.output(text(comparison))
    try written.get()
  }

  private func report(_ paths: String) throws -> BenchReport {
    let reports = try paths.split(separator: ",").map { try BenchReport(readingFrom: String($0)) }
    if reports.isEmpty { throw ValidationError("expected files, found '\(paths)'") }
    if let other = reports.first(where: { $0.command != reports[0].command }) {
      throw ValidationError("\(paths): both \(reports[0].command) and \(other.command)")
    }
    let first = reports[0]
    if let other = reports.first(where: {
      $0.machine != first.machine || $0.isOptimized != first.isOptimized
    }) {
      throw ValidationError(
        "\(paths): not all of one machine and build: \(first.head) and \(other.head)")
    }
    return BenchReport(merging: reports)
  }

  private func text(_ comparison: ReportComparison) -> String {
    let shown = comparison.comparisons.filter { !changed || $0.verdict != .same }
    var table = TextTable(
      [.words("what"), .words("who")]
        + ["old", "new", "ratio", "spread", "best"].map { .figures($0) } + [.words("")])
    for line in comparison.machine { table.add(cells(line, mark: "")) }
    for line in shown { table.add(cells(line, mark: mark(line.verdict))) }
    let isEmpty = comparison.machine.isEmpty && shown.isEmpty
    func count(_ verdict: Comparison.Verdict) -> Int {
      comparison.comparisons.count { $0.verdict == verdict }
    }
    let summary =
      "\(comparison.comparisons.count) compared: \(count(.slower)) slower, "
      + "\(count(.faster)) faster, \(count(.same)) without a change beyond noise"
      + (count(.unclear) == 0
        ? "" : ", \(count(.unclear)) unclear: the machine itself changed as much")
    let lines =
      comparison.warnings.map { "careful, \($0)" } + driftWarning(comparison)
      + (isEmpty ? [] : [table.text, ""]) + [summary]
      + comparison.onlyOld.map { "only in \(old): \($0)" }
      + comparison.onlyNew.map { "only in \(new): \($0)" }
    return lines.joined(separator: "\n")
  }

  private func mark(_ verdict: Comparison.Verdict) -> String {
    switch verdict {
    case .same: ""
    case .unclear: "?"
    case .faster, .slower: verdict.rawValue.uppercased()
    }
  }

  private func cells(_ line: Comparison, mark: String) -> [String] {
    [
      line.subject, line.variant, readableTime(line.old), readableTime(line.new),
      decimal(line.ratio, 2), "±\(decimal(100 * line.spread, 0)) %", decimal(line.bestRatio, 2),
      mark,
    ]
  }

  private func driftWarning(_ comparison: ReportComparison) -> [String] {
    if comparison.comparisons.allSatisfy({ $0.verdict != .unclear }) { return [] }
    return [
      "careful, the machine itself changed by up to \(percent(exp(comparison.drift) - 1)): measure "
        + "both builds in turn, some times, and give all files"
    ]
  }
}

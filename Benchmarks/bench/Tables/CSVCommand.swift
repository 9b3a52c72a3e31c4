import ArgumentParser
import Foundation
import Perceptron
import PerceptronCommandSupport
import PerceptronFiles

/// `bench csv`.
struct CSVCommand: CommandWithExamples {
  static let configuration = CommandConfiguration(
    commandName: "csv",
    abstract: "Compare reading a table of numbers with pandas.",
    discussion: """
      Writes a CSV file of random numbers with 6 to 17 digits in \(TableFile.columns) columns to a \
      temporary folder, reads it with Perceptron and with pandas.read_csv in turn, and compares their \
      times and memory. Before that, both have to read the same bits: pandas with its slower, exact \
      conversion, which is not timed. Called by scripts/compare-peers --csv.
      """)

  static let examples = [
    CommandExample(
      "Compare with pandas in a Python environment made by the script.",
      "scripts/compare-peers --csv"),
    CommandExample(
      "Read a small file, with the pandas of another Python.",
      "swift run -c release bench csv --python /usr/bin/python3 --megabytes 50"),
  ]

  @Option(help: "Python interpreter that has pandas.") var python: String
  @Option(help: "Folder of the peers' programs.") var scripts = "Benchmarks/peers"
  @Option(help: .init("Size of the table.", valueName: "MB")) var megabytes = 1000
  @Option(
    parsing: .unconditional,
    help: .init(
      "Total time for reading; each reads once a round at least. (default: \(decimal(seconds, 0)))",
      valueName: "s"))
  var seconds: Double?
  @Option(help: .init("JSON file to write all figures to. (default: none)", valueName: "file"))
  var json: String?

  private static let seconds = 60.0

  func validate() throws {
    try require("--seconds", aboveZero: seconds)
    try require("--megabytes", megabytes, in: 1...100_000)
  }

  func run() throws {
    try json.map(OutputFile.check)
    let entry = TableFile(size: megabytes * 1_000_000).entry
    let report = try withTemporaryFolder { folder in
      var run = try PeerRun(
        Peer.tables(python: python, scripts: scripts), seconds: seconds ?? Self.seconds,
        threads: BLASLibrary.threadCount, files: PeerFiles(folder: folder))
      if run.processes.count < 2 {
        throw FileError(
          python, "does not run pandas; scripts/compare-peers --csv makes an environment that does")
      }
      var report = BenchReport(command: "csv", try run.measure(entry, of: 1))
      report.versions = run.versions
      report.peakBytes = try run.measureMemory(of: entry.work, count: 1)
      report.notes = run.notes
      return report
    }
    let written = Result { try json.map { try OutputFile.write(report, to: $0) } }
    try Console.output(Self.text(report, entry.title))
    try written.get()
  }

  /// The table of times and memory.
  private static func text(_ report: BenchReport, _ title: String) -> String {
    let names = [Peer.perceptron, Peer.pandas]
    func row(_ what: String, _ figure: (String) -> Double?, _ text: (Double) -> String) -> [String]
    {
      let figures = names.map(figure)
      let ratio = figures[0].flatMap { own in figures[1].map { decimal(own / $0, 3) } }
      return [what] + figures.map { $0.map(text) ?? "–" } + [ratio ?? "–"]
    }
    var table = TextTable([.words("work")] + (names + ["ratio"]).map { .figures($0) })
    table.add(row(title, { report.timings[title, $0]?.median }, readableTime))
    table.add(
      row("peak memory, reading it", { report.peakBytes?[$0] }, { "\(decimal($0 / 1e6, 0)) MB" }))
    return """
      \(report.head)
      \(names.compactMap { report.versions?[$0] }.joined(separator: "; "))

      \(table.markdown)

      Medians of \(PeerRun.rounds) rounds in which both take their turn; ratio: Perceptron's over \
      pandas'.
      """ + (PeerTable.unsteady(report) + (report.notes ?? [])).map { "\n- \($0)" }.joined()
  }
}

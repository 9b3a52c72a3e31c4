import ArgumentParser
import Foundation
import Perceptron
import PerceptronCommandSupport
import PerceptronFiles

/// `bench linalg`.
struct LinearAlgebraCommand: CommandWithExamples {
  static let configuration = CommandConfiguration(
    commandName: "linalg",
    abstract: "Compare solving and decomposing matrices with SciPy.",
    discussion: """
      Square matrices of 10, 100 and 1000 rows in double and single precision, the same for both programs, \
      which take turns with the same number of threads. Before each work is timed, both have to compute the \
      same. Takes \(decimal(seconds, 0)) s, or --seconds, and the time of pauses. Called by \
      scripts/compare-peers --linalg.
      """)

  static let examples = [
    CommandExample(
      "Compare with SciPy in a Python environment made by the script.",
      "scripts/compare-peers --linalg"),
    CommandExample(
      "Compare the QR decompositions with the SciPy of another Python.",
      "swift run -c release bench linalg --python python3 --filter QR"),
  ]

  @Option(help: "Python interpreter that has SciPy.") var python: String
  @Option(help: "Folder of the peers' programs.") var scripts = "Benchmarks/peers"
  @OptionGroup var options: MeasuringOptions

  private static let seconds = 120.0
  private static let precisions: [PeerProtocol.Precision] = [.float64, .float32]

  func run() throws {
    try options.checkOutput()
    let all = Self.precisions.flatMap { precision in
      AlgebraOperation.allCases.flatMap { operation in
        AlgebraOperation.sizes.map { operation.entry(size: $0, precision) }
      }
    }
    let entries = try options.filtered(all, name: \.title)
    let report = try withTemporaryFolder { folder in try measure(entries, in: folder) }
    try options.publish(report, Self.text(report, entries))
  }

  private func measure(_ entries: [PeerWorks.Entry], in folder: String) throws -> BenchReport {
    var report = BenchReport(command: "linalg", [])
    for precision in Self.precisions {
      let works = entries.filter { $0.work.precision == precision }
      if works.isEmpty { continue }
      var run = try PeerRun(
        Peer.algebra(python: python, scripts: scripts, precision),
        seconds: (options.seconds ?? Self.seconds) * Double(works.count) / Double(entries.count),
        threads: BLASLibrary.threadCount, files: PeerFiles(folder: folder))
      // Both use OpenBLAS, whose threads soon sleep.
      run.pause = 0.05
      if run.processes.count < 2 {
        throw FileError(
          python,
          "does not run SciPy; scripts/compare-peers --linalg makes an environment that does")
      }
      report.timings += try works.flatMap { try run.measure($0, of: works.count) }
      report.versions = run.versions
      report.notes = (report.notes ?? []) + run.notes
    }
    return report
  }

  /// The table of times, with a line for each operation and size.
  private static func text(_ report: BenchReport, _ entries: [PeerWorks.Entry]) -> String {
    let names = [Peer.perceptron, Peer.sciPy]
    var table = TextTable([.words("work")] + (names + ["ratio"]).map { .figures($0) })
    for entry in entries {
      let timings = names.map { report.timings[entry.title, $0] }
      guard let own = timings[0], let peer = timings[1] else { continue }
      table.add([
        entry.title, readableTime(own.median), readableTime(peer.median),
        decimal(PeerTable.share(own, of: peer), 2),
      ])
    }
    return """
      \(report.head)
      \(names.compactMap { report.versions?[$0] }.joined(separator: "; "))

      \(table.markdown)

      Medians of \(PeerRun.rounds) rounds in which both take their turn; ratio: the median of the rounds' \
      ratios, Perceptron's time over SciPy's.
      """ + (PeerTable.unsteady(report) + (report.notes ?? [])).map { "\n- \($0)" }.joined()
  }
}

import Foundation
import Perceptron
import PerceptronCommandSupport
import PerceptronFiles

/// A comparison of many operations with one peer, in both precisions: `bench linalg` and `bench tensor`.
struct OperationComparison {
  /// The command's name.
  let command: String
  /// The peer's name.
  let peer: String
  /// The peer's program in Benchmarks/peers.
  let script: String

  static let precisions: [PeerProtocol.Precision] = [.float64, .float32]

  /// Measures the operations; the peer's `python` runs its program in the folder `scripts`.
  ///
  /// - Throws: `FileError` if the peer does not run; `WrongResult` if both do not compute the same.
  func measure(
    _ entries: [PeerWorks.Entry], python: String, scripts: String, seconds: Double
  ) throws -> BenchReport {
    try withTemporaryFolder { folder in
      var report = BenchReport(command: command, [])
      for precision in Self.precisions {
        let works = entries.filter { $0.work.precision == precision }
        if works.isEmpty { continue }
        let peers = Peer.pair(
          peer, python: python, script: "\(scripts)/\(script)", precision: precision)
        var run = try PeerRun(
          peers, seconds: seconds * Double(works.count) / Double(entries.count),
          threads: BLASLibrary.threadCount, files: PeerFiles(folder: folder))
        if run.processes.count < peers.count {
          throw FileError(
            python,
            "does not run \(peer); scripts/compare-peers --\(command) makes an environment that does"
          )
        }
        report.timings += try works.flatMap { try run.measure($0, of: works.count) }
        report.versions = run.versions
        report.notes = (report.notes ?? []) + run.notes
      }
      return report
    }
  }

  /// The table of times, with a line for each entry.
  func text(_ report: BenchReport, _ entries: [PeerWorks.Entry]) -> String {
    let names = [Peer.perceptron, peer]
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
      ratios, Perceptron's time over \(peer)'s.
      """ + (PeerTable.unsteady(report) + (report.notes ?? [])).map { "\n- \($0)" }.joined()
  }
}

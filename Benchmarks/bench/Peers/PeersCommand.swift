import ArgumentParser
import Foundation
import Perceptron
import PerceptronCommandSupport
import PerceptronFiles

/// `bench peers`.
struct PeersCommand: CommandWithExamples {
  static let configuration = CommandConfiguration(
    commandName: "peers",
    abstract: "Compare with NumPy, PyTorch, JAX and scikit-learn on the same work.",
    discussion: """
      All programs work on the same random data and weights with the same number of threads, one after \
      the other in each round. Before each work is timed, all have to compute the same losses. Prints a \
      Markdown table. Takes \(decimal(seconds, 0)) s, or --seconds, and the time of pauses and \
      preparations. scripts/compare-peers makes a Python environment with the peers and calls this.
      """)

  static let examples = [
    CommandExample(
      "Compare with all peers in a Python environment made by the script.",
      "scripts/compare-peers"),
    CommandExample(
      "Compare one work with the NumPy of another Python.",
      "swift run -c release bench peers --python python3 --only numpy --filter 24-8-2"),
  ]

  @Option(help: "Python interpreter that has the peers.") var python: String
  @Option(help: "Folder of the peers' programs.") var scripts = "Benchmarks/peers"
  @Option(
    help: .init(
      "Peer to compare with; may be repeated. (default: all)", valueName: "name"))
  var only: [String] = []
  @Flag(
    help: .init(
      "Only print the required Python packages, for scripts/compare-peers.",
      visibility: .hidden))
  var listPackages = false
  @OptionGroup var options: MeasuringOptions

  private static let seconds = 120.0

  func run() throws {
    try options.checkOutput()
    let titles = try options.filtered(
      PeerWorks.all.map(\.title) + [PeerTable.memoryTitle], name: { $0 })
    let entries = PeerWorks.all.filter { titles.contains($0.title) }
    let peers = try selectedPeers()
    if listPackages {
      return try Console.output(unique(peers.compactMap(\.package)).joined(separator: "\n"))
    }
    let report = try withTemporaryFolder { folder in
      try measure(entries, peers, memory: titles.contains(PeerTable.memoryTitle), in: folder)
    }
    let names = peers.map(\.name).filter { report.versions?[$0] != nil }
    try options.publish(report, text(report, names))
  }

  private func selectedPeers() throws -> [Peer] {
    let all = Peer.all(python: python, scripts: scripts)
    let peers = all.filter { peer in
      only.isEmpty || peer.name == Peer.perceptron
        || only.contains { peer.name.lowercased().hasPrefix($0.lowercased()) }
    }
    if peers.count == 1 {
      throw ValidationError(
        "--only \(only.joined(separator: " ")) names none of: "
          + all.dropFirst().map(\.name).joined(separator: ", "))
    }
    return peers
  }

  private func measure(
    _ entries: [PeerWorks.Entry], _ peers: [Peer], memory: Bool, in folder: String
  ) throws -> BenchReport {
    var run = try PeerRun(
      peers, seconds: options.seconds ?? Self.seconds, threads: BLASLibrary.threadCount,
      files: PeerFiles(folder: folder))
    if run.processes.allSatisfy({ $0.peer.name == Peer.perceptron }) {
      throw FileError(
        python, "runs none of the peers in \(scripts); scripts/compare-peers makes an environment")
    }
    let timings = try entries.flatMap { try run.measure($0, of: entries.count) }
    var report = BenchReport(command: "peers", timings)
    report.versions = run.versions
    report.notes = run.notes
    if memory { report.peakBytes = try run.measureMemory() }
    return report
  }

  private func text(_ report: BenchReport, _ names: [String]) -> String {
    let versions = unique(names.compactMap { report.versions?[$0] })
    return """
      \(report.date.prefix(10)), \(report.machine.processor), \
      \(counted(report.machine.cores, "core")), \
      \(counted(report.machine.blasThreads, "thread")) each. \(versions.joined(separator: "; ")).

      \(PeerTable(report: report, names: names).markdown)

      Medians of \(PeerRun.rounds) rounds in which all take their turn. In brackets: Perceptron's \
      time, or memory, as a share of theirs: the median of the rounds' ratios; for the preset and for \
      memory, the ratio of the figures themselves.
      """ + (PeerTable.unsteady(report) + (report.notes ?? [])).map { "\n- \($0)" }.joined()
  }

  /// The texts without duplicates, in their order.
  private func unique(_ texts: [String]) -> [String] {
    texts.enumerated().filter { texts.firstIndex(of: $1) == $0 }.map(\.1)
  }
}

import ArgumentParser
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

  func run() throws {
    try options.checkOutput()
    let all = OperationComparison.precisions.flatMap { precision in
      AlgebraOperation.allCases.flatMap { operation in
        AlgebraOperation.sizes.map { operation.entry(size: $0, precision) }
      }
    }
    let entries = try options.filtered(all, name: \.title)
    // Both use OpenBLAS, whose threads soon sleep.
    let comparison = OperationComparison(
      command: "linalg", peer: "SciPy", script: "scipy_peer.py")
    let report = try comparison.measure(
      entries, python: python, scripts: scripts, seconds: options.seconds ?? Self.seconds)
    try options.publish(report, comparison.text(report, entries))
  }
}

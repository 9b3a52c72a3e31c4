import ArgumentParser
import PerceptronCommandSupport
import PerceptronFiles

/// `bench tensor`.
struct TensorCommand: CommandWithExamples {
  static let configuration = CommandConfiguration(
    commandName: "tensor",
    abstract: "Compare operations on tensors with NumPy.",
    discussion: """
      Arithmetic, comparisons, functions, reductions, sorting, slices and joining of 3000 × 1000 numbers in \
      double and single precision, the same for both programs, which take turns. Perceptron's threads share \
      the elements, NumPy uses one. Before each work is timed, both have to compute the same. Takes \
      \(decimal(seconds, 0)) s, or --seconds, and the time of what takes longer than its share. Called by \
      scripts/compare-peers --tensor.
      """)

  static let examples = [
    CommandExample(
      "Compare with NumPy in a Python environment made by the script.",
      "scripts/compare-peers --tensor"),
    CommandExample(
      "Compare sums in single precision with the NumPy of another Python.",
      "swift run -c release bench tensor --python python3 --filter 'float32: sum'"),
  ]

  @Option(help: "Python interpreter that has NumPy and SciPy.") var python: String
  @Option(help: "Folder of the peers' programs.") var scripts = "Benchmarks/peers"
  @OptionGroup var options: MeasuringOptions

  private static let seconds = 120.0

  func run() throws {
    try options.checkOutput()
    let all = OperationComparison.precisions.flatMap { precision in
      TensorOperation<Double>.all.map {
        TensorOperation<Double>.entry($0.name, rows: 3000, columns: 1000, precision)
      }
    }
    let entries = try options.filtered(all, name: \.title)
    // Neither NumPy's single thread nor Perceptron's workers spin for long.
    let comparison = OperationComparison(
      command: "tensor", peer: "NumPy", script: "tensor_peer.py")
    let report = try comparison.measure(
      entries, python: python, scripts: scripts, seconds: options.seconds ?? Self.seconds)
    try options.publish(report, comparison.text(report, entries))
  }
}

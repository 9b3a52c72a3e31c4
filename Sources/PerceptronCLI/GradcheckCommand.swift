import ArgumentParser
import CommandSupport
import Perceptron

/// `perceptron gradcheck`.
struct GradcheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gradcheck",
    abstract: "Compare a network's gradients with centred differences of its loss.",
    discussion: """
      A fresh two-layer network in double precision, its biases drawn at random like its weights, \
      is checked on the first rows of a data set. The features are prepared as train would \
      prepare them: divided by --pixel-scale and, for pixels, less the mean of all training rows. \
      Exit status 0 when every relative error is below 1e-7, else 1: also where too few entries \
      could be compared to decide, as with weights so small that every ReLU is at its kink.
      """)

  @OptionGroup var source: DataOptions
  @Option(parsing: .unconditional, help: "How many rows of the data make the batch.") var rows = 20
  @Option(parsing: .unconditional, help: "Width of the hidden layer.") var hidden = 20
  @Option(parsing: .unconditional, help: "Standard deviation of weights and biases.") var scale =
    0.1
  @Option(parsing: .unconditional, help: "λ, the factor of the penalty on squared weights.")
  var regularization = 0.05
  @Option(
    parsing: .unconditional,
    help: "How many entries of each parameter to check. (default: all of them)")
  var sample: Int?
  @Option(parsing: .unconditional, help: "What weights and samples are drawn from.") var seed:
    UInt64 = 0
  @OptionGroup var preparation: PreparationOptions
  @Flag(help: "Print JSON.") var json = false

  func validate() throws {
    try require("--rows", rows, in: 1...largestSize)
    try require("--hidden", hidden, in: 1...largestSize)
    try require("--sample", sample, in: 1...Int.max)
    try require("--scale", notNegative: scale)
    try require("--regularization", notNegative: regularization)
  }

  /// A report and what a program wants to know first.
  private struct Result: Encodable {
    let passed: Bool
    let outcome: GradientCheckReport.Outcome
    let report: GradientCheckReport
  }

  func run() throws {
    let data = try source.load()
    if rows > data.training.count {
      throw ValidationError(
        "--rows is \(rows), but \(data.name) has only \(data.training.count) training rows")
    }
    try MemoryDemand(
      inputSize: data.training.featureCount,
      layers: TwoLayerNet<Double>.specifications(
        hiddenSize: hidden, classCount: data.training.classCount),
      batchSize: rows, scalarSize: 8
    ).check(sizes: "--hidden \(hidden)", batchOption: "--rows")
    let settings = preparation.settings(for: data)
    let preprocessing = try naming(data.name) {
      try Preprocessing.fitted(
        to: data.training, divisor: settings.divisor, subtractMean: settings.subtractMean)
    }
    let batch = data.training[rows: 0..<rows]
    let x = batch.prepared(with: preprocessing, as: Double.self).block(0..<rows)
    let network = network(inputSize: batch.featureCount, classCount: batch.classCount)
    let report = GradientCheck(sampleSize: sample, seed: seed).run(
      network, on: x, labels: batch.labels, regularization: regularization)
    try Console.output(
      json
        ? Result(passed: report.passed, outcome: report.outcome, report: report).json
        : report.description)
    if !report.passed { throw ExitCode.failure }
  }

  /// A fresh network with biases, without which a row of zeros would put every ReLU at its kink.
  private func network(inputSize: Int, classCount: Int) -> TwoLayerNet<Double> {
    var random = SeededRandom(seed: seed, purpose: "weights")
    var network = TwoLayerNet<Double>(
      inputSize: inputSize, hiddenSize: hidden, classCount: classCount, scale: scale,
      using: &random)
    network.hidden.bias = .normal([hidden], standardDeviation: scale, using: &random)
    network.output.bias = .normal([classCount], standardDeviation: scale, using: &random)
    return network
  }
}

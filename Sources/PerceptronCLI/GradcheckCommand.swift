import ArgumentParser
import CommandSupport
import Perceptron

/// `perceptron gradcheck`.
struct GradcheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gradcheck",
    abstract: "Compare a network's gradients with centred differences of its loss.",
    discussion: """
      A fresh network in double precision, its biases drawn at random like normal weights, is checked \
      on the first rows of a data set: by default one with a hidden layer of 20. Dropout's mask stays \
      the same, and normalization goes by the rows themselves. The features are prepared as train would \
      prepare them: divided by --pixel-scale and, for pixels, less the mean of all training rows. \
      Exit status 0 when every relative error is below 1e-7, else 1: also where too few entries \
      could be compared to decide, as with weights so small that every ReLU is at its kink.
      """)

  @OptionGroup var source: DataOptions
  @Option(parsing: .unconditional, help: "How many rows of the data make the batch.") var rows = 20
  @OptionGroup(title: "Network") var network: NetworkOptions
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
    try require("--sample", sample, in: 1...Int.max)
    try require("--regularization", notNegative: regularization)
    try network.checkBatch("--rows", rows)
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
    var defaults = TrainingDefaults.suiting(data)
    (defaults.hidden, defaults.scale) = (Self.hidden, Self.scale)
    let architecture = network.settings(
      classCount: data.training.classCount, defaults: defaults, isPlain: network.isPlain)
    try MemoryDemand(
      inputSize: data.training.featureCount, layers: architecture.layers, batchSize: rows,
      scalarSize: 8
    ).check(sizes: network.sizes(architecture), batchOption: "--rows")
    let settings = preparation.settings(for: data)
    let preprocessing = try naming(data.name) {
      try Preprocessing.fitted(
        to: data.training, divisor: settings.divisor, subtractMean: settings.subtractMean)
    }
    let batch = data.training[rows: 0..<rows]
    let x = batch.prepared(with: preprocessing, as: Double.self).block(0..<rows)
    let objective = NetworkObjective(
      fresh(architecture, inputSize: batch.featureCount), on: x, .labels(batch.labels),
      penalty: .l2(regularization), pass: .training(seed: seed))
    let report = GradientCheck(sampleSize: sample, seed: seed).run(objective)
    try Console.output(
      json
        ? Result(passed: report.passed, outcome: report.outcome, report: report).json
        : report.description)
    if !report.passed { throw ExitCode.failure }
  }

  /// The width of the hidden layer, and the spread of weights and biases, where none are given.
  private static var hidden: Int { 20 }
  private static var scale: Double { 0.1 }

  /// A fresh network with biases, without which a row of zeros would put every ReLU at its kink.
  private func fresh(
    _ settings: RunRecord.NetworkSettings, inputSize: Int
  ) -> Network<Double> {
    var random = SeededRandom(seed: seed, purpose: "weights")
    var fresh = Network<Double>(
      inputSize: inputSize, settings.layers, loss: settings.loss,
      initializer: settings.initializer, using: &random)
    fresh.updateParameters { place, parameter in
      if place.name.hasPrefix("b") && parameter.rank == 1 && !place.name.hasPrefix("beta") {
        parameter = .normal(
          parameter.shape, standardDeviation: network.scale ?? Self.scale, using: &random)
      }
    }
    return fresh
  }
}

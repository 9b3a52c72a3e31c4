import ArgumentParser
import PerceptronCommandSupport
import Perceptron
import PerceptronFiles

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
      Given a run's folder, its own trained network is checked instead, in double precision: its model's \
      weights, its loss and its penalty, on the rows of the first \(RunGradientCheck.candidateCount) it was \
      trained on whose loss is greatest (of rows that a network is sure of there is no gradient left \
      to measure), and on a sample of each parameter's entries. What is found is also written to \
      gradcheck.json in the folder, for `perceptron report`. Entries at a ReLU's kink, and those whose \
      slope is too small to be measured, are counted apart; where they are more than the others of a \
      parameter, its check is undecided.

      Exit status 0 when every relative error is below 1e-7, else 1: also where too few entries \
      could be compared to decide, as with weights so small that every ReLU is at its kink.
      """)

  @Argument(help: "The folder of a run whose network to check.") var folder: String?
  @OptionGroup var source: DataOptions
  @Option(parsing: .unconditional, help: "How many rows of the data make the batch.") var rows = 20
  @OptionGroup(title: "Network") var network: NetworkOptions
  @Option(
    parsing: .unconditional,
    help: "λ, the factor of the penalty on squared weights. (default: 0.05)")
  var regularization: Double?
  @Option(
    parsing: .unconditional,

    help:
      "How many entries of each parameter to check. (default: all of them; of a run's network \(RunGradientCheck.sampleSize))"
  )
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
    let contradictions =
      network.given + preparation.given + (regularization == nil ? [] : ["--regularization"])
    if let folder, !contradictions.isEmpty {
      throw ValidationError(
        "\(contradictions.joined(separator: ", ")): the run in \(folder) says what its network, its "
          + "penalty and its features are; leave it out, or leave out the run")
    }
  }

  /// A report and what a program wants to know first.
  private struct Result: Encodable {
    let passed: Bool
    let outcome: GradientCheckReport.Outcome
    let report: GradientCheckReport
  }

  func run() throws {
    let report: GradientCheckReport
    var lock: RunLock?
    if let folder {
      let check = try RunGradientCheck(folder: folder)
      report = try check.report(source, rows: rows, sample: sample, seed: seed)
      lock = check.lock
    } else {
      report = try checkFreshNetwork()
    }
    defer { withExtendedLifetime(lock) {} }
    let result = Result(passed: report.passed, outcome: report.outcome, report: report)
    // What was found is worth more than the file: it is shown whether or not that can be written.
    let shown = Swift.Result {
      try Console.output(json ? result.json : report.text(columns: Console.tableColumns))
    }
    if let folder {
      try AtomicFile.write(
        Array((result.json + "\n").utf8), to: RunDirectory(path: folder).gradientCheckPath)
    }
    try shown.get()
    if !report.passed { throw ExitCode.failure }
  }

  private func checkFreshNetwork() throws -> GradientCheckReport {
    let data = try source.load()
    if rows > data.training.count {
      throw ValidationError(
        "--rows is \(rows), but \(data.name) has only \(data.training.count) training rows")
    }
    var defaults = TrainingDefaults.suiting(data)
    (defaults.hidden, defaults.scale) = (Self.hidden, Self.scale)
    let architecture = network.settings(
      classCount: data.training.classCount, defaults: defaults, isPlain: network.isPlain)
    try namingOptions { try architecture.check(for: data.training) }
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
      penalty: .l2(regularization ?? 0.05), pass: .training(seed: seed))
    return GradientCheck(sampleSize: sample, seed: seed).run(objective)
  }

  /// The width of the hidden layer, and the spread of weights and biases, where none are given.
  private static var hidden: Int { 20 }
  private static var scale: Double { 0.1 }

  /// A fresh network with biases, without which a row of zeros would put every ReLU at its kink.
  private func fresh(
    _ settings: NetworkSettings, inputSize: Int
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

import ArgumentParser
import PerceptronCommandSupport
import Perceptron

/// `perceptron overfit`.
struct OverfitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "overfit",
    abstract: "See whether a network can learn twenty rows by heart.",
    discussion: """
      A network that cannot has a mistake in it, or a learning rate that does not suit it: it is what \
      to try before training on everything. The rows are drawn from the training set, all different; \
      each step is one of Adam on all of them, without a penalty. Exit status 0 where the \
      loss falls below --limit and every row is predicted rightly, else 1. With --label-smoothing, \
      which keeps the loss up, it is how far the loss is above the least one there is.
      """)

  @OptionGroup var source: DataOptions
  @OptionGroup(title: "Network") var network: NetworkOptions
  @Option(parsing: .unconditional, help: "How many rows to learn.") var rows = 20
  @Option(
    parsing: .unconditional, help: .init("How many steps to make at most.", valueName: "count"))
  var iterations = 2000
  @Option(
    parsing: .unconditional, help: .init("Adam's learning rate.", valueName: "rate"))
  var learningRate = 0.01
  @Option(
    parsing: .unconditional,
    help: .init("What the loss has to fall below.", valueName: "loss"))
  var limit = 0.01
  @Option(parsing: .unconditional, help: "What weights and rows are drawn from.")
  var seed: UInt64 = 0
  @OptionGroup var preparation: PreparationOptions
  @Flag(help: "Print JSON.") var json = false

  func validate() throws {
    try require("--rows", rows, in: 1...largestSize)
    try require("--iterations", iterations, in: 1...largestSize)
    try require("--learning-rate", aboveZero: learningRate)
    try require("--limit", aboveZero: limit)
    try network.checkBatch("--rows", rows)
  }

  /// A check with its verdict.
  private struct Result: Encodable {
    private enum CodingKeys: CodingKey {
      case passed
    }

    let check: OverfitCheck

    func encode(to encoder: any Encoder) throws {
      try check.encode(to: encoder)
      var values = encoder.container(keyedBy: CodingKeys.self)
      try values.encode(check.passed, forKey: .passed)
    }
  }

  func run() throws {
    let data = try source.load()
    let defaults = TrainingDefaults.suiting(data)
    let settings = network.settings(
      classCount: data.training.classCount, defaults: defaults, isPlain: network.isPlain)
    try namingOptions { try settings.check(for: data.training) }
    try MemoryDemand(
      inputSize: data.training.featureCount, layers: settings.layers, batchSize: rows,
      scalarSize: 4
    ).check(sizes: network.sizes(settings), batchOption: "--rows")
    let preparation = preparation.settings(for: data, isPlain: network.isPlain)
    let preprocessing = try naming(data.name) {
      try Preprocessing.fitted(
        to: data.training, divisor: preparation.divisor, subtractMean: preparation.subtractMean)
    }
    var random = SeededRandom(seed: seed, purpose: "weights")
    let fresh = Network<Float>(
      inputSize: data.training.featureCount, settings.layers, loss: settings.loss,
      initializer: settings.initializer, using: &random)
    let check = try fresh.overfitCheck(
      on: data.training.prepared(with: preprocessing), rows: rows, iterations: iterations,
      learningRate: learningRate,
      optimizer: .adam(), lossLimit: limit, seed: seed)
    try Console.output(json ? Result(check: check).json : "\(check)")
    if !check.passed { throw ExitCode.failure }
  }
}

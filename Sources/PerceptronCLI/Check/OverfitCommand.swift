import ArgumentParser
import Perceptron
import PerceptronCommandSupport

struct OverfitCommand: CommandWithExamples {
  static let configuration = CommandConfiguration(
    commandName: "overfit",
    abstract: "Check that a network can overfit a few training rows.",
    discussion: """
      A network that cannot fit a few rows has a bug or an unsuitable learning rate: run this check \
      before training on all data. The rows are distinct and drawn at random. Each step is a \
      full-batch step of Adam without a penalty.

      Exit status 0 if the loss falls below --limit and every row is classified correctly, else 1. \
      With --label-smoothing, --limit applies to the loss minus its least possible value.
      """)

  static let examples = [
    CommandExample(
      "Check the default network on 20 digits.", "perceptron overfit --data digits"),
    CommandExample(
      "Check a deeper network on 50 rows with a smaller learning rate.",
      "perceptron overfit --layers 128,64 --rows 50 --learning-rate 0.003"),
  ]

  @Option(
    parsing: .unconditional, help: .init("Maximum number of steps.", valueName: "count"))
  var iterations = 2000
  @Option(parsing: .unconditional, help: .init("Learning rate of Adam.", valueName: "rate"))
  var learningRate = 0.01
  @Option(
    parsing: .unconditional,
    help: .init("Loss below which the check passes.", valueName: "loss"))
  var limit = 0.01
  @OptionGroup var options: CheckOptions<DigitsByDefault>

  func validate() throws {
    try require("--iterations", iterations, in: 1...Hyperparameter.largest)
    try require("--learning-rate", aboveZero: learningRate)
    try require("--limit", aboveZero: limit)
  }

  func run() throws {
    let data = try options.source.load()
    let setup = try options.setup(
      for: data, defaults: .suiting(data), scalarSize: 4,
      isPlain: options.hyperparameters.isPlainNetwork)
    var random = SeededRandom(seed: options.seed, purpose: "weights")
    let fresh: Network<Float> = setup.freshNetwork(using: &random)
    let check = try fresh.overfitCheck(
      on: data.training.prepared(with: setup.preprocessing), rows: options.rows,
      iterations: iterations, learningRate: learningRate, optimizer: .adam(), lossLimit: limit,
      seed: options.seed)
    try Console.output(options.json ? Extended(check, ["passed": check.passed]).json : "\(check)")
    if !check.passed { throw ExitCode.failure }
  }
}

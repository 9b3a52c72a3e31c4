import ArgumentParser
import CommandSupport
import Foundation
import Perceptron

/// `perceptron train`.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a two-layer network and save it with its history.",
    usage: "perceptron train [--data <name>] [--output <folder>] [<options>]",
    discussion: """
      The loss is softmax cross-entropy plus λ(ΣW1² + ΣW2²), with no factor ½. Ctrl-C, SIGTERM and \
      SIGHUP finish the current iteration, save what there is, and exit with status 130; a second \
      Ctrl-C ends at once. An earlier run in the folder is replaced only when all of the new one is \
      on the disk. Settings that are not given are ones that do well on the data:

      \(TrainingDefaults.table)

      At most a fifth of a small set is held out for validation.
      """)

  @OptionGroup var source: DataOptions

  @Option(parsing: .unconditional, help: "Width of the hidden layer.")
  var hidden: Int?
  @Option(
    parsing: .unconditional,
    help: .init("Step along the negative gradient, at first.", valueName: "rate"))
  var learningRate: Double?
  @Option(
    parsing: .unconditional,
    help: .init("What the learning rate is multiplied by once per epoch.", valueName: "factor"))
  var decay: Double?
  @Option(
    parsing: .unconditional,
    help: .init("λ, the factor of the penalty on squared weights.", valueName: "lambda"))
  var regularization: Double?
  @Option(parsing: .unconditional, help: .init("How many steps to make.", valueName: "count"))
  var iterations: Int?
  @Option(
    parsing: .unconditional, help: .init("Rows per step. (default: 200)", valueName: "rows"))
  var batch: Int?
  @Option(parsing: .unconditional, help: "Standard deviation of the fresh weights.")
  var scale: Double?
  @Option(parsing: .unconditional, help: "What weights and batches are drawn from.")
  var seed: UInt64 = 0
  @Option(
    parsing: .unconditional,
    help: .init(
      "How many of the last rows to hold out for validation; 0 for none.", valueName: "rows"))
  var validation: Int?
  @Option(help: .init("Scalar type of the network.", valueName: "type"))
  var precision: RunRecord.Precision = .float
  @Option(
    help: .init(
      "fast, or numpy for the stream of NumPy's RandomState(seed): weights, then batches.",
      valueName: "stream"))
  var random: RunRecord.RandomKind = .fast
  @Option(
    help: .init("Draw batches with replacement, or a permutation per epoch.", valueName: "how"))
  var sampling: Sampling = .replacement
  @OptionGroup var preparation: PreparationOptions
  @Option(
    name: [.short, .long],
    help: .init(
      "Folder for the run's files. (default: the next free runs/NAME-N)", valueName: "folder"))
  var output: String?
  @Flag(help: "Replace an earlier run in the folder.") var overwrite = false
  @Flag(help: "Print nothing but errors, and the JSON if asked for.") var quiet = false
  @Flag(help: "Print the run's record, run.json, in place of a summary.") var json = false

  func validate() throws {
    try require("--hidden", hidden, in: 1...largestSize)
    try require("--learning-rate", aboveZero: learningRate)
    try require("--decay", aboveZero: decay)
    try require("--regularization", notNegative: regularization)
    try require("--iterations", iterations, in: 0...1_000_000_000)
    try require("--batch", batch, in: 1...largestSize)
    try require("--scale", notNegative: scale)
    try require("--validation", validation, in: 0...Int.max)
    if precision == .float {
      try requireFloat("--regularization", regularization)
      try requireFloat("--pixel-scale", preparation.pixelScale)
    }
    if random == .numpy && seed > UInt32.max {
      throw ValidationError("--seed is \(seed), expected at most 2³² − 1 with --random numpy")
    }
    if output?.isEmpty == true { throw ValidationError("--output is empty, expected a folder") }
  }

  func run() throws {
    Interruption.install()
    let data = try source.load()
    let settings = try settings(for: data)
    try memoryDemand(of: settings, data).check(batchOption: "--batch")
    try naming(data.name) { try data.training.features.checkFinite() }
    let session = TrainingSession(
      data: data, settings: settings, seed: seed, directory: try makeDirectory(for: data),
      isQuiet: quiet)
    let (record, divergence) =
      switch precision {
      case .float: try session.run(Float.self)
      case .double: try session.run(Double.self)
      }
    if json {
      try Console.output(record.json)
    } else if !quiet && divergence == nil {
      try Console.output(session.summary(of: record))
    }
    if let divergence { throw divergence }
    if Interruption.isRequested { throw ExitCode(Interruption.status) }
  }

  private func makeDirectory(for data: LoadedData) throws -> RunDirectory {
    guard let output else { return try RunDirectory.makeNext(named: data.name) }
    let directory = RunDirectory(path: output)
    do {
      try directory.create(overwrite: overwrite)
    } catch let error as FileError where !overwrite && directory.holdsRun {
      throw FileError(error.path, error.message + "; choose another --output, or --overwrite it")
    }
    return directory
  }

  /// The settings given, completed by those that do well on `data`.
  private func settings(for data: LoadedData) throws -> RunRecord.Settings {
    let defaults = TrainingDefaults.suiting(data)
    let rows = data.training.count
    if rows == 0 { throw DatasetError("\(data.name) has no training rows") }
    let validation = validation ?? defaults.validation
    if validation >= rows {
      throw ValidationError(
        "--validation is \(validation), expected less than the \(rows) training rows of \(data.name)"
      )
    }
    let batch =
      batch ?? (sampling == .epoch ? min(defaults.batch, rows - validation) : defaults.batch)
    if sampling == .epoch && batch > rows - validation {
      throw ValidationError(
        "--batch is \(batch), expected at most the \(rows - validation) training rows "
          + "with --sampling epoch")
    }
    let training = SGDSettings(
      learningRate: learningRate ?? defaults.learningRate,
      learningRateDecay: decay ?? defaults.decay,
      regularization: regularization ?? defaults.regularization,
      iterations: iterations ?? defaults.iterations, batchSize: batch, sampling: sampling)
    let preparation = preparation.settings(for: data)
    return RunRecord.Settings(
      data: data.name, hidden: hidden ?? defaults.hidden, training: training,
      scale: scale ?? defaults.scale, validation: validation, precision: precision,
      random: random, pixelScale: preparation.divisor, subtractMean: preparation.subtractMean)
  }

  private func memoryDemand(of settings: RunRecord.Settings, _ data: LoadedData) -> MemoryDemand {
    MemoryDemand(
      inputSize: data.training.featureCount, hiddenSize: settings.hidden,
      classCount: data.training.classCount, batchSize: settings.training.batchSize,
      scalarSize: precision == .float ? 4 : 8)
  }
}

extension Sampling: ExpressibleByArgument {}
extension RunRecord.Precision: ExpressibleByArgument {}
extension RunRecord.RandomKind: ExpressibleByArgument {}

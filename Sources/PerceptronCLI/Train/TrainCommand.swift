import ArgumentParser
import PerceptronCommandSupport
import Foundation
import Perceptron
import PerceptronTraining
import PerceptronFiles

/// `perceptron train`.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a network and save it with its history.",
    usage: "perceptron train [--data <name>] [--output <folder>] [<options>]",
    discussion: """
      The loss is softmax cross-entropy plus λΣw² over all weights, with no factor ½. Ctrl-C, SIGTERM \
      and SIGHUP finish the current iteration, save what there is, and exit with status 130; a second \
      Ctrl-C, half a second later or more, ends at once. `perceptron resume` goes on with a run that was interrupted or killed. An \
      earlier run in the folder is replaced only when all of the new one is on the disk.

      The plain network has one hidden layer and is trained by SGD whose rate decays once per epoch. \
      Its settings that are not given are ones that do well on the data:

      \(TrainingDefaults.table)

      At most a fifth of a small set is held out for validation. The rows are drawn at random with the \
      same share of every class, the same ones for every --seed; of CIFAR-10 and Fashion-MNIST, and with \
      --random numpy, they are the last ones.

      With any of --layers, --activation, --dropout, --batch-norm, --layer-norm, --initializer, --loss, \
      --label-smoothing, --optimizer, --schedule or --epochs the defaults are instead: ten epochs, or on \
      a small set as many as make 1000 iterations but 100 at most, of permuted rows in batches of 128, \
      Adam, a constant learning rate (0.001, or 0.05 where \
      --optimizer is sgd, momentum or nesterov, 0.01 for adagrad), no penalty, CIFAR-10's pixels \
      divided by 255, and weights after He, or after Glorot for tanh and sigmoid. Validation is measured \
      after each epoch.
      """)

  @OptionGroup var source: DataOptions
  @OptionGroup(title: "Network") var network: NetworkOptions
  @OptionGroup(title: "Training") var optimization: OptimizationOptions
  @Option(parsing: .unconditional, help: "What weights and batches are drawn from.")
  var seed: UInt64 = 0
  @Option(
    parsing: .unconditional,
    help: .init(
      "Train this many networks from different weights side by side; the model predicts with the mean of "
        + "their probabilities. Progress and history are the first network's.", valueName: "count"))
  var ensemble: Int?
  @Option(
    parsing: .unconditional,
    help: .init(
      "How many rows to hold out for validation; 0 for none.", valueName: "rows"))
  var validation: Int?
  @Option(
    help: .init(
      "Which rows are held out: stratified, drawn at random with the same share of every class, or "
        + "last. (default: last of cifar10, fashion-mnist and with --random numpy, else stratified)",
      valueName: "rule"))
  var split: SplitRule?
  @Option(
    parsing: .unconditional,
    help: .init("What a stratified split is drawn from. (default: 0)", valueName: "seed"))
  var splitSeed: UInt64?
  @Option(help: .init("Scalar type of the network.", valueName: "type"))
  var precision: Experiment.Precision = .float
  @Option(
    help: .init(
      "fast, or numpy for the stream of NumPy's RandomState(seed): weights, then batches.",
      valueName: "stream"))
  var random: Experiment.RandomKind = .fast
  @OptionGroup var preparation: PreparationOptions
  @OptionGroup var display: RunDisplayOptions
  @Option(
    name: [.short, .long],
    help: .init(
      "Folder for the run's files. (default: the next free runs/NAME-N)", valueName: "folder"))
  var output: String?
  @Flag(help: "Replace an earlier run in the folder.") var overwrite = false

  enum SplitRule: String, ExpressibleByArgument, CaseIterable {
    case stratified, last
  }

  func validate() throws {
    try require("--validation", validation, in: 0...Int.max)
    if split == .last, let splitSeed {
      throw ValidationError("--split-seed is \(splitSeed), but --split last draws nothing")
    }
    if precision == .float {
      try requireFloat("--regularization", optimization.regularization)
      try requireFloat("--pixel-scale", preparation.pixelScale)
    }
    if let ensemble {
      try require("--ensemble", ensemble, in: 2...100)
      if random == .numpy {
        throw ValidationError(
          "--ensemble goes with --random fast: NumPy's stream draws batches after one network's weights"
        )
      }
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
    try checkMemory(settings, data)
    try naming(data.name) {
      try data.training.features.checkFinite()
      _ = try data.training.split(settings.validation, by: settings.split)
    }
    let (directory, lock) = try makeDirectory(for: data)
    let session = TrainingSession(
      data: data, identity: DataIdentity(of: data, from: source.data), settings: settings,
      seed: seed, directory: directory, lock: lock, display: display,
      eventFiles: RunEventFiles(of: directory, earlier: overwrite ? nil : []))
    try session.report(
      precision == .float ? try session.run(Float.self) : try session.run(Double.self))
  }

  private func makeDirectory(for data: LoadedData) throws -> (RunDirectory, RunLock) {
    guard let output else {
      let directory = try RunDirectory.makeNext(named: data.name)
      return (directory, try directory.lock())
    }
    let directory = RunDirectory(path: output)
    if Study.exists(at: output) {
      throw FileError(
        output,
        "holds a study, see `\(ShellCommand.line(["perceptron", "tune", "show", output]))`; choose "
          + "another --output")
    }
    do {
      return (directory, try directory.create(overwrite: overwrite))
    } catch let error as FileError where error.message == RunLock.taken {
      throw FileError(error.path, error.message + "; choose another --output")
    } catch let error as FileError where !overwrite && directory.holdsRun {
      let advice =
        directory.holdsCheckpoint
        ? ", which is not over; go on with it by "
          + "`\(ShellCommand.line(["perceptron", "resume", output]))`, "
        : "; "
      throw FileError(
        error.path, error.message + advice + "choose another --output, or --overwrite it")
    }
  }

  /// Refuses a network that there is no memory for.
  func checkMemory(_ settings: Experiment, _ data: LoadedData) throws {
    let workers = settings.training.workers ?? BLASLibrary.threadCount
    let scalarSize = precision == .float ? 4 : 8
    let cost = TrainingCost(
      inputSize: data.training.featureCount, layers: settings.network.layers,
      scalarSize: scalarSize, settings.training)
    try MemoryDemand(
      inputSize: cost.inputSize, layers: cost.layers, batchSize: cost.batchSize,
      scalarSize: scalarSize, copies: cost.copies * (settings.ensemble ?? 1),
      evaluatedRows: min(256 * workers, 1000, data.training.count)
    ).check(sizes: network.sizes(settings.network), batchOption: "--batch")
  }

  /// The settings given, completed by those that do well on `data`.
  ///
  /// - Throws: `ValidationError` for what no network can be trained with.
  func settings(for data: LoadedData) throws -> Experiment {
    let defaults = TrainingDefaults.suiting(data)
    let rows = data.training.count
    if rows == 0 { throw DatasetError("\(data.name) has no training rows") }
    let validation = validation ?? defaults.validation
    if validation >= rows {
      throw ValidationError(
        "--validation is \(validation), expected less than the \(rows) training rows of \(data.name)"
      )
    }
    let isPlain = network.isPlain && optimization.isPlain
    let clock = optimization.epochClock ?? (random == .numpy ? .classic : .end)
    var training =
      isPlain
      ? optimization.plainSettings(defaults, rowCount: rows - validation, clock: clock)
      : try optimization.settings(rowCount: rows - validation, clock: clock)
    training.seed = seed
    if training.sampling == .epoch && training.batchSize > rows - validation {
      throw ValidationError(
        "--batch is \(training.batchSize), expected at most the \(rows - validation) training rows "
          + "with --sampling epoch")
    }
    try network.checkBatch("--batch", training.batchSize)
    let architecture = network.settings(
      classCount: data.training.classCount, defaults: defaults, isPlain: isPlain)
    let preparation = preparation.settings(for: data, isPlain: isPlain)
    let settings = Experiment(
      data: data.name, format: source.format, network: architecture, training: training,
      validation: validation, split: splitRule(for: data), precision: precision, random: random,
      pixelScale: preparation.divisor, subtractMean: preparation.subtractMean, ensemble: ensemble)
    // Before a folder is made, what a trainer or a model would refuse afterwards.
    try namingOptions { try settings.check(for: data.training) }
    return settings
  }
}

extension TrainCommand {
  /// Which rows are held out: the last ones where others do so, whose figures are to be comparable.
  private func splitRule(for data: LoadedData) -> ValidationSplit {
    let isCustomary = random == .numpy || data.kind == .cifar10 || data.kind == .fashionMNIST
    switch split ?? (isCustomary && splitSeed == nil ? .last : .stratified) {
    case .last: return .last
    case .stratified: return .stratified(seed: splitSeed ?? 0)
    }
  }
}

extension Experiment.Precision: ExpressibleByArgument {}
extension Experiment.RandomKind: ExpressibleByArgument {}

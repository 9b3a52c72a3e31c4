import ArgumentParser
import Foundation
import Perceptron
import PerceptronCommandSupport

/// `perceptron train`.
struct TrainCommand: CommandWithExamples {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a network and save it with its history.",
    usage: "perceptron train [--data <name>] [--output <folder>] [<options>]",
    discussion: """
      On digits, Fashion-MNIST and CIFAR-10, the default is the classic network: one hidden layer and \
      softmax cross-entropy with an L2 penalty λΣw² (no factor ½), trained by SGD with a learning rate \
      that decays after each epoch. Its settings depend on the data:

      \(defaultsTable)

      On data of your own, the default is \(ownDefaults)

      Each option changes only its own setting there. On the three sets above, any of \(departing) \
      selects other defaults: Adam with a constant learning rate of \(learningRates), shuffled batches of \
      \(Hyperparameters.defaultBatch), \(Hyperparameters.defaultEpochs) epochs (more on a small data set: \
      enough for \(Hyperparameters.leastIterations) iterations, but at most \
      \(Hyperparameters.mostEpochs) epochs), no penalty, He initialization (Glorot for tanh and sigmoid), \
      and CIFAR-10's pixels divided by 255. They also hold there for numbers and for several labels.

      Targets that are numbers are standardized for training; metrics and predictions are in their own \
      unit, and losses those of the standardized targets.

      Of a small data set, at most a fifth is held out for validation, a tenth of your own. Which rows are held out does not \
      depend on --seed. Validation loss and metrics are measured after each epoch.

      With --folds 5, every row is held out once: a network is trained for each fold, with the others as \
      its training rows, in the folders fold-1 to fold-5 of the output folder. Each is a run as --fold \
      trains it, to the bit. With --repeats 3, networks are trained with consecutive seeds, in the folders \
      repeat-1 to repeat-3; with both, repeat-1-fold-1 and so on. Several runs are trained at the same \
      time, one on each thread. A table shows each run, with means and standard deviations; \
      `perceptron show` shows it again, `perceptron compare` takes the folder, and `perceptron resume` \
      goes on with all of its runs, or with one.

      Processes that mpirun has started, as in mpirun -np 4 perceptron train …, share each step of a run; \
      this needs a program that is built with MPI. --blocks is then 8 unless given, or fewer in a batch \
      of fewer rows, and the results are those of any number of processes up to that, also of one with the \
      same --blocks, bit for bit. Rank 0 alone writes and prints. Runs of --folds and --repeats are trained one after the other.

      With --from, training goes on from a finished model, with other data or settings. Its architecture \
      and preprocessing stay as they are, including the scale of targets that are numbers, because its \
      weights were learned with them; the optimizer begins anew, with the defaults of Adam.

      Ctrl-C, SIGTERM and SIGHUP finish the current iteration, save the run, and exit with status 130; \
      a second Ctrl-C, at least half a second later, ends the command immediately. `perceptron resume` \
      continues a run that was interrupted or killed. An earlier run in the folder is replaced only \
      after all files of the new run have been written.
      """)

  static let examples = [
    CommandExample("Train the classic network on handwritten digits.", "perceptron train"),
    CommandExample(
      "Train a deeper network with Adam for 20 epochs, and watch for dead units.",
      "perceptron train --data fashion-mnist --layers 256,128 --dropout 0.2 --epochs 20 --diagnose"),
    CommandExample(
      "Train on five folds, and print the mean and the standard deviation of the accuracy.",
      "perceptron train --folds 5 --output runs/digits-folds"),
  ]

  @OptionGroup(title: "Data") var source: DataOptions<DigitsByDefault>
  @OptionGroup(title: "Data") var rows: RowOptions
  @OptionGroup(title: "Data") var preparation: PreparationOptions
  @OptionGroup(title: "Data") var validation: HyperparameterOptions<ValidationGroup>
  @OptionGroup(title: "Network") var network: NetworkOptions
  @OptionGroup(title: "Network") var start: StartOptions
  @OptionGroup(title: "Training") var training: HyperparameterOptions<TrainingGroup>
  @OptionGroup(title: "Training") var series: SeriesOptions
  @OptionGroup(title: "Random numbers and precision") var numbers:
    HyperparameterOptions<NumbersGroup>
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Output") var display: RunDisplayOptions
  @OptionGroup(title: "Several processes") var ranks: RankOptions

  private var hyperparameters: Hyperparameters {
    get throws {
      try Hyperparameters(
        choosing: preparation.given + validation.given + network.given + training.given
          + numbers.given)
    }
  }

  func validate() throws {
    try namingOptions { try hyperparameters.check() }
    if let model = start.from, try hyperparameters.members(repeats: series.repeats) != nil {
      throw ValidationError(
        "--from \(model) goes on with one network; it cannot be used with --folds or --repeats")
    }
  }

  func run() throws {
    Interruption.install()
    try ranks.run(isQuiet: display.quiet, train) { _ in
      try source.load(rows, heldOutBy: hyperparameters.validationSplit).data
    }
  }

  /// - Parameter leader: this process where it is rank 0 of several.
  private func train(as leader: RunLeader?) throws {
    var chosen = try hyperparameters
    if MPIEnvironment.current.isLaunched {
      chosen.blocks = chosen.blocks ?? RankOptions.defaultBlocks(of: chosen)
    }
    let (data, choice) = try source.load(rows, heldOutBy: chosen.validationSplit)
    if let members = try chosen.members(repeats: series.repeats) {
      return try trainSeries(members, on: data, choice, as: leader)
    }
    let start = try start.from.map { try StartingModel($0) }
    let experiment = try experiment(chosen, for: data, choice, from: start)
    if let note = try start?.note(on: experiment) { Console.error(note) }
    warn(of: experiment)
    let (directory, lock) = try makeDirectory(for: data)
    let session = try TrainingSession(
      data: data, identity: DataIdentity(of: data, from: source.data), settings: experiment,
      seed: experiment.training.seed, directory: directory, lock: lock, display: display,
      eventFiles: RunEventFiles(of: directory, earlier: output.overwrite ? nil : []), start: start,
      leader: leader)
    do {
      try session.run()
    } catch {
      // Of a run that could not begin, nothing is left.
      rmdir(directory.path)
      throw error
    }
  }

  /// The chosen hyperparameters, completed by the defaults for `data`.
  func experiment(for data: LoadedData) throws -> Experiment {
    try namingOptions { try hyperparameters.experiment(for: data, format: source.format) }
  }

  /// The experiment with some hyperparameters on `data`, of which the rows and the memory are checked.
  ///
  /// - Parameter start: the model that it goes on from; nil for a new network.
  private func experiment(
    _ chosen: Hyperparameters, for data: LoadedData, _ choice: DataSettings,
    from start: StartingModel? = nil
  ) throws -> Experiment {
    var experiment = try namingOptions {
      try start?.experiment(chosen, for: data, format: source.format)
        ?? chosen.experiment(for: data, format: source.format)
    }
    experiment.record(choice)
    try experiment.checkMemory(on: data, sizes: chosen.sizes(of: experiment.network))
    try naming(data.name) {
      try data.training.features.checkFinite()
      _ = try experiment.parts(of: data.training)
    }
    return experiment
  }

  /// Warns of batch normalization by few rows, which makes networks worse.
  private func warn(of experiment: Experiment) {
    let normalizes = experiment.network.layers.contains {
      if case .batchNorm = $0 { return true }
      return false
    }
    let blocks = experiment.training.blocks ?? 1
    let rows = experiment.training.batchSize / blocks
    if !normalizes || blocks == 1 || rows >= 32 { return }
    Console.error(
      "warning: batch normalization normalizes each of \(blocks) blocks by itself, by \(counted(rows, "row")); "
        + "give a --batch of \(32 * blocks) or more, or fewer --blocks")
  }

  /// Trains a run for each fold and seed.
  private func trainSeries(
    _ members: [(name: String, own: Hyperparameters)], on data: LoadedData, _ choice: DataSettings,
    as leader: RunLeader?
  ) throws {
    let runs = try members.map { name, own in
      RunSeries.Member(name: name, settings: try experiment(own, for: data, choice))
    }
    if let first = runs.first { warn(of: first.settings) }
    try SeriesTraining(
      beginning: runs, on: data, from: source.data, in: output.output, overwrite: output.overwrite,
      display: display
    ).run(as: leader)
  }

  private func makeDirectory(for data: LoadedData) throws -> (RunDirectory, RunLock) {
    guard let folder = output.output else {
      let directory = try RunDirectory.makeNext(named: data.name)
      return (directory, try directory.lock())
    }
    let directory = RunDirectory(path: folder)
    if Study.exists(at: folder) {
      throw FileError(
        folder,
        "holds a study, see `\(ShellCommand.line(["perceptron", "tune", "show", folder]))`; choose "
          + "another --output")
    }
    if RunSeries.exists(at: folder) {
      throw FileError(
        folder,
        "holds several runs, see `\(ShellCommand.line(["perceptron", "show", folder]))`; choose another "
          + "--output")
    }
    do {
      return (directory, try directory.create(overwrite: output.overwrite))
    } catch let error as FileError where error.message == RunLock.taken {
      throw FileError(error.path, error.message + "; choose another --output")
    } catch let error as FileError where !output.overwrite && directory.holdsRun {
      let advice =
        directory.holdsCheckpoint
        ? ", which has not ended; resume it with "
          + "`\(ShellCommand.line(["perceptron", "resume", folder]))`, "
        : "; "
      throw FileError(
        error.path, error.message + advice + "choose another --output, or --overwrite it")
    }
  }

  /// The options that select other defaults than the classic ones, those of the network first.
  private static var departing: String {
    let names = [Hyperparameter.Group.network, .training].flatMap { group in
      Hyperparameter.departing.filter { $0.group == group }.map { "--" + $0.name }
    }
    return names.dropLast().joined(separator: ", ") + " or " + (names.last ?? "")
  }

  /// The default learning rates, such as `0.001 (0.05 for sgd and momentum, 0.01 for adagrad)`.
  private static var learningRates: String {
    let usual = Hyperparameters.defaultOptimizer.learningRate
    let others = Optimizer.all.map(\.learningRate).reduce(into: [Double]()) { rates, rate in
      if rate != usual && !rates.contains(rate) { rates.append(rate) }
    }
    let notes = others.map { rate in
      let names = Optimizer.all.filter { $0.learningRate == rate }.map(\.rawValue)
      let list = names.count < 2 ? [] : [names.dropLast().joined(separator: ", ")]
      return "\(rate) for " + (list + names.suffix(1)).joined(separator: " and ")
    }
    return "\(usual) (\(notes.joined(separator: ", ")))"
  }

  /// The defaults for data of one's own, for the help.
  private static var ownDefaults: String {
    typealias Own = OwnDataDefaults
    return """
      one hidden layer of \(Own.hidden) with He initialization and Adam, its learning rate 0.005 \
      with the \(Own.schedule.rawValue) schedule (adamw the same, 0.01 for momentum and nesterov, the \
      others as below), in shuffled batches of \(Own.smallBatch), or \(Own.largeBatch) from \
      \(Own.largeRowCount) training rows. It trains for \(Own.epochs) epochs, but at least \
      \(Own.leastIterations) and at most \(Own.mostIterations) iterations, \(Own.mostIterations / 2) with \
      more than \(Own.manyFeatures) features. The penalty's λ is 1/rows, or 8/(rows · columns) where \
      targets are numbers, at most \(Own.mostPenalty). A tenth of the rows is held out for validation, at \
      most \(Own.mostValidation).
      """
  }

  /// The defaults that depend on the data, for the help.
  static var defaultsTable: String {
    func line(_ option: String, _ cells: [String]) -> String {
      cells.reduce(option.padding(toLength: 18, withPad: " ", startingAt: 0)) { line, cell in
        line + String(repeating: " ", count: max(0, 15 - cell.count)) + cell
      }
    }
    let all: [ExperimentDefaults] = [.digits, .fashionMNIST, .cifar10]
    func row(_ option: String, _ value: (ExperimentDefaults) -> some Any) -> String {
      line(option, all.map { "\(value($0))" })
    }
    func row(_ option: String, classic value: (ExperimentDefaults.Classic) -> some Any) -> String {
      line(option, all.compactMap(\.classic).map { "\(value($0))" })
    }
    return [
      line("default of", ["digits", "Fashion-MNIST", "CIFAR-10"]),
      row("--hidden", \.hidden), row("--learning-rate", classic: \.learningRate),
      row("--decay", classic: \.decay), row("--regularization", classic: \.regularization),
      row("--iterations", classic: \.iterations), row("--batch", classic: \.batch),
      row("--scale", \.scale), row("--validation", \.validation),
      // As `LoadedData.divisor` has them, of which there is none before data is loaded.
      line("--pixel-scale", ["\(Int(Digits.divisor))", "255", "1"]),
      line("--subtract-mean", ["yes", "yes", "yes"]),
    ].joined(separator: "\n")
  }
}

// MARK: - Options of output

struct OutputOptions: ParsableArguments {
  @Option(
    name: [.short, .long],
    help: .init(
      "Folder for the run's files. (default: the next free runs/NAME-N)", valueName: "folder"))
  var output: String?
  @Flag(help: "Replace an earlier run in the folder.") var overwrite = false

  func validate() throws {
    if output?.isEmpty == true { throw ValidationError("--output is empty, expected a folder") }
  }
}

/// What a training run shows and saves on its way.
struct RunDisplayOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: .init(
      "Seconds between checkpoints, from which a killed run can be resumed; 0 for none.",
      valueName: "seconds"))
  var checkpointEvery = 30.0
  @Flag(
    help:
      "Watch for dead units, unsuitable step sizes and overfitting: warn on standard error, and print a table at the end."
  )
  var diagnose = false
  @Flag(help: "Write TensorBoard event files to the subfolder tensorboard of the run's folder.")
  var tensorboard = false
  @Flag(help: "Print only errors and warnings, and the JSON if requested.") var quiet = false
  @Flag(help: "Print the run's record, run.json, instead of a summary.") var json = false

  func validate() throws { try require("--checkpoint-every", notNegative: checkpointEvery) }
}

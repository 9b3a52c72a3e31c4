import ArgumentParser
import Perceptron
import PerceptronCommandSupport

/// `perceptron tune` with settings to try, or a study to continue.
struct TuneSearchCommand: CommandWithExamples {
  static let configuration = CommandConfiguration(
    commandName: "search",
    abstract: "Search for the hyperparameters with the best results on validation rows.",
    usage: """
      perceptron tune [--data <name>] --learning-rate 1e-3,2e-3 --hidden 50,100 ... [<options>]
      perceptron tune --resume <folder> [--trials <count>]
      perceptron tune ... --output <folder> --shard <i/n>
      perceptron tune show <folder>
      perceptron tune export <folder>
      perceptron tune merge <folder>
      """,
    discussion: """
      Each setting takes a list, such as 1e-3,2e-3, or a range: 0.1..0.5, 0.1..0.5:log, or \
      0.1..0.5:log:5, where 5 is the number of grid points. A single value is used in all trials; settings \
      that are not given have the defaults of `perceptron train`, whose help explains them. Values that \
      contain commas are separated by semicolons: --layers '512,256;128' is two networks, --layers \
      '512,256;' one network of two hidden layers, and --layers 512,256 two networks of one hidden layer \
      each. Instead of --layers, --depth and --width-1, --width-2, … can be given.

      Trials are ranked by --metric on the validation rows: by default the accuracy, or R² for numbers. \
      With --folds 5, each network is trained on every fold; with --repeats 3, or a list of seeds such as \
      --seed 0,1,2, it is trained with several seeds. Networks are then ranked by the mean. With --prune, \
      the first seed and fold decide whether the others are trained. At the end, the best network, of \
      several folds or seeds the best of them, is evaluated on the test set, if there is one.

      Networks that share their batches are trained side by side, which is faster and gives the same \
      bits. What --prune stops depends on the order of evaluations; it can be different with \
      --independent. Processes that mpirun has started, as in mpirun -np 4 perceptron tune …, train one \
      study together, with the same bits; this needs a program that is built with MPI.

      The folder contains journal.jsonl, in which every result is recorded immediately, and \
      best.safetensors, the best network so far, for `perceptron evaluate` and `predict`. Ctrl-C, SIGTERM \
      and SIGHUP finish the current step and exit with status 130. --resume continues a study that was \
      interrupted or killed, with the same results; it rewrites the study's TensorBoard event files, if \
      any. With --trials 50, it extends a random, Sobol or Halton search to 50 points, finished or not: \
      the results are those of a search of 50 points, bit for bit, except for which trials --prune stops. \
      `perceptron tune show` shows the best trials, even while the search is running.

      --shard 2/4 trains the second of four parts of the study, which cost nearly the same; the parts can \
      be trained at once by several processes, also on hosts that share the folder. Each writes to a \
      subfolder of its own, such as shard-2-of-4, and the same command again resumes it. `show`, `export`, \
      `report`, `evaluate` and `predict` take the folder for one study, and `perceptron tune merge` makes \
      one of it, with the same results. --prune compares the trials of a shard among themselves. In \
      the script of a Slurm array 1-4: --shard $SLURM_ARRAY_TASK_ID/4. With GNU parallel: parallel perceptron \
      tune --hidden 20,50,100 --workers 1 --output study --shard {}/4 ::: 1 2 3 4

      A file for --space: {"parameters": [{"name": "learning-rate", "range": [1e-4, 1e-1], "scale": \
      "log"}, {"name": "depth", "values": [1, 2]}, {"name": "width-1", "values": [64, 128]}, {"name": \
      "width-2", "values": [32, 64], "when": {"depth": [2]}}]}
      """,
    helpNames: .shortAndLong)

  static let examples = [
    CommandExample(
      "Try a grid of six networks on handwritten digits.",
      "perceptron tune --learning-rate 0.1,0.5 --hidden 20,50,100"),
    CommandExample(
      "Sample 40 points of two ranges, and stop bad trials early.",
      "perceptron tune --learning-rate 1e-4..1e-1:log --dropout 0..0.5 --trials 40 --prune hyperband"
    ),
    CommandExample(
      "Train the first of four parts of a study, while other processes train the others.",
      "perceptron tune --hidden 20,50,100 --repeats 8 --output study --shard 1/4"),
  ]

  @OptionGroup(title: "Data") var source: DataOptions<StudyDataByDefault>
  @OptionGroup(title: "Data") var rows: RowOptions
  @OptionGroup(title: "Settings to try") var space: SpaceOptions
  @OptionGroup(title: "Settings to try") var ranges: RangeOptions
  @OptionGroup(title: "Search") var search: SearchOptions
  @OptionGroup(title: "Output") var files: StudyOptions

  func validate() throws {
    if space.preset != nil && source.givenData == nil {
      throw ValidationError("--preset cs231n needs --data, a folder of CIFAR-10's binary version")
    }
    if let shard = files.shard { try validate(shard) }
    guard let resume = files.resume else { return }
    let given =
      try ranges.given.first.map { "--" + $0.hyperparameter.name }
      ?? space.space.map { _ in "--space" } ?? space.preset.map { _ in "--preset" }
      ?? files.output.map { _ in "--output" } ?? source.task.map { _ in "--task" }
      ?? rows.given
      ?? (search.isGivenAnew
        ? "--method, --search-seed, --repeats, --independent or --prune" : nil)
    if let given {
      throw ValidationError(
        "--resume \(resume) continues the study with its own settings; \(given) cannot change them")
    }
  }

  private func validate(_ shard: StudyShard) throws {
    guard let folder = files.output ?? files.resume else {
      throw ValidationError("--shard needs --output, the folder that all shards share")
    }
    let merger = StudyCommands.merger(of: folder)
    if files.tensorboard {
      throw ValidationError(
        "--tensorboard is for a whole study; merge the shards with `\(merger)`, then "
          + "`\(StudyCommands.resumption(of: folder)) --tensorboard` writes the files")
    }
    if files.resume != nil && search.trials != nil {
      throw ValidationError(
        "--trials extends a whole study; merge the shards first with `\(merger)`")
    }
  }

  func run() throws {
    Interruption.install()
    // A shard is a process of its own, also where several are started at once.
    if files.shard == nil, let ranks = try MPICommunicator.startIfLaunched() {
      return try run(among: ranks)
    }
    let session = try opened()
    // From here on Ctrl-C has to wait until the study is saved.
    try Interruption.deferred { try session.run() }
  }

  /// Called with a study before it is begun or extended, and once it is resumed; an error prevents that.
  typealias Admission = (_ definition: StudyDefinition, _ trials: [Assignment]) throws -> Void

  /// The study that the command line begins or resumes.
  func opened(admitting admit: Admission = { _, _ in }) throws -> TuneSession {
    try files.resume.map { try resumed($0, admit) } ?? begun(admit)
  }
}

// MARK: - Options

struct SpaceOptions: ParsableArguments {
  @Option(
    help: .init("JSON file of settings to try; options can add others.", valueName: "file"))
  var space: String?
  @Option(
    help:
      "cs231n: a grid of 180 two-layer networks on CIFAR-10 in the folder --data; options override its values."
  )
  var preset: TrialSpace.Preset?

  func validate() throws {
    if space?.isEmpty == true { throw ValidationError("--space is empty, expected a file") }
  }
}

struct StudyOptions: ParsableArguments {
  @Option(
    name: [.short, .long],
    help: .init(
      "Folder for the study's files. (default: the next free runs/tune-NAME-N)", valueName: "folder"
    ))
  var output: String?
  @Option(help: .init("Resume the study in this folder.", valueName: "folder"))
  var resume: String?
  @Option(
    help: .init(
      "Train a part of the study, such as 2/4, in a subfolder of the folder; see `tune merge`.",
      valueName: "i/n"),
    transform: { text in
      do {
        return try StudyShard(parsing: text)
      } catch let error as InvalidSetting {
        throw ValidationError("\(error)")
      }
    })
  var shard: StudyShard?
  @Option(
    parsing: .unconditional,
    help: .init(
      "Number of threads, 1 to 256. (default: the number of BLAS threads)", valueName: "count"))
  var workers: Int?
  @Flag(
    help:
      "At the end, write TensorBoard event files to the subfolder tensorboard of the study's folder."
  )
  var tensorboard = false
  @Flag(help: "Print only errors, and the JSON if requested.") var quiet = false
  @Flag(help: "Print the JSON of `tune show --json` instead of a table.") var json = false

  func validate() throws {
    try require("--workers", workers, in: workerCounts)
    for (option, value) in [("--output", output), ("--resume", resume)]
    where value?.isEmpty == true {
      throw ValidationError("\(option) is empty, expected a folder")
    }
  }
}

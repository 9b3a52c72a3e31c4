import ArgumentParser
import Perceptron
import PerceptronCommandSupport

/// `perceptron tune` with settings to try, or a study to continue.
struct TuneSearchCommand: CommandWithExamples {
  static let configuration = CommandConfiguration(
    commandName: "search",
    abstract: "Search for the hyperparameters with the best validation accuracy.",
    usage: """
      perceptron tune [--data <name>] --learning-rate 1e-3,2e-3 --hidden 50,100 ... [<options>]
      perceptron tune --resume <folder>
      perceptron tune show <folder>
      perceptron tune export <folder>
      """,
    discussion: """
      Each setting takes a list, such as 1e-3,2e-3, or a range: 0.1..0.5, 0.1..0.5:log, or \
      0.1..0.5:log:5, where 5 is the number of points of a grid. A setting with a single value has it in \
      all trials; settings that are not given have the defaults of `perceptron train`, whose help \
      explains them. Words that contain commas are separated by semicolons: --layers '512,256;128' is \
      two networks, --layers '512,256;' one of two hidden layers, and --layers 512,256 two of one \
      hidden layer each. --depth with --width-1, --width-2, … is another way to give --layers.

      Trials are ranked by validation accuracy. With --repeats 3, or a list of seeds such as --seed \
      0,1,2, each network is trained with several seeds and ranked by the mean accuracy; with --prune, \
      its first seed decides whether the others are trained. The best network is measured on the test \
      set at the end, if there is one.

      Networks that share their batches are trained side by side, which is faster and gives the same \
      bits. With --prune the outcome depends on the order of evaluations, so that --independent may \
      prune other trials.

      The folder has journal.jsonl, to which everything is written at once, and best.safetensors, the \
      best network so far, for `perceptron evaluate` and `predict`. Ctrl-C, SIGTERM and SIGHUP finish \
      the current step and exit with status 130. --resume continues a study that was interrupted or \
      killed, to the same results; it rewrites TensorBoard event files where the study has any. \
      `perceptron tune show` shows the best trials, also while the search runs.

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
  ]

  @OptionGroup(title: "Data") var source: DataOptions
  @OptionGroup(title: "Settings to try") var space: SpaceOptions
  @OptionGroup(title: "Settings to try") var ranges: RangeOptions
  @OptionGroup(title: "Search") var search: SearchOptions
  @OptionGroup(title: "Output") var files: StudyOptions

  func validate() throws {
    if space.preset != nil && source.givenData == nil {
      throw ValidationError("--preset cs231n needs --data, a folder of CIFAR-10's binary version")
    }
    guard let resume = files.resume else { return }
    let given =
      try ranges.given.first.map { "--" + $0.hyperparameter.name }
      ?? space.space.map { _ in "--space" } ?? space.preset.map { _ in "--preset" }
      ?? files.output.map { _ in "--output" }
      ?? (search.isGiven ? "--method, --trials, --repeats, --independent or --prune" : nil)
    if let given {
      throw ValidationError(
        "--resume \(resume) goes on with the study as it is; \(given) cannot change it")
    }
  }

  func run() throws {
    Interruption.install()
    let session = try files.resume.map(resumed) ?? begun()
    // From here on Ctrl-C has to wait until the study is saved.
    try Interruption.deferred { try session.run() }
  }
}

// MARK: - Options

struct SpaceOptions: ParsableArguments {
  @Option(
    help: .init("JSON file of settings to try, alone or beside options.", valueName: "file"))
  var space: String?
  @Option(
    help:
      "cs231n: 180 two-layer networks on CIFAR-10, whose folder --data names; options override it.")
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
  @Option(help: .init("Continue the study in a folder.", valueName: "folder"))
  var resume: String?
  @Option(
    parsing: .unconditional,
    help: .init(
      "Threads that share the work, 1 to 256. (default: as many as BLAS has)", valueName: "count"))
  var workers: Int?
  @Flag(
    help:
      "At the end, write TensorBoard event files into the folder tensorboard of the study's folder."
  )
  var tensorboard = false
  @Flag(help: "Print only errors, and the JSON if requested.") var quiet = false
  @Flag(help: "Print the JSON of `tune show --json` in place of a table.") var json = false

  func validate() throws {
    try require("--workers", workers, in: workerCounts)
    for (option, value) in [("--output", output), ("--resume", resume)]
    where value?.isEmpty == true {
      throw ValidationError("\(option) is empty, expected a folder")
    }
  }
}

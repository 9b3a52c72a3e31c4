import ArgumentParser
import PerceptronCommandSupport
import Foundation
import Perceptron
import PerceptronFiles

/// `perceptron tune` with settings to try, or a study to go on with.
struct TuneSearchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "search",
    abstract: "Train many networks to find the settings that do best.",
    usage: """
      perceptron tune [--data <name>] --learning-rate 1e-3,2e-3 --hidden 50,100 ... [<options>]
      perceptron tune --resume <folder>
      perceptron tune show <folder>
      perceptron tune export <folder>
      """,
    discussion: """
      Each setting takes a list, 1e-3,2e-3, or a range, 0.1..0.5 or 0.1..0.5:log or 0.1..0.5:log:5, \
      where 5 is how many points a grid has; one that has a single value has it in all trials. Words with \
      commas in them have ; between them: --layers '512,256;128' is two networks, --layers '512,256;' one \
      of two hidden layers, and --layers 512,256 two of one hidden layer each. What is not given is as in `perceptron \
      train`, whose help explains each setting. --depth is how many hidden layers there are, and \
      --width-1, --width-2, … are the widths of those that a network has, in place of --layers.

      Networks are compared by their accuracy on the validation rows. With --repeats 3, or a list of \
      seeds, --seed 0,1,2, each is trained with several seeds and compared by the mean accuracy once all \
      of them are done; with --prune its first seed decides whether the others are trained. The best \
      network is measured on the test set at the end, if the data has one. Those that share their batches are \
      trained side by side, which is faster and changes rounding only; over a long training such \
      differences can grow, so that accuracies may differ from those of a network alone in single rows. \
      With --prune the outcome depends on the order in which networks are measured, so that --independent \
      may give up others.

      The folder holds journal.jsonl, \
      to which everything is written at once, and best.safetensors, the best network so far, for \
      `perceptron evaluate` and `predict`. Ctrl-C, SIGTERM and SIGHUP finish the current step and exit \
      with status 130; --resume goes on, after a kill too, to the same numbers. `perceptron tune show` \
      has the best trials and what each setting did, while the search runs too, and `export` all trials as \
      a table. \
      --resume writes event files for TensorBoard anew where the study has any.

      A file for --space: {"parameters": [{"name": "learning-rate", "range": [1e-4, 1e-1], "scale": \
      "log"}, {"name": "depth", "values": [1, 2]}, {"name": "width-1", "values": [64, 128]}, {"name": \
      "width-2", "values": [32, 64], "when": {"depth": [2]}}]}
      """,
    helpNames: .shortAndLong)

  @Option(help: .init("digits, fashion-mnist, or a folder. (default: digits)", valueName: "name"))
  var data: String?
  @Option(help: "The folder's format; told by its files' names where not given.")
  var format: DatasetLibrary.Format?
  @Option(
    help: .init("A JSON file of settings to try, beside options or alone.", valueName: "file"))
  var space: String?
  @Option(
    help:
      "cs231n: 180 two-layer networks on CIFAR-10, whose folder --data names. Options override it.")
  var preset: TrialSpace.Preset?
  @OptionGroup(title: "Settings to try") var tunables: TunableOptions
  @OptionGroup(title: "Search") var search: SearchOptions
  @Option(
    parsing: .unconditional,
    help: .init(
      "Threads that share the work, 1 to 256. (default: as many as BLAS has)", valueName: "count"))
  var workers: Int?
  @Option(
    name: [.short, .long],
    help: .init(
      "Folder for the study's files. (default: the next free runs/tune-NAME-N)", valueName: "folder"
    ))
  var output: String?
  @Option(help: .init("Go on with the study in a folder.", valueName: "folder"))
  var resume: String?
  @Flag(
    help:
      "Write event files for TensorBoard into the folder tensorboard of the study's, at the end."
  )
  var tensorboard = false
  @Flag(help: "Print nothing but errors, and the JSON if asked for.") var quiet = false
  @Flag(help: "Print what `tune show --json` prints in place of a table.") var json = false

  func validate() throws {
    try require("--workers", workers, in: workerCounts)
    for (option, value) in [
      ("--data", data), ("--output", output), ("--resume", resume), ("--space", space),
    ] where value?.isEmpty == true {
      throw ValidationError("\(option) is empty, expected a folder or a name")
    }
    if preset != nil && data == nil {
      throw ValidationError("--preset cs231n needs --data, a folder of CIFAR-10's binary version")
    }
    guard let resume else { return }
    let given =
      try tunables.given.first.map { "--" + $0.tunable.name } ?? space.map { _ in "--space" }
      ?? preset.map { _ in "--preset" } ?? output.map { _ in "--output" }
      ?? (search.isGiven ? "--method, --trials, --repeats, --independent or --prune" : nil)
    if let given {
      throw ValidationError(
        "--resume \(resume) goes on with the study as it is; \(given) cannot change it")
    }
  }

  func run() throws {
    Interruption.install()
    let session = try resume.map(resumed) ?? begun()
    // From here on there is something to save, so that Ctrl-C has to wait for its being saved.
    try Interruption.deferred { try session.run() }
  }
}

import ArgumentParser
import Perceptron
import PerceptronCommandSupport

/// The hyperparameters of `perceptron train` that baselines have as well.
enum BaselineSelection: HyperparameterSelection {
  static func includes(_ hyperparameter: Hyperparameter) -> Bool {
    ["class-weights", "seed", "workers"].contains(hyperparameter.name)
  }
}

/// `perceptron baseline`.
struct BaselineCommand: CommandWithExamples {
  static let configuration = CommandConfiguration(
    commandName: "baseline",
    abstract: "Fit simple models and compare their metrics, to see what a network adds.",
    discussion: """
      Of classes: the most frequent class, the nearest class mean, the k nearest neighbours, ridge, softmax \
      and hinge regression. Of numbers: the mean, the k nearest neighbours and ridge regression, which is linear \
      regression with a penalty. Of several labels: the most frequent value of each, the k nearest neighbours, \
      ridge and logistic regression.

      Rows are held out and features are prepared as `perceptron train --layers none` does with the same \
      options; softmax, hinge and logistic regression are that network, trained with its defaults and the loss \
      softmax, hinge or logistic. k is one of \(Self.neighborCounts), and λ of the ridge regression one of seven \
      powers of ten: those with the best metric on the validation rows, whose values there are slightly too good. \
      Without validation rows, k is 5 and λ about the mean square of a column.

      The neighbours of the training rows, of which each is its own nearest, are found only where that is fast.

      With the folder of a run, the baselines have its rows, held out in the same way, its preprocessing and its \
      class weights, and its network stands in the table. The result is also written to baseline.json in the \
      folder, for `perceptron report`.
      """)

  static let examples = [
    CommandExample("Compare baselines on the built-in digits.", "perceptron baseline"),
    CommandExample(
      "Compare them on a table of one's own.",
      "perceptron baseline --data houses.csv --target price"),
    CommandExample("Compare them with the network of a run.", "perceptron baseline runs/digits-1"),
  ]

  @Argument(help: "Folder of a run to compare with. (default: none)") var folder: String?
  @OptionGroup(title: "Data") var source: DataOptions<RunDataByDefault>
  @OptionGroup(title: "Data") var rows: RowOptions
  @OptionGroup(title: "Data") var preparation: PreparationOptions
  @OptionGroup(title: "Data") var validation: HyperparameterOptions<ValidationGroup>
  @OptionGroup(title: "Baselines") var fitting: HyperparameterOptions<BaselineSelection>
  @Option(
    help: .init(
      "Metric that k and λ are chosen by, shown beside the default ones. (default: accuracy, or r2 for numbers)",
      valueName: "name"))
  var metric: String?
  @Flag(help: "Print JSON.") var json = false

  private static var neighborCounts: String {
    let counts = BaselineComparison<Float>.neighborCounts.map { "\($0)" }
    return counts.dropLast().joined(separator: ", ") + " and " + (counts.last ?? "")
  }

  /// The network without hidden layers.
  private var hyperparameters: Hyperparameters {
    get throws {
      var chosen = try Hyperparameters(
        choosing: preparation.given + validation.given + fitting.given)
      chosen.layers = []
      return chosen
    }
  }

  func validate() throws {
    let chosen = try hyperparameters
    let given = preparation.given + validation.given + fitting.given
    let contradictions =
      given.map { "--" + $0.hyperparameter.name }.filter { $0 != "--workers" }
      + [rows.given, source.task.map { _ in "--task" }].compactMap { $0 }
    if let folder, !contradictions.isEmpty {
      throw ValidationError(
        "\(contradictions.joined(separator: ", ")) cannot be used with a run, since "
          + "\(folder) has its own rows and preprocessing")
    }
    try namingOptions { try chosen.check() }
    if let folds = chosen.folds, chosen.fold == nil {
      throw ValidationError("--folds is \(folds), but the number of the --fold is not given")
    }
    let metrics = Metric.allCases.filter { $0 != .loss }.map(\.rawValue)
    if let metric, !metrics.contains(metric) {
      throw ValidationError(
        "--metric is \(metric), expected one of \(metrics.joined(separator: ", "))")
    }
  }

  func run() throws {
    let session: BaselineSession
    let advice: [String]
    var lock: RunLock?
    if let folder {
      try requireFolder(folder, of: "a run")
      let directory = RunDirectory(path: folder)
      let record = try directory.record()
      lock = try directory.lock()
      session = try self.session(beside: record, in: directory)
      advice = ["report", folder]
    } else {
      let chosen = try hyperparameters
      let (data, choice) = try source.load(rows, heldOutBy: chosen.validationSplit)
      var experiment = try namingOptions { try chosen.experiment(for: data, format: source.format) }
      experiment.record(choice)
      session = BaselineSession(
        data: data, experiment: experiment, metrics: try metrics(for: data.training.schema))
      advice = ["train"] + choice.arguments
    }
    defer { withExtendedLifetime(lock) {} }
    let report = try session.report()
    let line = ShellCommand.line(["perceptron"] + advice)
    let last =
      folder == nil ? "train a network with: \(line)" : "see them on the run's page: \(line)"
    // The result is printed even if the file cannot be written, and the other way around.
    let shown = Swift.Result {
      try Console.output(
        json ? report.json : report.text(columns: Console.tableColumns, last: last))
    }
    if let folder {
      try AtomicFile.write(
        Array((report.json + "\n").utf8), to: RunDirectory(path: folder).baselinePath)
    }
    try shown.get()
  }

  /// Baselines on the rows of a run, prepared as for its network.
  private func session(
    beside record: RunRecord, in directory: RunDirectory
  ) throws -> BaselineSession {
    let found = try RunData(of: record, given: source.givenData, format: source.format)
    try found.requireSame()
    let settings = record.settings
    var chosen = try hyperparameters
    (chosen.folds, chosen.fold) = (settings.fold?.count, settings.fold?.number)
    if settings.fold == nil { chosen.validation = .rows(settings.validation) }
    (chosen.seed, chosen.classWeights) = (record.seed, settings.classWeights)
    chosen.workers = chosen.workers ?? settings.training.workers
    var experiment = try namingOptions { try chosen.experiment(for: found.loaded) }
    experiment.record(found.choice)
    (experiment.validation, experiment.split) = (settings.validation, settings.split)
    (experiment.pixelScale, experiment.subtractMean) = (settings.pixelScale, settings.subtractMean)
    (experiment.preparation, experiment.projection) = (settings.preparation, settings.projection)
    var session = BaselineSession(
      data: found.loaded, experiment: experiment,
      metrics: try metrics(for: found.loaded.training.schema, of: settings),
      run: BaselineReport.Run(record, named: directory.path))
    if settings.from != nil {
      switch try ModelFile.read(directory.path).model {
      case .float(let model): session.preprocessing = model.preprocessing
      case .double(let model): session.preprocessing = model.preprocessing
      }
    }
    return session
  }

  /// The metric that decides, then the default ones.
  ///
  /// - Parameter settings: those of the run, whose metric it is unless another is given.
  private func metrics(
    for schema: TargetSchema, of settings: Experiment? = nil
  ) throws -> [Metric] {
    let defaults = Metric.defaults(for: schema.kind)
    let own = settings?.metric == .loss ? nil : settings?.metric
    guard let metric = metric.flatMap({ Metric(rawValue: $0) }) ?? own else { return defaults }
    if !metric.kinds.contains(schema.kind) {
      let names = Metric.allCases.filter { $0.kinds.contains(schema.kind) && $0 != .loss }
      throw ValidationError(
        "--metric is \(metric.rawValue), but the targets are \(schema), expected one of "
          + names.map(\.rawValue).joined(separator: ", "))
    }
    return [metric] + defaults.filter { $0 != metric }
  }
}

import ArgumentParser
import Perceptron
import PerceptronCommandSupport

struct EvaluateCommand: CommandWithExamples {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Compute a saved model's metrics and loss on a data set.",
    discussion: """
      Without --data, the data set that the model was trained on is loaded from where it was and \
      verified by its digest; a model file outside a run's folder needs --data. The loss is the \
      model's training loss without penalties; of numbers, that of the scaled targets. Numbers are \
      judged in their own unit, several columns each and by the mean. Intervals are those of 95 % \
      confidence.
      """)

  static let examples = [
    CommandExample(
      "Evaluate on the test set of the data that the model was trained on.",
      "perceptron evaluate runs/fashion-mnist-1"),
    CommandExample(
      "Evaluate a digits model on all training rows and print its confusion matrix.",
      "perceptron evaluate runs/digits-1 --split train --confusion"),
    CommandExample(
      "Also compute the balanced accuracy and the log loss.",
      "perceptron evaluate runs/digits-1 --metric balanced-accuracy,log-loss"),
  ]

  @Argument(help: "Folder of a run or a study, or a model file.") var model: String
  @OptionGroup(title: "Data") var source: DataOptions<ModelDataByDefault>
  @Option(help: "Part of the data set; train includes the validation rows.")
  var split: DataSplit = .test
  @Option(
    help: .init(
      "Weight of each row evaluated: a column of the table that --data names, or an IDX file, by its path or its name within the data's folder. (default: with --split train those that the run was trained with, else 1 each)",
      valueName: "file"))
  var weights: String?
  @Option(
    help: .init(
      "Also compute this metric: \(Self.metricNames). May be repeated, or list several separated by commas. (default: accuracy; r2, mae and rmse of numbers; accuracy and f1 of labels)",
      valueName: "name"))
  var metric: [String] = []
  @Flag(help: "Print the confusion matrix, and each class's precision and recall.")
  var confusion = false
  @Option(
    parsing: .unconditional,
    help: .init("Also compute the top-k accuracy for this k. (default: none)", valueName: "k"))
  var top: Int?
  @Flag(help: "Print JSON.") var json = false

  private static var metricNames: String {
    Metric.allCases.filter { $0 != .loss }.map(\.rawValue).joined(separator: ", ")
  }

  func validate() throws {
    try require("--top", top, in: 1...Hyperparameter.largest)
    _ = try chosenMetrics
  }

  private var chosenMetrics: [Metric] {
    get throws {
      try metric.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }.map {
        name in
        guard let metric = Metric(rawValue: String(name)) else {
          throw ValidationError("--metric is \(name), expected one of \(Self.metricNames)")
        }
        return metric
      }
    }
  }

  func run() throws {
    let (path, model) = try ModelFile.read(model)
    switch model {
    case .float(let model): try run(model, path: path)
    case .double(let model): try run(model, path: path)
    }
  }

  private func run<Scalar>(_ model: TrainedModel<Scalar>, path: String) throws {
    let metrics = try metrics(of: model.schema)
    let (choice, rows) = try rows(of: path, model.schema, model.expectedFeatures)
    let isWholeFile = source.givenData != nil && choice.test == nil && isSingleTable(choice.source)
    if isWholeFile, split == .test, let record = try ModelFile.record(ofModel: path),
      try record.dataSource?.digest == rows.digest()
    {
      Console.error(
        "note: these are the rows that the model was trained on, with those held out for validation"
      )
    }
    var measured = try evaluate(model, on: rows, of: choice.source, path: path, metrics)
    measured.isWholeFile = isWholeFile
    // Without a record nothing is known of a penalty.
    measured.isPenalized =
      (try? ModelFile.record(ofModel: path)).map { $0.settings.training.penalty != .none } ?? false
    try Console.output(
      json ? measured.json : measured.text(columns: Console.tableColumns))
  }

  /// Throws where a data set whose targets have names has some that the model does not know: they cannot be
  /// told by their positions, as the numbered classes of IDX files are.
  private func requireNames(
    of known: TargetSchema, _ found: TargetSchema, _ source: String
  ) throws {
    let format = DatasetLibrary.detectedFormat(of: source)
    guard format == .csv || format == .numpy || format == .pictures, known.kind == found.kind,
      let other = found.names.first(where: { !known.names.contains($0) })
    else { return }
    func list(_ names: [String]) -> String {
      names.prefix(10).joined(separator: ", ") + (names.count > 10 ? ", …" : "")
    }
    throw FileError(
      source,
      "expected the \(known.kind) of the model, \(list(known.names)); found \(other)")
  }

  /// Whether a data set is a single table, without parts for training and test.
  private func isSingleTable(_ source: String) -> Bool {
    DatasetLibrary.detectedFormat(of: source) == .csv && !isDirectory(source)
  }

  /// What is measured; throws `ValidationError` for what the targets do not have.
  private func metrics(of schema: TargetSchema) throws -> [Metric] {
    if schema.kind != .classes {
      for (option, isGiven) in [("--confusion", confusion), ("--top", top != nil)] where isGiven {
        throw ValidationError("\(option) is for classes, but the model predicts \(schema)")
      }
    }
    if let task = source.task, task != schema.kind {
      throw ValidationError("--task is \(task.rawValue), but the model predicts \(schema)")
    }
    var metrics = Metric.defaults(for: schema.kind)
    for metric in try chosenMetrics where !metrics.contains(metric) && metric != .loss {
      if !metric.kinds.contains(schema.kind) {
        let names = Metric.allCases.filter { $0.kinds.contains(schema.kind) && $0 != .loss }
        throw ValidationError(
          "--metric is \(metric.rawValue), but the model predicts \(schema), expected one of "
            + names.map(\.rawValue).joined(separator: ", "))
      }
      metrics.append(metric)
    }
    return metrics
  }

  /// The data of the model's run where --data says that it was moved, and the run held rows out as a test
  /// set: these are found again. Nil for other data.
  private func heldOutData(of path: String) throws -> RunData? {
    guard let given = source.givenData, let record = try ModelFile.record(ofModel: path),
      record.settings.test != nil,
      let found = try? RunData(of: record, given: given, format: source.format)
    else { return nil }
    return (try? found.requireSame()) == nil ? nil : found
  }

  /// The rows to evaluate on and where they are: those that --data names, or else those of the data that
  /// the model was trained on.
  private func rows(
    of path: String, _ schema: TargetSchema, _ expected: ExpectedFeatures
  ) throws -> (choice: DataSettings, rows: Dataset) {
    let (choice, rows): (DataSettings, Dataset)
    if let found = try heldOutData(of: path) {
      (choice, rows) = (found.choice, try found.loaded.part(split))
    } else if source.givenData != nil {
      // The run's choices of reading hold for files of the same format.
      let run = try ModelFile.record(ofModel: path).map { DataSettings(of: $0.settings) }
      let isAlike =
        run.map { $0.detectedFormat == DatasetLibrary.detectedFormat(of: source.data) } ?? false
      let known = isAlike ? run?.reading ?? .none : .none
      choice = try source.settings
      rows = try source.load(
        split, as: schema.kind, reading: known, like: expected,
        // A column of a table; the weights of IDX data are a file, read below.
        weights: isDirectory(choice.source) ? nil : weights
      ).matching(schema)
      try requireNames(of: schema, rows.schema, choice.source)
    } else {
      let found = try RunData(ofModel: path, format: source.format)
      (choice, rows) = (found.choice, try found.loaded.part(split))
    }
    guard let weights, rows.weights == nil else { return (choice, rows) }
    let file = choice.path(choice.located(weights))
    let values = try IDX.readWeights(file)
    if values.count != rows.count {
      throw FileError(
        file, "expected a weight for each of the \(rows.count) rows, found \(values.count)")
    }
    if !values.contains(where: { $0 > 0 }) {
      throw FileError(file, "expected a weight above 0, found only 0")
    }
    return (
      choice,
      Dataset(rows.features, targets: rows.targets, weights: values, groups: rows.groups)
    )
  }

  private func evaluate<Scalar>(
    _ model: TrainedModel<Scalar>, on data: Dataset, of name: String, path: String,
    _ metrics: [Metric]
  ) throws -> MeasuredModel {
    try ModelFile.requireFit(model, to: data, path: path, of: name)
    if let warning = ModelFile.scaleWarning(model, data.features, of: name) {
      Console.error("warning: \(warning)")
    }
    let prepared: PreparedDataset<Scalar> = data.prepared(with: model.preprocessing)
    let result = model.network.evaluate(on: prepared, metrics: metrics)
    if !result.loss.isFinite {
      let what = model.schema.kind == .numbers ? "outputs" : "scores"
      throw DatasetError(
        "the loss on \(name) is \(plain(result.loss)): some \(what) are not finite")
    }
    let found = model.network.predictions(of: prepared.features, as: model.schema)
    var measured = MeasuredModel(data: name, split: split, rows: data, result, found, metrics)
    if let top {
      measured.top = (top, model.network.topKAccuracy(top, on: prepared))
    }
    if confusion {
      measured.confusion = model.network.confusionMatrix(
        on: data.naming(classes: model.classNames).prepared(with: model.preprocessing))
    }
    return measured
  }
}

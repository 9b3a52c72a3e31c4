import ArgumentParser
import Perceptron
import PerceptronCommandSupport

struct EvaluateCommand: CommandWithExamples {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Compute a saved model's accuracy and loss on a data set.",
    discussion: """
      Without --data, the data set that the model was trained on is loaded from where it was and \
      verified by its digest; a model file outside a run's folder needs --data. The loss is the \
      model's training loss without penalties.
      """)

  static let examples = [
    CommandExample(
      "Evaluate on the test set of the data that the model was trained on.",
      "perceptron evaluate runs/fashion-mnist-1"),
    CommandExample(
      "Evaluate a digits model on all training rows and print its confusion matrix.",
      "perceptron evaluate runs/digits-1 --split train --confusion"),
  ]

  @Argument(help: "Folder of a run or a study, or a model file.") var model: String
  @OptionGroup(title: "Data") var source: DataOptions<ModelDataByDefault>
  @Option(help: "Part of the data set; train includes the validation rows.")
  var split: DataSplit = .test
  @Flag(help: "Print the confusion matrix, and each class's precision and recall.")
  var confusion = false
  @Option(
    parsing: .unconditional,
    help: .init("Also compute the top-k accuracy for this k. (default: none)", valueName: "k"))
  var top: Int?
  @Flag(help: "Print JSON.") var json = false

  func validate() throws { try require("--top", top, in: 1...Hyperparameter.largest) }

  /// The JSON output.
  private struct Result: Encodable {
    /// The data set's name or folder.
    let data: String
    let split: DataSplit
    let accuracy: Double
    let loss: Double
    let count: Int
    /// The k of the top-k accuracy.
    var top: Int?
    var topAccuracy: Double?
    var confusion: Confusion?
  }

  /// The confusion matrix with each class's precision and recall.
  private typealias Confusion = Extended<ConfusionMatrix, [String: [Double?]]>

  func run() throws {
    let (path, model) = try ModelFile.read(model)
    let (name, data) = try rows(of: path)
    let result =
      switch model {
      case .float(let model): try evaluate(model, on: data, of: name, path: path)
      case .double(let model): try evaluate(model, on: data, of: name, path: path)
      }
    if json {
      try Console.output(result.json)
    } else {
      let interval = accuracyIntervalText(result.accuracy, rowCount: result.count)
      let share = result.topAccuracy.map { "top \(top ?? 0) \(decimal($0, 4))  " } ?? ""
      try Console.output(
        "accuracy \(decimal(result.accuracy, 4))\(interval.map { " (\($0))" } ?? "")  \(share)loss \(readableNumber(result.loss))  "
          + "on the \(result.count) \(split == .test ? "test" : "training") rows of \(name)")
      if let confusion = result.confusion {
        try Console.output("\n" + confusion.value.text(columns: Console.tableColumns))
      }
    }
  }

  /// The rows to evaluate on and the name of their data set: the one that --data names, or else the
  /// one that the model was trained on.
  private func rows(of path: String) throws -> (name: String, rows: Dataset) {
    if let name = source.givenData { return (name, try source.load(split)) }
    let found = try RunData(ofModel: path, format: source.format)
    return (found.source, try found.loaded.part(split))
  }

  private func evaluate<Scalar>(
    _ model: TrainedModel<Scalar>, on data: Dataset, of name: String, path: String
  ) throws -> Result {
    try ModelFile.requireFit(model, to: data, path: path, of: name)
    if let warning = ModelFile.scaleWarning(model, data.features, of: name) {
      Console.error("warning: \(warning)")
    }
    let prepared: PreparedDataset<Scalar> = data.prepared(with: model.preprocessing)
    let result = model.network.evaluate(on: prepared)
    if !result.loss.isFinite {
      throw DatasetError(
        "the loss on \(name) is \(plain(result.loss)): some scores are not finite")
    }
    let matrix =
      confusion
      ? model.network.confusionMatrix(
        on: data.naming(classes: model.classNames).prepared(with: model.preprocessing)) : nil
    return Result(
      data: name, split: split, accuracy: result.accuracy, loss: result.loss, count: result.count,
      top: top, topAccuracy: top.map { model.network.topKAccuracy($0, on: prepared) },
      confusion: matrix.map { Confusion($0, ["precision": $0.precision, "recall": $0.recall]) })
  }
}

import ArgumentParser
import CommandSupport
import Perceptron
import Serialization

/// `perceptron evaluate`.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "Measure a saved network's accuracy and loss on a data set.",
    discussion: "The loss is the one that the network was trained with, without the penalty.")

  @Argument(help: "The folder of a run, or a model file.") var model: String
  @OptionGroup var source: DataOptions
  @Option(help: "Which part of the data; train is with the rows held out for validation.")
  var split: DataOptions.Split = .test
  @Flag(
    help: "Show how often each class was taken for which, and each one's precision and recall.")
  var confusion = false
  @Option(
    parsing: .unconditional,
    help: .init(
      "Also the share of rows whose class is among the so many likeliest.", valueName: "count"))
  var top: Int?
  @Flag(help: "Print JSON.") var json = false

  func validate() throws { try require("--top", top, in: 1...largestSize) }

  /// What is found, as JSON.
  private struct Result: Encodable {
    let accuracy: Double
    let loss: Double
    let count: Int
    /// How many classes may be named for the accuracy of that name.
    var top: Int?
    var topAccuracy: Double?
    var confusion: Confusion?
  }

  /// A confusion matrix, and what of it each class has.
  private struct Confusion: Encodable {
    private enum CodingKeys: CodingKey {
      case precision, recall
    }

    let matrix: ConfusionMatrix

    func encode(to encoder: any Encoder) throws {
      try matrix.encode(to: encoder)
      var values = encoder.container(keyedBy: CodingKeys.self)
      try values.encode(matrix.precision, forKey: .precision)
      try values.encode(matrix.recall, forKey: .recall)
    }
  }

  func run() throws {
    let (path, model) = try ModelFile.read(model)
    let data = try source.load(split)
    let result: Result
    switch model {
    case .float(let model): result = try evaluate(model, on: data, path: path)
    case .double(let model): result = try evaluate(model, on: data, path: path)
    }
    if json {
      try Console.output(result.json)
    } else {
      let share = result.topAccuracy.map { "top \(top ?? 0) \(decimal($0, 4))  " } ?? ""
      try Console.output(
        "accuracy \(decimal(result.accuracy, 4))  \(share)loss \(readableNumber(result.loss))  "
          + "on \(result.count) rows")
      if let confusion = result.confusion {
        try Console.output("\n" + confusion.matrix.text(columns: Console.tableColumns))
      }
    }
  }

  private func evaluate<Scalar>(
    _ model: TrainedModel<Scalar>, on data: Dataset, path: String
  ) throws -> Result {
    try ModelFile.requireFit(model, featureCount: data.featureCount, path: path, of: source.data)
    if data.classCount > model.network.classCount {
      throw FileError(
        path,
        "the network tells \(model.network.classCount) classes apart, "
          + "\(source.data) has \(data.classCount)")
    }
    if data.count == 0 { throw DatasetError("\(source.data) has no rows to evaluate on") }
    let prepared: PreparedDataset<Scalar> = data.prepared(with: model.preprocessing)
    let result = model.network.evaluate(on: prepared)
    if !result.loss.isFinite {
      throw DatasetError(
        "the loss on \(source.data) is \(plain(result.loss)): some features or scores are not finite"
      )
    }
    return Result(
      accuracy: result.accuracy, loss: result.loss, count: result.count,
      top: top, topAccuracy: top.map { model.network.topKAccuracy($0, on: prepared) },
      confusion: confusion
        ? Confusion(
          matrix: model.network.confusionMatrix(
            on: data.naming(classes: model.classNames).prepared(with: model.preprocessing)))
        : nil)
  }
}

import ArgumentParser
import CommandSupport
import Perceptron

/// `perceptron evaluate`.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "Measure a saved network's accuracy and loss on a data set.",
    discussion: "The loss is the mean cross-entropy, without the penalty.")

  @Argument(help: "The folder of a run, or a model file.") var model: String
  @OptionGroup var source: DataOptions
  @Option(help: "Which part of the data; train is with the rows held out for validation.")
  var split: Split = .test
  @Flag(help: "Print JSON.") var json = false

  enum Split: String, ExpressibleByArgument, CaseIterable {
    case train, test
  }

  func run() throws {
    let path = try ModelFile.path(model)
    let data = try split == .test ? source.loadTest() : source.load().training
    let result: Evaluation
    switch try AnyTrainedModel(readingFrom: path) {
    case .float(let model): result = try evaluate(model, on: data, path: path)
    case .double(let model): result = try evaluate(model, on: data, path: path)
    }
    if json {
      try Console.output(result.json)
    } else {
      try Console.output(
        "accuracy \(decimal(result.accuracy, 4))  loss \(decimal(result.loss, 4))  "
          + "on \(result.count) rows")
    }
  }

  private func evaluate<Scalar>(
    _ model: TrainedModel<Scalar>, on data: Dataset, path: String
  ) throws -> Evaluation {
    try ModelFile.requireFit(model, featureCount: data.featureCount, path: path, of: source.data)
    if data.classCount > model.network.classCount {
      throw FileError(
        path,
        "the network tells \(model.network.classCount) classes apart, "
          + "\(source.data) has \(data.classCount)")
    }
    if data.count == 0 { throw DatasetError("\(source.data) has no rows to evaluate on") }
    let result = model.network.evaluate(on: data.prepared(with: model.preprocessing))
    if !result.loss.isFinite {
      throw DatasetError(
        "the loss on \(source.data) is \(plain(result.loss)): some features or scores are not finite"
      )
    }
    return result
  }
}

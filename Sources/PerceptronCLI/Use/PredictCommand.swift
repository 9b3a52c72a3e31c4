import ArgumentParser
import Perceptron
import PerceptronCommandSupport

struct PredictCommand: CommandWithExamples {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Predict the class, the numbers or the labels of each row of feature files.",
    discussion: """
      Prints one line per row, in the order of the files: the class's number and, after a tab, its \
      name if it has one. A model of numbers prints each column's number in its own unit, and a model of \
      several labels 1 for each label that it predicts and 0 for the others, separated by tabs. With \
      --probabilities, prints the probability of every class or label instead. Files are IDX (plain or .gz) or CIFAR-10 batches; labels in them are ignored.

      Features are preprocessed as the training data was: divided by the divisor that the model \
      stores, for example. A model trained on bytes expects bytes; one trained on numbers in 0…1 \
      expects such numbers.
      """)

  static let examples = [
    CommandExample(
      "Predict the classes of the Fashion-MNIST test images.",
      "perceptron predict runs/fashion-mnist-1 \(FashionMNIST.directory)/t10k-images-idx3-ubyte.gz"),
    CommandExample(
      "Print the class probabilities of each row as JSON.",
      "perceptron predict runs/cifar10-1 test_batch.bin --probabilities --json"),
  ]

  @Argument(help: "Folder of a run or a study, or a model file.") var model: String
  @Argument(help: "Files of features.") var files: [String]
  @Flag(help: "Print the probability of every class or label.") var probabilities = false
  @Flag(help: "Print JSON: an array with one object per row.") var json = false

  /// The prediction for a row; what its kind of targets does not have is nil.
  private struct Prediction: Encodable {
    let file: String
    let row: Int
    var `class`: Int?
    var name: String?
    /// The probability of each class.
    var probabilities: [Double]?
    /// The number of each column.
    var numbers: [String: Double]?
    /// The names of the predicted labels.
    var labels: [String]?
    /// The probability of each label.
    var labelProbabilities: [String: Double]?
    /// The line of text.
    var line = ""

    private enum CodingKeys: CodingKey {
      case file, row, `class`, name, probabilities, numbers, labels, labelProbabilities
    }
  }

  func run() throws {
    let (path, model) = try ModelFile.read(model)
    let predictions =
      switch model {
      case .float(let model): try predict(with: model, path: path)
      case .double(let model): try predict(with: model, path: path)
      }
    if json {
      try Console.output(predictions.json)
    } else if !predictions.isEmpty {
      try Console.output(predictions.map(\.line).joined(separator: "\n"))
    }
  }

  /// The predictions for every row of every file. Nothing is printed before all files are read.
  private func predict<Scalar>(
    with model: TrainedModel<Scalar>, path: String
  ) throws -> [Prediction] {
    var predictions: [Prediction] = []
    for file in files {
      let features = try DatasetLibrary.readFeatures(file, like: model.expectedFeatures).features
      try ModelFile.requireFit(model, to: features, path: path, of: file)
      try ModelFile.check(features, with: model.preprocessing, of: file)
      let found = model.network.predictions(
        of: features.prepared(with: model.preprocessing), as: model.schema)
      if let position = found.outputs.firstNonFinite() {
        let what = model.schema.kind == .numbers ? "outputs" : "scores"
        throw FileError(
          file, "row \(position / found.outputs.shape[1]): the \(what) are not finite")
      }
      if probabilities && found.probabilities == nil {
        let lack =
          model.schema.kind == .numbers
          ? "that predicts \(model.schema)" : "trained with \(model.network.loss.name)"
        throw FileError(path, "--probabilities: a network \(lack) has none")
      }
      for row in 0..<found.count {
        var prediction = Prediction(file: file, row: row)
        let chances = probabilities ? found.probabilities : nil
        complete(
          &prediction, found, chances?.row(row).elements.map { shortest(Scalar($0)) },
          model.schema.names)
        predictions.append(prediction)
      }
      if let warning = ModelFile.scaleWarning(model, features, of: file) {
        Console.error("warning: \(warning)")
      }
    }
    return predictions
  }

  /// - Parameters:
  ///   - chances: the row's probabilities, if they are to be printed.
  ///   - names: of classes, columns or labels.
  private func complete(
    _ prediction: inout Prediction, _ found: Predictions, _ chances: [Double]?, _ names: [String]
  ) {
    func named(_ values: [Double]) -> [String: Double] {
      Dictionary(zip(names, values)) { $1 }
    }
    let values = found.values?.row(prediction.row).elements ?? []
    switch found.schema.kind {
    case .classes:
      // By the scores, as in evaluation: probabilities of close scores may round to equal values.
      let best = found.classes[prediction.row]
      (prediction.class, prediction.name) = (best, names[best])
      prediction.probabilities = chances
      prediction.line = names[best] == "\(best)" ? "\(best)" : "\(best)\t\(names[best])"
    case .numbers:
      prediction.numbers = named(values)
      prediction.line = Self.tabbed(values)
    case .labels:
      prediction.labels = zip(names, values).filter { $1 == 1 }.map(\.0)
      prediction.labelProbabilities = chances.map(named)
      prediction.line = values.map { $0 == 1 ? "1" : "0" }.joined(separator: "\t")
    }
    if let chances { prediction.line = Self.tabbed(chances) }
  }

  private static func tabbed(_ values: [Double]) -> String {
    values.map { "\($0)" }.joined(separator: "\t")
  }

  /// The `Double` whose shortest text is that of `value`: 0.1, not 0.10000000149011612.
  private func shortest(_ value: some BLASScalar) -> Double { Double("\(value)") ?? Double(value) }
}

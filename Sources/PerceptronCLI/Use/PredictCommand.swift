import ArgumentParser
import Perceptron
import PerceptronCommandSupport

struct PredictCommand: CommandWithExamples {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Predict the class of each row of feature files.",
    discussion: """
      Prints one line per row, in the order of the files: the class's number and, after a tab, its \
      name if it has one. With --probabilities, prints the probability of every class instead, \
      separated by tabs. Files are IDX (plain or .gz) or CIFAR-10 batches; labels in them are ignored.

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
  @Flag(help: "Print the probability of every class.") var probabilities = false
  @Flag(help: "Print JSON: an array with one object per row.") var json = false

  private struct Prediction: Encodable {
    let file: String
    let row: Int
    let `class`: Int
    let name: String
    let probabilities: [Double]?
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
      try Console.output(predictions.map(line).joined(separator: "\n"))
    }
  }

  /// The predictions for every row of every file. Nothing is printed before all files are read.
  private func predict<Scalar>(
    with model: TrainedModel<Scalar>, path: String
  ) throws -> [Prediction] {
    var predictions: [Prediction] = []
    for file in files {
      let features = try DatasetLibrary.readFeatures(file).features
      try ModelFile.requireFit(model, to: features, path: path, of: file)
      let prepared: PreparedFeatures<Scalar> = features.prepared(with: model.preprocessing)
      try prepared.forEachBlock(of: 1000) { range, rows in
        let scores = model.network.outputs(of: rows)
        if let position = scores.firstNonFinite() {
          throw FileError(
            file, "row \(range.lowerBound + position / scores.shape[1]): the scores are not finite")
        }
        let all = probabilities ? model.network.loss.probabilities(of: scores) : nil
        if probabilities && all == nil {
          throw FileError(
            path,
            "--probabilities: a network trained with \(model.network.loss.name) has none")
        }
        // By the scores, as in evaluation: probabilities of close scores may round to equal values.
        for (offset, best) in model.network.loss.classes(of: scores).enumerated() {
          predictions.append(
            Prediction(
              file: file, row: range.lowerBound + offset, class: best,
              name: model.classNames[best],
              probabilities: all.map { $0.row(offset).elements.map(shortest) }))
        }
      }
      if let warning = ModelFile.scaleWarning(model, features, of: file) {
        Console.error("warning: \(warning)")
      }
    }
    return predictions
  }

  /// The `Double` whose shortest text is that of `value`: 0.1, not 0.10000000149011612.
  private func shortest(_ value: some BLASScalar) -> Double { Double("\(value)") ?? Double(value) }

  private func line(_ prediction: Prediction) -> String {
    if let probabilities = prediction.probabilities {
      return probabilities.map { "\($0)" }.joined(separator: "\t")
    }
    let number = "\(prediction.class)"
    return prediction.name == number ? number : number + "\t" + prediction.name
  }
}

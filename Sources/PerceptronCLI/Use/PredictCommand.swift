import ArgumentParser
import Perceptron
import PerceptronCommandSupport

struct PredictCommand: CommandWithExamples {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Predict the class, the numbers or the labels of each row of feature files.",
    discussion: """
      Of a table (CSV or TSV, plain or .gz, or - for one on standard input), writes a table with a row for \
      each of its rows, in its order: the class, or a column for each number or label; with \
      --probabilities, also the probability of each class, and in place of each label its probability. \
      Columns are found by their names; those that the model does not take are passed over. Tables may be of any length: they are read and \
      written piece by piece.

      Of other files (IDX, plain or .gz, NumPy arrays, CIFAR batches, PNG pictures), prints a line for each \
      row: the class's number and, after a tab, its name if it has one; each number in its own unit, or 1 for \
      each label that is predicted and 0 for the others, separated by tabs; or with --probabilities the \
      probability of every class or label instead. Labels in the files are ignored.

      Features are preprocessed as the training data was: missing cells are filled, for example, and \
      numbers standardized. A model trained on bytes expects bytes; one trained on numbers in 0…1 \
      expects such numbers.
      """)

  static let examples = [
    CommandExample(
      "Predict the classes of the rows of a table.",
      "perceptron predict runs/iris-1 flowers.csv"),
    CommandExample(
      "Predict the rows of a table on standard input, with probabilities.",
      "perceptron predict runs/iris-1 - --probabilities"),
    CommandExample(
      "Predict the classes of the Fashion-MNIST test images.",
      "perceptron predict runs/fashion-mnist-1 \(FashionMNIST.directory)/t10k-images-idx3-ubyte.gz"),
    CommandExample(
      "Print the class probabilities of each row as JSON.",
      "perceptron predict runs/cifar10-1 test_batch.bin --probabilities --json"),
  ]

  @Argument(help: "Folder of a run or a study, or a model file.") var model: String
  @Argument(help: "Files of features; - for a table on standard input.") var files: [String]
  @Flag(help: "Print the probability of every class or label.") var probabilities = false
  @Flag(help: "Print JSON: an array with one object per row.") var json = false
  @OptionGroup(title: "Reading files") var cells: CellOptions

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

  func validate() throws {
    let tables = files.filter(RowFile.isTable)
    if let table = tables.first, let other = files.first(where: { !RowFile.isTable($0) }), !json {
      throw ValidationError(
        "\(table) is a table and \(other) is none; predict their rows by two commands, or with --json"
      )
    }
    if files.count(where: { $0 == "-" }) > 1 {
      throw ValidationError("- is given twice, but there is one standard input")
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
    if probabilities && model.schema.kind == .numbers {
      throw FileError(
        path, "--probabilities: a network that predicts \(model.schema) has none")
    }
    if !json && files.contains(where: RowFile.isTable) {
      let table = PredictionTable(model.schema, withProbabilities: probabilities)
      var isBegun = false
      return try predict(with: model, path: path) { _, _, found in
        if !isBegun { try Console.output(table.header) }
        isBegun = true
        try Console.output(table.rows(found, as: Scalar.self))
      }
    }
    // Nothing is printed before all files are read.
    var predictions: [Prediction] = []
    try predict(with: model, path: path) { file, first, found in
      for row in 0..<found.count {
        var prediction = Prediction(file: file, row: first + row)
        let chances = probabilities ? found.probabilities : nil
        complete(
          &prediction, found, row, chances?.row(row).elements.map { shortest(Scalar($0)) },
          model.schema.names)
        predictions.append(prediction)
      }
    }
    if json {
      try Console.output(predictions.json)
    } else if !predictions.isEmpty {
      try Console.output(predictions.map(\.line).joined(separator: "\n"))
    }
  }

  /// Calls `body` with the predictions of successive rows of every file.
  ///
  /// - Parameter body: takes the file, the number of its rows before, and the predictions.
  private func predict<Scalar>(
    with model: TrainedModel<Scalar>, path: String,
    _ body: (_ file: String, _ first: Int, _ found: Predictions) throws -> Void
  ) throws {
    var options = ReadingOptions.none
    if let known = try ModelFile.record(ofModel: path)?.settings.reading {
      (options.pictureSize, options.missing) = (known.pictureSize, known.missing)
      if !files.contains(where: RowFile.isTable) { options.missing = [] }
      if files.contains(where: RowFile.isTable) { options.pictureSize = nil }
    }
    cells.complete(&options)
    for file in files {
      try naming(file) { try predict(file, with: model, path: path, options, body) }
    }
  }

  private func predict<Scalar>(
    _ file: String, with model: TrainedModel<Scalar>, path: String, _ options: ReadingOptions,
    _ body: (_ file: String, _ first: Int, _ found: Predictions) throws -> Void
  ) throws {
    let name = file == "-" ? "standard input" : file
    var first = 0
    var unknown = UnknownCount()
    try RowFile.forEachBlock(of: file, like: model.expectedFeatures, options) { features in
      try ModelFile.requireFit(model, to: features, path: path, of: name)
      do {
        unknown.add(try model.preprocessing.check(features))
      } catch let error as DatasetError {
        throw FileError(name, error.message + (first == 0 ? "" : ", counted from row \(first)"))
      }
      let found = model.network.predictions(
        of: features.prepared(with: model.preprocessing), as: model.schema)
      if let position = found.outputs.firstNonFinite() {
        let what = model.schema.kind == .numbers ? "outputs" : "scores"
        throw FileError(
          name, "row \(first + position / found.outputs.shape[1]): the \(what) are not finite")
      }
      if probabilities && found.probabilities == nil {
        throw FileError(
          path, "--probabilities: a network trained with \(model.network.loss.name) has none")
      }
      try body(file, first, found)
      if first == 0, let warning = ModelFile.scaleWarning(model, features, of: name) {
        Console.error("warning: \(warning)")
      }
      first += features.count
    }
    for warning in unknown.warnings { Console.error("warning: \(name): \(warning)") }
  }

  /// - Parameters:
  ///   - row: the row among those of `found`.
  ///   - chances: the row's probabilities, if they are to be printed.
  ///   - names: of classes, columns or labels.
  private func complete(
    _ prediction: inout Prediction, _ found: Predictions, _ row: Int, _ chances: [Double]?,
    _ names: [String]
  ) {
    func named(_ values: [Double]) -> [String: Double] {
      Dictionary(zip(names, values)) { $1 }
    }
    let values = found.values?.row(row).elements ?? []
    switch found.schema.kind {
    case .classes:
      // By the scores, as in evaluation: probabilities of close scores may round to equal values.
      let best = found.classes[row]
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
    values.map(plain).joined(separator: "\t")
  }

  /// The `Double` whose shortest text is that of `value`: 0.1, not 0.10000000149011612.
  private func shortest(_ value: some BLASScalar) -> Double { Double("\(value)") ?? Double(value) }
}

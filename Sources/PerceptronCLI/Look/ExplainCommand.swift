import ArgumentParser
import Foundation
import Perceptron
import PerceptronCommandSupport

struct ExplainCommand: CommandWithExamples {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Write a page that follows one example through a trained network.",
    discussion: """
      The page shows every number of the example's way: the hidden units, the scores as sums of \
      contributions, probabilities and loss; the gradients back to the weights, five of them checked by \
      differences; one step of training; and what in the example speaks for the prediction. It is one \
      self-contained HTML file. Rows are those that the report judges the run on: the test set, or the \
      validation rows if there is no test set, counted from 0.
      """)

  static let examples = [
    CommandExample(
      "Explain the first test row to runs/digits-1/explain.html, and open the page.",
      "perceptron explain runs/digits-1 --row 0 --open"),
    CommandExample(
      "Explain the most confident error.", "perceptron explain runs/digits-1 --wrong 1"),
    CommandExample(
      "Explain a picture of your own.", "perceptron explain runs/pictures-1 cat.png"),
  ]

  @Argument(help: "Folder of a run or a study, or a model file.") var model: String
  @Argument(
    help:
      "File with an example of your own: a picture, a table, an array; of several rows, --row chooses one."
  )
  var file: String?
  @Option(
    parsing: .unconditional,
    help: .init("Row to explain, from 0. (default: 0)", valueName: "n"))
  var row: Int?
  @Option(
    parsing: .unconditional,
    help: .init(
      "Explain the k-th most confident error, from 1; of numbers and labels, the row of the k-th largest loss.",
      valueName: "k"))
  var wrong: Int?
  @Option(
    parsing: .unconditional,
    help: .init("Network of an ensemble to explain, from 0.", valueName: "n"))
  var member: Int?
  @Option(help: .init("Folder of the data set, if it has moved.", valueName: "name"))
  var data: String?
  @Option(
    help: .init("HTML file to write. (default: explain.html in the folder)", valueName: "file"))
  var output: String?
  @Flag(help: "Open the page in the browser.") var open = false

  func validate() throws {
    try requirePage(output)
    try require("--row", row, in: 0...Int.max)
    try require("--wrong", wrong, in: 1...Int.max)
    try require("--member", member, in: 0...Int.max)
    if wrong != nil, let other = row != nil ? "--row" : file {
      throw ValidationError("--wrong cannot be used with \(other): it chooses a row by itself")
    }
  }

  func run() throws {
    let (path, model) = try ModelFile.read(model)
    let page = output ?? ModelFile.folder(of: path) + "/" + FolderViews.explanationName
    do {
      try Report.checkReplaceable(page)
    } catch let error as FileError where output == nil {
      throw FileError(error.path, error.message + "; --output writes the page elsewhere")
    }
    let explanation =
      switch model {
      case .float(let model): try explanation(of: model, path: path)
      case .double(let model): try explanation(of: model, path: path)
      }
    let report = Report(of: explanation)
    let (drawings, problem) = report.draw()
    try report.writePage(to: page, drawings)
    if let problem { Console.error(problem) }
    try Console.output(page)
    if open { openPage(page) }
  }

  // MARK: - The example

  private func explanation<Scalar>(
    of whole: TrainedModel<Scalar>, path: String
  ) throws -> Explanation {
    let model = try single(whole, path: path)
    let record = try ModelFile.record(ofModel: path)
    guard let file else {
      guard let record else {
        throw FileError(
          path, "the model has no run with rows to explain; name a file with an example")
      }
      let rows = try ExplainedRows(of: record, given: data, model, path: path)
      let row = try chosenRow(rows, model)
      return rows.explanation(of: row, model)
    }
    let example = try example(in: file, for: model, path: path)
    let rows = try record.flatMap { record in
      // The example does not need the run's data.
      data == nil
        ? try? ExplainedRows(of: record, given: nil, model, path: path)
        : try ExplainedRows(of: record, given: data, model, path: path)
    }
    return rows?.explanation(of: example.features, named: example.name, model)
      ?? Explanation(
        of: model, on: example.features, named: example.name,
        in: Self.contextWithoutData(record))
  }

  private static func contextWithoutData(_ record: RunRecord?) -> Explanation.Context {
    var context = record.map { Explanation.Context(settings: $0.settings) } ?? .init()
    context.omissions = [
      "The data that the model was trained on is not at hand: the example is compared with an input of "
        + "zeros, and there are no similar examples."
    ]
    return context
  }

  /// The model itself, or the chosen member of an ensemble.
  private func single<Scalar>(
    _ model: TrainedModel<Scalar>, path: String
  ) throws -> TrainedModel<Scalar> {
    guard
      let ensemble = model.network.layers.lazy.compactMap({ $0 as? EnsembleLayer<Scalar> }).first
    else {
      if member != nil {
        throw ValidationError("--member is for ensembles, but \(path) has a single network")
      }
      return model
    }
    let count = ensemble.members.count
    guard let member else {
      throw FileError(
        path,
        "the model is the mean of \(count) networks; choose one of them with --member 0 … \(count - 1)"
      )
    }
    try require("--member", member, in: 0...count - 1)
    return TrainedModel(
      network: ensemble.members[member], preprocessing: model.preprocessing, schema: model.schema,
      image: model.image)
  }

  private func chosenRow<Scalar>(
    _ rows: ExplainedRows, _ model: TrainedModel<Scalar>
  ) throws -> Int {
    guard let wrong else {
      let row = row ?? 0
      if row >= rows.judged.count {
        throw ValidationError(
          "--row is \(row), but \(rows.name) has only rows 0 to \(rows.judged.count - 1)")
      }
      return row
    }
    let errors = try rows.errors(of: model, count: wrong)
    if errors.count < wrong {
      throw ValidationError(
        "--wrong is \(wrong), but "
          + (errors.isEmpty
            ? "there are no errors" : "there are only \(counted(errors.count, "error"))")
          + " on \(rows.name)")
    }
    return errors[wrong - 1]
  }

  /// The chosen row of a file.
  private func example<Scalar>(
    in file: String, for model: TrainedModel<Scalar>, path: String
  ) throws -> (features: Features, name: String) {
    var options = ReadingOptions.none
    if let known = try ModelFile.record(ofModel: path)?.settings.reading {
      if RowFile.isTable(file) {
        options.missing = known.missing
      } else {
        options.pictureSize = known.pictureSize
      }
    }
    let chosen = row ?? 0
    var (found, count): (Features?, Int) = (nil, 0)
    try RowFile.forEachBlock(of: file, like: model.expectedFeatures, options) { features in
      if count <= chosen && chosen < count + features.count {
        found = features[rows: chosen - count..<chosen - count + 1]
      }
      count += features.count
    }
    guard let found else {
      throw FileError(
        file,
        count == 0 ? "there are no rows" : "--row is \(chosen), found \(counted(count, "row"))")
    }
    try ModelFile.requireFit(model, to: found, path: path, of: file)
    try ModelFile.check(found, with: model.preprocessing, of: file)
    let name = (file as NSString).lastPathComponent
    return (found, count == 1 ? name : "row \(chosen) of \(name)")
  }
}

/// The rows of a run's data that an explanation chooses from and compares with.
private struct ExplainedRows {
  /// The rows that the run is judged on, and their name.
  let judged: Dataset
  let name: String
  private let training: Dataset
  private let settings: Experiment

  init<Scalar>(
    of record: RunRecord, given: String?, _ model: TrainedModel<Scalar>, path: String
  ) throws {
    let found = try RunData(of: record, given: given)
    try found.requireSame()
    settings = record.settings
    let parts = try naming(found.source) { try record.settings.parts(of: found.loaded.training) }
    training = parts.training
    if let test = found.loaded.test {
      (judged, name) = (test, "the test set")
    } else {
      (judged, name) = (parts.validation, "the validation rows")
    }
    try ModelFile.requireFit(
      model, to: judged.count > 0 ? judged : training, path: path, of: found.source)
    if judged.count == 0 {
      throw FileError(
        found.source, "there is neither a test set nor validation rows; name a file with an example"
      )
    }
  }

  /// The rows of the most confident errors, or of the largest errors of numbers, in this order.
  func errors<Scalar>(of model: TrainedModel<Scalar>, count: Int) throws -> [Int] {
    let prepared: PreparedDataset<Scalar> = judged.prepared(with: model.preprocessing)
    switch model.schema.kind {
    case .classes: return model.network.mostConfidentErrors(on: prepared, count: count).map(\.row)
    case .numbers, .labels:
      let losses = model.network.rowLosses(on: prepared)
      let order = losses.indices.sorted { (losses[$0], $1) > (losses[$1], $0) }
      return Array(order.prefix(count))
    }
  }

  func explanation<Scalar>(of row: Int, _ model: TrainedModel<Scalar>) -> Explanation {
    let example = judged[rows: row..<row + 1]
    return Explanation(
      of: model, on: example, named: "row \(row) of \(name)",
      in: context(of: example.features, model))
  }

  func explanation<Scalar>(
    of features: Features, named name: String, _ model: TrainedModel<Scalar>
  ) -> Explanation {
    Explanation(of: model, on: features, named: name, in: context(of: features, model))
  }

  private func context<Scalar>(
    of example: Features, _ model: TrainedModel<Scalar>
  ) -> Explanation.Context {
    Explanation.Context(
      of: model, on: example, settings: settings, training: training, judged: judged, named: name)
  }
}

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
      self-contained HTML file. Rows are those of the test set, or else of the validation rows, or else of \
      the training rows, counted from 0. Of wide layers, the units that matter most are shown.
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

  @Argument(
    help: "Folder of a run; with a file of your own, also the folder of a study or a model file.")
  var model: String
  @Argument(
    help:
      "File with an example of your own: a picture, a table, an array. Of several rows, --row chooses one."
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
      throw ValidationError(
        "--wrong cannot be used with \(other): it chooses among the rows that the run is judged on")
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
    var explanation =
      switch model {
      case .float(let model): try explanation(of: model, path: path)
      case .double(let model): try explanation(of: model, path: path)
      }
    explanation.context.origin = try origin(path)
    try publish(Report(of: explanation), to: page, open: open)
  }

  /// Where the network is from, in words.
  private func origin(_ path: String) throws -> String {
    let member = member.map { "network \($0) of the ensemble " } ?? ""
    guard let record = try ModelFile.record(ofModel: path) else { return member + path }
    return "\(member)\(ModelFile.folder(of: path)), trained on \(record.settings.data)"
  }

  // MARK: - The example

  private func explanation<Scalar>(
    of whole: TrainedModel<Scalar>, path: String
  ) throws -> Explanation {
    let model = try single(whole, path: path)
    let record = try ModelFile.record(ofModel: path)
    if record == nil && data != nil {
      throw ValidationError("--data is for the folder of a run, and \(path) is in none")
    }
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
    var context = record.map { Explanation.Context(settings: $0.settings) } ?? .init()
    var problem = "the model is in no run's folder"
    do {
      if let record {
        return try ExplainedRows(of: record, given: data, model, path: path)
          .explanation(of: example.features, named: example.name, model)
      }
    } catch  where data == nil && (error is FileError || error is DatasetError) {
      // The example does not need the run's data, unless it is named.
      problem = "\(error)"
    }
    context.omissions = [
      "The data that the model was trained on cannot be used (\(problem)): the example is compared with an "
        + "input of zeros, and there are no similar examples."
    ]
    return Explanation(of: model, on: example.features, named: example.name, in: context)
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
    let count = rows.judged.count
    guard let wrong else {
      let row = row ?? 0
      if row >= count {
        throw ValidationError("--row is \(row), but the rows of \(rows.part) are 0 to \(count - 1)")
      }
      return row
    }
    let errors = rows.errors(of: model, count: wrong)
    if errors.count < wrong {
      throw ValidationError(
        "--wrong is \(wrong), but "
          + (errors.isEmpty
            ? "there are no errors" : "there are only \(counted(errors.count, "error"))")
          + " on \(rows.part)")
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
        count == 0 ? "there are no rows" : "--row is \(chosen), but its rows are 0 to \(count - 1)")
    }
    try ModelFile.requireFit(model, to: found, path: path, of: file)
    try ModelFile.check(found, with: model.preprocessing, of: file)
    if let warning = ModelFile.scaleWarning(model, found, of: file) {
      Console.error("warning: \(warning)")
    }
    let name = (file as NSString).lastPathComponent
    return (found, count == 1 ? name : "row \(chosen) of \(name)")
  }
}

/// The rows of a run's data that an explanation chooses from and compares with.
private struct ExplainedRows {
  /// The rows to choose from, and the name of this part of the data.
  let judged: Dataset
  let part: String
  private static let trained = "the training rows"
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
      (judged, part) = (test, "the test set")
    } else {
      (judged, part) =
        parts.validation.count > 0
        ? (parts.validation, "the validation rows") : (training, Self.trained)
    }
    for rows in [training, judged] where rows.count > 0 {
      try ModelFile.requireFit(model, to: rows, path: path, of: found.source)
    }
  }

  /// The rows of the most confident errors or, of numbers and labels, of the largest losses.
  func errors<Scalar>(of model: TrainedModel<Scalar>, count: Int) -> [Int] {
    // Rows count alike here, whatever their weight.
    let rows = Dataset(judged.features, targets: judged.targets)
      .prepared(with: model.preprocessing, as: Scalar.self)
    return model.schema.kind == .classes
      ? model.network.mostConfidentErrors(on: rows, count: count).map(\.row)
      : model.network.largestLosses(on: rows, count: count).map(\.row)
  }

  func explanation<Scalar>(of row: Int, _ model: TrainedModel<Scalar>) -> Explanation {
    let example = judged[rows: row..<row + 1]
    return Explanation(
      of: model, on: example, named: "row \(row) of \(part)",
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
      of: model, on: example, settings: settings, training: training,
      judged: part == Self.trained ? nil : judged, named: part)
  }
}

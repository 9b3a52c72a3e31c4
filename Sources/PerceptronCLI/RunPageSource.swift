import Foundation
import Perceptron
import Serialization

/// What the page of a run is made from: its files and its data.
struct RunPageSource {
  private let directory: RunDirectory
  private let run: TrainingRun
  /// Where the data is said to be, or nil for where it was.
  private let data: String?

  init(_ directory: RunDirectory, data: String?) throws {
    self.directory = directory
    self.data = data
    run = try directory.read()
  }

  func report() throws -> Report {
    var omissions: [String] = []
    let name = URL(fileURLWithPath: directory.path).standardizedFileURL.lastPathComponent
    let parts = try parts(noting: &omissions)
    return Report(
      ofRun: run, named: name, network: parts.network, evaluation: parts.evaluation,
      gradientCheck: try gradientCheck(), omissions: omissions)
  }

  /// What `gradcheck.json` in the folder says, if there is one.
  private func gradientCheck() throws -> GradientCheckReport? {
    struct Contents: Decodable {
      let report: GradientCheckReport
    }
    let path = directory.path + "/gradcheck.json"
    guard let contents = FileManager.default.contents(atPath: path) else { return nil }
    do {
      return try Contents(json: contents).report
    } catch {
      throw FileError(path, "expected what perceptron gradcheck --json prints: \(error)")
    }
  }

  /// What the page shows of the model and of what it makes of the data.
  private typealias Parts = (network: RunNetwork?, evaluation: RunEvaluation?)

  /// The data that the model is looked at with.
  private struct RunData {
    /// Where it came from.
    let source: String
    /// How an example is a picture, if it is one.
    let image: ImageShape?
    /// The test set or, where there is none, the rows held out, if any were.
    let rows: Dataset?
    /// What the rows are called.
    let rowsName: String
  }

  private func parts(noting omissions: inout [String]) throws -> Parts {
    if !directory.holdsModel {
      omissions.append("There is no model, and so no confusions of classes.")
      return (nil, nil)
    }
    let data = try load(noting: &omissions)
    return switch try AnyTrainedModel(readingFrom: directory.modelPath) {
    case .float(let model): try parts(model, data)
    case .double(let model): try parts(model, data)
    }
  }

  private func load(noting omissions: inout [String]) throws -> RunData? {
    let settings = run.record.settings
    let source = data ?? settings.data
    if data == nil && !DatasetLibrary.names.contains(source) && !isDirectory(source) {
      omissions.append(
        "The data is not at \(source), so that the page has no confusions of classes; "
          + "perceptron report --data says where it is.")
      return nil
    }
    try requireData(source)
    let loaded = try DatasetLibrary.load(source, format: settings.format)
    var (rows, name) = (loaded.test, "the test set")
    if rows == nil && settings.validation == 0 {
      omissions.append(
        "\(source) has no test set, and no rows were held out: there are no confusions.")
    } else if rows == nil {
      rows = try loaded.training.splitLast(settings.validation).validation
      name = "the rows held out"
      omissions.append("\(source) has no test set: confusions are those of the rows held out.")
    }
    return RunData(source: source, image: loaded.training.image, rows: rows, rowsName: name)
  }

  private func parts<Scalar>(_ model: TrainedModel<Scalar>, _ data: RunData?) throws -> Parts {
    let inputs = model.network.inputSize
    let image = model.image ?? data?.image.flatMap { $0.featureCount == inputs ? $0 : nil }
    return (
      RunNetwork(model.network, image: image), try data.flatMap { try evaluate(model, on: $0) }
    )
  }

  private func evaluate<Scalar>(
    _ model: TrainedModel<Scalar>, on data: RunData
  ) throws -> RunEvaluation? {
    guard let rows = data.rows else { return nil }
    let path = directory.modelPath
    try ModelFile.requireFit(model, featureCount: rows.featureCount, path: path, of: data.source)
    if rows.classCount > model.network.classCount {
      throw FileError(
        path,
        "the network tells \(model.network.classCount) classes apart, \(data.source) has "
          + "\(rows.classCount)")
    }
    return RunEvaluation(
      of: model.network,
      on: rows.naming(classes: model.classNames).prepared(with: model.preprocessing),
      rows: data.rowsName)
  }
}

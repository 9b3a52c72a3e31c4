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
    let evaluation = try evaluate(noting: &omissions)
    let name = URL(fileURLWithPath: directory.path).standardizedFileURL.lastPathComponent
    return Report(
      ofRun: run, named: name, evaluation: evaluation, gradientCheck: try gradientCheck(),
      omissions: omissions)
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

  /// What the model makes of the test set or, where there is none, of the rows held out.
  private func evaluate(noting omissions: inout [String]) throws -> RunEvaluation? {
    if !directory.holdsModel {
      omissions.append("There is no model, and so no confusions of classes.")
      return nil
    }
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
    var rows = loaded.test
    var name = "the test set"
    if rows == nil {
      if settings.validation == 0 {
        omissions.append(
          "\(source) has no test set, and no rows were held out: there are no confusions.")
        return nil
      }
      rows = try loaded.training.splitLast(settings.validation).validation
      name = "the rows held out"
      omissions.append("\(source) has no test set: confusions are those of the rows held out.")
    }
    guard let rows else { return nil }
    return switch try AnyTrainedModel(readingFrom: directory.modelPath) {
    case .float(let model): try evaluate(model, on: rows, named: name, source: source)
    case .double(let model): try evaluate(model, on: rows, named: name, source: source)
    }
  }

  private func evaluate<Scalar>(
    _ model: TrainedModel<Scalar>, on rows: Dataset, named name: String, source: String
  ) throws -> RunEvaluation {
    let path = directory.modelPath
    try ModelFile.requireFit(model, featureCount: rows.featureCount, path: path, of: source)
    if rows.classCount > model.network.classCount {
      throw FileError(
        path,
        "the network tells \(model.network.classCount) classes apart, \(source) has "
          + "\(rows.classCount)")
    }
    let prepared = rows.naming(classes: model.classNames).prepared(
      with: model.preprocessing, as: Scalar.self)
    return RunEvaluation(
      rows: name, confusion: model.network.confusionMatrix(on: prepared),
      loss: model.network.evaluate(on: prepared).loss)
  }
}

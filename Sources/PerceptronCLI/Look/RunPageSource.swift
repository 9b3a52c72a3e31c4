import Foundation
import Perceptron
import PerceptronFiles

/// What the page of a run is made from: its files and its data.
///
/// The page can do without its model, its data and its gradient check. What is wrong with one of
/// them is told on the page, and is among the problems.
struct RunPageSource {
  private let directory: RunDirectory
  private let run: TrainingRun
  /// Where the data is said to be, or nil for where it was.
  private let data: String?
  /// What the page lacks, a sentence each.
  private var omissions: [String] = []
  /// Those of them that something is wrong for.
  private(set) var problems: [String] = []

  init(_ directory: RunDirectory, data: String?) throws {
    self.directory = directory
    self.data = data
    run = try directory.read()
  }

  /// The page.
  ///
  /// - Throws: `FileError` or `DatasetError` where data that is said to be somewhere does not do.
  mutating func report() throws -> Report {
    let name = URL(fileURLWithPath: directory.path).standardizedFileURL.lastPathComponent
    let parts: Parts =
      switch try model() {
      case .float(let model)?: try self.parts(model)
      case .double(let model)?: try self.parts(model)
      case nil: (nil, nil)
      }
    let check = try part("The check of gradients is left out") { try $0.gradientCheck() }
    return Report(
      ofRun: run, named: name, network: parts.network, evaluation: parts.evaluation,
      gradientCheck: check, omissions: omissions)
  }

  /// A part of the page, or nil where its file or its data does not do.
  private mutating func part<Part>(
    _ lack: String, _ make: (inout RunPageSource) throws -> Part?
  ) throws -> Part? {
    do {
      return try make(&self)
    } catch let error as FileError {
      miss("\(lack): \(error)")
    } catch let error as DatasetError {
      miss("\(lack): \(error)")
    }
    return nil
  }

  private mutating func miss(_ problem: String) {
    omissions.append(problem + ".")
    problems.append(problem)
  }

  /// What `gradcheck.json` in the folder says, if there is one.
  private func gradientCheck() throws -> GradientCheckReport? {
    struct Contents: Decodable {
      let report: GradientCheckReport
    }
    let path = directory.gradientCheckPath
    if !FileManager.default.fileExists(atPath: path) { return nil }
    guard let contents = FileManager.default.contents(atPath: path) else {
      throw FileError(path, "cannot be read")
    }
    do {
      return try Contents(json: contents).report
    } catch {
      throw FileError(
        path, "expected what perceptron gradcheck --json prints: \(decodingReason(error))")
    }
  }

  private mutating func model() throws -> AnyTrainedModel? {
    if !directory.holdsModel {
      miss("There is no model, and so no confusions of classes")
      return nil
    }
    return try part("The network and the confusions of classes are left out") {
      try AnyTrainedModel(readingFrom: $0.directory.modelPath)
    }
  }
}

// MARK: - The model and what it makes of the data

extension RunPageSource {
  /// What the page shows of the model and of what it makes of the data.
  private typealias Parts = (network: RunNetwork?, evaluation: RunEvaluation?)

  private mutating func parts<Scalar>(_ model: TrainedModel<Scalar>) throws -> Parts {
    // Data that whoever asks for the page has named is no matter of chance: it has to do.
    let found: (RunData, RunEvaluation?)? =
      data == nil
      ? try part("The confusions of classes are left out") { try $0.evaluate(model) }
      : try evaluate(model)
    let inputs = model.network.inputSize
    let shape = found?.0.loaded.training.image
    let image = model.image ?? shape.flatMap { $0.featureCount == inputs ? $0 : nil }
    return (RunNetwork(model.network, image: image), found?.1)
  }

  /// The run's data and what the model makes of its test set or, where there is none, of the rows
  /// held out, if any were.
  private mutating func evaluate<Scalar>(
    _ model: TrainedModel<Scalar>
  ) throws -> (RunData, RunEvaluation?) {
    let found = try RunData(of: run.record, given: data)
    try found.requireSame()
    let (source, held) = (found.source, run.record.settings.validation)
    if let test = found.loaded.test {
      return (found, try evaluate(model, on: test, "the test set", of: source))
    }
    if held == 0 {
      omissions.append(
        "\(source) has no test set, and no rows were held out: there are no confusions.")
      return (found, nil)
    }
    let rows = try found.loaded.training.split(held, by: run.record.settings.split).validation
    let evaluation = try evaluate(model, on: rows, "the rows held out", of: source)
    omissions.append("\(source) has no test set: confusions are those of the rows held out.")
    return (found, evaluation)
  }

  private mutating func evaluate<Scalar>(
    _ model: TrainedModel<Scalar>, on rows: Dataset, _ name: String, of source: String
  ) throws -> RunEvaluation {
    try ModelFile.requireFit(model, to: rows, path: directory.modelPath, of: source)
    if let warning = ModelFile.scaleWarning(model, rows.features, of: source) { miss(warning) }
    return RunEvaluation(
      of: model.network,
      on: rows.naming(classes: model.classNames).prepared(with: model.preprocessing), rows: name)
  }
}

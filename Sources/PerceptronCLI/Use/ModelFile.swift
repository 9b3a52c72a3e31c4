import Foundation
import Perceptron
import PerceptronCommandSupport

extension TrainedModel {
  /// What a reader of a file for this model expects.
  var expectedFeatures: ExpectedFeatures {
    ExpectedFeatures(
      columns: preprocessing.columns, image: image,
      classNames: schema.kind == .classes ? schema.names : nil,
      count: preprocessing.inputCount ?? network.inputSize)
  }
}

/// Finds and reads the model that a command line names, and checks that it fits the data.
enum ModelFile {
  /// The model named on the command line and its path: the file itself, or the one in the folder of a
  /// run or a study.
  ///
  /// - Throws: `FileError` for a folder without a model, a file that is not a model, or a path that
  ///   does not exist.
  static func read(_ argument: String) throws -> (path: String, model: AnyTrainedModel) {
    let path = try path(argument)
    do {
      return (path, try AnyTrainedModel(readingFrom: path))
    } catch let error as FileError {
      if let archive = try? TensorArchive(readingFrom: path),
        (try? CheckpointSummary(archive, path: path)) != nil
      {
        throw FileError(
          path,
          "expected a model, found a checkpoint; `perceptron resume` continues the run in a folder")
      }
      if isBest(path) { throw FileError(path, error.message + "; " + makingBest(folder(of: path))) }
      throw error
    }
  }

  /// The folder that contains a file.
  static func folder(of path: String) -> String {
    let folder = (path as NSString).deletingLastPathComponent
    return folder.isEmpty ? "." : folder
  }

  /// Whether a file is the best model of the study in its folder.
  static func isBest(_ path: String) -> Bool {
    (path as NSString).lastPathComponent == Study.bestName && Study.exists(at: folder(of: path))
  }

  /// The record of the run in a model's folder; nil for a model that is not that run's.
  static func record(ofModel path: String) throws -> RunRecord? {
    let run = RunDirectory(path: folder(of: path))
    let name = (path as NSString).lastPathComponent
    let isRuns = run.holdsRecord && (run.modelPath as NSString).lastPathComponent == name
    return isRuns ? try run.record() : nil
  }

  private static func makingBest(_ folder: String) -> String {
    "`\(ShellCommand.line(["perceptron", "tune", "--resume", folder]))` restores it"
  }

  private static func path(_ argument: String) throws -> String {
    if isDirectory(argument) {
      let run = RunDirectory(path: argument)
      if run.holdsModel { return run.modelPath }
      if Study.exists(at: argument) {
        let path = try Study.bestPath(at: argument)
        if FileManager.default.fileExists(atPath: path) && !isDirectory(path) { return path }
        let study = try Study.read(at: argument)
        guard let best = study.best else {
          let missing =
            study.definition.trialsPerPoint > 1
            ? "no network has the results of all its trials yet" : "no trial has a result yet"
          throw FileError(argument, "no \(Study.bestName) in this folder: \(missing)")
        }
        throw FileError(
          argument,
          "\(Study.bestName) is missing, though trial \(best.id) has the best result; "
            + makingBest(folder(of: path)))
      }
      throw FileError(argument, try whyWithoutModel(run))
    }
    if FileManager.default.fileExists(atPath: argument) { return argument }
    throw FileError(
      argument, "expected a model file or the folder of a run or a study, found neither")
  }

  /// Explains why a folder that does not hold a study has no model.
  private static func whyWithoutModel(_ run: RunDirectory) throws -> String {
    let missing = "no model.safetensors in this folder: "
    if run.holdsCheckpoint {
      let resume = ShellCommand.line(["perceptron", "resume", run.path])
      return missing + "its run has not ended; `\(resume)` continues it"
    }
    if run.holdsRecord {
      return missing
        + (try run.record().results.status == .diverged
          ? "expected a run that did not diverge"
          : "the run's model was removed; train again with the settings in run.json")
    }
    if DatasetLibrary.holdsData(in: run.path) {
      return "expected the folder of a run or a study, found a folder of data"
    }
    let runs = RunFolders.runs(in: run.path)
    if let last = runs.last {
      return "this is a folder of \(counted(runs.count, "run")); name one of them, such as \(last)"
    }
    return missing + "expected the folder of a run or a study"
  }

  /// Throws unless `features` have the network's input size and, for images, the shape of the training
  /// images. The error names the model's file, `path`, and the data, `source`.
  static func requireFit<Scalar>(
    _ model: TrainedModel<Scalar>, to features: Features, path: String, of source: String
  ) throws {
    let inputs = model.featureCount
    if features.featureCount != inputs {
      throw FileError(
        path, "the network takes \(inputs) features, \(source) has \(features.featureCount)")
    }
    if features.columns == nil,
      let column = model.preprocessing.columns?.first(where: { $0.categories != nil })
    {
      throw FileError(
        path,
        "the network was trained on a table with categories in the column \(column.name), \(source) "
          + "is none")
    }
    for (known, found) in zip(model.preprocessing.columns ?? [], features.columns ?? [])
    where known.name != found.name || (known.categories == nil) != (found.categories == nil) {
      func text(_ column: FeatureColumn) -> String {
        "\(column.name) of \(column.categories == nil ? "numbers" : "categories")"
      }
      throw FileError(
        path,
        "the network was trained on a column \(text(known)), \(source) has \(text(found)) there")
    }
    if let known = model.image, let found = features.image, known != found {
      throw FileError(
        path,
        "the network was trained on images of \(sizeText(known)), \(source) has images of "
          + sizeText(found))
    }
  }

  private static func requireFit(
    _ known: TargetSchema, to found: TargetSchema, path: String, of source: String
  ) throws {
    if known.kind != found.kind {
      throw FileError(
        path, "the network predicts \(known.kind), \(source) has \(found.kind) as targets")
    }
    let (expected, count) = (known.names.count, found.names.count)
    if known.kind == .classes ? count > expected : count != expected {
      throw FileError(
        path,
        known.kind == .classes
          ? "the network has \(expected) classes, \(source) has \(count)"
          : "the network predicts \(known), \(source) has \(found) for each row")
    }
  }

  /// Throws unless the model can be evaluated on `rows`: there are rows, their features fit and are
  /// finite, and their targets are of the kind and number that the network predicts; classes with the
  /// same names where both have names.
  static func requireFit<Scalar>(
    _ model: TrainedModel<Scalar>, to rows: Dataset, path: String, of source: String
  ) throws {
    try requireFit(model, to: rows.features, path: path, of: source)
    try requireFit(model.schema, to: rows.schema, path: path, of: source)
    for (label, (known, found)) in zip(model.classNames, rows.classNames).enumerated()
    where known != found && known != "\(label)" && found != "\(label)" {
      throw FileError(
        path,
        "class \(label) is \(known) in the network and \(found) in \(source); expected the same "
          + "classes in the same order")
    }
    if rows.count == 0 { throw DatasetError("\(source) has no rows to evaluate on") }
    try check(rows.features, with: model.preprocessing, of: source)
  }

  /// Throws unless features can be prepared; warns of categories that the model does not know.
  static func check(
    _ features: Features, with preprocessing: Preprocessing, of source: String
  ) throws {
    for unknown in try naming(source, { try preprocessing.check(features) }) {
      Console.error("warning: \(source): \(unknown)")
    }
  }

  /// A warning if features from `source` appear to be scaled differently from the training data.
  static func scaleWarning<Scalar>(
    _ model: TrainedModel<Scalar>, _ features: Features, of source: String
  ) -> String? {
    model.preprocessing.scaleMismatch(with: features).map { "\(source): \($0)" }
  }

  private static func sizeText(_ image: ImageShape) -> String {
    let size = "\(image.height) rows of \(image.width) pixels"
    if image.channels == 1 { return size }
    return size + " in \(image.channels) channels, \(image.layout.rawValue)"
  }
}

import ArgumentParser
import Foundation
import Perceptron

/// The option of a model to go on from.
struct StartOptions: ParsableArguments {
  @Option(
    name: .customLong("from"),
    help: .init(
      "Go on from this model, a file or the folder of a run or a study: with its architecture, weights, and preprocessing of features and targets, which the weights were learned with. Other data has to have the same features and targets. The optimizer starts anew.",
      valueName: "model"))
  var from: String?

  func validate() throws {
    if from?.isEmpty == true { throw ValidationError("--from is empty, expected a model") }
  }
}

/// A finished model from which a new run goes on.
struct StartingModel {
  /// The path of the model's file, and its digest.
  let origin: ModelOrigin
  let model: AnyTrainedModel

  /// Reads the model named on the command line.
  init(_ argument: String) throws {
    let (path, model) = try ModelFile.read(argument)
    self.model = model
    guard let bytes = FileManager.default.contents(atPath: path) else {
      throw FileError.system(path, "cannot be read")
    }
    origin = ModelOrigin(path: path, digest: try SHA256.digest(of: Array(bytes)))
  }

  /// A note where the model's run trained on other rows of the same data than `experiment` will, so that
  /// rows which are held out now may have been trained on; nil elsewhere.
  func note(on experiment: Experiment) throws -> String? {
    guard let earlier = try ModelFile.record(ofModel: origin.path)?.settings,
      earlier.data == experiment.data,
      (earlier.validation, earlier.split) != (experiment.validation, experiment.split)
        || (earlier.test, earlier.fold, earlier.groups)
          != (experiment.test, experiment.fold, experiment.groups)
    else { return nil }
    return
      "note: the model was trained with other rows of \(experiment.data) held out, so it may have "
      + "seen the rows held out now; choose the same --validation, --test, --split, --fold and --group"
  }

  var preprocessing: Preprocessing {
    switch model {
    case .float(let model): model.preprocessing
    case .double(let model): model.preprocessing
    }
  }

  /// The network in the precision of the model.
  func network<Scalar: BLASScalar>(as _: Scalar.Type) -> Network<Scalar>? {
    switch model {
    case .float(let model): model.network as? Network<Scalar>
    case .double(let model): model.network as? Network<Scalar>
    }
  }

  /// The experiment that goes on from the model; settings that are not chosen have the defaults of Adam.
  ///
  /// - Throws: `ValidationError` for hyperparameters that the model determines; `FileError` for data that
  ///   does not fit the model.
  func experiment(
    _ hyperparameters: Hyperparameters, for data: LoadedData, format: DatasetLibrary.Format?
  ) throws -> Experiment {
    try refuse(hyperparameters)
    var chosen = hyperparameters
    chosen.optimizer = chosen.optimizer ?? Hyperparameters.defaultOptimizer
    let isDouble = if case .double = model { true } else { false }
    chosen.precision = isDouble ? .double : .float
    var experiment = try chosen.experiment(for: data, format: format)
    switch model {
    case .float(let model): experiment.network = try settings(of: model, for: data)
    case .double(let model): experiment.network = try settings(of: model, for: data)
    }
    experiment.pixelScale = preprocessing.divisor
    experiment.subtractMean = preprocessing.mean != nil
    experiment.projection = preprocessing.projection.map {
      ProjectionSettings(count: .number($0.count), whitening: $0.whitening)
    }
    experiment.from = origin
    try experiment.check(for: data.training)
    return experiment
  }

  /// Refuses what the model determines.
  private func refuse(_ chosen: Hyperparameters) throws {
    let own = chosen.entries.map(\.hyperparameter).first {
      $0.group == .network || $0.group == .preparation || $0.name == "ensemble"
    }
    if let own {
      throw ValidationError(
        "--\(own.name) is given, but with --from the network and the preprocessing are those of "
          + "\(origin.path)")
    }
    let isDouble = if case .double = model { true } else { false }
    if let precision = chosen.precision, (precision == .double) != isDouble {
      throw ValidationError(
        "--precision is \(precision.rawValue), but \(origin.path) has the precision "
          + (isDouble ? "double" : "float"))
    }
    if chosen.random == .numpy {
      throw ValidationError(
        "--random is numpy, whose stream draws the weights first, but with --from none are drawn")
    }
  }

  /// The settings of the model's network; throws unless the data fits.
  private func settings<Scalar>(
    of model: TrainedModel<Scalar>, for data: LoadedData
  ) throws -> NetworkSettings {
    let path = origin.path
    if model.network.layers.contains(where: { $0 is EnsembleLayer<Scalar> }) {
      throw FileError(path, "holds an ensemble, expected a single network to go on from")
    }
    let layers = model.network.layers.compactMap(\.specification)
    guard layers.count == model.network.layers.count, let loss = model.network.loss.specification
    else { throw FileError(path, "has a layer or a loss that cannot be continued") }
    let (known, found) = (model.schema, data.training.schema)
    if known.kind != found.kind || known.names.count != found.names.count {
      throw FileError(path, "the network predicts \(known), \(data.name) has \(found)")
    }
    try ModelFile.requireFit(model, to: data.training, path: path, of: data.name)
    // Nothing is drawn.
    return NetworkSettings(layers: layers, loss: loss, initializer: .zeros)
  }
}

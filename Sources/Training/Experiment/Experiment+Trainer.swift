import PerceptronDatasets
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// A data set as an experiment prepares it.
package struct PreparedSets<Scalar: BLASScalar> {
  package let training: PreparedDataset<Scalar>
  /// The rows held out; nil for none.
  package let validation: PreparedDataset<Scalar>?
  /// Fitted to the rows to train on.
  package let preprocessing: Preprocessing
  /// The columns with categories that only the held-out rows have.
  package let unknownCategories: [UnknownCategories]
}

// MARK: - Validity

extension Experiment {
  /// Throws `InvalidSetting` unless a network can be trained on `data`, saved, and used for prediction.
  ///
  /// - Parameter data: the rows to train on, and among them those to hold out.
  public func check(for data: Dataset) throws {
    try InvalidSetting.demand(
      (0..<max(data.count, 1)).contains(validation), "validation rows", validation,
      "less than the \(data.count) rows of the data")
    try fold?.check()
    try training.check(rowCount: try trainingRowCount(of: data))
    try training.check(for: data.schema)
    try classWeights?.check(for: data.schema)
    try network.check(for: data)
    try checkMetric(on: data)
    if let ensemble {
      try InvalidSetting.demand(ensemble >= 2, "ensemble size", ensemble, "at least 2")
      try InvalidSetting.demand(
        random == .fast, "random number generator of an ensemble", random.rawValue,
        "fast: NumPy's single stream draws the weights of one network, then the batches")
      // Refuses a loss that does not suit, such as one without probabilities.
      _ = try Ensemble<Double>(
        [
          Network(
            inputSize: 1, layers: [ReLU<Double>()], loss: network.loss.makeLoss(Double.self))
        ], predicting: data.schema.kind)
    }
    try InvalidSetting.demand(
      random == .fast || training.seed <= UInt32.max, "seed", training.seed,
      "at most 2³² − 1 with NumPy's generator")
  }
}

extension NetworkSettings {
  /// Throws `InvalidSetting` unless the network suits the targets of `data`.
  public func check(for data: Dataset) throws {
    for layer in layers { try layer.check() }
    try initializer.check()
    let isClassifier = data.schema.kind == .classes
    try loss.check(classCount: isClassifier ? data.classCount : nil)
    let outputs = layers.reduce(data.featureCount) { width, layer in
      if case .affine(let outputs) = layer { outputs } else { width }
    }
    if !isClassifier {
      try InvalidSetting.demand(
        loss.takesValues, "loss", loss,
        "one of \(data.schema.kind), such as "
          + (data.schema.kind == .numbers ? "squared-error" : "logistic"))
      return try InvalidSetting.demand(
        outputs == data.schema.names.count, "outputs of a network", outputs,
        "\(data.schema.names.count), one for each of the \(data.schema.kind)")
    }
    let classes = loss.makeLoss(Double.self).classCount(outputSize: outputs)
    try InvalidSetting.demand(
      outputs != data.classCount || classes == outputs, "loss", loss,
      "softmax or a hinge loss: the data has a single class, but with this loss one output "
        + "distinguishes \(classes)")
    try InvalidSetting.demand(
      classes == data.classCount, "classes of a network", classes,
      "the \(data.classCount) of the data")
  }
}

// MARK: - A trainer

extension Experiment {
  /// The rows to train on and those held out: of a fold, or of the validation set.
  package func parts(of data: Dataset) throws -> DatasetSplit {
    guard let fold else { return try data.split(validation, by: split) }
    return try data.folds(fold.count, by: split)[fold.number - 1]
  }

  /// The number of rows to train on.
  package func trainingRowCount(of data: Dataset) throws -> Int {
    if fold == nil && data.groups == nil { return data.count - validation }
    return try parts(of: data).training.count
  }

  /// Splits off the held-out rows and prepares both parts.
  ///
  /// - Parameter known: the preprocessing of the model that training goes on from; nil to fit one to the
  ///   training rows.
  package func sets<Scalar>(
    of data: Dataset, as _: Scalar.Type, preprocessing known: Preprocessing? = nil
  ) throws -> PreparedSets<Scalar> {
    let split = try parts(of: data)
    let preprocessing =
      try known
      ?? Preprocessing.fitted(
        to: split.training, divisor: pixelScale, subtractMean: subtractMean,
        columns: preparation ?? ColumnPreparation(), projection: projection)
    if known != nil { try preprocessing.check(split.training.features) }
    return PreparedSets(
      training: split.training.prepared(with: preprocessing),
      validation: split.validation.count == 0
        ? nil : split.validation.prepared(with: preprocessing),
      preprocessing: preprocessing,
      unknownCategories: try preprocessing.check(split.validation.features))
  }

  /// A trainer of a new network or ensemble. The fast generator has a stream for each network's weights
  /// and one for the batches, so that the first network of an ensemble is the same as without the others;
  /// NumPy's has one stream, for the weights of a network and then the batches.
  package func trainer<Scalar>(
    seed: UInt64, on sets: PreparedSets<Scalar>
  ) throws -> Trainer<Scalar, ExperimentRandom> {
    let training = training(on: sets)
    if random == .numpy {
      var stream = NumPyRandom(seed: UInt32(seed))
      let fresh = freshNetwork(on: sets, using: &stream)
      return try Trainer(
        fresh, rowCount: sets.training.count, settings: training, random: .numpy(stream))
    }
    let members = UInt64(ensemble ?? 1)
    let networks: [Network<Scalar>] = (0..<members).map {
      var weights = SeededRandom(seed: seed, purpose: "weights", index: $0)
      return freshNetwork(on: sets, using: &weights)
    }
    let settings = (0..<members).map { index in
      var own = training
      own.seed &+= index
      return own
    }
    return try Trainer(
      networks, rowCount: sets.training.count, settings: settings,
      random: .fast(SeededRandom(seed: seed, purpose: "batches")))
  }

  /// A trainer of a network that was trained before: nothing is drawn but batches, and the optimizer
  /// begins anew.
  package func trainer<Scalar>(
    from network: Network<Scalar>, seed: UInt64, on sets: PreparedSets<Scalar>
  ) throws -> Trainer<Scalar, ExperimentRandom> {
    try Trainer(
      network, rowCount: sets.training.count, settings: training(on: sets),
      random: .fast(SeededRandom(seed: seed, purpose: "batches")))
  }

  /// The trainer that a run with these settings saved to an archive.
  ///
  /// - Throws: `FileError` with the path, as ``Trainer/init(_:path:into:)``, and for a stream of another kind.
  package func trainer<Scalar>(
    resumingFrom archive: TensorArchive, path: String
  ) throws -> Trainer<Scalar, ExperimentRandom> {
    let saved = try Trainer<Scalar, ExperimentRandom>(archive, path: path)
    if saved.random.kind != random {
      throw FileError(
        path,
        "not of such a run: expected a \(random) random stream, found a \(saved.random.kind) one")
    }
    return saved
  }

  /// The settings of training, with the class weights that suit the training rows.
  package func training<Scalar>(on sets: PreparedSets<Scalar>) -> TrainerSettings {
    var settings = training
    if let classWeights { settings.classWeights = classWeights.values(for: sets.training.dataset) }
    return settings
  }

  /// Rows to train on with the weights that they have in the loss: their own times those of their classes.
  package func weighted(_ training: Dataset) -> Dataset {
    guard let classWeights else { return training }
    let values = classWeights.values(for: training)
    let weights = training.labels.enumerated().map { row, label in
      (training.weights?[row] ?? 1) * values[label]
    }
    return Dataset(
      training.features, targets: training.targets, weights: weights, groups: training.groups)
  }

  package func freshNetwork<Scalar>(
    on sets: PreparedSets<Scalar>, using random: inout some RandomStream
  ) -> Network<Scalar> {
    Network(
      inputSize: sets.training.featureCount, network.layers, loss: network.loss,
      initializer: network.initializer, using: &random)
  }
}

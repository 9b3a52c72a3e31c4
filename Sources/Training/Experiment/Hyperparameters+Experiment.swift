import Foundation
import PerceptronDatasets
import PerceptronNeuralNetwork

/// The defaults that depend on the data.
package struct ExperimentDefaults: Equatable, Sendable {
  /// Width of the hidden layer.
  package var hidden: Int
  /// Standard deviation of normal initial weights.
  package var scale: Double
  /// The number of rows held out for validation.
  package var validation: Int
  /// The training of the classic experiment; nil for data of one's own, which ``OwnDataDefaults`` suit.
  package var classic: Classic?

  /// SGD whose rate decays each epoch, found by experiment on each data set.
  package struct Classic: Equatable, Sendable {
    package var learningRate: Double
    package var decay: Double
    package var regularization: Double
    package var iterations: Int
    package var batch = Hyperparameters.classicBatch
  }

  package static let digits = ExperimentDefaults(
    hidden: 50, scale: 0.1, validation: 200,
    classic: Classic(learningRate: 0.5, decay: 0.95, regularization: 1e-4, iterations: 1000))
  package static let cifar10 = ExperimentDefaults(
    hidden: 50, scale: 1e-4, validation: 1000,
    classic: Classic(learningRate: 1e-4, decay: 0.95, regularization: 0.25, iterations: 1000))
  package static let fashionMNIST = ExperimentDefaults(
    hidden: 100, scale: 0.05, validation: 1000,
    classic: Classic(learningRate: 0.5, decay: 0.9, regularization: 2e-5, iterations: 4000))
  package static let own = ExperimentDefaults(
    hidden: OwnDataDefaults.hidden, scale: 0.05, validation: OwnDataDefaults.mostValidation)

  /// - Parameter isClassic: whether one's own data is to have the classic experiment, as Fashion-MNIST has.
  package static func suiting(
    _ data: LoadedData, isClassic: Bool = false
  ) -> ExperimentDefaults {
    var defaults =
      switch data.kind {
      case .digits: digits
      case .cifar10: cifar10
      case .fashionMNIST: fashionMNIST
      case .toy, .own: isClassic ? fashionMNIST : own
      }
    // At most a fifth of a small set, a tenth of one's own.
    let share = defaults.classic == nil ? OwnDataDefaults.validationDivisor : 5
    defaults.validation = min(defaults.validation, data.training.count / share)
    return defaults
  }
}

/// The defaults that do not depend on the data. The help states them.
extension Hyperparameters {
  package static let defaultActivation = LayerSpecification.Activation.relu
  package static let defaultLoss = LossSpecification.Entry.softmax
  package static let defaultOptimizer = Optimizer.Entry.adam
  package static let defaultSchedule = Schedule.Entry.constant
  package static let defaultBatch = 128
  package static let defaultSampling = Sampling.epoch
  package static let classicBatch = 200
  package static let classicSampling = Sampling.replacement
  package static let defaultEpochs = 10
  package static let leastIterations = 1000
  package static let mostEpochs = 100
  package static let defaultPrecision = Experiment.Precision.float
  package static let defaultRandom = Experiment.RandomKind.fast
  package static let defaultSeed: UInt64 = 0
}

extension Hyperparameters {
  /// The experiment on `data` with these hyperparameters, and defaults for the others.
  ///
  /// - Throws: ``HyperparameterError`` or `InvalidSetting` for settings that no network can be trained
  ///   with; `DatasetError` for data without training rows.
  package func experiment(
    for data: LoadedData, format: DatasetLibrary.Format? = nil
  ) throws -> Experiment {
    try check()
    // NumPy's numbers are for comparison with the classic experiment, on any data.
    let defaults = ExperimentDefaults.suiting(data, isClassic: random == .numpy)
    let rows = data.training.count
    if rows == 0 { throw DatasetError("\(data.name) has no training rows") }
    let schema = data.training.schema
    let classic = isPlain && schema.kind == .classes ? defaults.classic : nil
    let isPlain = classic != nil
    let split = validationSplit(of: data)
    let held = try heldOut(of: data, defaults, by: split)
    let count = rows - held
    var training =
      if let classic {
        classicTraining(classic, rowCount: count)
      } else {
        try modernTraining(
          rowCount: count,
          own: defaults.classic == nil
            ? OwnDataDefaults(data.training, rowCount: count, isToy: data.kind == .toy) : nil)
      }
    training.seed = seed ?? Self.defaultSeed
    if training.sampling == .epoch && training.batchSize > count {
      throw HyperparameterError(
        "batch", is: training.batchSize,
        expected: "at most the \(count) training rows with `sampling` epoch")
    }
    try checkBatch(training.batchSize)
    let preparation = preparation(for: data, isPlain: isPlain)
    let experiment = Experiment(
      data: data.name, format: format, task: schema.kind,
      network: network(for: schema, defaults: defaults, isPlain: isPlain),
      training: training, validation: held, split: split,
      fold: fold.map { Fold($0, of: folds ?? 0) }, classWeights: classWeights,
      precision: precision ?? Self.defaultPrecision, random: random ?? Self.defaultRandom,
      pixelScale: preparation.divisor,
      subtractMean: preparation.subtractMean, preparation: preparation.columns,
      projection: projection, ensemble: ensemble)
    try experiment.check(for: data.training)
    return experiment
  }

  /// The number of rows held out: of the fold, or for validation.
  private func heldOut(
    of data: LoadedData, _ defaults: ExperimentDefaults, by split: ValidationSplit
  ) throws -> Int {
    let rows = data.training.count
    if let folds {
      return try data.training.folds(folds, by: split)[(fold ?? 1) - 1].validation.count
    }
    let usual = data.validationCount > 0 ? data.validationCount : defaults.validation
    let count = try (validation ?? .rows(usual)).rows(of: rows)
    if count >= rows {
      throw HyperparameterError(
        "validation", is: validation.map { "\($0)" } ?? "\(count)",
        expected: "less than the \(rows) training rows of \(data.name)")
    }
    if data.training.groups == nil { return count }
    return try data.training.split(.rows(count), by: split).validation.count
  }

  /// The held-out rows: the last ones where that is the convention, so that results are comparable.
  package func validationSplit(of data: LoadedData) -> ValidationSplit {
    let isCustomary =
      random == .numpy || data.kind == .cifar10 || data.kind == .fashionMNIST
      || data.validationCount > 0
    let rule = split ?? (isCustomary && splitSeed == nil ? .last : .stratified)
    return rule == .last ? .last : .stratified(seed: splitSeed ?? Self.defaultSeed)
  }

  /// The divisor of the features, whether their mean is subtracted, and what is done to the columns of a
  /// table.
  ///
  /// - Parameter isPlain: the classic experiment leaves CIFAR-10's pixels at 0…255.
  package func preparation(
    for data: LoadedData, isPlain: Bool = true
  ) -> (divisor: Double, subtractMean: Bool, columns: ColumnPreparation?) {
    let divisor = !isPlain && data.kind == .cifar10 ? 255 : data.divisor
    let isScaledOtherwise = pixelScale != nil || subtractMean != nil
    var columns = ColumnPreparation(
      scaling: scaling ?? (data.isTable && !isScaledOtherwise ? .standard : .none),
      imputation: data.kind == .toy ? nil : .median, indicatesMissing: missingIndicator ?? false,
      logColumns: log?.names ?? [],
      unknownCategory: unknown ?? .ignore)
    switch impute {
    case .filled(let imputation)?: columns.imputation = imputation
    case .refused?: columns.imputation = nil
    case nil: break
    }
    let isNone = columns == ColumnPreparation() && data.training.features.columns == nil
    return (pixelScale ?? divisor, subtractMean ?? data.isBytes, isNone ? nil : columns)
  }
}

extension Hyperparameters {
  /// The principal components that prepared features are projected onto; nil for none.
  package var projection: ProjectionSettings? {
    if pca == nil && whiten != true { return nil }
    return ProjectionSettings(
      count: pca ?? .all,
      whitening: whiten == true ? whitenEpsilon ?? ProjectionSettings.usualEpsilon : nil)
  }
}

// MARK: - Network

extension Hyperparameters {
  package func network(
    for schema: TargetSchema, defaults: ExperimentDefaults, isPlain: Bool
  ) -> NetworkSettings {
    let loss = lossSpecification(for: schema.kind)
    // One output tells yes from no.
    let isYesOrNo = schema.kind == .classes && schema.names.count == 2 && loss == .logistic
    let activation = activation ?? Self.defaultActivation
    let blocks = (layers ?? [hidden ?? defaults.hidden]).flatMap { width -> [LayerSpecification] in
      var block: [LayerSpecification] = [.affine(outputs: width)]
      if batchNorm == true { block.append(.batchNorm()) }
      if layerNorm == true { block.append(.layerNorm()) }
      block.append(activation.layer)
      if let dropout, dropout > 0 { block.append(.dropout(rate: dropout)) }
      return block
    }
    let isNormal = isPlain || scale != nil || initializer == .normal
    return NetworkSettings(
      layers: blocks + [.affine(outputs: isYesOrNo ? 1 : schema.names.count)], loss: loss,
      initializer: isNormal
        ? .normal(scale: scale ?? defaults.scale)
        : initializer?.initializer ?? activation.initializer)
  }

  private func lossSpecification(for kind: TargetKind) -> LossSpecification {
    if let labelSmoothing { return .softmax(labelSmoothing: labelSmoothing) }
    if let loss { return loss.loss }
    return switch kind {
    case .classes: Self.defaultLoss.loss
    case .numbers: .squaredError
    case .labels: .logistic
    }
  }
}

// MARK: - Training

extension Hyperparameters {
  private var isClassicClock: Bool {
    (epochClock ?? (random == .numpy ? .classic : .end)) == .classic
  }

  /// The classic experiment's training.
  private func classicTraining(
    _ defaults: ExperimentDefaults.Classic, rowCount: Int
  ) -> TrainerSettings {
    let sampling = sampling ?? Self.classicSampling
    let iterations = iterations ?? defaults.iterations
    let batchSize =
      batch ?? (sampling == .epoch ? min(defaults.batch, max(rowCount, 1)) : defaults.batch)
    let epochs = Self.epochs(iterations, batchSize: batchSize, rowCount: rowCount)
    let counted = isClassicClock ? min(epochs, Double(iterations)) : epochs
    var settings = TrainerSettings(
      learningRate: learningRate ?? defaults.learningRate,
      schedule: decay.map { .epochDecay(factor: $0) }
        ?? .epochDecay(usualFactor: defaults.decay, epochs: counted),
      length: .iterations(iterations), batchSize: batchSize, sampling: sampling)
    complete(&settings, regularization: defaults.regularization)
    return settings
  }

  /// The training of any other experiment.
  ///
  /// - Parameter own: the defaults of data of one's own; nil for the known sets.
  private func modernTraining(rowCount: Int, own: OwnDataDefaults?) throws -> TrainerSettings {
    let entry = optimizer ?? Self.defaultOptimizer
    let batchSize = batch ?? own?.batchSize ?? min(Self.defaultBatch, max(rowCount, 1))
    // A batch that was chosen larger than the data repeats rows, as the classic experiment's may.
    let usualSampling =
      own != nil && batchSize > rowCount ? Self.classicSampling : Self.defaultSampling
    let usualLength: TrainerSettings.Length =
      if let own {
        .iterations(own.iterations(batchSize: batchSize))
      } else {
        .epochs(Self.epochs(rowCount: rowCount, batchSize: batchSize))
      }
    var settings = TrainerSettings(
      optimizer: entry.optimizer,
      learningRate: learningRate ?? own?.learningRate(of: entry) ?? entry.learningRate,
      length: iterations.map { .iterations($0) } ?? epochs.map { .epochs($0) } ?? usualLength,
      batchSize: batchSize, sampling: sampling ?? usualSampling)
    let iterations = settings.iterations(rowCount: rowCount)
    if let warmUp, warmUp > 0, warmUp >= iterations {
      throw HyperparameterError(
        "warm-up", is: warmUp, expected: "less than the run's \(iterations) iterations")
    }
    let values: [Schedule.Parameter: Double?] = [
      .decay: decay, .stepEpochs: stepEpochs.map(Double.init), .warmUp: warmUp.map(Double.init),
    ]
    let usualSchedule = own == nil ? Self.defaultSchedule : OwnDataDefaults.schedule
    settings.schedule = (schedule ?? (decay == nil ? usualSchedule : .epochDecay)).schedule(
      values.compactMapValues { $0 },
      epochs: Self.epochs(iterations, batchSize: batchSize, rowCount: rowCount))
    complete(&settings, regularization: own?.regularization ?? 0)
    return settings
  }

  private func complete(_ settings: inout TrainerSettings, regularization: Double) {
    settings.evaluation = isClassicClock ? .epochBegins : .epochs(1)
    settings.penalty = .elastic(l1: l1 ?? 0, l2: self.regularization ?? regularization)
    settings.maxNorm = maxNorm
    settings.clipping = clipNorm.map { .norm(maximum: $0) } ?? .none
    settings.earlyStopping = earlyStopping.map { EarlyStopping(patience: $0) }
    settings.averageDecay = average
    settings.metric = metric
    settings.blocks = blocks
    settings.workers = workers
    if let weightDecay { settings.optimizer.weightDecay = weightDecay }
  }

  /// The number of epochs, with a fraction, that `iterations` iterations make.
  private static func epochs(_ iterations: Int, batchSize: Int, rowCount: Int) -> Double {
    Double(iterations) * Double(batchSize) / Double(max(rowCount, 1))
  }

  /// The default length: ``defaultEpochs``, or on a small set enough for ``leastIterations``, at most
  /// ``mostEpochs``.
  package static func epochs(rowCount: Int, batchSize: Int) -> Int {
    let enough = (leastIterations * batchSize + rowCount - 1) / max(rowCount, 1)
    return min(max(defaultEpochs, enough), mostEpochs)
  }
}

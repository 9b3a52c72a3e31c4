import PerceptronDatasets
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining

/// A network that learns, in either precision.
protocol AnyLearner: AnyObject {
  /// The loss of each iteration so far.
  var losses: [Double] { get }
  /// What has been learned so far.
  var model: AnyTrainedModel { get throws }
  /// The description of the training.
  var facts: TrainingFacts { get }
  /// Everything, for another process.
  func archive() throws -> TensorArchive
  /// Goes on with other rows; see `perceptron_training_continue`.
  func goOn(
    with data: Dataset, representing count: Double, epochs: Int, _ observer: Observer) throws
}

/// Trains a new network as `perceptron train` does.
///
/// - Parameters:
///   - settings: JSON, or nil for the defaults.
///   - count: the number of rows that the data stands for.
func makeLearner(
  _ data: Dataset, _ settings: String?, _ count: Double, _ observer: Observer
) throws -> any AnyLearner {
  let chosen = try Hyperparameters(settings: settings)
  let loaded = LoadedData(own: data)
  var experiment = try chosen.experiment(for: loaded)
  experiment.setPenalty(chosen, on: data, representing: count)
  try experiment.checkMemory(on: data)
  return try experiment.precision == .float
    ? Learner<Float>(experiment, chosen, settings, on: data, count, observer)
    : Learner<Double>(experiment, chosen, settings, on: data, count, observer)
}

/// The training that ``AnyLearner/archive()`` has stored.
func makeLearner(_ archive: TensorArchive) throws -> any AnyLearner {
  switch archive.dataType(of: "network.W1") {
  case .float64: try Learner<Double>(archive)
  case .float32, nil: try Learner<Float>(archive)
  }
}

/// A description of a training.
struct TrainingFacts: Encodable {
  let iterations: Int
  let stoppedEarly: Bool
  let bestIteration: Int?
  let loss: Double?
  let evaluations: [History.Epoch]
}

/// A network that learns.
final class Learner<Scalar: BLASScalar>: AnyLearner {
  private let settings: String?
  private let preprocessing: Preprocessing
  private let schema: TargetSchema
  /// The number of rows so far, as many as they stand for.
  private var rowCount: Double
  private var trainer: Trainer<Scalar, ExperimentRandom>

  init(
    _ experiment: Experiment, _ chosen: Hyperparameters, _ settings: String?, on data: Dataset,
    _ count: Double, _ observer: Observer
  ) throws {
    let sets = try experiment.sets(of: data, as: Scalar.self)
    self.settings = settings
    preprocessing = sets.preprocessing
    schema = data.schema
    trainer = try experiment.trainer(seed: experiment.training.seed, on: sets)
    // Without iterations, nothing is learned of them yet.
    rowCount = trainer.isFinished ? 0 : count
    try trainer.learn(from: sets, observer)
  }

  private init(_ notes: Notes, _ trainer: Trainer<Scalar, ExperimentRandom>) {
    settings = notes.settings
    preprocessing = notes.preprocessing
    schema = notes.schema
    rowCount = notes.rowCount
    self.trainer = trainer
  }

  var losses: [Double] { trainer.history.loss }

  var facts: TrainingFacts {
    TrainingFacts(
      iterations: trainer.iteration, stoppedEarly: trainer.hasStoppedEarly,
      bestIteration: trainer.bestIteration, loss: trainer.history.loss.last,
      evaluations: trainer.history.epochs)
  }

  var model: AnyTrainedModel {
    get throws {
      let members = trainer.members.map(\.result)
      let network =
        try members.count == 1 ? members[0] : Ensemble(members, predicting: schema.kind).network
      let model = TrainedModel(network: network, preprocessing: preprocessing, schema: schema)
      if let model = model as? TrainedModel<Double> { return .double(model) }
      guard let model = model as? TrainedModel<Float> else {
        fatalError("Learner: a network of \(Scalar.self)")
      }
      return .float(model)
    }
  }

  func goOn(
    with data: Dataset, representing count: Double, epochs: Int, _ observer: Observer
  ) throws {
    try check(data)
    if epochs > Hyperparameter.largest {
      throw ArgumentError("epochs is \(epochs), expected at most \(Hyperparameter.largest)")
    }
    let chosen = try Hyperparameters(settings: settings)
    let rows = rowCount + count
    var experiment = try chosen.goingOn(epochs: epochs, rowCount: data.count)
      .experiment(for: LoadedData(own: data))
    experiment.setPenalty(chosen, on: data, representing: rows)
    let sets = try experiment.sets(of: data, as: Scalar.self, preprocessing: preprocessing)
    var settings = experiment.training(on: sets)
    settings.length = .iterations(
      trainer.iteration + settings.iterations(rowCount: sets.training.count))
    settings.evaluation = .never
    let all = trainer.members.map { member in
      var own = settings
      own.seed = member.settings.seed
      return own
    }
    var next = try Trainer(continuing: trainer, rowCount: sets.training.count, settings: all)
    try next.learn(from: sets, observer)
    trainer = next
    rowCount = rows
  }

  /// Throws unless the columns and the targets of rows are those of the training.
  private func check(_ data: Dataset) throws {
    let (names, expected) = (data.features.columns, preprocessing.columns)
    let count = preprocessing.inputCount ?? trainer.network.inputSize
    if data.featureCount != count {
      throw ArgumentError("expected rows of \(count) features, found \(data.featureCount)")
    }
    if let names, let expected, names != expected {
      throw ArgumentError(
        "expected the columns \(expected.map(\.name)), found \(names.map(\.name))")
    }
    if data.schema != schema {
      throw ArgumentError(
        "expected \(schema) named \(schema.names), found \(data.schema) named \(data.schema.names)")
    }
    try preprocessing.check(data.features)
  }
}

// MARK: - Training

extension Trainer {
  /// Makes the iterations that are left; throws where one of the networks diverges.
  fileprivate mutating func learn(from sets: PreparedSets<Scalar>, _ observer: Observer) throws {
    var observer = observer
    let callback = TrainingCallback<Scalar>.perform { moment in
      if moment.member > 0 { return observer.hasStopped ? .stop : .proceed }
      return observer.tell(moment.progress)
    }
    try run(
      on: sets.training, validation: sets.validation,
      callbacks: observer.isThere ? [callback] : [])
    if let failure = members.lazy.compactMap(\.failure).first { throw failure }
  }
}

extension LoadedData {
  /// Data of one's own, whose defaults are those of files.
  fileprivate init(own data: Dataset) {
    self.init(name: "the examples", kind: .own, training: data, test: nil)
  }
}

extension Experiment {
  /// Sets the default penalty for as many rows as the data stands for.
  fileprivate mutating func setPenalty(
    _ chosen: Hyperparameters, on data: Dataset, representing count: Double
  ) {
    if chosen.regularization != nil || count == Double(data.count) { return }
    let rows = Int(min(max(count.rounded(), 1), 1e15))
    let usual = OwnDataDefaults(data, rowCount: rows).regularization
    training.penalty = .elastic(l1: training.penalty.l1, l2: usual)
  }
}

extension Experiment {
  /// Throws ``ArgumentError`` for a network that does not fit in memory, which could not be allocated.
  fileprivate func checkMemory(on data: Dataset) throws {
    let cost = TrainingCost(
      inputSize: largestInputCount(of: data.features), layers: network.layers,
      scalarSize: precision == .float ? 4 : 8, training)
    let bytes = cost.parameterBytes * Double(ensemble ?? 1) + cost.activationBytes
    let memory = MemoryLimit.current
    if bytes <= memory.left { return }
    throw ArgumentError(
      "`layers` with `batch` \(training.batchSize) on \(cost.inputSize) features needs "
        + "\(gigabytes(bytes)), but \(memory)")
  }
}

extension Hyperparameters {
  /// The same for some epochs on other rows, none of them held out, at a constant learning rate.
  fileprivate func goingOn(epochs: Int, rowCount: Int) -> Hyperparameters {
    var same = self
    (same.validation, same.folds, same.fold) = (.rows(0), nil, nil)
    (same.schedule, same.decay, same.stepEpochs, same.warmUp) = (.constant, nil, nil, nil)
    (same.epochs, same.iterations, same.earlyStopping) = (epochs, nil, nil)
    if let batch, sampling != .replacement { same.batch = min(batch, rowCount) }
    return same
  }
}

// MARK: - For another process

extension Learner {
  static var archiveName: String { "the training" }

  /// What the checkpoint of a trainer does not hold.
  fileprivate struct Notes: Codable {
    var settings: String?
    var preprocessing: Preprocessing
    var schema: TargetSchema
    var rowCount: Double

    /// Throws `FileError` unless the networks of a trainer fit.
    func check(for trainer: Trainer<Scalar, ExperimentRandom>) throws {
      let isClassifier = schema.kind == .classes
      for member in trainer.members {
        let network = member.network
        let count = isClassifier ? network.classCount : network.outputSize
        let inputs = preprocessing.inputCount.map(preprocessing.outputCount) ?? network.inputSize
        let scaled = preprocessing.targets?.means.count ?? network.outputSize
        if schema.names.count != count || !(isClassifier || network.loss.takesValues)
          || inputs != network.inputSize || scaled != network.outputSize
        {
          throw FileError(
            Learner.archiveName, "the network does not fit the targets or the preprocessing")
        }
      }
    }
  }

  private static var notesKey: String { "training" }

  func archive() throws -> TensorArchive {
    let notes = Notes(
      settings: settings, preprocessing: preprocessing, schema: schema, rowCount: rowCount)
    return try trainer.checkpoint(notes: [Self.notesKey: notes.jsonLine])
  }

  convenience init(_ archive: TensorArchive) throws {
    let notes: Notes = try archive.decode(Notes.self, Self.notesKey, path: Self.archiveName)
    let trainer: Trainer<Scalar, ExperimentRandom> = try Trainer(archive, path: Self.archiveName)
    try notes.check(for: trainer)
    self.init(notes, trainer)
  }
}

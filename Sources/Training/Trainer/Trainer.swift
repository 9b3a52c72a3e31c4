import Datasets
import LinearAlgebra
import NeuralNetwork

/// A training run that can be stopped and taken up again: a network, its optimizer, and all that
/// changes while it learns.
///
///     var trainer = try Trainer(
///       net, rowCount: training.count,
///       settings: TrainerSettings(optimizer: .adam(), length: .epochs(10)),
///       random: SeededRandom(seed: 0, purpose: "batches"))
///     let history = try trainer.run(on: training, validation: validation)
///     let trained = trainer.result
///
/// The same network, data, settings, random stream and number of workers give the same numbers,
/// whether a run is made at once or in pieces.
///
/// Several threads may each run a trainer of their own at once: each has its own workers, and the
/// results are those of one run after the other. While any of them runs, OpenBLAS uses a single thread
/// for each product in the whole process; see ``BLASLibrary/threadCount``.
public struct Trainer<Scalar: BLASScalar, Random: RandomStream> {
  /// How it trains.
  public let settings: TrainerSettings
  /// The network as the last update left it.
  public internal(set) var network: Network<Scalar>
  /// What batches are drawn from.
  public internal(set) var random: Random
  /// How many iterations were made.
  public internal(set) var iteration = 0
  /// The losses and accuracies so far.
  public internal(set) var history = History()
  /// How many rows the training set has.
  public let rowCount: Int

  var sampler: BatchSampler
  var optimizer: OptimizerState<Scalar>
  var schedule: ScheduleState
  /// The score of the last evaluation, until the schedule has seen it.
  var lastScore: Double?
  /// The sum of the losses since the last evaluation, and how many they are.
  var recentLoss = RunningMean()
  var average: WeightAverage<Scalar>?
  var stopping = EarlyStoppingState<Scalar>()

  /// A run that has not begun.
  ///
  /// - Parameters:
  ///   - network: what is trained.
  ///   - rowCount: how many rows the training set has.
  ///   - settings: how.
  ///   - random: what batches are drawn from.
  /// - Throws: `InvalidSetting` with the value and what was expected.
  public init(
    _ network: Network<Scalar>, rowCount: Int, settings: TrainerSettings, random: Random
  ) throws {
    try settings.check(rowCount: rowCount)
    self.network = network
    self.rowCount = rowCount
    self.settings = settings
    self.random = random
    sampler = BatchSampler(settings.sampling, rowCount: rowCount)
    optimizer = OptimizerState(settings.optimizer, for: network)
    schedule = ScheduleState(
      settings.schedule, baseRate: settings.learningRate,
      iterations: settings.iterations(rowCount: rowCount))
    average = settings.averageDecay.map { WeightAverage(of: network, decay: $0) }
  }

  /// How many iterations the whole run has.
  public var iterations: Int { settings.iterations(rowCount: rowCount) }
  /// Whether early stopping has ended the run.
  public var hasStoppedEarly: Bool {
    settings.earlyStopping.map { stopping.scores.waited >= $0.patience } ?? false
  }
  /// Whether there is nothing left to do.
  public var isFinished: Bool { iteration >= iterations || hasStoppedEarly }

  /// What the run has to show: the network of the best evaluation where early stopping restores it,
  /// else the weights' average where there is one, else the network.
  public var result: Network<Scalar> { stopping.best ?? evaluatedNetwork }

  /// The network that is evaluated: the weights' average where there is one.
  var evaluatedNetwork: Network<Scalar> { average?.network ?? network }
}

/// A mean of numbers that come one after the other.
struct RunningMean: Codable, Equatable, Sendable {
  private var sum = 0.0
  private var count = 0

  var value: Double { sum / Double(count) }

  mutating func add(_ number: Double) {
    sum += number
    count += 1
  }
}

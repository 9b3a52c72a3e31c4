// Its signatures have data sets, networks and communicators.
@_exported import PerceptronDatasets
@_exported import PerceptronDistribution
import PerceptronLinearAlgebra
@_exported import PerceptronNeuralNetwork

/// A training run that can be stopped and taken up again: a network, its optimizer, and all that
/// changes while it learns; or several networks that learn from the same batches.
///
///     var trainer = try Trainer(
///       net, rowCount: training.count,
///       settings: TrainerSettings(optimizer: .adam(), length: .epochs(10)),
///       random: SeededRandom(seed: 0, purpose: "batches"))
///     let history = try trainer.run(on: training, validation: validation)
///     let trained = trainer.result
///
/// The same network, data, settings and random stream give the same numbers to the last bit, whether a
/// run is made at once or in pieces, alone or beside others, and with any number of workers. ``Layer``
/// says what that requires of your own layers.
///
/// Several threads may each run a trainer of their own at once: each has its own workers. While any of
/// them runs, OpenBLAS uses a single thread for each product in the whole process; see
/// ``BLASLibrary/threadCount``.
public struct Trainer<Scalar: BLASScalar, Random: RandomStream>: Sendable {
  /// The networks, in the order in which they were given.
  public internal(set) var members: [TrainingMember<Scalar>]
  /// The random stream of batches.
  public internal(set) var random: Random
  /// The number of batches drawn so far.
  public internal(set) var iteration = 0
  /// The number of rows of the training set.
  public let rowCount: Int

  var sampler: BatchSampler
  /// Whether a run of several ranks has failed midway, so that networks and states are of no use.
  var isBroken = false

  /// Whether networks, optimizer states and averages are all here.
  var isComplete: Bool { !isBroken && !members.contains { $0.optimizer.isElsewhere } }

  /// A run that has not begun.
  ///
  /// - Parameters:
  ///   - rowCount: the number of rows of the training set.
  ///   - random: the random stream of batches.
  /// - Throws: `InvalidSetting` with the value and what was expected.
  public init(
    _ network: Network<Scalar>, rowCount: Int, settings: TrainerSettings, random: Random
  ) throws {
    try self.init([network], rowCount: rowCount, settings: [settings], random: random)
  }

  /// A run of several networks that has not begun: they learn side by side, from the same batches,
  /// which takes less time than one after the other.
  ///
  /// Their settings may differ in everything but the batch size, the sampling, the evaluation with its
  /// metric, the class weights and the number of workers. One whose loss is not finite, or whose run is shorter, leaves the others; see
  /// ``TrainingMember/failure``.
  ///
  /// - Parameters:
  ///   - networks: at least one, all with the same number of inputs.
  ///   - rowCount: the number of rows of the training set.
  ///   - settings: each network's, or one for all.
  ///   - random: the random stream of batches.
  /// - Throws: `InvalidSetting` with the value and what was expected.
  public init(
    _ networks: [Network<Scalar>], rowCount: Int, settings: [TrainerSettings], random: Random
  ) throws {
    require(
      settings.count == networks.count || settings.count == 1,
      "Trainer: \(settings.count) settings for \(networks.count) networks")
    guard let first = networks.first else {
      throw InvalidSetting(name: "networks of a trainer", value: "0", expected: "at least 1")
    }
    for network in networks {
      try InvalidSetting.demand(
        network.inputSize == first.inputSize, "inputs of a network", network.inputSize,
        "\(first.inputSize), as of those beside it")
      if network.layers.contains(where: { $0 is EnsembleLayer<Scalar> }) {
        throw InvalidSetting(
          name: "layers of a network", value: "an ensemble",
          expected: "layers that can be trained: an ensemble's members are trained each on its own")
      }
    }
    for own in settings {
      try own.check(rowCount: rowCount)
      if own.shared != settings[0].shared {
        throw InvalidSetting(
          name: "settings of networks side by side", value: own.sharedText,
          expected: settings[0].sharedText)
      }
    }
    self.rowCount = rowCount
    self.random = random
    members = networks.enumerated().map { index, network in
      TrainingMember(
        network, settings: settings[settings.count == 1 ? 0 : index], rowCount: rowCount)
    }
    sampler = BatchSampler(settings[0].sampling, rowCount: rowCount)
  }
}

// MARK: - The first network, often the only one

extension Trainer {
  /// The first network's settings.
  public var settings: TrainerSettings { members[0].settings }
  /// The first network as the last update left it.
  public var network: Network<Scalar> { members[0].network }
  /// The first network's losses and accuracies so far.
  public var history: History { members[0].history }
  /// The number of iterations of the first network's whole run.
  public var iterations: Int { members[0].iterations }
  /// Whether early stopping has ended the run of the first network.
  public var hasStoppedEarly: Bool { members[0].hasStoppedEarly }
  /// The result of the first network's run: see ``TrainingMember/result``.
  public var result: Network<Scalar> { members[0].result }
  /// The iteration of the first network's best evaluation: see ``TrainingMember/bestIteration``.
  public var bestIteration: Int? { members[0].bestIteration }

  /// Whether the runs of all networks are over. A run that a callback ended while others went on is
  /// over, since it has missed batches.
  public var isFinished: Bool { !members.contains(where: canGoOn) }

  func canGoOn(_ member: TrainingMember<Scalar>) -> Bool {
    !member.isFinished && member.iteration == iteration
  }
}

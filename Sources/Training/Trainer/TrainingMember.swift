import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// One of the networks of a ``Trainer``: its settings, its progress and its history.
public struct TrainingMember<Scalar: BLASScalar>: Sendable {
  /// Its settings.
  public internal(set) var settings: TrainerSettings
  /// The network as the last update left it.
  public internal(set) var network: Network<Scalar>
  /// The number of iterations so far.
  public internal(set) var iteration = 0
  /// The number of iterations of the whole run.
  public let iterations: Int
  /// The losses and accuracies so far.
  public internal(set) var history = History()
  /// How the run diverged, if it did; it does not go on then.
  public internal(set) var failure: TrainingError?

  var optimizer: OptimizerState<Scalar>
  var schedule: ScheduleState
  /// The score of the last evaluation, until the schedule has seen it.
  var lastScore: Double?
  /// The mean of the losses since the last evaluation.
  var recentLoss = RunningMean()
  var average: WeightAverage<Scalar>?
  var stopping = EarlyStoppingState<Scalar>()

  init(_ network: Network<Scalar>, settings: TrainerSettings, rowCount: Int) {
    self.network = network
    self.settings = settings
    iterations = settings.iterations(rowCount: rowCount)
    optimizer = OptimizerState(settings.optimizer, for: network)
    schedule = ScheduleState(
      settings.schedule, baseRate: settings.learningRate, iterations: iterations)
    average = settings.averageDecay.map { WeightAverage(of: network, decay: $0) }
  }

  /// Whether early stopping has ended the run.
  public var hasStoppedEarly: Bool {
    settings.earlyStopping.map { stopping.scores.waited >= $0.patience } ?? false
  }
  /// Whether there is nothing left to do.
  public var isFinished: Bool { iteration >= iterations || hasStoppedEarly || failure != nil }

  /// The result of the run: the network of the best evaluation where early stopping restores it, else
  /// the weights' average where there is one, else the network.
  public var result: Network<Scalar> { stopping.best ?? average?.network ?? network }

  /// With early stopping, the iteration, counted from 0, of the best evaluation so far, whose weights the
  /// rule may restore; nil before the first.
  public var bestIteration: Int? {
    guard settings.earlyStopping != nil, stopping.scores.best != nil else { return nil }
    // Every evaluation is an epoch of the history, and those after the best one were waited.
    let index = history.epochs.count - 1 - stopping.scores.waited
    return history.epochs.indices.contains(index) ? history.epochs[index].iteration : nil
  }

  mutating func take(
    _ state: (
      network: Network<Scalar>, optimizer: OptimizerState<Scalar>, average: WeightAverage<Scalar>?
    )
  ) {
    network = state.network
    optimizer = state.optimizer
    average = state.average
  }

  /// Records a step whose batch had a loss before the update, and whether its rows had weight.
  mutating func stepped(loss: Double, hasWeight: Bool) {
    if loss.isFinite {
      history.loss.append(loss)
      recentLoss.add(loss)
      iteration += 1
    } else if !hasWeight {
      failure = .batchWithoutWeight(iteration: iteration, history: history)
    } else {
      failure = .lossNotFinite(iteration: iteration, loss: loss, history: history)
    }
  }

  /// Records an evaluation after the last step, of a network that early stopping may store.
  mutating func evaluated(_ epoch: History.Epoch, _ evaluated: () -> Network<Scalar>) {
    history.epochs.append(epoch)
    let metric = settings.metric ?? epoch.batch.all.first?.metric ?? .loss
    // A metric that is not defined is no improvement.
    let isValidated = epoch.validation != nil
    let score =
      isValidated
      ? epoch.validationValue(of: metric).map(metric.score) ?? -.infinity : -recentLoss.value
    recentLoss = RunningMean()
    if let rule = settings.earlyStopping { stopping.record(score, evaluated, by: rule) }
    lastScore = score
  }

  /// Tells the schedule of epochs that have ended.
  mutating func epochsEnded(_ count: Int) {
    for _ in 0..<count {
      schedule.epochEnded(score: lastScore)
      lastScore = nil
    }
  }

  /// Records a failure if the last update left parameters or statistics that are not finite. After
  /// earlier updates the next loss shows it.
  mutating func checkParameters() {
    guard failure == nil, let last = history.loss.indices.last, !network.isFinite else { return }
    failure = .parametersNotFinite(iteration: last, history: history)
  }
}

extension Network {
  /// Whether every parameter and statistic is finite.
  package var isFinite: Bool {
    (Array(parameters) + Array(statistics)).allSatisfy { $0.tensor.firstNonFinite() == nil }
  }
}

struct RunningMean: Codable, Equatable, Sendable {
  private var sum = 0.0
  private var count = 0

  var value: Double { sum / Double(count) }

  mutating func add(_ number: Double) {
    sum += number
    count += 1
  }
}

import ArgumentParser
import PerceptronCommandSupport
import Foundation
import Perceptron

/// The options that say how a network is trained.
struct OptimizationOptions: ParsableArguments {
  @Option(help: "Optimizer.") var optimizer: Optimizer.Entry?
  @Option(
    parsing: .unconditional,
    help: .init("Step along the negative gradient, at first.", valueName: "rate"))
  var learningRate: Double?
  @Option(help: "How the learning rate changes.")
  var schedule: Schedule.Entry?
  @Option(
    parsing: .unconditional,
    help: .init(
      "What the learning rate is multiplied by: without a --schedule and with epoch-decay (default: "
        + "0.95, or nearer to 1 where the rate would fall below 1 % otherwise) after each epoch, with step every --step-epochs (default: 0.1), with plateau after more "
        + "than 5 epochs in which nothing got better (default: 0.1). With inverse, d in rate/(1 + d·i) "
        + "at iteration i (default: 0.001).",
      valueName: "factor"))
  var decay: Double?
  @Option(
    parsing: .unconditional,
    help: .init(
      "Epochs between the steps of --schedule step. (default: a third of the run's, at least 1)",
      valueName: "count"))
  var stepEpochs: Int?
  @Option(
    parsing: .unconditional,
    help: .init(
      "Iterations in which --schedule cosine rises to the learning rate, less than all. (default: 0)",
      valueName: "count"))
  var warmUp: Int?
  @Option(
    parsing: .unconditional,
    help: .init("λ, the factor of the penalty on squared weights.", valueName: "lambda"))
  var regularization: Double?
  @Option(
    parsing: .unconditional,
    help: .init("The factor of a penalty on the weights' magnitudes.", valueName: "lambda"))
  var l1: Double?
  @Option(
    parsing: .unconditional,
    help: .init(
      "Decoupled: this times the learning rate is taken off the weights. (default: adamw 0.01)",
      valueName: "share"))
  var weightDecay: Double?
  @Option(
    parsing: .unconditional,
    help: .init("The largest norm of a unit's incoming weights.", valueName: "norm"))
  var maxNorm: Double?
  @Option(
    parsing: .unconditional,
    help: .init("The largest norm of all gradients together.", valueName: "norm"))
  var clipNorm: Double?
  @Option(
    parsing: .unconditional, help: .init("How many steps to make.", valueName: "count"))
  var iterations: Int?
  @Option(
    parsing: .unconditional,
    help: .init("How many passes over the training rows to make.", valueName: "count"))
  var epochs: Int?
  @Option(parsing: .unconditional, help: .init("Rows per step.", valueName: "rows"))
  var batch: Int?
  @Option(
    help: .init(
      "Draw batches with replacement, or a permutation per epoch.", valueName: "how"))
  var sampling: Sampling?
  @Option(
    help: .init(
      "When an epoch's decay and evaluation are due: end, after its last batch, or classic, after its "
        + "first, as in the NumPy formulation. (default: end, or classic with --random numpy)",
      valueName: "when"))
  var epochClock: EpochClock?
  @Option(
    parsing: .unconditional,
    help: .init(
      "Stop after so many evaluations without a better validation accuracy, or without validation "
        + "rows a lower mean training loss, and keep the weights of the best.",
      valueName: "patience"))
  var earlyStopping: Int?
  @Option(
    parsing: .unconditional,
    help: .init(
      "Decay of a moving average of the weights, which is kept in their place.", valueName: "decay")
  )
  var average: Double?

  @Option(
    parsing: .unconditional,
    help: .init(
      "Threads that share each step and evaluation, 1 to 256; on a machine that others use, fewer "
        + "may be faster. (default: as many as BLAS has, or one for little work)",
      valueName: "count"))
  var workers: Int?

  enum EpochClock: String, ExpressibleByArgument, CaseIterable {
    case end, classic

    var evaluation: EvaluationRule {
      switch self {
      case .end: .epochs(1)
      case .classic: .epochBegins
      }
    }
  }

  func validate() throws {
    try require("--learning-rate", aboveZero: learningRate)
    try require("--decay", aboveZero: decay)
    try require("--step-epochs", stepEpochs, in: 1...largestSize)
    try require("--warm-up", warmUp, in: 0...1_000_000_000)
    try require("--regularization", notNegative: regularization)
    try require("--l1", notNegative: l1)
    try require("--weight-decay", notNegative: weightDecay)
    try require("--max-norm", aboveZero: maxNorm)
    try require("--clip-norm", aboveZero: clipNorm)
    try require("--iterations", iterations, in: 0...1_000_000_000)
    try require("--epochs", epochs, in: 0...largestSize)
    try require("--batch", batch, in: 1...largestSize)
    try require("--early-stopping", earlyStopping, in: 1...largestSize)
    try require("--average", average, from: 0, below: 1)
    try require("--workers", workers, in: workerCounts)
    if epochs != nil && iterations != nil {
      throw ValidationError("--epochs and --iterations both say how long to train; choose one")
    }
    try requireSchedule("--warm-up", warmUp, taking: .warmUp)
    try requireSchedule("--step-epochs", stepEpochs, taking: .stepEpochs)
    guard let decay, let schedule else { return }
    try requireSchedule("--decay", decay, taking: .decay)
    do {
      try schedule.schedule([.decay: decay]).check()
    } catch let error as InvalidSetting {
      throw ValidationError(
        "--decay is \(plain(decay)), expected \(error.expected) with --schedule \(schedule.rawValue)"
      )
    }
  }

  /// Throws where an option is given that the schedule does not take.
  private func requireSchedule(
    _ option: String, _ value: Any?, taking parameter: Schedule.Parameter
  ) throws {
    if value == nil || schedule?.parameters.contains(parameter) == true { return }
    let names = Schedule.all.filter { $0.parameters.contains(parameter) }.map(\.rawValue)
    let choice = [names.dropLast().joined(separator: ", "), names.last ?? ""]
    throw ValidationError(
      "\(option) goes with --schedule \(choice.filter { !$0.isEmpty }.joined(separator: " or "))"
        + (schedule.map { ", not \($0.rawValue)" } ?? ""))
  }

  /// Whether training is the plain one, by what of it was said.
  var isPlain: Bool { optimizer == nil && schedule == nil && epochs == nil }
}

extension OptimizationOptions {
  /// The settings of the plain run, completed by what does well on the data.
  func plainSettings(
    _ defaults: TrainingDefaults, rowCount: Int, clock: EpochClock
  ) -> TrainerSettings {
    let sampling = sampling ?? .replacement
    let iterations = iterations ?? defaults.iterations
    let batchSize =
      batch ?? (sampling == .epoch ? min(defaults.batch, max(rowCount, 1)) : defaults.batch)
    let epochs = Self.epochs(iterations, batchSize: batchSize, rowCount: rowCount)
    let counted = clock == .classic ? min(epochs, Double(iterations)) : epochs
    var settings = TrainerSettings(
      learningRate: learningRate ?? defaults.learningRate,
      schedule: decay.map { .epochDecay(factor: $0) }
        ?? .epochDecay(usualFactor: defaults.decay, epochs: counted),
      length: .iterations(iterations), batchSize: batchSize, sampling: sampling,
      evaluation: clock.evaluation)
    complete(&settings, regularization: defaults.regularization)
    return settings
  }

  /// How many epochs so many iterations make.
  private static func epochs(_ iterations: Int, batchSize: Int, rowCount: Int) -> Double {
    Double(iterations) * Double(batchSize) / Double(max(rowCount, 1))
  }

  /// The settings of any other run.
  func settings(rowCount: Int, clock: EpochClock) throws -> TrainerSettings {
    let entry = optimizer ?? .adam
    let batchSize = batch ?? min(128, max(rowCount, 1))
    var settings = TrainerSettings(
      optimizer: entry.optimizer, learningRate: learningRate ?? entry.learningRate,
      length: iterations.map { .iterations($0) }
        ?? .epochs(epochs ?? Self.epochs(rowCount: rowCount, batchSize: batchSize)),
      batchSize: batchSize, sampling: sampling ?? .epoch, evaluation: clock.evaluation)
    let iterations = settings.iterations(rowCount: rowCount)
    if let warmUp, warmUp > 0, warmUp >= iterations {
      throw ValidationError(
        "--warm-up is \(warmUp), expected less than the run's \(iterations) iterations")
    }
    settings.schedule = schedule(
      epochs: Self.epochs(iterations, batchSize: batchSize, rowCount: rowCount))
    complete(&settings, regularization: 0)
    return settings
  }

  /// Ten epochs, or on a small set as many as make a thousand iterations, but a hundred at most.
  static func epochs(rowCount: Int, batchSize: Int) -> Int {
    let enough = (1000 * batchSize + rowCount - 1) / max(rowCount, 1)
    return min(max(10, enough), 100)
  }

  private func complete(_ settings: inout TrainerSettings, regularization: Double) {
    settings.penalty = .elastic(l1: l1 ?? 0, l2: self.regularization ?? regularization)
    settings.maxNorm = maxNorm
    settings.clipping = clipNorm.map { .norm(maximum: $0) } ?? .none
    settings.earlyStopping = earlyStopping.map { EarlyStopping(patience: $0) }
    settings.averageDecay = average
    settings.workers = workers
    if let weightDecay { settings.optimizer.weightDecay = weightDecay }
  }

  /// - Parameter epochs: how many the run has.
  private func schedule(epochs: Double) -> Schedule {
    let values: [Schedule.Parameter: Double?] = [
      .decay: decay, .stepEpochs: stepEpochs.map(Double.init), .warmUp: warmUp.map(Double.init),
    ]
    return (schedule ?? (decay == nil ? .constant : .epochDecay))
      .schedule(values.compactMapValues { $0 }, epochs: epochs)
  }
}

extension Sampling: ExpressibleByArgument {}

extension Optimizer.Entry: ExpressibleByArgument {}

extension Schedule.Entry: ExpressibleByArgument {}

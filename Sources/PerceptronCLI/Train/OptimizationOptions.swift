import ArgumentParser
import PerceptronCommandSupport
import Foundation
import Perceptron

/// The options that say how a network is trained.
struct OptimizationOptions: ParsableArguments {
  @Option(help: "How weights are moved.") var optimizer: OptimizerName?
  @Option(
    parsing: .unconditional,
    help: .init("Step along the negative gradient, at first.", valueName: "rate"))
  var learningRate: Double?
  @Option(help: "How the learning rate changes.")
  var schedule: ScheduleName?
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

  enum OptimizerName: String, ExpressibleByArgument, CaseIterable {
    case sgd, momentum, nesterov, adagrad, rmsprop, adam, adamw

    func optimizer(weightDecay: Double?) -> Optimizer {
      var optimizer: Optimizer =
        switch self {
        case .sgd: .sgd
        case .momentum: .momentum(0.9)
        case .nesterov: .nesterov(0.9)
        case .adagrad: .adagrad()
        case .rmsprop: .rmsProp()
        case .adam: .adam()
        case .adamw: .adamW(weightDecay: 0.01)
        }
      if let weightDecay { optimizer.weightDecay = weightDecay }
      return optimizer
    }

    /// What does well on many a network.
    var learningRate: Double {
      switch self {
      case .sgd, .momentum, .nesterov: 0.05
      case .adagrad: 0.01
      case .rmsprop, .adam, .adamw: 1e-3
      }
    }
  }

  enum EpochClock: String, ExpressibleByArgument, CaseIterable {
    case end, classic

    var evaluation: EvaluationRule {
      switch self {
      case .end: .epochs(1)
      case .classic: .epochBegins
      }
    }
  }

  enum ScheduleName: String, ExpressibleByArgument, CaseIterable {
    case constant, step, cosine, inverse, plateau
    case epochDecay = "epoch-decay"
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
    if warmUp != nil && schedule != .cosine {
      throw ValidationError("--warm-up goes with --schedule cosine")
    }
    if stepEpochs != nil && schedule != .step {
      throw ValidationError("--step-epochs goes with --schedule step")
    }
    try validateDecay()
  }

  private func validateDecay() throws {
    guard let decay else { return }
    switch schedule {
    case .constant?, .cosine?:
      throw ValidationError(
        "--decay goes with --schedule epoch-decay, step, inverse or plateau, not "
          + (schedule?.rawValue ?? ""))
    case .plateau? where decay >= 1:
      throw ValidationError(
        "--decay is \(plain(decay)), expected a number between 0 and 1 with --schedule plateau")
    default: break
    }
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
      schedule: .epochDecay(factor: decay ?? Self.decay(defaults.decay, epochs: counted)),
      length: .iterations(iterations), batchSize: batchSize, sampling: sampling,
      evaluation: clock.evaluation)
    complete(&settings, regularization: defaults.regularization)
    return settings
  }

  /// How many epochs so many iterations make.
  private static func epochs(_ iterations: Int, batchSize: Int, rowCount: Int) -> Double {
    Double(iterations) * Double(batchSize) / Double(max(rowCount, 1))
  }

  /// The decay for each of so many epochs: the usual one, or one nearer to 1 where that would leave less
  /// than a hundredth of the learning rate in the end, as on a small set, whose epochs are short.
  private static func decay(_ usual: Double, epochs: Double) -> Double {
    max(usual, pow(0.01, 1 / max(epochs, 1)))
  }

  /// The settings of any other run.
  func settings(rowCount: Int, clock: EpochClock) throws -> TrainerSettings {
    let name = optimizer ?? .adam
    let batchSize = batch ?? min(128, max(rowCount, 1))
    var settings = TrainerSettings(
      optimizer: name.optimizer(weightDecay: weightDecay),
      learningRate: learningRate ?? name.learningRate,
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
    switch schedule ?? (decay == nil ? .constant : .epochDecay) {
    case .constant: .constant
    case .epochDecay: .epochDecay(factor: decay ?? Self.decay(0.95, epochs: epochs))
    case .step: .step(epochs: stepEpochs ?? max(1, Int(epochs / 3)), factor: decay ?? 0.1)
    case .cosine: .cosine(warmUp: warmUp ?? 0, final: 0)
    case .inverse: .inverse(decay: decay ?? 1e-3)
    case .plateau: .reduceOnPlateau(factor: decay ?? 0.1, patience: 5)
    }
  }
}

extension Sampling: ExpressibleByArgument {}

import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

extension TwoLayerNet {
  /// Trains with mini-batch stochastic gradient descent.
  ///
  /// Each iteration draws a batch, computes the gradient of its loss and subtracts learning rate ·
  /// gradient from every parameter. An epoch has max(rows / batch, 1) iterations, as a real number. After
  /// the update of the first iteration of each, the accuracies on the batch and on the validation set
  /// are recorded; where that iteration's number is an exact multiple of the epoch's length, 0
  /// included, the learning rate is multiplied by its decay, as in the classic NumPy formulation. So
  /// the rate decays in every epoch where the batch divides the rows, and hardly ever where it does
  /// not.
  ///
  /// The same network, data, settings and random stream give the same numbers.
  ///
  /// - Parameters:
  ///   - training: the rows that batches are drawn from.
  ///   - validation: rows that accuracy is measured on, never trained on.
  ///   - random: what batches are drawn from.
  ///   - progress: called after each iteration; says whether to go on.
  /// - Returns: the losses and accuracies.
  /// - Throws: `InvalidSetting` before anything is done; `TrainingError` with the history so far where
  ///   a loss, or a parameter after the last update, is NaN or infinite.
  /// - Precondition: the data has this network's input size and no more classes than it.
  @discardableResult
  public mutating func train(
    on training: PreparedDataset<Scalar>, validation: PreparedDataset<Scalar>? = nil,
    settings: SGDSettings = SGDSettings(), using random: inout some RandomStream,
    progress: (TrainingProgress) -> TrainingDirective = { _ in .proceed }
  ) throws -> History {
    var trainer = try Trainer(
      network, rowCount: training.count, settings: settings.trainerSettings, random: random)
    defer {
      network = trainer.network
      random = trainer.random
    }
    return try withoutActuallyEscaping(progress) { progress in
      try trainer.run(
        on: training, validation: validation, callbacks: [.perform { progress($0.progress) }])
    }
  }
}

/// The settings of a run of mini-batch stochastic gradient descent.
public struct SGDSettings: Codable, Equatable, Sendable {
  /// The initial learning rate.
  public var learningRate: Double
  /// The factor of the learning rate in each epoch.
  public var learningRateDecay: Double
  /// λ, the factor of the penalty λ(ΣW1² + ΣW2²); there is no factor ½.
  public var regularization: Double
  /// The number of steps.
  public var iterations: Int
  /// Rows per step.
  public var batchSize: Int
  /// How batches are drawn.
  public var sampling: Sampling

  /// Creates settings.
  public init(
    learningRate: Double = 1e-3, learningRateDecay: Double = 0.95, regularization: Double = 5e-6,
    iterations: Int = 100, batchSize: Int = 200, sampling: Sampling = .replacement
  ) {
    self.learningRate = learningRate
    self.learningRateDecay = learningRateDecay
    self.regularization = regularization
    self.iterations = iterations
    self.batchSize = batchSize
    self.sampling = sampling
  }

  /// These settings for a ``Trainer``.
  package var trainerSettings: TrainerSettings {
    TrainerSettings(
      learningRate: learningRate, schedule: .epochDecay(factor: learningRateDecay),
      penalty: .l2(regularization), length: .iterations(iterations), batchSize: batchSize,
      sampling: sampling, evaluation: .epochBegins)
  }

  /// Throws unless a set of `rowCount` rows can be trained on with these settings.
  public func check(rowCount: Int) throws { try trainerSettings.check(rowCount: rowCount) }
}

import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

extension TwoLayerNet {
  /// Trains with mini-batch stochastic gradient descent.
  ///
  /// Each iteration draws a batch, takes the gradient of its loss and moves every parameter by
  /// −learning rate · gradient. An epoch has max(rows / batch, 1) iterations, as a real number. After
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
  ///   - settings: learning rate, iterations, batch size and so on.
  ///   - random: what batches are drawn from.
  ///   - progress: called after each iteration; says whether to go on.
  /// - Returns: the losses and accuracies.
  /// - Throws: `InvalidSetting` before anything is done;
  ///   `TrainingError.lossNotFinite` when a loss is NaN or infinite, with the history so far;
  ///   `TrainingError.parametersNotFinite` when the last update left parameters that are.
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

import Datasets
import LinearAlgebra
import NeuralNetwork

/// Where a training run stands, after an iteration.
public struct TrainingProgress: Sendable {
  /// The iteration that has just been made, counted from 0.
  public let iteration: Int
  /// How many the run is to make.
  public let iterations: Int
  /// The loss of the iteration's batch.
  public let loss: Double
  /// The epoch that the iteration began, if it began one.
  public let epoch: History.Epoch?
}

/// Whether a training run goes on.
public enum TrainingDirective: Sendable {
  /// Make the next iteration.
  case proceed
  /// End the run now; the network keeps what it has learnt.
  case stop
}

extension TwoLayerNet {
  /// Trains with mini-batch stochastic gradient descent.
  ///
  /// Each iteration draws a batch, takes the gradient of its loss and moves every parameter by
  /// −learning rate · gradient. An epoch has max(rows / batch, 1) iterations, as a real number;
  /// after the update of each iteration whose number is an exact multiple of that, 0 included, the
  /// accuracies on the batch and on the validation set are recorded and the learning rate is
  /// multiplied by its decay. So epochs begin regularly where the batch divides the rows, and rarely
  /// where it does not.
  ///
  /// The same network, data, settings, random stream and BLAS thread count give the same numbers.
  ///
  /// - Parameters:
  ///   - training: the rows that batches are drawn from.
  ///   - validation: rows that accuracy is measured on, never trained on.
  ///   - settings: learning rate, iterations, batch size and so on.
  ///   - random: what batches are drawn from.
  ///   - progress: called after each iteration; says whether to go on.
  /// - Returns: the losses and accuracies.
  /// - Throws: `TrainingError.invalidSetting` before anything is done;
  ///   `TrainingError.lossNotFinite` when a loss is NaN or infinite, with the history so far;
  ///   `TrainingError.parametersNotFinite` when the last update left parameters that are.
  /// - Precondition: the data has this network's input size and no more classes than it.
  @discardableResult
  public mutating func train(
    on training: PreparedDataset<Scalar>, validation: PreparedDataset<Scalar>? = nil,
    settings: SGDSettings = SGDSettings(), using random: inout some RandomStream,
    progress: (TrainingProgress) -> TrainingDirective = { _ in .proceed }
  ) throws -> History {
    try settings.check(rowCount: training.count)
    requireFit(training, "training data")
    if let validation { requireFit(validation, "validation data") }

    var step = TrainingStep(for: self, rowCount: training.count, settings: settings)
    var history = History()
    history.loss.reserveCapacity(min(settings.iterations, 1 << 20))
    var learningRate = settings.learningRate
    let epochLength = max(Double(training.count) / Double(settings.batchSize), 1)

    for iteration in 0..<settings.iterations {
      step.draw(using: &random)
      step.gather(from: training)
      let loss = Double(step.lossAndGradients(of: self))
      guard loss.isFinite else {
        throw TrainingError.lossNotFinite(iteration: iteration, loss: loss, history: history)
      }
      history.loss.append(loss)
      step.update(&self, learningRate: learningRate)

      var epoch: History.Epoch?
      if Double(iteration).truncatingRemainder(dividingBy: epochLength) == 0 {
        let begun = History.Epoch(
          iteration: iteration,
          trainAccuracy: accuracy(on: step.features, labels: step.labels),
          validationAccuracy: validation.map { evaluate(on: $0).accuracy },
          learningRate: learningRate)
        history.epochs.append(begun)
        epoch = begun
        learningRate *= settings.learningRateDecay
      }
      let state = TrainingProgress(
        iteration: iteration, iterations: settings.iterations, loss: loss, epoch: epoch)
      if progress(state) == .stop { break }
    }
    // An earlier update that did this would have shown in the next loss.
    if let last = history.loss.indices.last,
      parameters.contains(where: { $0.tensor.firstNonFinite() != nil })
    {
      throw TrainingError.parametersNotFinite(iteration: last, history: history)
    }
    return history
  }
}

import Datasets
import LinearAlgebra
import NeuralNetwork

extension Trainer {
  /// Goes on until the run's length, early stopping, a callback or the cancellation of the task that
  /// it runs in ends it; after the last two, and after an error of a callback, the run can go on from
  /// where it stands.
  ///
  /// - Parameters:
  ///   - training: the rows that batches are drawn from.
  ///   - validation: rows that accuracy is measured on, never trained on.
  ///   - callbacks: called in this order after each iteration, and told of the end.
  /// - Returns: the history from the run's beginning.
  /// - Throws: `InvalidSetting` for a validation set without rows, and for data of a single class where
  ///   the network tells more apart; `TrainingError.lossNotFinite` when a loss is NaN or infinite;
  ///   `TrainingError.parametersNotFinite` when the last update left parameters that are; what a
  ///   callback throws.
  /// - Precondition: the data has the network's input size, no more classes than it, and as many
  ///   rows as the trainer was made for.
  @discardableResult
  public mutating func run(
    on training: PreparedDataset<Scalar>, validation: PreparedDataset<Scalar>? = nil,
    callbacks: [TrainingCallback<Scalar>] = []
  ) throws -> History {
    network.requireFit(training, "training data")
    if let validation { network.requireFit(validation, "validation data") }
    require(
      training.count == rowCount,
      "Trainer: \(training.count) training rows, the trainer was made for \(rowCount)")

    // A model has a name for each class.
    try InvalidSetting.demand(
      training.classCount != 1 || network.classCount == 1, "classes of the training data", 1,
      "the \(network.classCount) that the network tells apart")
    if let validation {
      try InvalidSetting.demand(
        validation.count > 0, "validation rows", validation.count,
        "at least 1, or no validation set")
    }

    let plan = TrainingPlan(for: network, settings: settings)
    history.loss.reserveCapacity(min(iterations, 1 << 20))
    try tellingEnd(to: callbacks) { trainer in
      while !trainer.isFinished {
        let directive = try trainer.iterate(
          plan, on: training, validation: validation, callbacks)
        if directive == .stop || Task.isCancelled { break }
      }
      try trainer.checkParameters()
    }
    return history
  }

  /// Calls `body`, which runs the trainer, and tells all of `callbacks` that it is over.
  ///
  /// - Throws: what `body` throws, or else the first error of a callback.
  mutating func tellingEnd(
    to callbacks: [TrainingCallback<Scalar>], _ body: (inout Self) throws -> Void
  ) throws {
    var failure: (any Error)?
    do { try body(&self) } catch { failure = error }
    let end = TrainingEnd(
      network: failure is TrainingError ? nil : network, iterations: iteration)
    for callback in callbacks {
      do { try callback.end(end) } catch { failure = failure ?? error }
    }
    if let failure { throw failure }
  }

  /// Makes one iteration.
  private mutating func iterate(
    _ plan: TrainingPlan<Scalar>, on training: PreparedDataset<Scalar>,
    validation: PreparedDataset<Scalar>?, _ callbacks: [TrainingCallback<Scalar>]
  ) throws -> TrainingDirective {
    let current = iteration
    let rate = schedule.rate(at: current)
    plan.draw(from: &sampler, using: &random)
    let loss = Double(
      plan.step(
        &network, by: &optimizer, learningRate: rate, on: training, iteration: current))
    guard loss.isFinite else {
      throw TrainingError.lossNotFinite(iteration: current, loss: loss, history: history)
    }
    history.loss.append(loss)
    recentLoss.add(loss)
    average?.update(with: network)
    iteration += 1

    let epoch = endEpochs(after: current, rate: rate, plan, validation: validation)
    let progress = TrainingProgress(
      iteration: current, iterations: iterations, loss: loss, learningRate: rate, epoch: epoch)
    if callbacks.isEmpty { return .proceed }
    let moment = TrainingMoment(
      progress: progress, network: network, batch: (plan.features, plan.labels))
    var directive = TrainingDirective.proceed
    for callback in callbacks where try callback.body(moment) == .stop { directive = .stop }
    return directive
  }

  /// Evaluates and moves the schedule on where it is time for that.
  private mutating func endEpochs(
    after current: Int, rate: Double, _ plan: TrainingPlan<Scalar>,
    validation: PreparedDataset<Scalar>?
  ) -> History.Epoch? {
    let events = settings.evaluation.events(
      after: current, batchSize: settings.batchSize, rowCount: rowCount)
    var epoch: History.Epoch?
    var score: Double?
    if events.evaluation {
      let network = evaluatedNetwork
      let held = validation.map { network.evaluate(on: $0, workers: settings.workers) }
      let measured = History.Epoch(
        iteration: current,
        trainAccuracy: network.accuracy(
          on: plan.features, labels: plan.labels, workers: settings.workers),
        validationAccuracy: held?.accuracy, validationLoss: held?.loss, learningRate: rate)
      history.epochs.append(measured)
      epoch = measured
      let reached = measured.validationAccuracy ?? -recentLoss.value
      recentLoss = RunningMean()
      score = reached
      if let rule = settings.earlyStopping {
        stopping.evaluated(reached, network, by: rule)
      }
    }
    if let score { lastScore = score }
    for _ in 0..<events.epochs {
      schedule.epochEnded(score: lastScore)
      lastScore = nil
    }
    return epoch
  }

  /// Throws where the last update left something that is not finite, also among the statistics, which
  /// no loss of training shows; that an earlier one left such a parameter shows in the next loss.
  private func checkParameters() throws {
    guard let last = history.loss.indices.last,
      (Array(network.parameters) + Array(network.statistics))
        .contains(where: { $0.tensor.firstNonFinite() != nil })
    else { return }
    throw TrainingError.parametersNotFinite(iteration: last, history: history)
  }
}

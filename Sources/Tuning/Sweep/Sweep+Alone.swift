import Datasets
import LinearAlgebra
import NeuralNetwork
import Training

extension Sweep {
  /// Trains networks that share nothing: one after the other, or one on each core.
  func trainAlone(_ members: [SweepPlan.Member], on sets: PreparedSets<Scalar>) throws {
    if search.method == .independent {
      for member in members where !stop() {
        try train(member, on: sets, workers: search.workers ?? member.settings.training.workers)
      }
      return
    }
    let queue = Locked(members[...])
    let failure = Locked<(any Error)?>(nil)
    let lease = WorkerPool.lease(workers: min(search.workerCount, members.count))
    lease.pool.run { _ in
      while !stop(), failure.withLock({ $0 == nil }), let member = queue.withLock({ $0.popFirst() })
      {
        do {
          try train(member, on: sets, workers: 1)
        } catch {
          failure.withLock { $0 = $0 ?? error }
        }
      }
    }
    if let error = failure.withLock({ $0 }) { throw error }
  }

  /// Trains one network for all of its trials.
  private func train(
    _ member: SweepPlan.Member, on sets: PreparedSets<Scalar>, workers: Int?
  ) throws {
    meter.networks(1)
    defer { meter.networks(-1) }
    var settings = member.settings
    settings.training.workers = workers
    let seed = settings.training.seed
    switch settings.random {
    case .fast:
      try train(settings.seededTrainer(seed: seed, on: sets), member, on: sets)
    case .numpy:
      try train(settings.numPyTrainer(seed: seed, on: sets), member, on: sets)
    }
  }

  private func train<Random>(
    _ fresh: Trainer<Scalar, Random>, _ member: SweepPlan.Member, on sets: PreparedSets<Scalar>
  ) throws {
    var trainer = fresh
    var left = member.trials[...]
    let start = ContinuousClock.now
    var seconds: Double { start.duration(to: .now) / .seconds(1) }
    let operations = member.operations / Double(max(member.iterations, 1))
    for prefix in left { try study.begin(prefix.trial) }
    defer { meter.spared(operations * Double(member.iterations - trainer.iteration)) }
    do {
      while let next = left.first {
        let callback = TrainingCallback<Scalar>.perform { moment in
          meter.made(operations)
          let made = moment.progress.iteration + 1
          if stop() { return .stop }
          if let epoch = moment.progress.epoch {
            for prefix in left {
              try study.record(
                Measurement(
                  iteration: made, loss: moment.progress.loss, trainAccuracy: epoch.trainAccuracy,
                  validationAccuracy: epoch.validationAccuracy, seconds: seconds),
                of: prefix.trial)
            }
            if study.shouldPrune(next.trial, at: made) { return .stop }
          }
          return made >= next.iterations ? .stop : .proceed
        }
        try trainer.run(on: sets.training, validation: sets.validation, callbacks: [callback])
        let isOver = trainer.iteration >= next.iterations || trainer.hasStoppedEarly
        if !isOver {
          try giveUp(left, at: trainer.iteration, seconds: seconds)
          return
        }
        try end(next.trial, trainer, on: sets, seconds: seconds)
        left.removeFirst()
      }
    } catch TrainingError.lossNotFinite(let iteration, let loss, _) {
      try diverge(left, after: iteration, loss: loss, seconds: seconds)
    } catch TrainingError.parametersNotFinite(let iteration, let history) {
      try diverge(
        left, after: iteration + 1, loss: history.loss.last ?? .nan, seconds: seconds)
    }
  }

  private func diverge(
    _ trials: ArraySlice<RunPrefix>, after iteration: Int, loss: Double, seconds: Double
  ) throws {
    for prefix in trials {
      try study.diverge(prefix.trial, iteration: iteration, loss: loss, seconds: seconds)
    }
  }

  /// Interrupts trials, or prunes them where that is why their training stopped.
  private func giveUp(
    _ trials: ArraySlice<RunPrefix>, at iteration: Int, seconds: Double
  ) throws {
    for prefix in trials {
      if stop() {
        study.interrupt(prefix.trial)
      } else {
        try study.prune(prefix.trial, at: iteration, seconds: seconds)
      }
    }
  }

  private func end<Random>(
    _ trial: Int, _ trainer: Trainer<Scalar, Random>, on sets: PreparedSets<Scalar>,
    seconds: Double
  ) throws {
    let network = trainer.result
    let workers = trainer.settings.workers
    let training = network.evaluate(on: sets.training, workers: workers)
    let validation = sets.validation.map { network.evaluate(on: $0, workers: workers) }
    try finish(
      trial,
      TrialResult(
        value: training.loss.isFinite ? validation?.accuracy ?? .nan : .nan,
        trainAccuracy: training.accuracy, finalLoss: trainer.history.loss.last,
        iterations: trainer.iteration, seconds: seconds), sets
    ) { network }
  }
}

import PerceptronCommandSupport
import Perceptron

extension TrainingSession {
  /// Makes the run's remaining iterations.
  ///
  /// - Parameter makeTrainer: makes the trainer of a new run from the seed and the data.
  func training<Scalar, Random: Codable>(
    on sets: PreparedSets<Scalar>,
    from makeTrainer: (UInt64, PreparedSets<Scalar>) throws -> Trainer<Scalar, Random>
  ) throws -> Outcome<Scalar> {
    var trainer =
      try checkpoint.map { try Trainer($0.archive, path: directory.checkpointPath) }
      ?? makeTrainer(seed, sets)
    var times: [Double] = []
    var reporter = ProgressReporter(after: trainer.history)
    let monitor =
      display.diagnose
      ? HealthMonitor<Scalar>(
        settings.training, iterations: trainer.iterations, resuming: checkpoint?.notes.monitor)
      : nil
    let events =
      display.tensorboard
      ? try RunEvents<Scalar>(
        in: eventFiles.folder, from: trainer.iteration, imageShape: data.training.image, settings,
        seed: seed)
      : nil
    monitor?.begin(trainer.network, after: trainer.iteration, on: sets.training)
    let initialLoss =
      trainer.iteration == 0
      ? RunAssessment.probe(trainer.network, settings: settings.training, on: sets.training)
      : checkpoint?.notes.initialLoss
    let notes = notes(initialLoss: initialLoss, monitor?.memory)
    if checkpoint == nil {
      // Replaces or removes the checkpoint of an earlier run, in case this one is killed early.
      if display.checkpointEvery > 0 && !trainer.isFinished {
        try trainer.saveCheckpoint(to: directory.checkpointPath, notes: notes())
      } else {
        try directory.removeCheckpoint()
      }
    }
    let clock = ContinuousClock()
    let start = clock.now
    var last = start
    // Checked once per iteration, so that all networks of an ensemble stop after the same one.
    var ending = (iteration: -1, isRequested: false)
    let callback = TrainingCallback<Scalar>.perform { moment in
      if ending.iteration != moment.progress.iteration {
        ending = (moment.progress.iteration, Interruption.isRequested)
      }
      // In an ensemble, only the first network is monitored.
      if moment.member > 0 { return ending.isRequested ? .stop : .proceed }
      let now = clock.now
      times.append(last.duration(to: now).seconds)
      last = now
      monitor?.record(moment)
      events?.record(moment, monitor?.diagnosis)
      if !display.quiet { reporter.update(moment.progress) }
      return ending.isRequested ? .stop : .proceed
    }
    var divergence: Divergence.Cause?
    do {
      do {
        try trainer.run(
          on: sets.training, validation: sets.validation, callbacks: [callback],
          checkpoints: Checkpoints(
            at: directory.checkpointPath,
            everySeconds: display.checkpointEvery > 0 ? display.checkpointEvery : nil,
            whenFinished: false, notes: notes))
      } catch let error as FileError {
        // A run goes on without checkpoints.
        let isOver = Interruption.isRequested || trainer.isFinished
        Console.error("\(error)" + (isOver ? "" : "; the run continues without checkpoints"))
        if !isOver {
          try trainer.run(on: sets.training, validation: sets.validation, callbacks: [callback])
        }
      }
    } catch is TrainingError {}
    // If one network of an ensemble diverges, the others continue, but there is no ensemble.
    switch trainer.members.lazy.compactMap(\.failure).first {
    case .lossNotFinite(let iteration, let loss, _): divergence = .loss(loss, of: iteration)
    case .parametersNotFinite(let iteration, _): divergence = .parameters(after: iteration)
    case nil: break
    }
    reporter.finish()
    let seconds = secondsSoFar + start.duration(to: clock.now).seconds
    if divergence == nil {
      monitor?.end(trainer.network, after: trainer.iteration, on: sets.training)
    }
    events?.end(
      divergence == nil ? trainer.network : nil, after: trainer.iteration,
      isFinished: trainer.isFinished)
    let members = trainer.members.count > 1 ? trainer.members.map(\.result) : []
    return Outcome(
      network: try members.isEmpty ? trainer.result : Ensemble(members).network, members: members,
      history: trainer.history, isFinished: trainer.isFinished, divergence: divergence,
      iterationTimes: times, seconds: seconds,
      stoppedEarly: trainer.hasStoppedEarly && trainer.iteration < trainer.iterations,
      bestIteration: trainer.bestIteration, initialLoss: initialLoss,
      diagnosis: monitor?.diagnosis, diagnostics: monitor?.series)
  }

  private var secondsSoFar: Double { checkpoint?.notes.seconds ?? 0 }

  /// Makes the notes of each checkpoint saved from now on.
  private func notes(
    initialLoss: Double?, _ memory: HealthMonitorMemory?
  ) -> @Sendable () throws -> [String: String] {
    let start = ContinuousClock.now
    return { [settings, seed, identity, secondsSoFar, eventFiles] in
      let seconds = secondsSoFar + start.duration(to: .now).seconds
      return try RunNotes(
        settings: settings, seed: seed, seconds: seconds, dataFolder: identity.folder,
        dataDigest: identity.digest, initialLoss: initialLoss, monitor: memory?.current,
        earlierEvents: eventFiles.earlier.isEmpty ? nil : eventFiles.earlier
      ).metadata
    }
  }

}

/// The end of a run whose loss or parameters are not finite.
struct Divergence: Error, CustomStringConvertible {
  /// What was not finite: the loss of a batch, a parameter, or the loss on all training rows after the
  /// last iteration. Iterations are counted from 0; nil is the initial network.
  enum Cause {
    case loss(Double, of: Int)
    case parameters(after: Int?)
    case trainingLoss(Double, after: Int?)
  }

  let cause: Cause
  /// The folder with the run's history; nil if it could not be written.
  let directory: RunDirectory?

  var description: String {
    func after(_ iteration: Int?) -> String {
      iteration.map { "after iteration \($0)" } ?? "before any iteration"
    }
    let (event, isInitial) =
      switch cause {
      case .loss(let loss, let iteration):
        ("the loss of iteration \(iteration) is \(plain(loss))", iteration == 0)
      case .parameters(let last): ("the weights \(after(last)) are not finite", last == nil)
      case .trainingLoss(let loss, let last):
        ("the loss on all training rows \(after(last)) is \(plain(loss))", last == nil)
      }
    let remedy = isInitial ? "Smaller initial weights (--scale)" : "A lower --learning-rate"
    return "\(event): the run diverged. \(remedy) or features divided by more (--pixel-scale) may "
      + "help." + (directory.map { " Its history is in \($0.path)." } ?? "")
  }
}

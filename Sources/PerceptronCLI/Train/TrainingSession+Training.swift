import Perceptron
import PerceptronCommandSupport

extension TrainingSession {
  /// Makes the run's remaining iterations.
  func training<Scalar>(on sets: PreparedSets<Scalar>) throws -> Outcome<Scalar> {
    var trainer: Trainer<Scalar, ExperimentRandom> =
      try checkpoint.map { checkpoint in
        try settings.trainer(resumingFrom: checkpoint.archive, path: directory.checkpointPath)
      } ?? start?.network(as: Scalar.self).map {
        try threaded.trainer(from: $0, seed: seed, on: sets)
      }
      ?? threaded.trainer(seed: seed, on: sets)
    let monitor = makeMonitor(of: trainer)
    let events: RunEvents<Scalar>? = try makeEvents(
      from: trainer.iteration, of: sets.preprocessing.projection)
    let recorder = RegionRecorder(
      sets.training, iterations: trainer.iterations, workers: threaded.training.workers,
      resuming: checkpoint?.notes.regions)
    recorder?.begin(trainer.network, after: trainer.iteration)
    monitor?.begin(trainer.network, after: trainer.iteration, on: sets.training)
    let initialLoss = initialLoss(of: trainer, on: sets)
    let notes = notes(initialLoss: initialLoss, monitor?.memory, recorder?.memory)
    try leader?.begin(trainer.checkpoint(notes: notes()), blocks: settings.training.blocks)
    if checkpoint == nil { try replaceCheckpoint(of: trainer, notes: notes) }
    let observer = IterationObserver(
      after: trainer.history, of: settings.metric, monitor: monitor, recorder: recorder,
      events: events, isQuiet: display.quiet, watcher: watcher)
    try run(&trainer, on: sets, observer.callback, notes: notes)
    let seconds = secondsSoFar + observer.finish()
    let divergence = Divergence.Cause(of: trainer)
    if divergence == nil {
      monitor?.end(trainer.network, after: trainer.iteration, on: sets.training)
    }
    events?.end(
      divergence == nil ? trainer.network : nil, after: trainer.iteration,
      isFinished: trainer.isFinished)
    let members = trainer.members.count > 1 ? trainer.members.map(\.result) : []
    let regions =
      divergence == nil
      ? recorder?.end(
        members.first ?? trainer.result,
        after: trainer.bestIteration.map { $0 + 1 } ?? trainer.iteration)
      : recorder?.memory.current
    return Outcome(
      network: try members.isEmpty
        ? trainer.result : Ensemble(members, predicting: settings.task).network, members: members,
      history: trainer.history, isFinished: trainer.isFinished, divergence: divergence,
      iterationTimes: observer.times, seconds: seconds,
      stoppedEarly: trainer.hasStoppedEarly && trainer.iteration < trainer.iterations,
      bestIteration: trainer.bestIteration, initialLoss: initialLoss,
      diagnosis: monitor?.diagnosis, diagnostics: monitor?.series, regions: regions)
  }

  /// Makes the iterations, and saves checkpoints as far as they can be written.
  private func run<Scalar>(
    _ trainer: inout Trainer<Scalar, ExperimentRandom>, on sets: PreparedSets<Scalar>,
    _ callback: TrainingCallback<Scalar>, notes: @escaping Notes
  ) throws {
    do {
      do {
        try trainer.run(
          on: sets.training, validation: sets.validation, callbacks: [callback],
          checkpoints: Checkpoints(
            at: directory.checkpointPath,
            everySeconds: display.checkpointEvery > 0 ? display.checkpointEvery : nil,
            whenFinished: false, notes: notes), communicator: communicator)
      } catch let error as FileError {
        // A run goes on without checkpoints; among ranks it ends.
        if leader != nil {
          if directory.holdsCheckpoint {
            Console.error("the last checkpoint was kept; \(resumption)")
          }
          throw error
        }
        let isOver = Interruption.isRequested || trainer.isFinished
        Console.error("\(error)" + (isOver ? "" : "; the run continues without checkpoints"))
        if !isOver {
          try trainer.run(on: sets.training, validation: sets.validation, callbacks: [callback])
        }
      }
    } catch is TrainingError {
      // The network diverged; the trainer knows how.
    }
    leader?.ended()
  }
}

// MARK: - The parts of a run

extension TrainingSession {
  private func makeMonitor<Scalar>(
    of trainer: Trainer<Scalar, ExperimentRandom>
  ) -> HealthMonitor<Scalar>? {
    if !display.diagnose { return nil }
    return HealthMonitor(
      settings.training, iterations: trainer.iterations,
      label: watcher == nil ? "" : directory.path + ": ", resuming: checkpoint?.notes.monitor)
  }

  private func makeEvents<Scalar>(
    from iteration: Int, of components: PrincipalComponents?
  ) throws -> RunEvents<Scalar>? {
    if !display.tensorboard { return nil }
    return try RunEvents(
      in: eventFiles.folder, from: iteration, imageShape: data.training.image,
      components: components, settings, seed: seed)
  }

  /// The loss on some training rows before the first update.
  private func initialLoss<Scalar>(
    of trainer: Trainer<Scalar, ExperimentRandom>, on sets: PreparedSets<Scalar>
  ) -> Double? {
    if trainer.iteration > 0 { return checkpoint?.notes.initialLoss }
    return RunAssessment.probe(trainer.network, settings: threaded.training, on: sets.training)
  }

  /// Replaces or removes the checkpoint of an earlier run, in case this one is killed early.
  private func replaceCheckpoint<Scalar>(
    of trainer: Trainer<Scalar, ExperimentRandom>, notes: Notes
  ) throws {
    if display.checkpointEvery > 0 && !trainer.isFinished {
      try trainer.saveCheckpoint(to: directory.checkpointPath, notes: notes())
    } else {
      try directory.removeCheckpoint()
    }
  }

  /// Makes the notes of a checkpoint.
  private typealias Notes = @Sendable () throws -> [String: String]

  private var secondsSoFar: Double { checkpoint?.notes.seconds ?? 0 }

  /// Makes the notes of each checkpoint saved from now on.
  private func notes(
    initialLoss: Double?, _ memory: HealthMonitorMemory?, _ regions: RegionMemory?
  ) -> Notes {
    let start = ContinuousClock.now
    return { [settings, seed, identity, secondsSoFar, eventFiles, preprocessing] in
      let seconds = secondsSoFar + start.duration(to: .now).seconds
      return try RunNotes(
        settings: settings, seed: seed, seconds: seconds, dataFolder: identity.folder,
        dataDigest: identity.digest, initialLoss: initialLoss, monitor: memory?.current,
        earlierEvents: eventFiles.earlier.isEmpty ? nil : eventFiles.earlier,
        preprocessing: preprocessing, regions: regions?.current
      ).metadata
    }
  }
}

/// The end of a run whose loss or parameters are not finite.
struct Divergence: Error, CustomStringConvertible {
  /// What was not finite: the loss of a batch, also for want of rows of a weight above 0, a parameter,
  /// or the loss on all training rows after the last iteration. Iterations are counted from 0; nil is the initial network.
  enum Cause {
    case loss(Double, of: Int)
    case batchWithoutWeight(of: Int)
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
    let history = directory.map { " Its history is in \($0.path)." } ?? ""
    let (event, isInitial): (String, Bool)
    switch cause {
    case .batchWithoutWeight(let iteration):
      return
        "the rows of iteration \(iteration)'s batch all have the weight 0: the run has no loss. A "
        + "larger --batch may help, or data without such rows." + history
    case .loss(let loss, let iteration):
      (event, isInitial) = ("the loss of iteration \(iteration) is \(plain(loss))", iteration == 0)
    case .parameters(let last):
      (event, isInitial) = ("the weights \(after(last)) are not finite", last == nil)
    case .trainingLoss(let loss, let last):
      (event, isInitial) = (
        "the loss on all training rows \(after(last)) is \(plain(loss))", last == nil
      )
    }
    let remedy = isInitial ? "Smaller initial weights (--scale)" : "A lower --learning-rate"
    return "\(event): the run diverged. \(remedy) or features divided by more (--pixel-scale) may "
      + "help." + history
  }
}

extension Divergence.Cause {
  /// Why a network diverged; nil if none did. If one of an ensemble diverges, the others continue, but
  /// there is no ensemble.
  init?<Scalar>(of trainer: Trainer<Scalar, ExperimentRandom>) {
    switch trainer.members.lazy.compactMap(\.failure).first {
    case .lossNotFinite(let iteration, let loss, _): self = .loss(loss, of: iteration)
    case .batchWithoutWeight(let iteration, _): self = .batchWithoutWeight(of: iteration)
    case .parametersNotFinite(let iteration, _): self = .parameters(after: iteration)
    case nil: return nil
    }
  }
}

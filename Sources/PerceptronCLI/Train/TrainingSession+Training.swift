import PerceptronCommandSupport
import Foundation
import Perceptron
import PerceptronFiles

extension TrainingSession {
  /// The trainer of the run's beginning, or of its checkpoint.
  func seededTrainer<Scalar>(
    _ sets: PreparedSets<Scalar>
  ) throws -> Trainer<Scalar, SeededRandom> {
    if let checkpoint {
      return try Trainer(checkpoint.archive, path: directory.checkpointPath)
    }
    return try settings.seededTrainer(seed: seed, on: sets)
  }

  /// The trainer of the run's beginning, or of its checkpoint.
  func numPyTrainer<Scalar>(
    _ sets: PreparedSets<Scalar>
  ) throws -> Trainer<Scalar, NumPyRandom> {
    if let checkpoint {
      return try Trainer(checkpoint.archive, path: directory.checkpointPath)
    }
    return try settings.numPyTrainer(seed: seed, on: sets)
  }
}

extension TrainingSession {
  /// Makes the run's iterations, or those that are left of it.
  func training<Scalar, Random: Codable>(
    _ fresh: Trainer<Scalar, Random>, on sets: PreparedSets<Scalar>
  ) throws -> Outcome<Scalar> {
    var trainer = fresh
    var times: [Double] = []
    var reporter = ProgressReporter(after: trainer.history)
    let examiner =
      display.diagnose
      ? Examiner<Scalar>(
        settings.training, iterations: trainer.iterations, resuming: checkpoint?.notes.examiner)
      : nil
    let events =
      display.tensorboard
      ? try RunEvents<Scalar>(
        in: eventFiles.folder, from: trainer.iteration, imageShape: data.training.image, settings,
        seed: seed) : nil
    examiner?.begin(trainer.network, after: trainer.iteration, on: sets.training)
    let initialLoss =
      trainer.iteration == 0
      ? RunAssessment.probe(trainer.network, settings: settings.training, on: sets.training)
      : checkpoint?.notes.initialLoss
    let notes = notes(initialLoss: initialLoss, examiner?.memory)
    if checkpoint == nil { try saveFirstCheckpoint(of: trainer, notes) }
    let clock = ContinuousClock()
    let start = clock.now
    var last = start
    // Asked once an iteration: all networks of an ensemble end after the same one.
    var ending = (iteration: -1, isRequested: false)
    let callback = TrainingCallback<Scalar>.perform { moment in
      if ending.iteration != moment.progress.iteration {
        ending = (moment.progress.iteration, Interruption.isRequested)
      }
      // Of an ensemble, the first network is watched.
      if moment.member > 0 { return ending.isRequested ? .stop : .proceed }
      let now = clock.now
      times.append(last.duration(to: now).seconds)
      last = now
      examiner?.examine(moment)
      events?.record(moment, examiner?.diagnosis)
      if !display.quiet { reporter.update(moment.progress) }
      return ending.isRequested ? .stop : .proceed
    }
    var divergence: Divergence.Cause?
    do {
      do {
        try trainer.run(
          on: sets.training, validation: sets.validation, callbacks: [callback],
          checkpoints: checkpoints(notes: notes))
      } catch let error as FileError {
        // The run is worth more than its checkpoints.
        let isOver = Interruption.isRequested || trainer.isFinished
        Console.error("\(error)" + (isOver ? "" : "; the run goes on without checkpoints"))
        if !isOver {
          try trainer.run(on: sets.training, validation: sets.validation, callbacks: [callback])
        }
      }
    } catch is TrainingError {}
    // One of an ensemble that diverges leaves the others, and no ensemble.
    switch trainer.members.lazy.compactMap(\.failure).first {
    case .lossNotFinite(let iteration, let loss, _): divergence = .loss(loss, of: iteration)
    case .parametersNotFinite(let iteration, _): divergence = .parameters(after: iteration)
    case nil: break
    }
    reporter.finish()
    let seconds = secondsSoFar + start.duration(to: clock.now).seconds
    if divergence == nil {
      examiner?.end(trainer.network, after: trainer.iteration, on: sets.training)
    }
    events?.end(
      divergence == nil ? trainer.network : nil, after: trainer.iteration,
      isFinished: trainer.isFinished)
    let members = trainer.members.count > 1 ? trainer.members.map(\.result) : []
    return Outcome(
      network: try members.isEmpty ? trainer.result : Ensemble(members).network, members: members,
      history: trainer.history, isFinished: trainer.isFinished,
      divergence: divergence, iterationTimes: times, seconds: seconds,
      stoppedEarly: trainer.hasStoppedEarly && trainer.iteration < trainer.iterations,
      bestIteration: trainer.bestIteration, initialLoss: initialLoss,
      diagnosis: examiner?.diagnosis,
      diagnostics: examiner?.series)
  }

  private var secondsSoFar: Double { checkpoint?.notes.seconds ?? 0 }

  /// What a checkpoint that is saved from now on holds beside the trainer's own state.
  private func notes(
    initialLoss: Double?, _ memory: ExaminerMemory?
  ) -> @Sendable () throws -> [String: String] {
    let start = ContinuousClock.now
    return { [settings, seed, identity, secondsSoFar, eventFiles] in
      let seconds = secondsSoFar + start.duration(to: .now).seconds
      return try RunNotes(
        settings, seed: seed, seconds: seconds, data: identity, initialLoss: initialLoss,
        examiner: memory?.current, earlierEvents: eventFiles.earlier
      ).metadata
    }
  }

  /// Checkpoints as they are asked for, and one when the run is interrupted.
  private func checkpoints(
    notes: @escaping @Sendable () throws -> [String: String]
  ) -> Checkpoints {
    let period = display.checkpointEvery
    return Checkpoints(
      at: directory.checkpointPath, everySeconds: period > 0 ? period : nil, whenFinished: false,
      notes: notes)
  }

  /// Sees to it that a run that is killed early does not leave the checkpoint of an earlier one.
  private func saveFirstCheckpoint<Scalar, Random: Codable>(
    of trainer: Trainer<Scalar, Random>, _ notes: () throws -> [String: String]
  ) throws {
    if display.checkpointEvery > 0 && !trainer.isFinished {
      try trainer.saveCheckpoint(to: directory.checkpointPath, notes: notes())
    } else {
      try directory.removeCheckpoint()
    }
  }
}

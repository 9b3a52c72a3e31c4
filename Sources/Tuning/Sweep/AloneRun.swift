import Datasets
import Foundation
import LinearAlgebra
import NeuralNetwork
import Serialization
import Training

/// The training of one network for all of its trials, as `Trainer` does it.
final class AloneRun<Scalar: BLASScalar, Random: RandomStream & Codable> {
  private let sweep: Sweep<Scalar>
  private let sets: PreparedSets<Scalar>
  private var trainer: Trainer<Scalar, Random>
  /// The trials that have not ended, by their iterations.
  private var left: ArraySlice<RunPrefix>
  private let iterations: Int
  /// The operations of an iteration.
  private let operations: Double
  /// Where it stands is saved, or nil where the study has no folder.
  private let checkpointPath: String?
  private let start = ContinuousClock.now
  private var secondsBefore = 0.0
  /// Whether the study had enough of it.
  private var isPruned = false

  private var study: Study { sweep.study }
  private var seconds: Double { secondsBefore + start.duration(to: .now) / .seconds(1) }

  /// The key of a checkpoint's notes under which the seconds before it stand.
  private static var secondsKey: String { "seconds" }

  /// A run from its beginning, or from its checkpoint in the study's folder.
  init(
    _ sweep: Sweep<Scalar>, _ member: SweepPlan.Member, _ sets: PreparedSets<Scalar>,
    _ fresh: Trainer<Scalar, Random>
  ) throws {
    self.sweep = sweep
    self.sets = sets
    trainer = fresh
    left = member.trials[...]
    iterations = member.iterations
    operations = member.operations
    let last = member.trials.last?.trial ?? 0
    checkpointPath = sweep.study.directory.map { $0 + "/" + SweepFiles.alone(last) }
    try resume()
  }

  /// Goes on from the checkpoint, if there is one of the same run.
  private func resume() throws {
    guard let checkpointPath, FileManager.default.fileExists(atPath: checkpointPath) else { return }
    let archive = try TensorArchive(readingFrom: checkpointPath)
    let known = try Trainer<Scalar, Random>(archive, path: checkpointPath)
    // One that is beyond a trial that waits is of no use to it: the journal may have lost the line
    // that ended the trial.
    if known.iteration > left.first?.iterations ?? 0 || !known.isSameRun(as: trainer) { return }
    trainer = known
    secondsBefore = archive.metadata[Self.secondsKey].flatMap { Double($0) } ?? 0
    sweep.meter.spared(operations * Double(trainer.iteration))
  }

  /// Trains until all trials have ended or the search is stopped.
  func run() throws {
    for prefix in left { try study.begin(prefix.trial, from: trainer.iteration) }
    defer { sweep.meter.spared(operations * Double(iterations - trainer.iteration)) }
    do {
      while let next = left.first {
        if trainer.iteration < next.iterations { try train(to: next) }
        if trainer.iteration < next.iterations && !trainer.hasStoppedEarly {
          // The search was stopped, or its task cancelled.
          if !isPruned { return left.forEach { study.interrupt($0.trial) } }
          try endAll { try study.prune($0, at: trainer.iteration, seconds: seconds) }
          break
        }
        try end(next.trial)
        left.removeFirst()
      }
    } catch TrainingError.lossNotFinite(let iteration, let loss, _) {
      try endAll { try study.diverge($0, iteration: iteration, loss: loss, seconds: seconds) }
    } catch TrainingError.parametersNotFinite(let iteration, let history) {
      try endAll {
        try study.diverge(
          $0, iteration: iteration + 1, loss: history.loss.last ?? .nan, seconds: seconds)
      }
    }
    try removeCheckpoint()
  }

  private func endAll(_ end: (_ trial: Int) throws -> Void) rethrows {
    for prefix in left { try end(prefix.trial) }
    left = []
  }

  /// Trains until the iterations of a trial are made, or it is to be given up.
  private func train(to next: RunPrefix) throws {
    let callback = TrainingCallback<Scalar>.perform { [self] moment in
      sweep.meter.made(operations)
      let made = moment.progress.iteration + 1
      if let epoch = moment.progress.epoch {
        try record(epoch, loss: moment.progress.loss, after: made)
        isPruned = sweep.shouldPrune(left.last, at: made)
        if isPruned { return .stop }
      }
      return made >= next.iterations || sweep.stop() ? .stop : .proceed
    }
    guard let checkpointPath else {
      try trainer.run(on: sets.training, validation: sets.validation, callbacks: [callback])
      return
    }
    try trainer.run(
      on: sets.training, validation: sets.validation, callbacks: [callback],
      checkpoints: Checkpoints(
        at: checkpointPath, everySeconds: sweep.search.checkpointEvery, whenFinished: false,
        notes: { [secondsBefore, start] in
          [Self.secondsKey: "\(secondsBefore + start.duration(to: .now) / .seconds(1))"]
        }))
  }

  private func record(_ epoch: History.Epoch, loss: Double, after iteration: Int) throws {
    for prefix in left {
      try study.record(
        Measurement(
          iteration: iteration, loss: loss, trainAccuracy: epoch.trainAccuracy,
          validationAccuracy: epoch.validationAccuracy, seconds: seconds), of: prefix.trial)
    }
  }

  private func end(_ trial: Int) throws {
    let network = trainer.result
    let workers = trainer.settings.workers
    let training = network.evaluate(on: sets.training, workers: workers)
    let validation = sets.validation.map { network.evaluate(on: $0, workers: workers) }
    let result = TrialResult(
      value: training.loss.isFinite ? validation?.accuracy ?? .nan : .nan,
      trainAccuracy: training.accuracy, finalLoss: trainer.history.loss.last,
      iterations: trainer.iteration, seconds: seconds, rowCount: sets.validation?.count)
    try sweep.finish(trial, result, sets) { network }
  }

  private func removeCheckpoint() throws {
    if let checkpointPath { try AtomicFile.remove(checkpointPath) }
  }
}

extension Trainer {
  /// Whether the other trains the same network in the same way on as many rows.
  fileprivate func isSameRun(as other: Trainer) -> Bool {
    settings == other.settings && rowCount == other.rowCount
      && network.inputSize == other.network.inputSize
      && network.layers.map(\.name) == other.network.layers.map(\.name)
      && network.loss.name == other.network.loss.name
  }
}

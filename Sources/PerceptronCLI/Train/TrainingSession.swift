import ArgumentParser
import CommandSupport
import Foundation
import Perceptron
import Serialization

/// One run of `perceptron train` or `perceptron resume`, from loaded data to the files in its folder.
struct TrainingSession {
  let data: LoadedData
  /// What the data is known again by when the run goes on.
  let identity: DataIdentity
  let settings: RunRecord.Settings
  let seed: UInt64
  let directory: RunDirectory
  /// Keeps other runs out of the folder.
  let lock: RunLock
  let display: RunDisplayOptions
  /// Where the run goes on from, where it does not begin, and how many seconds it took so far.
  var checkpoint: (archive: TensorArchive, seconds: Double)?

  /// A run that is over.
  struct Finished {
    let record: RunRecord
    let divergence: Divergence?
  }

  /// Trains in the given precision and writes the run's files. A run that diverged leaves its history
  /// and no model.
  func run<Scalar: BLASScalar>(_ scalar: Scalar.Type) throws -> Finished {
    let split = try data.training.splitLast(settings.validation)
    let preprocessing = try naming(data.name) {
      try Preprocessing.fitted(
        to: split.training, divisor: settings.pixelScale, subtractMean: settings.subtractMean)
    }
    let sets = Sets<Scalar>(
      training: split.training.prepared(with: preprocessing),
      validation: split.validation.count == 0
        ? nil : split.validation.prepared(with: preprocessing))
    // From here on there is something to save, so that Ctrl-C has to wait for its being saved.
    return try Interruption.deferred {
      switch settings.random {
      case .fast: try finish(training(seededTrainer(sets), on: sets), on: sets, preprocessing)
      case .numpy: try finish(training(numPyTrainer(sets), on: sets), on: sets, preprocessing)
      }
    }
  }

  /// Rows to train on and rows held out.
  struct Sets<Scalar: BLASScalar> {
    let training: PreparedDataset<Scalar>
    let validation: PreparedDataset<Scalar>?
  }

  /// What training leaves.
  private struct Outcome<Scalar: BLASScalar> {
    var network: Network<Scalar>
    var history: History
    var isFinished: Bool
    var divergence: Divergence.Cause?
    var iterationTimes: [Double] = []
    var seconds = 0.0
    var stoppedEarly = false
    var bestIteration: Int?
    var diagnosis: RunDiagnosis?
  }

  private var checkpointPath: String { directory.checkpointPath }
}

// MARK: - Trainers

extension TrainingSession {
  /// A trainer whose weights and batches have streams of their own.
  private func seededTrainer<Scalar>(_ sets: Sets<Scalar>) throws -> Trainer<Scalar, SeededRandom> {
    if let checkpoint { return try Trainer(checkpoint.archive, path: checkpointPath) }
    var weights = SeededRandom(seed: seed, purpose: "weights")
    return try trainer(
      sets, network: network(sets, using: &weights),
      random: SeededRandom(seed: seed, purpose: "batches"))
  }

  /// A trainer with one stream of NumPy's for the weights and then the batches.
  private func numPyTrainer<Scalar>(_ sets: Sets<Scalar>) throws -> Trainer<Scalar, NumPyRandom> {
    if let checkpoint { return try Trainer(checkpoint.archive, path: checkpointPath) }
    var stream = NumPyRandom(seed: UInt32(seed))
    let fresh: Network<Scalar> = network(sets, using: &stream)
    return try trainer(sets, network: fresh, random: stream)
  }

  private func network<Scalar>(
    _ sets: Sets<Scalar>, using random: inout some RandomStream
  ) -> Network<Scalar> {
    Network(
      inputSize: sets.training.featureCount, settings.network.layers, loss: settings.network.loss,
      initializer: settings.network.initializer, using: &random)
  }

  private func trainer<Scalar, Random>(
    _ sets: Sets<Scalar>, network: Network<Scalar>, random: Random
  ) throws -> Trainer<Scalar, Random> {
    try Trainer(
      network, rowCount: sets.training.count, settings: settings.training, random: random)
  }
}

// MARK: - Training

extension TrainingSession {
  private func training<Scalar, Random: Codable>(
    _ fresh: Trainer<Scalar, Random>, on sets: Sets<Scalar>
  ) throws -> Outcome<Scalar> {
    var trainer = fresh
    var times: [Double] = []
    var reporter = ProgressReporter(from: trainer.iteration)
    let examiner =
      display.diagnose
      ? Examiner<Scalar>(settings.training, iterations: trainer.iterations) : nil
    if trainer.iteration == 0 { examiner?.begin(trainer.network, on: sets.training) }
    if checkpoint == nil { try saveFirstCheckpoint(of: trainer) }
    let clock = ContinuousClock()
    let start = clock.now
    var last = start
    let callback = TrainingCallback<Scalar>.perform { moment in
      let now = clock.now
      times.append(last.duration(to: now).seconds)
      last = now
      examiner?.examine(moment)
      if !display.quiet { reporter.update(moment.progress) }
      return Interruption.isRequested ? .stop : .proceed
    }
    var divergence: Divergence.Cause?
    do {
      try run(&trainer, on: sets, callback) { secondsSoFar + start.duration(to: clock.now).seconds }
    } catch TrainingError.lossNotFinite(let iteration, let loss, _) {
      divergence = .loss(loss, of: iteration)
    } catch TrainingError.parametersNotFinite(let iteration, _) {
      divergence = .parameters(after: iteration)
    }
    reporter.finish()
    let seconds = secondsSoFar + start.duration(to: clock.now).seconds
    if divergence == nil {
      examiner?.end(trainer.network, after: trainer.iteration, on: sets.training)
    }
    return Outcome(
      network: trainer.result, history: trainer.history, isFinished: trainer.isFinished,
      divergence: divergence, iterationTimes: times, seconds: seconds,
      stoppedEarly: trainer.hasStoppedEarly && trainer.iteration < trainer.iterations,
      bestIteration: trainer.bestIteration, diagnosis: examiner?.diagnosis)
  }

  private var secondsSoFar: Double { checkpoint?.seconds ?? 0 }

  /// Runs the trainer, with checkpoints where they are asked for and one when it is interrupted.
  private func run<Scalar, Random: Codable>(
    _ trainer: inout Trainer<Scalar, Random>, on sets: Sets<Scalar>,
    _ callback: TrainingCallback<Scalar>, seconds: @escaping () -> Double
  ) throws {
    let period = display.checkpointEvery
    var begun = ContinuousClock.now
    var isDue = false
    let timer = TrainingCallback<Scalar>.perform { _ in
      isDue = period > 0 && begun.duration(to: .now).seconds >= period
      return isDue ? .stop : .proceed
    }
    repeat {
      isDue = false
      begun = .now
      try trainer.run(
        on: sets.training, validation: sets.validation, callbacks: [callback, timer])
      if isDue || Interruption.isRequested {
        try saveCheckpoint(of: trainer, seconds: seconds())
      }
    } while isDue && !Interruption.isRequested && !trainer.isFinished
  }

  /// Sees to it that a run that is killed early does not leave the checkpoint of an earlier one.
  private func saveFirstCheckpoint<Scalar, Random: Codable>(
    of trainer: Trainer<Scalar, Random>
  ) throws {
    if display.checkpointEvery > 0 && !trainer.isFinished {
      try saveCheckpoint(of: trainer, seconds: 0)
    } else {
      try directory.removeCheckpoint()
    }
  }

  private func saveCheckpoint<Scalar, Random: Codable>(
    of trainer: Trainer<Scalar, Random>, seconds: Double
  ) throws {
    let notes = try RunNotes(settings, seed: seed, seconds: seconds, data: identity)
    try trainer.saveCheckpoint(to: checkpointPath, notes: notes.metadata)
  }

  /// Measures what was trained, and writes the run's files.
  private func finish<Scalar>(
    _ trained: Outcome<Scalar>, on sets: Sets<Scalar>, _ preprocessing: Preprocessing
  ) throws -> Finished {
    var outcome = trained
    let accuracies = measure(&outcome, on: sets)
    if let accuracies {
      outcome.diagnosis?.measured(
        training: accuracies.training, validation: accuracies.validation)
    }
    let status: RunRecord.Status =
      outcome.divergence != nil ? .diverged : outcome.isFinished ? .finished : .interrupted
    let record = RunRecord(
      settings: settings, seed: seed,
      results: .init(
        status: status, iterations: outcome.history.loss.count,
        finalLoss: outcome.history.loss.last, trainAccuracy: accuracies?.training,
        validationAccuracy: accuracies?.validation, stoppedEarly: outcome.stoppedEarly,
        bestIteration: outcome.bestIteration),
      secondsPerIteration: median(outcome.iterationTimes), seconds: outcome.seconds,
      machine: .current, diagnosis: outcome.diagnosis)
    let model = TrainedModel(
      network: outcome.network, preprocessing: preprocessing,
      classNames: data.training.classNames)
    try directory.write(
      record, history: outcome.history, model: outcome.divergence == nil ? model : nil,
      under: lock)
    if status != .interrupted { try directory.removeCheckpoint() }
    return Finished(
      record: record,
      divergence: outcome.divergence.map { Divergence(cause: $0, directory: directory) })
  }

  /// The accuracies of a network that has not diverged. What the last update did, and what fresh
  /// weights are like that were never trained, no loss of the run itself can tell.
  private func measure<Scalar>(
    _ outcome: inout Outcome<Scalar>, on sets: Sets<Scalar>
  ) -> (training: Double, validation: Double?)? {
    if outcome.divergence != nil { return nil }
    let last = outcome.history.loss.indices.last
    if outcome.network.parameters.contains(where: { $0.tensor.firstNonFinite() != nil }) {
      outcome.divergence = .parameters(after: last)
      return nil
    }
    let workers = settings.training.workers
    let evaluation = outcome.network.evaluate(on: sets.training, workers: workers)
    if !evaluation.loss.isFinite {
      outcome.divergence = .trainingLoss(evaluation.loss, after: last)
      return nil
    }
    return (
      evaluation.accuracy,
      sets.validation.map { outcome.network.evaluate(on: $0, workers: workers).accuracy }
    )
  }
}

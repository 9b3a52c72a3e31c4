import ArgumentParser
import CommandSupport
import Foundation
import Perceptron

/// One run of `perceptron train`, from loaded data to the files in its folder.
struct TrainingSession {
  let data: LoadedData
  let settings: RunRecord.Settings
  let seed: UInt64
  let directory: RunDirectory
  let isQuiet: Bool

  /// Trains in the given precision, writes the run's files and returns its record, with the error
  /// where the run diverged. A run that diverged leaves its history and no model.
  func run<Scalar: BLASScalar>(
    _ scalar: Scalar.Type
  ) throws -> (record: RunRecord, divergence: Divergence?) {
    let split = try data.training.splitLast(settings.validation)
    let preprocessing = try naming(data.name) {
      try Preprocessing.fitted(
        to: split.training, divisor: settings.pixelScale, subtractMean: settings.subtractMean)
    }
    let prepared: PreparedDataset<Scalar> = split.training.prepared(with: preprocessing)
    let held: PreparedDataset<Scalar>? =
      split.validation.count == 0 ? nil : split.validation.prepared(with: preprocessing)
    // From here on there is something to save, so that Ctrl-C has to wait for its being saved.
    return try Interruption.deferred {
      var outcome = try train(on: prepared, validation: held)
      outcome.measure(on: prepared, validation: held)
      let model = TrainedModel(
        network: outcome.network, preprocessing: preprocessing,
        classNames: data.training.classNames)
      let record = record(of: outcome)
      try directory.write(
        record, history: outcome.history, model: outcome.divergence == nil ? model : nil)
      return (record, outcome.divergence.map { Divergence(cause: $0, directory: directory) })
    }
  }

  /// What a run leaves.
  private struct Outcome<Scalar: BLASScalar> {
    var network: TwoLayerNet<Scalar>
    var history = History()
    var wasInterrupted = false
    var divergence: Divergence.Cause?
    var iterationTimes: [Double] = []
    var seconds = 0.0
    var trainAccuracy: Double?
    var validationAccuracy: Double?

    var status: RunRecord.Status {
      divergence != nil ? .diverged : wasInterrupted ? .interrupted : .finished
    }

    /// Takes the accuracies of a network that has not diverged. What the last update did, and what
    /// fresh weights are like that were never trained, no loss of the run itself can tell.
    mutating func measure(
      on training: PreparedDataset<Scalar>, validation: PreparedDataset<Scalar>?
    ) {
      if divergence != nil { return }
      let last = history.loss.indices.last
      if network.parameters.contains(where: { $0.tensor.firstNonFinite() != nil }) {
        divergence = .parameters(after: last)
        return
      }
      let evaluation = network.evaluate(on: training)
      if !evaluation.loss.isFinite {
        divergence = .trainingLoss(evaluation.loss, after: last)
        return
      }
      trainAccuracy = evaluation.accuracy
      validationAccuracy = validation.map { network.evaluate(on: $0).accuracy }
    }
  }

  /// Draws the weights and trains, with one stream for both where NumPy's is asked for.
  private func train<Scalar>(
    on training: PreparedDataset<Scalar>, validation: PreparedDataset<Scalar>?
  ) throws -> Outcome<Scalar> {
    func network(using random: inout some RandomStream) -> TwoLayerNet<Scalar> {
      TwoLayerNet(
        inputSize: training.featureCount, hiddenSize: settings.hidden,
        classCount: training.classCount, scale: settings.scale, using: &random)
    }
    if settings.random == .numpy {
      var stream = NumPyRandom(seed: UInt32(seed))
      let fresh = network(using: &stream)
      return try train(fresh, on: training, validation: validation, using: &stream)
    }
    var weights = SeededRandom(seed: seed, purpose: "weights")
    var batches = SeededRandom(seed: seed, purpose: "batches")
    return try train(
      network(using: &weights), on: training, validation: validation, using: &batches)
  }

  private func train<Scalar>(
    _ fresh: TwoLayerNet<Scalar>, on training: PreparedDataset<Scalar>,
    validation: PreparedDataset<Scalar>?, using random: inout some RandomStream
  ) throws -> Outcome<Scalar> {
    var outcome = Outcome(network: fresh)
    var times: [Double] = []
    var reporter = ProgressReporter()
    let clock = ContinuousClock()
    let start = clock.now
    var last = start
    do {
      outcome.history = try outcome.network.train(
        on: training, validation: validation, settings: settings.training, using: &random
      ) { progress in
        let now = clock.now
        times.append(last.duration(to: now).seconds)
        last = now
        if !isQuiet { reporter.update(progress) }
        return Interruption.isRequested ? .stop : .proceed
      }
    } catch TrainingError.lossNotFinite(let iteration, let loss, let history) {
      outcome.history = history
      outcome.divergence = .loss(loss, of: iteration)
    } catch TrainingError.parametersNotFinite(let iteration, let history) {
      outcome.history = history
      outcome.divergence = .parameters(after: iteration)
    }
    reporter.finish()
    outcome.seconds = start.duration(to: clock.now).seconds
    outcome.iterationTimes = times
    outcome.wasInterrupted =
      Interruption.isRequested && outcome.history.loss.count < settings.training.iterations
    return outcome
  }

  private func record<Scalar>(of outcome: Outcome<Scalar>) -> RunRecord {
    RunRecord(
      settings: settings, seed: seed,
      results: .init(
        status: outcome.status, iterations: outcome.history.loss.count,
        finalLoss: outcome.history.loss.last, trainAccuracy: outcome.trainAccuracy,
        validationAccuracy: outcome.validationAccuracy),
      secondsPerIteration: median(outcome.iterationTimes),
      seconds: outcome.seconds, machine: .current)
  }

  /// What a person wants to know of a run that is over.
  func summary(of record: RunRecord) -> String {
    let results = record.results
    let training = record.settings.training
    var lines = [
      "\(data.name): \(data.training.count - record.settings.validation) training rows, "
        + "\(record.settings.validation) validation rows, "
        + "\(data.training.featureCount)-\(record.settings.hidden)-\(data.training.classCount) network"
    ]
    let rate = record.secondsPerIteration.map { ", \(readableTime($0)) each" } ?? ""
    let state = results.status == .interrupted ? "interrupted after" : "trained for"
    lines.append(
      "\(state) \(results.iterations) of \(training.iterations) iterations in "
        + "\(readableTime(record.seconds))\(rate)")
    if let loss = results.finalLoss { lines.append("final loss           \(decimal(loss, 4))") }
    if let accuracy = results.trainAccuracy {
      lines.append("training accuracy    \(decimal(accuracy, 4))")
    }
    if let accuracy = results.validationAccuracy {
      lines.append("validation accuracy  \(decimal(accuracy, 4))")
    }
    lines.append("saved \(directory.modelPath)")
    return lines.joined(separator: "\n")
  }
}

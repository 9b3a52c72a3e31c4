import ArgumentParser
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
    let preprocessing = try Preprocessing.fitted(
      to: split.training, divisor: settings.pixelScale, subtractMean: settings.subtractMean)
    let prepared: PreparedDataset<Scalar> = split.training.prepared(with: preprocessing)
    let held: PreparedDataset<Scalar>? =
      split.validation.count == 0 ? nil : split.validation.prepared(with: preprocessing)
    // From here on there is something to save, so that Ctrl-C has to wait for its being saved.
    return try Interruption.deferred {
      var outcome = try train(on: prepared, validation: held)
      if outcome.divergence == nil {
        outcome.trainAccuracy = outcome.network.evaluate(on: prepared).accuracy
        outcome.validationAccuracy = held.map { outcome.network.evaluate(on: $0).accuracy }
      }
      let record = record(of: outcome)
      // An earlier run's model must not stand beside this one's history.
      try directory.removeModel()
      try directory.write(record, history: outcome.history)
      if let divergence = outcome.divergence { return (record, divergence) }
      try directory.write(
        TrainedModel(
          network: outcome.network, preprocessing: preprocessing,
          classNames: data.training.classNames))
      return (record, nil)
    }
  }

  /// A run's end in a loss that is not finite.
  struct Divergence: Error, CustomStringConvertible {
    let iteration: Int
    let loss: Double
    let directory: RunDirectory

    var description: String {
      // The sign of a NaN means nothing.
      let loss = loss.isNaN ? "nan" : "\(loss)"
      return """
        the loss of iteration \(iteration) is \(loss): the run diverged. A lower --learning-rate \
        or features divided by more (--pixel-scale) may help. Its history is in \(directory.path).
        """
    }
  }

  /// What a run leaves.
  private struct Outcome<Scalar: BLASScalar> {
    var network: TwoLayerNet<Scalar>
    var history = History()
    var status = RunRecord.Status.finished
    var divergence: Divergence?
    var iterationTimes: [Double] = []
    var seconds = 0.0
    var trainAccuracy: Double?
    var validationAccuracy: Double?
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
    if settings.random == TrainCommand.RandomKind.numpy.rawValue {
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
    } catch {
      guard case TrainingError.lossNotFinite(let iteration, let loss, let history) = error
      else { throw error }
      outcome.history = history
      outcome.status = .diverged
      outcome.divergence = Divergence(iteration: iteration, loss: loss, directory: directory)
    }
    reporter.finish()
    outcome.seconds = start.duration(to: clock.now).seconds
    outcome.iterationTimes = times
    if outcome.divergence == nil && Interruption.isRequested
      && outcome.history.loss.count < settings.training.iterations
    {
      outcome.status = .interrupted
    }
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

extension RunDirectory {
  /// Makes the first of runs/NAME-1, runs/NAME-2, … that does not exist, where NAME is the last
  /// part of `source`. Runs that begin at the same time get different ones.
  static func makeNext(named source: String) throws -> RunDirectory {
    let name = URL(fileURLWithPath: source).standardizedFileURL.lastPathComponent
    try RunDirectory(path: "runs").create(overwrite: true)
    var number = 1
    while true {
      let path = "runs/\(name)-\(number)"
      if mkdir(path, 0o777) == 0 { return RunDirectory(path: path) }
      if errno != EEXIST {
        throw FileError(path, "the folder cannot be made: \(String(cString: strerror(errno)))")
      }
      number += 1
    }
  }
}

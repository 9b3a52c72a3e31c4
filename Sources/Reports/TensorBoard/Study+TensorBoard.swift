import Foundation
import PerceptronFiles
import PerceptronTraining
import PerceptronTuning

extension Study {
  /// Writes event files that `tensorboard --logdir FOLDER` shows: the study as the hparams plug-in's
  /// table, in which a row is a trial that has begun, and each trial's curves, in the folder trial-ID.
  ///
  /// The curves have the trial's measurements by how many iterations it had made. Under `result` are
  /// the numbers of ``Leaderboard``, of trials without a result the last ones known. Trials that are
  /// done or were pruned have the status success, those that diverged or failed have failure, and the
  /// others are running.
  ///
  /// Where each point of the space is repeated, its trials are one group, of which the table shows the
  /// mean; every trial then has the standard deviation and the number of its group's results.
  ///
  /// - Parameter folder: it is replaced as a whole, once all of the new one is written; it may hold
  ///   nothing but what this wrote.
  /// - Throws: `FileError` where the folder holds anything else, or cannot be written or replaced; it
  ///   is then as it was.
  public func writeTensorBoard(to folder: String) throws {
    try StudyEventFolder(folder).replace { try StudyEvents(study: self, folder: $0).write() }
  }

  /// Makes sure that ``writeTensorBoard(to:)`` may replace a folder, for a search that takes long
  /// before it does. The folder need not exist.
  ///
  /// - Throws: `FileError` where it holds anything but what that writes.
  public static func checkTensorBoard(_ folder: String) throws {
    try StudyEventFolder(folder).check()
  }
}

/// The event files of a study.
private struct StudyEvents {
  let study: Study
  let folder: String

  func write() throws {
    let trials = study.trials.filter { $0.state != .waiting || !$0.measurements.isEmpty }
    let log = try TensorBoardLog(in: folder)
    let time = trials.compactMap(\.began).min() ?? Date()
    try log.add(
      HParams.experiment(
        study.definition.space,
        metrics: metrics.map { ("result/\($0.name)", $0.name) },
        description: "\(study.trials.count) trials: \(study.countsInWords)",
        time: time.timeIntervalSince1970))
    try log.flush()
    for trial in trials { try write(trial) }
  }

  private func write(_ trial: Trial) throws {
    let log = try TensorBoardLog(in: StudyEventFolder.trial(trial.id, in: folder))
    let began = (trial.began ?? trial.stretches.first?.lowerBound ?? Date()).timeIntervalSince1970
    let ended = trial.ended?.timeIntervalSince1970 ?? began + trial.seconds
    try log.add(
      HParams.start(
        trial.parameters, in: study.definition.space, group: group(of: trial), time: began))
    for measurement in trial.measurements {
      try log.add(
        EventMessage.scalars(
          numbers(of: measurement), step: measurement.iteration,
          time: began + (measurement.seconds ?? 0)))
    }
    let results = metrics.compactMap { metric in
      metric.value(trial).map { ("result/\(metric.name)", $0) }
    }
    try log.add(EventMessage.scalars(results, step: trial.iterations ?? 0, time: ended))
    try log.add(HParams.end(status(of: trial), time: ended))
    try log.flush()
  }

  private var isRepeated: Bool { study.definition.seeds.count > 1 }

  private func group(of trial: Trial) -> String? {
    isRepeated ? "network-\(trial.configuration)" : nil
  }

  private func numbers(of measurement: PerceptronTuning.Measurement) -> [(
    tag: String, number: Double
  )] {
    let goal = study.definition.goal.name
    let others: [(tag: String, number: Double?)] = [
      ("loss", measurement.loss),
      ("accuracy/training batch", measurement.trainAccuracy),
      ("accuracy/validation", measurement.validationAccuracy),
    ]
    let numbers = others.filter { $0.tag != goal } + [(goal, measurement.value)]
    return numbers.compactMap { tag, number in number.map { (tag, $0) } }
  }

  /// The columns about results, named as an export's are; the goal takes the place of one that has
  /// its name.
  private var metrics: [(name: String, value: (Trial) -> Double?)] {
    let goal = study.definition.goal.name
    let others: [(name: String, value: (Trial) -> Double?)] = [
      ("train_accuracy", \.trainAccuracy), ("final_loss", \.finalLoss),
      ("iterations", { $0.iterations.map(Double.init) }), ("seconds", \.seconds),
    ]
    let points = isRepeated ? study.configurations : []
    let ofRepeats: [(name: String, value: (Trial) -> Double?)] =
      isRepeated
      ? [
        (goal + "_sd", { points[$0.configuration].deviation }),
        ("repeats_done", { Double(points[$0.configuration].doneCount) }),
      ] : []
    return [(goal, \.value)] + ofRepeats + others.filter { $0.name != goal }
  }

  private func status(of trial: Trial) -> HParams.Status {
    switch trial.state {
    case .done, .pruned: .success
    case .diverged, .failed: .failure
    case .running, .waiting: .running
    }
  }
}

import Foundation
import PerceptronReports
import PerceptronTraining
import PerceptronTuning

extension Study {
  /// Writes event files for `tensorboard --logdir FOLDER`: a table of the trials that have begun,
  /// for the hparams plug-in, and the curves of each trial in the folder trial-ID.
  ///
  /// Steps are iterations. Under `result` are the numbers of ``Leaderboard``, or the last known
  /// ones of trials without a result. Completed and pruned trials have the status success, diverged
  /// and failed ones failure, the others running. Repeats of a point are a group, of which the
  /// table shows the mean; every trial then has the standard deviation and the number of its
  /// group's results.
  ///
  /// - Parameter folder: the folder, which is replaced as a whole; it may hold only earlier files
  ///   of this method.
  /// - Throws: `FileError` if the folder holds anything else, or cannot be written or replaced; it
  ///   is then unchanged.
  public func writeTensorBoard(to folder: String) throws {
    try StudyEventFolder(folder).replace { try StudyEvents(study: self, folder: $0).write() }
  }

  /// Checks that ``writeTensorBoard(to:)`` may replace a folder, which need not exist.
  ///
  /// - Throws: `FileError` if it holds anything else.
  public static func checkTensorBoard(_ folder: String) throws {
    try StudyEventFolder(folder).check()
  }
}

private struct StudyEvents {
  let study: Study
  let folder: String

  func write() throws {
    let trials = study.trials.filter { $0.state != .waiting || !$0.measurements.isEmpty }
    let log = try TensorBoardLog(in: folder)
    let time = trials.compactMap(\.began).min() ?? Date()
    try log.add(
      HParams.experiment(
        columns,
        metrics: metrics.map { ("result/\($0.name)", $0.name) },
        description: "\(study.trials.count) trials: \(study.countsText)",
        time: time.timeIntervalSince1970))
    try log.flush()
    for trial in trials { try write(trial) }
  }

  private func write(_ trial: Trial) throws {
    let log = try TensorBoardLog(in: StudyEventFolder.trial(trial.id, in: folder))
    let began = (trial.began ?? trial.stretches.first?.lowerBound ?? Date()).timeIntervalSince1970
    let ended = trial.ended?.timeIntervalSince1970 ?? began + trial.seconds
    let parameters = columns.compactMap { column in
      trial.parameters[column.name].map { (column.name, $0, column.kind) }
    }
    let group = isRepeated ? "network-\(trial.configuration)" : nil
    try log.add(HParams.start(parameters, group: group, time: began))
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

  private var columns: [HParams.Column] {
    study.definition.space.parameters.map { parameter in
      switch parameter.domain {
      case .values(let values): .init(parameter.name, .values(values))
      case .numbers(let lower, let upper, _, _):
        .init(parameter.name, .numbers(from: lower, to: upper))
      case .integers(let lower, let upper, _, _):
        .init(parameter.name, .numbers(from: Double(lower), to: Double(upper)))
      }
    }
  }

  private var isRepeated: Bool { study.definition.trialsPerPoint > 1 }

  private func numbers(of measurement: PerceptronTuning.Measurement) -> [(String, Double)] {
    let goal = study.definition.goal
    let metric = goal.metric ?? .accuracy
    let valueTag = goal.metric.map { "\($0.rawValue)/validation" } ?? goal.name
    let numbers: [(tag: String, number: Double?)] =
      [
        ("loss/training", measurement.loss),
        ("\(metric.rawValue)/training batch", measurement.trainingValue),
      ]
      .filter { $0.0 != valueTag }
      + [(valueTag, measurement.value)]
      + (metric == .loss ? [] : [("loss/validation", measurement.validationLoss)])
    return numbers.compactMap { tag, number in number.map { (tag, $0) } }
  }

  private typealias Metric = (name: String, value: (Trial) -> Double?)

  /// The result columns, named as in an export; the goal replaces a column of its name.
  private var metrics: [Metric] {
    let goal = study.definition.goal.name
    let others: [Metric] = [
      (study.definition.goal.trainingColumn, \.trainingValue), ("final_loss", \.finalLoss),
      ("iterations", { $0.iterations.map(Double.init) }), ("seconds", \.seconds),
    ]
    let points = isRepeated ? study.configurations : []
    let ofRepeats: [Metric] =
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

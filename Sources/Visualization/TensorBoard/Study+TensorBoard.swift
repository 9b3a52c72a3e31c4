import Foundation
import Serialization
import Training
import Tuning

extension Study {
  /// Writes event files that `tensorboard --logdir FOLDER` shows: the study as the hparams plug-in's
  /// table, in which a row is a trial that has begun, and each trial's curves, in the folder trial-ID.
  ///
  /// The curves have the trial's measurements by how many iterations it had made. Under `result` are
  /// the numbers of ``Leaderboard``, of trials without a result the last ones known. Trials that are
  /// done or were pruned have the status success, those that diverged or failed have failure, and the
  /// others are running.
  ///
  /// - Parameter folder: it is replaced as a whole, once all of the new one is written; it may hold
  ///   nothing but what this wrote.
  /// - Throws: `FileError` where the folder holds anything else, or cannot be written or replaced.
  public func writeTensorBoard(to folder: String) throws {
    try StudyEvents.write(self, to: folder)
  }
}

/// The event files of a study.
private struct StudyEvents {
  private static let trialPrefix = "trial-"

  private let study: Study
  private let folder: String

  /// Writes them beside `folder`, which they then replace.
  static func write(_ study: Study, to folder: String) throws {
    try demandOwn(folder)
    let url = URL(fileURLWithPath: folder).standardizedFileURL
    let part = url.deletingLastPathComponent().path + "/.\(url.lastPathComponent).new"
    let earlier = url.deletingLastPathComponent().path + "/.\(url.lastPathComponent).earlier"
    // What a process that was killed while it wrote has left.
    try remove(part)
    try remove(earlier)
    do {
      try StudyEvents(study: study, folder: part).write()
      if FileManager.default.fileExists(atPath: url.path) { try move(url.path, to: earlier) }
      try move(part, to: url.path)
    } catch {
      try? remove(part)
      throw error
    }
    try remove(earlier)
  }

  /// Throws where the folder holds what ``write(_:to:)`` would not have written.
  private static func demandOwn(_ folder: String) throws {
    var isFolder: ObjCBool = false
    if !FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder) { return }
    if !isFolder.boolValue { throw FileError(folder, "expected a folder, found a file") }
    let events = Set(EventFileName.names(in: folder))
    let others = try FileManager.default.contentsOfDirectory(atPath: folder).filter {
      !events.contains($0) && !$0.hasPrefix(trialPrefix)
    }
    if let other = others.min() {
      throw FileError(
        folder, "expected a study's event files and nothing else in this folder, found \(other)")
    }
  }

  private static func remove(_ path: String) throws {
    if !FileManager.default.fileExists(atPath: path) { return }
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch {
      throw FileError(path, "cannot be removed: \(error.localizedDescription)")
    }
  }

  private static func move(_ path: String, to target: String) throws {
    if rename(path, target) != 0 {
      throw RunDirectory.failure(target, "this folder cannot be replaced")
    }
  }

  private func write() throws {
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
    let log = try TensorBoardLog(in: "\(folder)/\(Self.trialPrefix)\(trial.id)")
    let began = (trial.began ?? trial.stretches.first?.lowerBound ?? Date()).timeIntervalSince1970
    let ended = trial.ended?.timeIntervalSince1970 ?? began + trial.seconds
    try log.add(HParams.start(trial.parameters, in: study.definition.space, time: began))
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

  private func numbers(of measurement: Tuning.Measurement) -> [(tag: String, number: Double)] {
    let numbers: [(String, Double?)] = [
      ("loss", measurement.loss),
      ("accuracy/training batch", measurement.trainAccuracy),
      ("accuracy/validation", measurement.validationAccuracy),
      (study.definition.goal.name, measurement.value),
    ]
    return numbers.compactMap { tag, number in number.map { (tag, $0) } }
  }

  /// The columns about results, named as an export's are.
  private var metrics: [(name: String, value: (Trial) -> Double?)] {
    [
      (study.definition.goal.name, \.value), ("train_accuracy", \.trainAccuracy),
      ("final_loss", \.finalLoss), ("iterations", { $0.iterations.map(Double.init) }),
      ("seconds", \.seconds),
    ]
  }

  private func status(of trial: Trial) -> HParams.Status {
    switch trial.state {
    case .done, .pruned: .success
    case .diverged, .failed: .failure
    case .running, .waiting: .running
    }
  }
}

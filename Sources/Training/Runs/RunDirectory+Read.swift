import Foundation
import PerceptronFiles

extension RunDirectory {
  /// Whether a run that is over, or was interrupted, has left its record in the folder.
  public var holdsRecord: Bool { FileManager.default.fileExists(atPath: recordPath) }

  /// Reads what ``write(_:history:diagnostics:model:under:)`` wrote, without the model.
  ///
  /// Losses of a run that diverged may be NaN or infinite.
  ///
  /// - Throws: `FileError` where a file is missing or a field of it is wrong, with its line; also
  ///   where the files do not belong together.
  public func read() throws -> TrainingRun {
    let record = try record()
    let history = try readHistory(of: record.results.iterations)
    let looks = path + "/" + Self.diagnosticsName
    let diagnostics =
      FileManager.default.fileExists(atPath: looks)
      ? try DiagnosticTable.read(looks, iterations: record.results.iterations) : nil
    return TrainingRun(record: record, history: history, diagnostics: diagnostics)
  }

  var recordPath: String { path + "/" + Self.recordName }
  private var lossesPath: String { path + "/" + Self.lossesName }

  /// The record in `run.json` alone.
  ///
  /// - Throws: `FileError` where the file is missing or a field of it is wrong.
  public func record() throws -> RunRecord {
    guard let data = FileManager.default.contents(atPath: recordPath) else {
      throw FileError.system(recordPath, "cannot be read")
    }
    let record: RunRecord
    do {
      record = try RunRecord(json: data)
    } catch {
      throw FileError(recordPath, "expected the record of a run: \(decodingReason(error))")
    }
    if let problem = record.problem { throw FileError(recordPath, problem) }
    return record
  }

  /// The history in `history.csv` and `epochs.csv` of a run that made `count` iterations.
  private func readHistory(of count: Int) throws -> History {
    var history = History()
    try CSVReader(path: lossesPath, columns: Self.lossColumns).forEachRow { row in
      let next = history.loss.count
      _ = try row.integer(0, in: next...next, expected: "\(next)")
      history.loss.append(try row.number(1))
    }
    if history.loss.count != count {
      throw FileError(
        lossesPath,
        "expected the losses of \(count) iterations, as run.json says, found those of "
          + "\(history.loss.count)")
    }
    let epochs = CSVReader(
      path: path + "/" + Self.epochsName, columns: Self.epochColumns,
      orColumns: Self.earlierEpochColumns)
    try epochs.forEachRow { row in
      let first = history.epochs.last.map { $0.iteration + 1 } ?? 0
      if first >= count {
        throw row.error(0, expected: "no more lines: there are \(count) iterations")
      }
      let isShare = { (share: Double) in share >= 0 && share <= 1 }
      history.epochs.append(
        History.Epoch(
          iteration: try row.integer(
            0, in: first...(count - 1), expected: "\(first) to \(count - 1)"),
          trainAccuracy: try row.number(1, expected: "a share of 1", where: isShare),
          validationAccuracy: try row.optionalNumber(2, expected: "a share of 1", where: isShare),
          validationLoss: row.columns.count > 4 ? try row.optionalNumber(4) : nil,
          learningRate: try row.number(3, expected: "a number of 0 or more") { $0 >= 0 }))
    }
    return history
  }
}

extension RunRecord {
  /// What no run can have recorded, or nil.
  fileprivate var problem: String? {
    let shares = [
      ("results.trainAccuracy", results.trainAccuracy),
      ("results.validationAccuracy", results.validationAccuracy),
    ]
    for case (let name, let share?) in shares where !(0...1).contains(share) {
      return "\(name) is \(share), expected a share of 1"
    }
    let counts = [
      ("results.iterations", results.iterations), ("settings.validation", settings.validation),
      ("results.bestIteration", results.bestIteration ?? 0),
    ]
    for (name, count) in counts where count < 0 {
      return "\(name) is \(count), expected 0 or more"
    }
    let times = [("seconds", seconds), ("secondsPerIteration", secondsPerIteration ?? 0)]
    for (name, time) in times where !(time >= 0) {
      return "\(name) is \(time), expected 0 or more"
    }
    do {
      for layer in settings.network.layers { try layer.check() }
      try settings.network.loss.check()
      try settings.network.initializer.check()
    } catch {
      return "settings: \(error)"
    }
    return nil
  }
}

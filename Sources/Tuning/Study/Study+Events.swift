import PerceptronFiles
import PerceptronLinearAlgebra

/// Events, recorded by whoever runs the trials. Each method traps if the event is invalid in the
/// trial's state, and throws `FileError` if the journal cannot be written; the study is then
/// unchanged.
extension Study {
  /// The name of the file of the best trial's model in a study's folder.
  public static let bestName = "best.safetensors"

  /// Begins a waiting trial.
  ///
  /// - Parameter iteration: the iteration at which an interrupted trial resumes; later measurements
  ///   are discarded, and all of them at 0.
  /// - Precondition: the trial is waiting.
  public func begin(_ trial: Int, from iteration: Int = 0) throws {
    try contents.withLock { contents in
      let trials = contents.state.trials
      require(
        !trials.indices.contains(trial) || trials[trial].state != .running,
        "Study: trial \(trial) is running and cannot begin")
      try contents.record(.begun(trial: trial, from: iteration))
    }
  }

  /// Records a measurement of a running trial.
  ///
  /// - Precondition: no earlier measurement was at a later iteration.
  public func record(_ measurement: Measurement, of trial: Int) throws {
    try record(.measured(trial: trial, measurement: measurement))
  }

  /// Ends a running trial with its result; if the value is not finite, the trial has diverged.
  ///
  /// - Parameter save: saves the model at a path. Called before the result is recorded if the trial
  ///   becomes ``Study/best`` and the study has a folder; if it throws, the trial keeps running. If
  ///   an earlier repeat of the same point becomes the best, the saved model is removed.
  public func finish(
    _ trial: Int, _ result: TrialResult, savingBest save: (_ path: String) throws -> Void = { _ in }
  ) throws {
    try finish(trial, result, savingBest: save) { [] }
  }

  /// - Parameter model: the bytes of the model, for the study's leader if it has one.
  func finish(
    _ trial: Int, _ result: TrialResult, savingBest save: (_ path: String) throws -> Void,
    sending model: () throws -> [UInt8]
  ) throws {
    if !result.value.isFinite {
      return try record(
        .diverged(
          trial: trial, iteration: result.iterations, loss: result.finalLoss,
          seconds: result.seconds, message: "\(definition.goal.name) is \(result.value)"))
    }
    let event = StudyEvent.done(trial: trial, result: result)
    try ending.withLock { _ in
      if let leader {
        let isBest = try leader.isBest(trial, result)
        return try contents.withLock {
          try $0.record(event) { _ in try leader.end(trial, result, model: isBest ? model() : nil) }
        }
      }
      let best = contents.withLock { contents in
        contents.demand(event)
        return contents.state.best(completedBy: trial, result)
      }
      if let best, let path = directory.map({ $0 + "/" + Self.bestName }) {
        // The network of an earlier repeat no longer exists; the file is that of another point.
        if best == trial { try save(path) } else { try AtomicFile.remove(path) }
      }
      try record(event)
    }
  }

  /// Whether a running trial that ends with a result becomes ``best``.
  func isBest(_ trial: Int, _ result: TrialResult) -> Bool {
    contents.withLock { $0.state.best(completedBy: trial, result) } == trial
  }

  /// Ends a running trial whose loss, or a weight, is not finite.
  public func diverge(_ trial: Int, iteration: Int, loss: Double, seconds: Double) throws {
    try record(
      .diverged(
        trial: trial, iteration: iteration, loss: loss, seconds: seconds,
        message: "the loss is \(loss.isNaN ? "nan" : "\(loss)") at iteration \(iteration)"))
  }

  /// Ends a running trial with an error.
  public func fail(_ trial: Int, message: String, seconds: Double) throws {
    try record(.failed(trial: trial, message: message, seconds: seconds))
  }

  /// Stops a running trial early.
  public func prune(_ trial: Int, at iteration: Int, seconds: Double) throws {
    try record(.pruned(trial: trial, iteration: iteration, seconds: seconds))
  }

  /// Makes a running trial wait again, as if its process had been killed.
  public func interrupt(_ trial: Int) {
    contents.withLock { $0.state.interrupt(trial) }
    leader?.interrupt(trial)
  }

  /// Begins the first waiting trial of a set; nil if none waits.
  func beginNext(of some: Set<Int>) throws -> Trial? {
    try contents.withLock { contents in
      let waiting = contents.state.trials.lazy.filter { $0.state == .waiting }
      guard let trial = waiting.first(where: { some.contains($0.id) }) else { return nil }
      try contents.record(.begun(trial: trial.id, from: 0))
      return trial
    }
  }

  /// Records a note.
  public func note(_ kind: String, _ values: [String: String] = [:]) throws {
    try record(.note(kind: kind, values: values))
  }

  func record(_ event: StudyEvent) throws {
    try contents.withLock { try $0.record(event) }
  }
}

extension Study.Contents {
  func demand(_ event: StudyEvent) {
    let objection = state.objection(to: event)
    require(objection == nil, "Study: \(objection ?? "")")
  }

  fileprivate mutating func record(_ event: StudyEvent) throws {
    try record(event) { [journal] in try journal?.append($0) }
  }

  fileprivate mutating func record(
    _ event: StudyEvent, by append: (StudyLine) throws -> Void
  ) throws {
    demand(event)
    let line = StudyLine(event)
    try append(line)
    state.apply(line)
  }
}

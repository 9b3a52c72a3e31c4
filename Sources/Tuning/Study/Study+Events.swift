import PerceptronLinearAlgebra
import PerceptronFiles

/// What those who run trials tell. Each of these methods traps where the trial is in a state in
/// which that cannot happen, and throws `FileError` where the journal cannot be written, in which
/// case it has not happened.
extension Study {
  /// The name of the file of the best trial's model in a study's folder.
  public static let bestName = "best.safetensors"

  /// Begins a trial that waits.
  ///
  /// - Parameter iteration: what it goes on from, if it was interrupted; what it had shown beyond
  ///   is forgotten, and all of it at 0.
  /// - Precondition: the trial waits; those that have ended are never run again.
  public func begin(_ trial: Int, from iteration: Int = 0) throws {
    try contents.withLock { contents in
      let trials = contents.state.trials
      require(
        !trials.indices.contains(trial) || trials[trial].state != .running,
        "Study: trial \(trial) is running and cannot begin")
      try contents.record(.begun(trial: trial, from: iteration))
    }
  }

  /// Records what a running trial shows.
  ///
  /// - Precondition: no earlier measurement was at a later iteration.
  public func record(_ measurement: Measurement, of trial: Int) throws {
    try record(.measured(trial: trial, measurement: measurement))
  }

  /// Ends a running trial with its result; one whose value is not finite has diverged.
  ///
  /// - Parameter save: called before the result is recorded if the trial is then ``Study/best`` and
  ///   the study has a folder, with the path at which its model is to be saved. What it throws leaves
  ///   the trial running. Where the best is then an earlier repeat of the same point, the file of
  ///   another best is removed.
  public func finish(
    _ trial: Int, _ result: TrialResult, savingBest save: (_ path: String) throws -> Void = { _ in }
  ) throws {
    if !result.value.isFinite {
      return try record(
        .diverged(
          trial: trial, iteration: result.iterations, loss: result.finalLoss,
          seconds: result.seconds, message: "\(definition.goal.name) is \(result.value)"))
    }
    let event = StudyEvent.done(trial: trial, result: result)
    try ending.withLock { _ in
      let best = contents.withLock { contents in
        contents.demand(event)
        return contents.state.best(completedBy: trial, result)
      }
      if let best, let path = directory.map({ $0 + "/" + Self.bestName }) {
        // The network of another repeat is gone; what is there is that of an earlier best.
        if best == trial { try save(path) } else { try AtomicFile.remove(path) }
      }
      try record(event)
    }
  }

  /// Ends a running trial whose loss, or a weight, is not finite.
  public func diverge(_ trial: Int, iteration: Int, loss: Double, seconds: Double) throws {
    try record(
      .diverged(
        trial: trial, iteration: iteration, loss: loss, seconds: seconds,
        message: "the loss is \(loss.isNaN ? "nan" : "\(loss)") at iteration \(iteration)"))
  }

  /// Ends a running trial by an error.
  public func fail(_ trial: Int, message: String, seconds: Double) throws {
    try record(.failed(trial: trial, message: message, seconds: seconds))
  }

  /// Gives a running trial up.
  public func prune(_ trial: Int, at iteration: Int, seconds: Double) throws {
    try record(.pruned(trial: trial, iteration: iteration, seconds: seconds))
  }

  /// Lets a running trial wait again, as if the process that runs it had been killed.
  public func interrupt(_ trial: Int) {
    contents.withLock { $0.state.interrupt(trial) }
  }

  /// Begins the first of some trials that waits, if there is one.
  func beginNext(of some: Set<Int>) throws -> Trial? {
    try contents.withLock { contents in
      guard
        let trial = contents.state.trials.first(where: {
          $0.state == .waiting && some.contains($0.id)
        })
      else { return nil }
      try contents.record(.begun(trial: trial.id, from: 0))
      return trial
    }
  }

  /// Notes something.
  public func note(_ kind: String, _ values: [String: String] = [:]) throws {
    try record(.note(kind: kind, values: values))
  }

  private func record(_ event: StudyEvent) throws {
    try contents.withLock { try $0.record(event) }
  }
}

extension Study.Contents {
  /// Traps where an event cannot happen.
  func demand(_ event: StudyEvent) {
    let objection = state.objection(to: event)
    require(objection == nil, "Study: \(objection ?? "")")
  }

  /// Writes an event down and lets it happen.
  fileprivate mutating func record(_ event: StudyEvent) throws {
    demand(event)
    let line = StudyLine(event)
    try journal?.append(line)
    state.apply(line)
  }
}

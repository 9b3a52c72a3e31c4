import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

extension Study {
  /// Runs a function of the hyperparameters for every waiting trial, in order; it returns the value
  /// that trials are compared by. With pruning and repeats, the first trials of all points come
  /// first, then the others of points whose first trial was not pruned.
  ///
  ///     try study.run { trial in
  ///       let rate = trial.parameters["learning-rate"]?.number ?? 0.001
  ///       …
  ///       try trial.report(accuracy, iteration: 100)
  ///       …
  ///       return accuracy
  ///     }
  ///
  /// A trial whose value is not finite has diverged, a trial whose function throws has failed; the
  /// study continues with the next. With one worker, trials run on the calling thread.
  ///
  /// - Parameters:
  ///   - workers: the number of concurrent trials, each on its own thread; fewer if the system
  ///     creates no more threads.
  ///   - stop: called before each trial and after each report; if it returns true, running trials
  ///     wait again.
  /// - Throws: `FileError` if the journal cannot be written, once all workers have stopped;
  ///   `InvalidSetting` for fewer than one worker.
  public func run(
    workers: Int = 1, stop: @escaping @Sendable () -> Bool = { false },
    _ objective: @escaping @Sendable (TrialContext) throws -> Double
  ) throws {
    try InvalidSetting.demand(workers >= 1, "workers", workers, "1 or more")
    let failure = Locked<(any Error)?>(nil)
    let stops: @Sendable () -> Bool = { stop() || failure.withLock { $0 != nil } }
    let work: @Sendable (Set<Int>) -> Void = { round in
      do {
        while !stops(), let trial = try self.beginNext(of: round) {
          try self.run(
            TrialContext(
              trial: trial.id, parameters: trial.parameters, study: self, stop: stops), objective)
        }
      } catch {
        failure.withLock { $0 = $0 ?? error }
      }
    }
    try forEachRound(until: stops) { round in
      let count = min(workers, round.count)
      WorkerPool.Lease(workers: max(count, 1)).run { _ in work(Set(round)) }
      if let error = failure.withLock({ $0 }) { throw error }
    }
  }

  private func run(_ context: TrialContext, _ objective: (TrialContext) throws -> Double) throws {
    let outcome = Result { try objective(context) }
    if let error = context.recordingError.withLock({ $0 }) {
      interrupt(context.trial)
      throw error
    }
    let (trial, seconds) = (context.trial, context.seconds)
    let iteration = trials[trial].measurements.last?.iteration
    switch outcome {
    case .success(let value):
      try finish(trial, TrialResult(value: value, iterations: iteration, seconds: seconds))
    case .failure(is TrialPruned): try prune(trial, at: iteration ?? 0, seconds: seconds)
    case .failure(is TrialStopped): interrupt(trial)
    case .failure(let error): try fail(trial, message: "\(error)", seconds: seconds)
    }
  }

  /// Calls `body`, which may leave trials waiting, with the numbers of the waiting trials: all at
  /// once or, with pruning and repeats, in two rounds.
  ///
  /// In the first round, the first trials of all points run and are pruned among themselves, all
  /// with the same seed and fold. In the second round the survivors' other trials run to their end; those of
  /// a point whose first trial was pruned, diverged or failed are pruned before they begin.
  func forEachRound(
    until stop: () -> Bool = { false }, _ body: (_ trials: [Int]) throws -> Void
  ) throws {
    if definition.pruning == .none || definition.trialsPerPoint < 2 { return try body(waiting) }
    // A point's trials are all in one shard.
    let own = Set(ownTrials.map(\.id))
    let first = Set(configurations.map(\.id))
    try body(waiting.filter(first.contains))
    if stop() || waiting.contains(where: first.contains) { return }
    for configuration in configurations
    where own.contains(configuration.id) && configuration.trials[0].state != .done {
      for trial in configuration.trials where trial.state == .waiting {
        try begin(trial.id)
        try prune(trial.id, at: 0, seconds: 0)
      }
    }
    try body(waiting)
  }

  var waiting: [Int] { ownTrials.filter { $0.state == .waiting }.map(\.id) }
}

/// The context of a function that runs as a trial: its parameters, and the way to report progress.
public struct TrialContext: Sendable {
  /// The trial's number.
  public let trial: Int
  /// The values of the hyperparameters.
  public let parameters: Assignment

  let study: Study
  let start = ContinuousClock.now
  let stop: @Sendable () -> Bool
  /// An error of the journal, which is no failure of the trial.
  let recordingError = Locked<(any Error)?>(nil)

  /// Records the value after `iteration` iterations.
  ///
  /// - Throws: ``TrialPruned`` if the trial is pruned, ``TrialStopped`` if all trials are to stop,
  ///   and `FileError` if the journal cannot be written; the function must rethrow them.
  /// - Precondition: no earlier report was of a later iteration.
  public func report(_ value: Double, iteration: Int) throws {
    do {
      try study.record(Measurement(iteration: iteration, value: value, seconds: seconds), of: trial)
    } catch {
      recordingError.withLock { $0 = error }
      throw error
    }
    if study.shouldPrune(trial, at: iteration) { throw TrialPruned() }
    if stop() { throw TrialStopped() }
  }

  var seconds: Double { (ContinuousClock.now - start) / .seconds(1) }
}

/// The trial is pruned since others did better.
public struct TrialPruned: Error, Equatable, Sendable {}

/// The trial is interrupted: it waits again and restarts when the study is resumed.
public struct TrialStopped: Error, Equatable, Sendable {}

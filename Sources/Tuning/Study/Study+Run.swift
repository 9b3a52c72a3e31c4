import Foundation
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

extension Study {
  /// Runs the trials that wait, in their order, of a function of the hyperparameters that returns
  /// what they are compared by. With pruning and repeats, the first
  /// trials of all points come first, and the others only of points whose first trial was not pruned.
  ///
  ///     try study.run { trial in
  ///       let rate = trial.parameters["learning-rate"]?.number ?? 0.001
  ///       …
  ///       try trial.report(accuracy, iteration: 100)
  ///       …
  ///       return accuracy
  ///     }
  ///
  /// A trial whose value is not finite has diverged, one of which the function throws an error has
  /// failed, and the study goes on with the next. With one worker the trials run on the calling
  /// thread.
  ///
  /// - Parameters:
  ///   - workers: how many trials run at the same time, each on a thread of its own; fewer where the
  ///     system makes no more threads.
  ///   - stop: asked before each trial and after each report; trials that are under way when it
  ///     says yes wait again.
  ///   - objective: the function; with several workers it is called by several threads.
  /// - Throws: `FileError` where the journal cannot be written, as soon as all workers have
  ///   stopped; `InvalidSetting` unless there is a worker.
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
      WorkerPool.lease(workers: max(count, 1)).run { _ in work(Set(round)) }
      if let error = failure.withLock({ $0 }) { throw error }
    }
  }

  /// Runs one trial that has begun.
  private func run(
    _ context: TrialContext, _ objective: (TrialContext) throws -> Double
  ) throws {
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
}

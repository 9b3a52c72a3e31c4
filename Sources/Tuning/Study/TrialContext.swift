import PerceptronLinearAlgebra

/// What a function that is run as a trial is told, and by what it tells how it goes.
public struct TrialContext: Sendable {
  /// The trial's number.
  public let trial: Int
  /// What the hyperparameters are set to.
  public let parameters: Assignment

  let study: Study
  let start = ContinuousClock.now
  let stop: @Sendable () -> Bool
  /// Why the study could not record something, which is no failure of the trial.
  let recordingError = Locked<(any Error)?>(nil)

  /// Records the value that has been reached after `iteration` iterations.
  ///
  /// - Throws: ``TrialPruned`` where the trial is to be given up, ``TrialStopped`` where all are to
  ///   stop, and `FileError` where the journal cannot be written; the function lets them pass.
  /// - Precondition: no earlier report was of a later iteration.
  public func report(_ value: Double, iteration: Int) throws {
    do {
      try study.record(
        Measurement(iteration: iteration, value: value, seconds: seconds), of: trial)
    } catch {
      recordingError.withLock { $0 = error }
      throw error
    }
    if study.shouldPrune(trial, at: iteration) { throw TrialPruned() }
    if stop() { throw TrialStopped() }
  }

  /// How long the trial has taken.
  var seconds: Double { (ContinuousClock.now - start) / .seconds(1) }
}

/// That a trial is given up since others did better.
public struct TrialPruned: Error, Equatable, Sendable {
  /// The error; it has nothing to tell.
  public init() {}
}

/// That a trial is interrupted: it waits again, and is run from its beginning when the study goes
/// on.
public struct TrialStopped: Error, Equatable, Sendable {
  /// The error; it has nothing to tell.
  public init() {}
}

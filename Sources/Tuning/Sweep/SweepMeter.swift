import PerceptronLinearAlgebra

/// How far a search is.
public struct SweepProgress: Sendable {
  /// How much of all the work that is left to do at the start is done, from 0 to 1; a network that
  /// diverged or was given up counts as done.
  public let share: Double
  /// How long it has taken so far.
  public let seconds: Double
  /// Floating-point operations a second, those of the layers' products, over the last moments.
  public let operationsPerSecond: Double
  /// How many networks are trained at the moment.
  public let networks: Int

  /// How long the rest will take at the rate so far; nil before there is one.
  public var secondsLeft: Double? {
    share > 0 ? seconds * (1 - share) / share : nil
  }
}

/// Adds up the work that a search has done, for all of its threads.
final class SweepMeter: Sendable {
  private struct State {
    var done = 0.0
    /// Of these, what networks did not have to do.
    var spared = 0.0
    var networks = 0
    var reported: (seconds: Double, operations: Double) = (0, 0)
    var rate = 0.0
  }

  private let total: Double
  private let start = ContinuousClock.now
  private let state = Locked(State())
  private let report: @Sendable (SweepProgress) -> Void
  /// How often progress is reported, in seconds.
  private static let period = 0.1

  /// - Parameter report: called by one thread at a time.
  init(_ plan: SweepPlan, report: @escaping @Sendable (SweepProgress) -> Void) {
    total = plan.operations
    self.report = report
  }

  /// Counts networks that begin, or with a negative number end.
  func networks(_ change: Int) { state.withLock { $0.networks += change } }

  /// Counts operations that were made.
  func made(_ operations: Double) {
    let seconds = start.duration(to: .now) / .seconds(1)
    state.withLock { state in
      state.done += operations
      let elapsed = seconds - state.reported.seconds
      if elapsed < Self.period { return }
      let made = state.done - state.spared
      state.rate = (made - state.reported.operations) / elapsed
      state.reported = (seconds, made)
      report(progress(state, seconds))
    }
  }

  /// Counts operations that need not be made any more.
  func spared(_ operations: Double) {
    state.withLock {
      $0.done += operations
      $0.spared += operations
    }
  }

  /// Counts as spared whatever of the work is neither done nor among the operations that are left.
  func left(_ operations: Double) {
    spared(max(0, state.withLock { total - $0.done } - operations))
  }

  /// Reports the end.
  func finish() {
    let seconds = start.duration(to: .now) / .seconds(1)
    state.withLock { report(progress($0, seconds)) }
  }

  private func progress(_ state: State, _ seconds: Double) -> SweepProgress {
    SweepProgress(
      share: total == 0 ? 1 : min(state.done / total, 1), seconds: seconds,
      operationsPerSecond: state.rate, networks: state.networks)
  }
}

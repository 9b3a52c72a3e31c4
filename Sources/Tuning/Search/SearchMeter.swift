import PerceptronLinearAlgebra

/// The progress of a search.
public struct SearchProgress: Sendable {
  /// The share of the work at the start that is done, from 0 to 1; diverged and pruned networks
  /// count as done.
  public let share: Double
  /// The elapsed time in seconds.
  public let seconds: Double
  /// The recent floating-point operations per second, in the layers' products.
  public let operationsPerSecond: Double
  /// The number of networks in training.
  public let networks: Int

  /// The estimated time left in seconds; nil at the start.
  public var secondsLeft: Double? { share > 0 ? seconds * (1 - share) / share : nil }
}

/// The work of a process that is done.
struct SearchCounts: Codable, Sendable {
  /// Floating-point operations.
  var done = 0.0
  /// The part of `done` that was not needed.
  var spared = 0.0
  /// The number of networks in training.
  var networks = 0

  static func - (left: SearchCounts, right: SearchCounts) -> SearchCounts {
    SearchCounts(
      done: left.done - right.done, spared: left.spared - right.spared,
      networks: left.networks - right.networks)
  }
}

/// Counts the work that a search has done, for all of its threads.
final class SearchMeter: Sendable {
  private struct State {
    var counts = SearchCounts()
    var reported: (seconds: Double, operations: Double) = (0, 0)
    var rate = 0.0
  }

  private let total: Double
  private let start = ContinuousClock.now
  private let state = Locked(State())
  private let report: @Sendable (SearchProgress, SearchCounts) -> Void
  /// The least time between reports in seconds.
  private static let period = 0.1

  /// - Parameter report: called by one thread at a time.
  init(
    _ work: SearchWork, report: @escaping @Sendable (SearchProgress, SearchCounts) -> Void
  ) {
    total = work.operations
    self.report = report
  }

  var counts: SearchCounts { state.withLock { $0.counts } }

  func networks(_ change: Int) { state.withLock { $0.counts.networks += change } }

  func made(_ operations: Double) { add(SearchCounts(done: operations)) }

  /// Counts work, of this process or another, and reports it if that is due.
  func add(_ change: SearchCounts) {
    let seconds = start.duration(to: .now) / .seconds(1)
    state.withLock { state in
      state.counts.done += change.done
      state.counts.spared += change.spared
      state.counts.networks += change.networks
      let elapsed = seconds - state.reported.seconds
      if elapsed < Self.period { return }
      let made = state.counts.done - state.counts.spared
      state.rate = (made - state.reported.operations) / elapsed
      state.reported = (seconds, made)
      report(progress(state, seconds), state.counts)
    }
  }

  func spared(_ operations: Double) {
    state.withLock {
      $0.counts.done += operations
      $0.counts.spared += operations
    }
  }

  /// Counts as spared whatever is neither done nor left.
  func left(_ operations: Double) { spared(max(0, total - counts.done - operations)) }

  func finish() {
    let seconds = start.duration(to: .now) / .seconds(1)
    state.withLock { report(progress($0, seconds), $0.counts) }
  }

  private func progress(_ state: State, _ seconds: Double) -> SearchProgress {
    SearchProgress(
      share: total == 0 ? 1 : min(state.counts.done / total, 1), seconds: seconds,
      operationsPerSecond: state.rate, networks: state.counts.networks)
  }
}

/// A trial that is done, or a point of the space of which all repeats are, and what the study had
/// reached by then.
public struct BestSoFar: Sendable, Equatable {
  /// The trial's number, or that of the first repeat.
  public let trial: Int
  /// Its result, or the mean of the repeats' results.
  public let value: Double
  /// The best result of it and all that were done before it.
  public let best: Double

  /// The given trial.
  public init(trial: Int, value: Double, best: Double) {
    self.trial = trial
    self.value = value
    self.best = best
  }
}

extension Study {
  /// The trials that have ended, in the order in which they did: those that are done, and those that
  /// diverged, failed or were given up.
  public var ended: [Trial] {
    let state = contents.withLock { $0.state }
    return state.ended.map { state.trials[$0] }
  }

  /// The trials that are done, in the order in which they were, each with the best result until then;
  /// of points that are repeated, those of which all repeats are done.
  public var bestSoFar: [BestSoFar] {
    let configurations = configurations
    var left = configurations.map(\.trials.count)
    var best: Double?
    return ended.compactMap { trial in
      left[trial.configuration] -= 1
      let own = configurations[trial.configuration]
      guard left[trial.configuration] == 0, let value = own.result?.value else { return nil }
      if let known = best, !definition.goal.isBetter(value, than: known) {
        return BestSoFar(trial: own.id, value: value, best: known)
      }
      best = value
      return BestSoFar(trial: own.id, value: value, best: value)
    }
  }
}

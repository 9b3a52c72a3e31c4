/// The decision about one trial, from measurements alone.
extension Pruning {
  /// Whether `trial` is to be given up at `iteration`.
  ///
  /// Its last measurement up to `iteration` decides, at the rungs that it was the first to reach;
  /// measurements without a value do not count, and values that are not finite are the worst.
  ///
  /// - Parameter trials: all that have been measured, this one among them.
  func prunes(_ trial: Trial, at iteration: Int, among trials: [Trial], goal: Goal) -> Bool {
    let values = trial.values.prefix { $0.iteration <= iteration }
    guard let current = values.last else { return false }
    switch self {
    case .none: return false
    case .successiveHalving(_, let factor), .hyperband(_, let factor, _):
      let earlier = values.last { $0.iteration < current.iteration }?.iteration ?? 0
      let peers = trials.filter { compares($0.configuration, trial.configuration) }
      var rung = nextRung(after: earlier, of: trial.configuration)
      while let reached = rung, reached <= current.iteration {
        if !Self.survives(trial, at: reached, factor, among: peers, goal) { return true }
        rung = nextRung(after: reached, of: trial.configuration)
      }
      return false
    case .median(let after, let warmUp):
      if current.iteration < after { return false }
      let others = trials.filter { $0.id != trial.id }.compactMap {
        Self.meanScore(of: $0, at: current.iteration, goal)
      }
      let best = values.map { goal.score($0.value) }.max() ?? -.infinity
      return others.count >= warmUp && best < Self.median(of: others)
    }
  }

  /// Whether `trial` is among the best 1/`factor` of those that have reached a rung; of equally
  /// good ones the first goes on.
  private static func survives(
    _ trial: Trial, at rung: Int, _ factor: Int, among trials: [Trial], _ goal: Goal
  ) -> Bool {
    guard let own = trial.value(at: rung) else { return true }
    let values = trials.compactMap { peer in
      peer.value(at: rung).map { (id: peer.id, value: $0) }
    }
    let better = values.count { goal.ranks($0.value, $0.id, before: own, trial.id) }
    return better < max(1, values.count / factor)
  }

  /// The mean of a trial's scores up to `iteration`, or nil where it has not come that far.
  private static func meanScore(of trial: Trial, at iteration: Int, _ goal: Goal) -> Double? {
    if trial.value(at: iteration) == nil { return nil }
    let scores = trial.values.prefix { $0.iteration <= iteration }.map { goal.score($0.value) }
    return scores.isEmpty ? nil : scores.reduce(0, +) / Double(scores.count)
  }

  /// The middle one of some numbers, or the mean of the two in the middle; NaN of none.
  private static func median(of numbers: [Double]) -> Double {
    if numbers.isEmpty { return .nan }
    let sorted = numbers.sorted()
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }
}

extension Trial {
  /// The measurements that have a value to compare, in their order.
  fileprivate var values: [(iteration: Int, value: Double)] {
    measurements.compactMap { measurement in
      measurement.compared.map { (measurement.iteration, $0) }
    }
  }

  /// The value of the first measurement at or beyond `rung`, or nil where there is none yet.
  func value(at rung: Int) -> Double? {
    measurements.first { $0.iteration >= rung && $0.compared != nil }?.compared
  }
}

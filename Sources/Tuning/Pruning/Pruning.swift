import PerceptronFiles
import PerceptronNeuralNetwork

/// A rule that stops bad trials early.
///
/// All rules are asynchronous: they judge a trial when it is measured, by the measurements so far,
/// and wait for no other trial. A trial reaches a rung with its first measurement at or beyond the
/// rung's iteration, and is compared by that measurement.
public enum Pruning: Codable, Equatable, Sendable {
  /// Every trial runs to its end.
  case none
  /// The rungs are at `minimum`·`factor`ᵏ iterations, k = 0, 1, …; at each, a trial continues if it
  /// is among the best 1/`factor` of those that have reached it so far, rounded down but at least
  /// one: Li and others, "A System for Massively Parallel Hyperparameter Tuning" (2018), algorithm
  /// 2, in the form that stops trials instead of pausing them.
  case successiveHalving(minimum: Int, factor: Int)
  /// Successive halving with several first rungs, for when few iterations tell little: trial i is
  /// in bracket b = i mod `brackets`, whose rungs are at `minimum`·`factor`ᵇ⁺ᵏ and which compares
  /// only its own trials: Li and others, "Hyperband" (2016), algorithm 1, with the brackets side by
  /// side.
  case hyperband(minimum: Int, factor: Int, brackets: Int = 3)
  /// From `after` iterations on, a trial ends if its best value so far is worse than the median of
  /// the others' mean values up to the same iteration: Golovin and others, "Google Vizier" (2017),
  /// §3.2.2. The others are those that have come as far, not only finished ones, so that trials
  /// which run side by side are told apart; at least `trials` of them are needed.
  case median(after: Int, trials: Int)
}

extension Pruning {
  /// Throws `InvalidSetting` for an invalid setting.
  public func check() throws {
    if let (minimum, factor, brackets) = ladder {
      try InvalidSetting.demand(minimum >= 1, "pruning minimum", minimum, "1 iteration or more")
      try InvalidSetting.demand(factor >= 2, "pruning factor", factor, "2 or more")
      try InvalidSetting.demand(brackets >= 1, "pruning brackets", brackets, "1 or more")
    }
    if case .median(let after, let trials) = self {
      try InvalidSetting.demand(after >= 0, "pruning start", after, "0 iterations or more")
      try InvalidSetting.demand(trials >= 1, "pruning warm-up", trials, "1 trial or more")
    }
  }

  /// Such as `halving (minimum 100, factor 3)`, by the names of the options.
  package var displayName: String {
    switch self {
    case .none: "none"
    case .successiveHalving(let minimum, let factor):
      "halving (minimum \(minimum), factor \(factor))"
    case .hyperband(let minimum, let factor, _): "hyperband (minimum \(minimum), factor \(factor))"
    case .median(let after, _): "median (minimum \(after))"
    }
  }
}

extension Pruning {
  /// The next rung beyond `iteration` of a trial, by the number of its configuration, which
  /// determines its bracket; nil for a rule without rungs.
  public func nextRung(after iteration: Int, of trial: Int) -> Int? {
    guard let ladder else { return nil }
    var rung = ladder.minimum
    var skipped = trial % ladder.brackets
    while rung <= iteration || skipped > 0 {
      // A rung that no Int can hold is never reached.
      let (next, overflows) = rung.multipliedReportingOverflow(by: ladder.factor)
      if overflows { return nil }
      rung = next
      skipped -= 1
    }
    return rung
  }

  func compares(_ trial: Int, _ other: Int) -> Bool {
    guard let ladder else { return true }
    return trial % ladder.brackets == other % ladder.brackets
  }

  private var ladder: (minimum: Int, factor: Int, brackets: Int)? {
    switch self {
    case .successiveHalving(let minimum, let factor): (minimum, factor, 1)
    case .hyperband(let minimum, let factor, let brackets): (minimum, factor, brackets)
    case .none, .median: nil
    }
  }
}

extension Pruning {
  /// Whether the rule stops `trial` at `iteration`.
  ///
  /// The last measurement up to `iteration` is judged at the rungs that it is the first to reach.
  /// Measurements without a value do not count; values that are not finite are the worst.
  ///
  /// - Parameter trials: all measured trials, this one included.
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
      let others = trials.compactMap {
        $0.id == trial.id ? nil : Self.meanScore(of: $0, at: current.iteration, goal)
      }
      let best = values.map { goal.score($0.value) }.max() ?? -.infinity
      return others.count >= warmUp && best < PerceptronFiles.median(others) ?? .nan
    }
  }

  /// Whether `trial` is among the best 1/`factor` of those that have reached a rung, the first of
  /// equals ahead.
  private static func survives(
    _ trial: Trial, at rung: Int, _ factor: Int, among trials: [Trial], _ goal: Goal
  ) -> Bool {
    guard let own = trial.value(at: rung) else { return true }
    let values = trials.compactMap { peer in peer.value(at: rung).map { (id: peer.id, value: $0) } }
    let better = values.count { goal.ranks($0.value, $0.id, before: own, trial.id) }
    return better < max(1, values.count / factor)
  }

  /// The mean of a trial's scores up to `iteration`; nil if it has not come that far.
  private static func meanScore(of trial: Trial, at iteration: Int, _ goal: Goal) -> Double? {
    if trial.value(at: iteration) == nil { return nil }
    let scores = trial.values.prefix { $0.iteration <= iteration }.map { goal.score($0.value) }
    return scores.isEmpty ? nil : scores.reduce(0, +) / Double(scores.count)
  }
}

extension Trial {
  /// The measurements with a value to compare, in order.
  fileprivate var values: [(iteration: Int, value: Double)] {
    measurements.compactMap { own in own.value.map { (own.iteration, $0) } }
  }

  /// The value of the first measurement at or beyond `rung`; nil if there is none yet.
  func value(at rung: Int) -> Double? {
    measurements.first { $0.iteration >= rung && $0.value != nil }?.value
  }
}

import PerceptronNeuralNetwork

/// When a trial that does badly is given up before its end: the settings.
///
/// All rules are asynchronous: they decide about a trial when it has been measured, from what has
/// been measured until then, and wait for no other trial. Below, a trial reaches a rung with its
/// first measurement at or beyond the rung's iteration, and is compared by that measurement.
public enum Pruning: Codable, Equatable, Sendable {
  /// Every trial runs to its end.
  case none
  /// The rungs are at `minimum`·`factor`ᵏ iterations, k = 0, 1, …; at each, a trial goes on if it
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
  /// Throws `InvalidSetting` for a setting that makes no sense.
  public func check() throws {
    switch self {
    case .none: break
    case .successiveHalving(let minimum, let factor): try Self.check(minimum, factor)
    case .hyperband(let minimum, let factor, let brackets):
      try Self.check(minimum, factor)
      try InvalidSetting.demand(brackets >= 1, "pruning brackets", brackets, "1 or more")
    case .median(let after, let trials):
      try InvalidSetting.demand(after >= 0, "pruning start", after, "0 iterations or more")
      try InvalidSetting.demand(trials >= 1, "pruning warm-up", trials, "1 trial or more")
    }
  }

  private static func check(_ minimum: Int, _ factor: Int) throws {
    try InvalidSetting.demand(
      minimum >= 1, "pruning minimum", minimum, "1 iteration or more")
    try InvalidSetting.demand(factor >= 2, "pruning factor", factor, "2 or more")
  }
}

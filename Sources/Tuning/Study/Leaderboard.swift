/// Trials from the best to the worst: the done ones by their results, then those that are running,
/// pruned or interrupted by the last value that they showed, then all others, which have shown none
/// or have diverged or failed. Those of the same value are in the order of their numbers.
///
/// Filters leave trials out, and what is left can be exported: see ``csv`` and ``json``.
public struct Leaderboard: Sendable, Equatable {
  /// What trials are compared by.
  public let goal: Goal
  /// The space's parameters.
  public let parameterNames: [String]
  /// The trials in their order.
  public private(set) var trials: [Trial]

  /// The leaderboard of all `trials` of a study.
  init(_ trials: [Trial], of definition: StudyDefinition) {
    goal = definition.goal
    parameterNames = definition.space.parameters.map(\.name)
    let goal = goal
    self.trials = trials.sorted { first, second in
      let (group, other) = (Self.group(of: first), Self.group(of: second))
      if group != other { return group < other }
      return group == 2
        ? first.id < second.id
        : goal.ranks(first.value ?? .nan, first.id, before: second.value ?? .nan, second.id)
    }
  }

  /// 0 for trials with a result, 1 for those with a value on their way, 2 for others.
  private static func group(of trial: Trial) -> Int {
    if trial.result != nil { return 0 }
    let hasFailed = trial.state == .diverged || trial.state == .failed
    return hasFailed || trial.value == nil ? 2 : 1
  }

  /// Only the trials that `isIncluded` says.
  public func filter(_ isIncluded: (Trial) -> Bool) -> Leaderboard {
    var copy = self
    copy.trials = trials.filter(isIncluded)
    return copy
  }

  /// Only the trials in one of these states.
  public func filter(_ states: Trial.State...) -> Leaderboard {
    filter { states.contains($0.state) }
  }

  /// Only the trials in which a parameter is set to `value`; 1 and 1.0 are one value.
  public func filter(_ parameter: String, is value: ParameterValue) -> Leaderboard {
    filter { $0.parameters[parameter] == value }
  }

  /// Only the first `count` trials.
  public func prefix(_ count: Int) -> Leaderboard {
    var copy = self
    copy.trials = Array(trials.prefix(count))
    return copy
  }

  /// The same trials by their numbers.
  public var byTrial: Leaderboard {
    var copy = self
    copy.trials.sort { $0.id < $1.id }
    return copy
  }
}

extension Study {
  /// The trials from the best to the worst.
  public var leaderboard: Leaderboard { Leaderboard(trials, of: definition) }
}

/// Trials in the order of their results: the done ones from the best to the worst, those of the
/// same value by their numbers, then all others by their numbers.
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
    let done = trials.filter { $0.result != nil }
    let goal = goal
    self.trials =
      done.sorted {
        goal.ranks($0.result?.value ?? .nan, $0.id, before: $1.result?.value ?? .nan, $1.id)
      } + trials.filter { $0.result == nil }.sorted { $0.id < $1.id }
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
  /// The trials in the order of their results.
  public var leaderboard: Leaderboard { Leaderboard(trials, of: definition) }
}

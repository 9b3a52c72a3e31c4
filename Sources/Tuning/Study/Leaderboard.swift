/// Trials from the best to the worst: the done ones by their results, then those that are running,
/// pruned or interrupted by the last value that they showed, then all others, which have shown none
/// or have diverged or failed. Those of the same value are in the order of their numbers.
///
/// Where each point of the space is repeated, its trials stand together and are ranked by their mean:
/// by that of the results first where all of them are done, then by what is there of the others.
///
/// Filters leave trials out, and what is left can be exported: see ``csv`` and ``json``.
public struct Leaderboard: Sendable, Equatable {
  /// What trials are compared by.
  public let goal: Goal
  /// The space's parameters.
  public let parameterNames: [String]
  /// How many trials each point of the space has.
  public let repeats: Int
  /// The points of the space in their order.
  public private(set) var configurations: [Configuration]
  /// The trials in their order.
  public var trials: [Trial] { configurations.flatMap(\.trials) }

  /// The leaderboard of all `configurations` of a study.
  init(_ configurations: [Configuration], of definition: StudyDefinition) {
    goal = definition.goal
    parameterNames = definition.space.parameters.map(\.name)
    repeats = max(definition.seeds.count, 1)
    let goal = goal
    self.configurations = configurations.sorted { first, second in
      let (group, other) = (Self.group(of: first), Self.group(of: second))
      if group != other { return group < other }
      return group == 2
        ? first.id < second.id
        : goal.ranks(first.value ?? .nan, first.id, before: second.value ?? .nan, second.id)
    }
  }

  /// 0 for points with a result, 1 for those with a value on their way, 2 for others.
  private static func group(of own: Configuration) -> Int {
    let state = own.state
    if state == .done { return 0 }
    return state == .diverged || state == .failed || own.value == nil ? 2 : 1
  }

  /// Only the points that `isIncluded` says.
  public func filter(_ isIncluded: (Configuration) -> Bool) -> Leaderboard {
    var copy = self
    copy.configurations = configurations.filter(isIncluded)
    return copy
  }

  /// Only the points in one of these states.
  public func filter(_ states: Trial.State...) -> Leaderboard {
    filter { states.contains($0.state) }
  }

  /// Only the points in which a parameter is set to `value`; 1 and 1.0 are one value.
  public func filter(_ parameter: String, is value: ParameterValue) -> Leaderboard {
    filter { $0.parameters[parameter] == value }
  }

  /// Only the first `count` points: without repeats, as many trials.
  public func prefix(_ count: Int) -> Leaderboard {
    var copy = self
    copy.configurations = Array(configurations.prefix(count))
    return copy
  }

  /// The same by the trials' numbers.
  public var byTrial: Leaderboard {
    var copy = self
    copy.configurations.sort { $0.id < $1.id }
    return copy
  }
}

extension Study {
  /// The trials from the best to the worst.
  public var leaderboard: Leaderboard { Leaderboard(configurations, of: definition) }
}

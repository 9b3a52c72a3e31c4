import Foundation

extension Study {
  /// What each parameter did, in the order of the space.
  public var marginalEffects: [MarginalEffect] {
    let compared = compared.trials
    return definition.space.parameters.map {
      MarginalEffect(of: $0, in: compared, goal: definition.goal)
    }
  }
}

extension MarginalEffect {
  /// The effect of `parameter` on the results of `trials`.
  init(of parameter: SearchSpace.Parameter, in trials: [ComparedTrial], goal: Goal) {
    let ended: [(value: ParameterValue, result: Double?)] = trials.compactMap { trial in
      trial.parameters[parameter.name].map { ($0, trial.value) }
    }
    let grouping = Grouping(of: parameter.domain, tried: ended.map(\.value))
    var members = Array(repeating: [Double?](), count: grouping.extents.count)
    for (value, result) in ended {
      if let position = grouping.position(of: value) { members[position].append(result) }
    }
    let groups = members.map { $0.compactMap { $0 } }
    name = parameter.name
    levels = grouping.extents.indices.map { index in
      let results = groups[index]
      return Level(
        extent: grouping.extents[index], trials: results.count,
        diverged: members[index].count - results.count,
        mean: results.isEmpty ? nil : Self.mean(results),
        best: results.max { goal.isBetter($1, than: $0) })
    }
    importance = Self.explainedShare(groups.filter { !$0.isEmpty })
  }

  /// η² of groups of results, none of them empty.
  private static func explainedShare(_ groups: [[Double]]) -> Double? {
    let all = groups.flatMap { $0 }
    // With one trial for each level the levels explain all of it, whatever the parameter.
    if groups.count < 2 || groups.count >= all.count { return nil }
    let overall = mean(all)
    let total = all.reduce(0) { $0 + ($1 - overall) * ($1 - overall) }
    if all.allSatisfy({ $0 == all[0] }) || total == 0 { return nil }
    let between = groups.reduce(0) { sum, group in
      let deviation = mean(group) - overall
      return sum + Double(group.count) * deviation * deviation
    }
    return min(1, between / total)
  }

  private static func mean(_ numbers: [Double]) -> Double {
    numbers.reduce(0, +) / Double(numbers.count)
  }
}

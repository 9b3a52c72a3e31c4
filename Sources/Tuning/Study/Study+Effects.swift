import Foundation

extension Study {
  /// What each parameter did, in the order of the space.
  public var marginalEffects: [MarginalEffect] {
    let trials = trials
    return definition.space.parameters.map {
      MarginalEffect(of: $0, in: trials, goal: definition.goal)
    }
  }
}

extension MarginalEffect {
  /// A range of which more values than this were tried is divided into parts.
  private static let mostValues = 8
  private static let partCount = 4

  /// The effect of `parameter` on the results of `trials`.
  init(of parameter: SearchSpace.Parameter, in trials: [Trial], goal: Goal) {
    let ended: [(value: ParameterValue, result: Double?)] = trials.compactMap { trial in
      guard trial.state == .done || trial.state == .diverged else { return nil }
      return trial.parameters[parameter.name].map { ($0, trial.result?.value) }
    }
    let extents = Self.extents(of: parameter.domain, ended.map(\.value))
    var groups: [[Double]] = []
    var levels: [Level] = []
    for (index, extent) in extents.enumerated() {
      let members = ended.filter {
        extent.contains($0.value, isLast: index == extents.count - 1)
      }
      if members.isEmpty { continue }
      let results = members.compactMap(\.result)
      groups.append(results)
      levels.append(
        Level(
          extent: extent, trials: results.count, diverged: members.count - results.count,
          mean: results.isEmpty ? nil : Self.mean(results),
          best: results.max { goal.isBetter($1, than: $0) }))
    }
    name = parameter.name
    self.levels = levels
    importance = Self.explainedShare(groups.filter { !$0.isEmpty })
  }

  /// The levels of a domain: its values; of a range the values tried or, where those are many,
  /// parts of the same width on its scale.
  private static func extents(
    of domain: SearchSpace.Domain, _ tried: [ParameterValue]
  ) -> [Extent] {
    switch domain {
    case .values(let values): return values.map { .value($0) }
    case .numbers(let lower, let upper, let scale, _):
      return extents(from: lower, to: upper, scale, tried)
    case .integers(let lower, let upper, let scale, _):
      return extents(from: Double(lower), to: Double(upper), scale, tried)
    }
  }

  private static func extents(
    from lower: Double, to upper: Double, _ scale: SearchSpace.Scale, _ tried: [ParameterValue]
  ) -> [Extent] {
    let distinct = Set(tried).sorted { ($0.number ?? 0) < ($1.number ?? 0) }
    if distinct.count <= mostValues { return distinct.map { .value($0) } }
    let ends = (0...partCount).map { part -> Double in
      scale.value(at: Double(part) / Double(partCount), from: lower, to: upper)
    }
    return zip(ends, ends.dropFirst()).map { .range(lower: $0, upper: $1) }
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

/// The effect of one parameter's values, averaged over the other parameters.
public struct MarginalEffect: Sendable, Equatable {
  /// One of a parameter's values, or a part of its range.
  public enum Extent: Sendable, Equatable {
    /// One value.
    case value(ParameterValue)
    /// From `lower` to below `upper`, which belongs to the last part of the range.
    case range(lower: Double, upper: Double)
  }

  /// The trials at one level; repeats of a point count as one trial.
  public struct Level: Sendable, Equatable {
    /// The value or values.
    public let extent: Extent
    /// The number of compared trials, see ``EffectBasis``, and of diverged ones, which the other
    /// numbers leave out.
    public let trials: Int, diverged: Int
    /// The mean and the best of the compared values; nil if there are none.
    public let mean: Double?, best: Double?
  }

  /// The parameter's name.
  public let name: String
  /// The levels that trials have, in the order of the space.
  public let levels: [Level]
  /// The share of the values' variance that this parameter explains alone, from 0 to 1: η² of a
  /// one-way analysis of variance (Fisher 1925), Σ n(mean − overall mean)² over the levels, divided
  /// by the sum of the squared deviations of all values from the overall mean.
  ///
  /// Nil if all values are equal, there is a single level, or no level has two trials. With few
  /// trials for each level it is large by chance: with k levels and n trials, a parameter without
  /// influence has (k − 1)/(n − 1) on average.
  public let importance: Double?
}

extension MarginalEffect.Extent: CustomStringConvertible {
  /// Such as `50` or `0.001–0.01`.
  public var description: String {
    switch self {
    case .value(let value): "\(value)"
    case .range(let lower, let upper): "\(lower)–\(upper)"
    }
  }

  /// Such as `50` or `0.001–0.01`, for tables.
  package var shortDescription: String {
    switch self {
    case .value(let value): value.shortDescription
    case .range(let lower, let upper):
      "\(ParameterValue.shortNumber(lower))–\(ParameterValue.shortNumber(upper))"
    }
  }
}

extension Study {
  /// The effect of each parameter, in the order of the space.
  public var marginalEffects: [MarginalEffect] {
    let compared = compared.trials
    return definition.space.parameters.map {
      MarginalEffect(of: $0, in: compared, goal: definition.goal)
    }
  }
}

extension MarginalEffect {
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
    // With one trial for each level, the levels explain all variance.
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

/// The joint effect of two parameters.
public struct PairEffect: Sendable, Equatable {
  /// The trials at one level of each parameter.
  public struct Cell: Sendable, Equatable {
    /// The numbers of compared trials, see ``EffectBasis``, and of diverged ones.
    public let trials: Int, diverged: Int
    /// The best of the compared values; nil if there is none.
    public let best: Double?
  }

  /// The parameters' names, in the order of the space.
  public let first: String, second: String
  /// The levels that trials have, in the order of the space.
  public let firstLevels: [MarginalEffect.Extent], secondLevels: [MarginalEffect.Extent]
  /// The combinations: [levels of the first][levels of the second].
  public let cells: [[Cell]]
}

extension Study {
  /// The joint effect of each pair of parameters that have at least two levels each, with the
  /// levels that ``marginalEffects`` has.
  public var pairEffects: [PairEffect] {
    let compared = compared.trials
    let parameters = definition.space.parameters
    return parameters.enumerated().flatMap { index, first in
      parameters[(index + 1)...].compactMap {
        PairEffect(of: first, $0, in: compared, goal: definition.goal)
      }
    }
  }
}

extension PairEffect {
  /// Nil if one of the parameters has a single level in the trials that set both.
  fileprivate init?(
    of first: SearchSpace.Parameter, _ second: SearchSpace.Parameter,
    in trials: [ComparedTrial], goal: Goal
  ) {
    let pairs = trials.compactMap { trial -> (ParameterValue, ParameterValue, Double?)? in
      guard let one = trial.parameters[first.name], let other = trial.parameters[second.name]
      else { return nil }
      return (one, other, trial.value)
    }
    let rows = Grouping(of: first.domain, tried: pairs.map(\.0))
    let columns = Grouping(of: second.domain, tried: pairs.map(\.1))
    if rows.extents.count < 2 || columns.extents.count < 2 { return nil }
    let empty = Array(repeating: [Double?](), count: columns.extents.count)
    var members = Array(repeating: empty, count: rows.extents.count)
    for (one, other, result) in pairs {
      guard let row = rows.position(of: one), let column = columns.position(of: other)
      else { continue }
      members[row][column].append(result)
    }
    (self.first, self.second) = (first.name, second.name)
    (firstLevels, secondLevels) = (rows.extents, columns.extents)
    cells = members.map { row in
      row.map { results in
        let done = results.compactMap { $0 }
        return Cell(
          trials: done.count, diverged: results.count - done.count,
          best: done.max { goal.isBetter($1, than: $0) })
      }
    }
  }
}

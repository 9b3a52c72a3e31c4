/// What two parameters did together, whatever the others were set to.
public struct PairEffect: Sendable, Equatable {
  /// The trials with one of the values of each.
  public struct Cell: Sendable, Equatable {
    /// How many trials are compared: see ``EffectBasis``.
    public let trials: Int
    /// How many diverged.
    public let diverged: Int
    /// The best of the values that are compared, or nil where there is none.
    public let best: Double?
  }

  /// The parameters' names, in the order of the space.
  public let first: String, second: String
  /// What each was set to, in the order of the space; values that no ended trial has are left out.
  public let firstLevels: [MarginalEffect.Extent], secondLevels: [MarginalEffect.Extent]
  /// What became of each combination: [levels of the first][levels of the second].
  public let cells: [[Cell]]
}

extension Study {
  /// What each two parameters did together that both were set to several values in trials that have
  /// ended. Ranges of which many values were tried are divided into the parts that
  /// ``marginalEffects`` has.
  public var pairEffects: [PairEffect] {
    let compared = compared.trials
    let parameters = definition.space.parameters
    return parameters.indices.flatMap { first in
      parameters[(first + 1)...].compactMap {
        PairEffect(of: parameters[first], $0, in: compared, goal: definition.goal)
      }
    }
  }
}

extension PairEffect {
  /// What two parameters did in some trials; nil where one of them has one
  /// value only in the trials in which both are set.
  fileprivate init?(
    of first: SearchSpace.Parameter, _ second: SearchSpace.Parameter,
    in trials: [ComparedTrial],
    goal: Goal
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

import PerceptronTraining

/// A parameter of the best trial that is at an end of the tried values, so that better values may
/// lie beyond.
public struct RangeEdge: Sendable, Equatable {
  /// The parameter's name.
  public let name: String
  /// The best trial's value.
  public let value: ParameterValue
  /// The end that the value is at.
  public let edge: SearchSpace.Domain.Edge
  /// Whether the values are a list, not a range.
  public let isOfList: Bool
}

extension RangeEdge: CustomStringConvertible {
  /// The warning as a sentence.
  public var description: String {
    let which = edge == .lower ? "smallest" : "largest"
    return "the best \(name) \(value.shortDescription) is "
      + (isOfList ? "the \(which) tried" : "among the \(which) of its range")
      + "; better ones may lie beyond"
  }
}

extension Study {
  /// The numbers of the best trial beyond which better ones may lie, without those that can go no
  /// further and those for which an equally good trial has another value.
  public var edges: [RangeEdge] {
    guard let best = bestConfiguration else { return [] }
    let others = configurations
    return definition.space.parameters.compactMap { parameter in
      let (name, domain) = (parameter.name, parameter.domain)
      let setting = Hyperparameter.named(name)
      guard let value = best.parameters[name], let edge = domain.edge(of: value),
        setting?.isOrdered ?? true, edge == .upper || !domain.reaches(setting?.least),
        !others.contains(where: {
          $0.result?.value == best.result?.value && $0.parameters[name] ?? value != value
        })
      else { return nil }
      return RangeEdge(name: name, value: value, edge: edge, isOfList: domain.range == nil)
    }
  }
}

extension SearchSpace.Domain {
  /// Whether the least number is at most a setting's least value.
  fileprivate func reaches(_ least: Double?) -> Bool {
    let lower =
      if case .values(let values) = self { values.compactMap(\.number).min() } else { range?.lower }
    guard let least, let lower else { return false }
    return lower <= least
  }
}

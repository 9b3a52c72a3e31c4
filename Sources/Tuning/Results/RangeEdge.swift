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
        !others.contains(where: { $0.isTied(with: best, but: name, value) })
      else { return nil }
      return RangeEdge(name: name, value: value, edge: edge, isOfList: domain.isList)
    }
  }
}

extension Configuration {
  /// Whether it equals the best trial in its result but not in a parameter.
  fileprivate func isTied(with best: Configuration, but name: String, _ value: ParameterValue)
    -> Bool
  {
    result?.value == best.result?.value && parameters[name].map { $0 != value } ?? false
  }
}

extension SearchSpace.Domain {
  fileprivate var isList: Bool { if case .values = self { true } else { false } }

  /// Whether the least number is at most a setting's least value.
  fileprivate func reaches(_ least: Double?) -> Bool {
    guard let least else { return false }
    let lower =
      switch self {
      case .values(let values): values.compactMap(\.number).min()
      case .numbers(let lower, _, _, _): lower
      case .integers(let lower, _, _, _): Double(lower)
      }
    return lower.map { $0 <= least } ?? false
  }
}

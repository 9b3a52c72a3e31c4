import PerceptronTraining

/// That a parameter of the best trial is at an end of what was tried, so that better values may lie
/// beyond.
public struct RangeEdge: Sendable, Equatable {
  /// The parameter's name.
  public let name: String
  /// What the best trial has it set to.
  public let value: ParameterValue
  /// At which end that is.
  public let edge: SearchSpace.Domain.Edge
  /// Whether it is at an end of a list, not of a range.
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
  /// Each number of the best trial beyond which a better one may lie: not where the setting can go
  /// no further, nor where a trial that is as good has another value.
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
  /// Whether it has the best trial's result and another value of a parameter.
  fileprivate func isTied(with best: Configuration, but name: String, _ value: ParameterValue)
    -> Bool
  {
    result?.value == best.result?.value && parameters[name].map { $0 != value } ?? false
  }
}

extension SearchSpace.Domain {
  /// Whether it is a list, not a range.
  fileprivate var isList: Bool { if case .values = self { true } else { false } }

  /// Whether its least number is the least that a setting can have, or below.
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

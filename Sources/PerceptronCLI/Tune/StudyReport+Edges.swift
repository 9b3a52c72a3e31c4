import CommandSupport
import Perceptron

/// Where better settings than the best may lie.
extension StudyReport {
  /// A warning for each number of the best trial beyond which a better one may lie: not where the
  /// setting can go no further, nor where a trial that is as good has another value.
  var edges: [String] {
    guard let best = study.best else { return [] }
    return study.definition.space.parameters.compactMap { parameter in
      let (name, domain) = (parameter.name, parameter.domain)
      guard let value = best.parameters[name], let edge = domain.edge(of: value),
        !Self.unordered.contains(name), edge == .upper || !isLeast(domain, of: name),
        !isTied(name, value, with: best)
      else { return nil }
      let which = edge == .lower ? "smallest" : "largest"
      return "the best \(name) \(Self.short(value)) is "
        + (domain.isList ? "the \(which) tried" : "among the \(which) of its range")
        + "; better ones may lie beyond"
    }
  }

  /// Numbers of which more or less is not what networks are chosen by.
  private static let unordered: Set = ["seed", "validation"]

  /// Settings that can be 0 and not less; whole numbers that are not among them begin at 1.
  private static let fromZero: Set = [
    "regularization", "l1", "weight-decay", "dropout", "label-smoothing", "scale", "average",
    "warm-up", "iterations", "epochs",
  ]

  /// Whether a domain begins where its setting does.
  private func isLeast(_ domain: SearchSpace.Domain, of name: String) -> Bool {
    let least: Double? =
      Self.fromZero.contains(name) ? 0 : Tunable.kind(of: name) == .integer ? 1 : nil
    guard let least else { return false }
    return domain.least.map { $0 <= least } ?? false
  }

  /// Whether a trial with the best one's result has another value.
  private func isTied(_ name: String, _ value: ParameterValue, with best: Trial) -> Bool {
    trials.contains { trial in
      trial.result?.value == best.result?.value
        && trial.parameters[name].map { $0 != value } ?? false
    }
  }
}

extension SearchSpace.Domain {
  /// Whether it is a list, not a range.
  fileprivate var isList: Bool { if case .values = self { true } else { false } }

  /// The least number in it.
  fileprivate var least: Double? {
    switch self {
    case .values(let values): values.compactMap(\.number).min()
    case .numbers(let lower, _, _, _): lower
    case .integers(let lower, _, _, _): Double(lower)
    }
  }
}

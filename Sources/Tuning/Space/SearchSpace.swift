import Foundation
import PerceptronFiles

/// The hyperparameters of a search, each with the values that it may take.
public struct SearchSpace: Hashable, Sendable {
  /// A hyperparameter.
  public struct Parameter: Hashable, Sendable {
    /// The name, such as `learning-rate`.
    public var name: String
    /// The values that it may take.
    public var domain: Domain
    /// The values of earlier parameters, by name, with which this one is set, such as
    /// `["depth": [.integer(2), .integer(3)]]` for the width of a second layer. A condition about a
    /// parameter that is not set itself is false.
    public var condition: [String: [ParameterValue]]

    /// Creates a parameter.
    public init(
      _ name: String, _ domain: Domain, when condition: [String: [ParameterValue]] = [:]
    ) {
      self.name = name
      self.domain = domain
      self.condition = condition
    }
  }

  /// The parameters in the order in which they are set; conditions refer to earlier ones.
  public var parameters: [Parameter]

  /// Creates a space.
  public init(_ parameters: [Parameter]) { self.parameters = parameters }
}

/// A method of choosing points of a space.
public enum SearchMethod: Hashable, Sendable, Codable {
  /// All combinations, the last parameter changing fastest.
  case grid
  /// `count` random points.
  case random(count: Int, seed: UInt64)
  /// `count` points of Sobol's sequence, scrambled by a seed.
  case sobol(count: Int, seed: UInt64)
  /// `count` points of Halton's sequence, scrambled by a seed.
  case halton(count: Int, seed: UInt64)
}

extension SearchSpace {
  /// Throws unless the space has parameters with distinct names, valid values and conditions that
  /// can be true.
  ///
  /// - Throws: ``SearchSpaceError`` for the first error.
  public func check() throws {
    if parameters.isEmpty {
      throw SearchSpaceError(found: "no parameters", expected: "at least one")
    }
    var before: [String: Domain] = [:]
    for parameter in parameters {
      if parameter.name.allSatisfy(\.isWhitespace) {
        throw SearchSpaceError(found: "a parameter without a name", expected: "one such as width")
      }
      if before[parameter.name] != nil {
        throw SearchSpaceError(
          parameter: parameter.name, found: "two parameters of this name", expected: "one")
      }
      try parameter.domain.check(for: parameter.name)
      for (name, values) in parameter.condition.sortedByKey {
        try parameter.checkCondition(about: name, values: values, before: before)
      }
      before[parameter.name] = parameter.domain
    }
  }
}

extension SearchSpace.Parameter {
  /// Throws unless `other` is among the earlier parameters and can take the values.
  fileprivate func checkCondition(
    about other: String, values: [ParameterValue], before: [String: SearchSpace.Domain]
  ) throws {
    guard let domain = before[other] else {
      throw SearchSpaceError(
        parameter: name, found: "a condition about \(other)",
        expected: before.isEmpty
          ? "none, as no parameter comes before"
          : "one about a parameter before it: \(before.keys.stablySorted().joined(separator: ", "))"
      )
    }
    if case .numbers = domain {
      throw SearchSpaceError(
        parameter: name, found: "a condition about \(other), a range of numbers",
        expected: "one about a list or whole numbers")
    }
    if values.isEmpty {
      throw SearchSpaceError(
        parameter: name, found: "a condition about no value of \(other)",
        expected: "at least one value")
    }
    if let wrong = values.first(where: { !domain.contains($0) }) {
      throw SearchSpaceError(
        parameter: name, found: "a condition about \(other) being \(wrong)",
        expected: "values that it can take: \(domain)")
    }
  }
}

extension SearchSpace: CustomStringConvertible {
  /// Such as `learning-rate 0.001..0.1:log, hidden 50,100`.
  public var description: String {
    parameters.map { "\($0.name) \($0.domain)" }.joined(separator: ", ")
  }
}

extension SearchMethod {
  package var count: Int? {
    switch self {
    case .grid: nil
    case .random(let count, _), .sobol(let count, _), .halton(let count, _): count
    }
  }

  /// The same method with another number of points; a grid as it is.
  func with(count: Int) -> SearchMethod {
    switch self {
    case .grid: .grid
    case .random(_, let seed): .random(count: count, seed: seed)
    case .sobol(_, let seed): .sobol(count: count, seed: seed)
    case .halton(_, let seed): .halton(count: count, seed: seed)
    }
  }

  /// Such as `sobol (32 points, seed 0)`.
  package var displayName: String {
    switch self {
    case .grid: "grid"
    case .random(let count, let seed): "random (\(count) points, seed \(seed))"
    case .sobol(let count, let seed): "sobol (\(count) points, seed \(seed))"
    case .halton(let count, let seed): "halton (\(count) points, seed \(seed))"
    }
  }
}

/// An invalid search space, in code, text or a file, or an invalid request for its points.
///
///     learning-rate: the range 0.5..0.1, expected a lower end that is not above the upper
public struct SearchSpaceError: Error, Hashable, Sendable {
  /// The parameter's name; nil for an error of the whole space.
  public let parameter: String?
  /// What was found, and what was expected.
  public let found: String, expected: String

  /// Creates an error.
  public init(parameter: String? = nil, found: String, expected: String) {
    self.parameter = parameter
    self.found = found
    self.expected = expected
  }
}

extension SearchSpaceError: CustomStringConvertible, LocalizedError {
  /// One sentence with the parameter, what was found and what was expected.
  public var description: String {
    (parameter.map { "\($0): " } ?? "") + "\(found), expected \(expected)"
  }
  /// The same as ``description``.
  public var errorDescription: String? { description }
}

import Foundation

/// What is wrong with a search space, its text or its file, or with what is asked of it.
///
///     learning-rate: the range 0.5..0.1, expected a lower end that is not above the upper
public struct SearchSpaceError: Error, Hashable, Sendable {
  /// The parameter's name, or nil where it is about the whole space.
  public let parameter: String?
  /// What came.
  public let found: String
  /// What was expected.
  public let expected: String

  /// The given finding.
  public init(parameter: String? = nil, found: String, expected: String) {
    self.parameter = parameter
    self.found = found
    self.expected = expected
  }
}

extension SearchSpaceError: CustomStringConvertible, LocalizedError {
  /// One sentence with the parameter, what came and what was expected.
  public var description: String {
    (parameter.map { "\($0): " } ?? "") + "\(found), expected \(expected)"
  }
  /// The same as ``description``.
  public var errorDescription: String? { description }
}

import Foundation
import Training

/// That a study in a folder is not the one that was to be gone on with.
public struct StudyDifference: Error, Equatable, Sendable {
  /// The study's folder.
  public let path: String
  /// What differs, such as `parameter hidden` or `method`.
  public let name: String
  /// What the study in the folder has.
  public let recorded: String
  /// What was asked for.
  public let expected: String
}

extension StudyDifference: CustomStringConvertible, LocalizedError {
  /// One sentence with the name and both values.
  public var description: String {
    "\(path): \(name): the study in this folder has \(recorded), expected \(expected)"
  }
  /// The same as ``description``.
  public var errorDescription: String? { description }
}

extension StudyDefinition {
  /// Throws for the first thing in which the study at `path` differs from the expected one.
  func demand(_ expected: StudyDefinition, at path: String) throws {
    func compare(
      _ name: String, _ recorded: (some Encodable)?, _ expected: (some Encodable)?
    ) throws {
      let (recorded, expected) = (try text(recorded), try text(expected))
      if recorded != expected {
        throw StudyDifference(path: path, name: name, recorded: recorded, expected: expected)
      }
    }
    try compareParameters(with: expected.space, compare)
    try compare("method", method, expected.method)
    try compare("goal", goal, expected.goal)
    try compare("pruning", pruning, expected.pruning)
    let names = Set(context.keys).union(expected.context.keys)
    for name in names.sorted() { try compare(name, context[name], expected.context[name]) }
  }

  /// Parameters of the same name are compared before their order, so that one more or less is named.
  private func compareParameters(
    with other: SearchSpace,
    _ compare: (String, SearchSpace.Parameter?, SearchSpace.Parameter?) throws -> Void
  ) throws {
    for parameter in space.parameters {
      let twin = other.parameters.first { $0.name == parameter.name }
      try compare("parameter \(parameter.name)", parameter, twin)
    }
    for parameter in other.parameters {
      let twin = space.parameters.first { $0.name == parameter.name }
      try compare("parameter \(parameter.name)", twin, parameter)
    }
    for (number, (parameter, twin)) in zip(space.parameters, other.parameters).enumerated() {
      try compare("parameter number \(number + 1)", parameter, twin)
    }
  }
}

/// A value as a message shows it and two are compared: as JSON, where 1.0 and 1 are one number.
private func text(_ value: (some Encodable)?) throws -> String {
  guard let value else { return "none" }
  if let parameter = value as? SearchSpace.Parameter { return try text(parameter) }
  if let text = value as? String { return text }
  // Cases without labels have their values in fields of no meaning to a reader.
  return try value.jsonLine.replacing(#""_0":"#, with: "")
}

private func text(_ parameter: SearchSpace.Parameter) throws -> String {
  try parameter.domain.jsonLine
    + (parameter.condition.isEmpty ? "" : " when \(try parameter.condition.jsonLine)")
}

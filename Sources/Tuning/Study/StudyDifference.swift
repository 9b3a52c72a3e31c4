import Foundation
import PerceptronTraining

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
    try compareParameters(with: expected.space, at: path)
    try compare("method", method, expected.method, path)
    try compare("goal", goal, expected.goal, path)
    try compare("pruning", pruning, expected.pruning, path)
    try compare("seeds of repeats", seeds, expected.seeds, path)
    for name in Set(context.keys).union(expected.context.keys).sorted() {
      try compare(name, context[name], expected.context[name], path)
    }
  }

  /// Parameters of the same name are compared before their order, so that one more or less is
  /// named.
  private func compareParameters(with other: SearchSpace, at path: String) throws {
    let (own, others) = (space.parameters, other.parameters)
    for name in (own + others).map(\.name) {
      let pair = (own.first { $0.name == name }, others.first { $0.name == name })
      if pair.0?.domain != pair.1?.domain {
        throw StudyDifference(
          path: path, name: "parameter \(name)",
          recorded: pair.0.map { "\($0.domain)" } ?? "none",
          expected: pair.1.map { "\($0.domain)" } ?? "none")
      }
      try compare("condition of \(name)", pair.0?.condition, pair.1?.condition, path)
    }
    for (index, pair) in zip(own, others).enumerated() {
      try compare("parameter number \(index + 1)", pair.0.name, pair.1.name, path)
    }
  }
}

/// Throws unless the two are the same in JSON, where 1.0 and 1 are one number.
private func compare<Value: Encodable>(
  _ name: String, _ recorded: Value?, _ expected: Value?, _ path: String
) throws {
  if try recorded?.jsonLine != expected?.jsonLine {
    throw StudyDifference(
      path: path, name: name, recorded: try words(recorded), expected: try words(expected))
  }
}

/// A value for people to read, as `random count 5, seed 1`: its JSON without brackets around
/// objects and without quotation marks.
private func words<Value: Encodable>(_ value: Value?) throws -> String {
  guard let value else { return "none" }
  if let text = value as? String { return text }
  // A case whose value has no label has it in a field that tells a reader nothing.
  let json = try value.jsonLine.replacing(#""_0":"#, with: "")
  let text = json.filter { !"{}\"".contains($0) }
    .replacing(":", with: " ").replacing(",", with: ", ")
  return text.isEmpty ? "none" : text.trimmingCharacters(in: .whitespaces)
}

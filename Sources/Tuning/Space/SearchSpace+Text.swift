import PerceptronTraining

import Foundation

extension SearchSpace.Parameter {
  /// Parses a parameter's values as on a command line. Spaces around values are ignored.
  ///
  /// | text | meaning |
  /// |---|---|
  /// | `50` | one value |
  /// | `1e-3,2e-3` | a list |
  /// | `0.1..0.5` | a range, of whole numbers where the kind is `integer` |
  /// | `0.1..0.5:log` | the same on a logarithmic scale |
  /// | `0.1..0.5:5`, `0.1..0.5:log:5` | with 5 points in a grid |
  /// | `512,256;128` | texts with commas in them; a single one ends in `;` |
  ///
  /// - Throws: ``SearchSpaceError`` with the name and the invalid text.
  public init(_ name: String, parsing text: String, as kind: ParameterValue.Kind) throws {
    let text = trimmed(text)
    let isRange = (kind == .number || kind == .integer) && text.contains("..")
    let reader = DomainText(name: name, text: text, kind: kind)
    self.init(name, isRange ? try reader.range() : .values(try reader.values()))
    try domain.check(for: name)
  }
}

private struct DomainText {
  let name: String
  let text: String
  let kind: ParameterValue.Kind

  func failure(_ found: String, _ expected: String) -> SearchSpaceError {
    let place = found == text || text.isEmpty ? "" : " in \(text)"
    return SearchSpaceError(
      parameter: name, found: found.isEmpty ? "an empty value" + place : found + place,
      expected: expected)
  }

  func values() throws -> [ParameterValue] {
    let separator: Character = kind == .text && text.contains(";") ? ";" : ","
    var parts = text.split(separator: separator, omittingEmptySubsequences: false).map(trimmed)
    // A single text with commas ends in the separator.
    if separator == ";", parts.count == 2, parts[1].isEmpty { parts.removeLast() }
    return try parts.map(value)
  }

  private func value(_ part: String) throws -> ParameterValue {
    switch kind {
    case .number: return .number(try number(part))
    case .integer: return .integer(try integer(part))
    case .text:
      if part.isEmpty { throw failure(part, "a text") }
      return .text(part)
    case .flag:
      guard let flag = Bool(part) else { throw failure(part, "true or false") }
      return .flag(flag)
    }
  }

  func range() throws -> SearchSpace.Domain {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(trimmed)
    guard let dots = parts[0].firstRange(of: "..") else {
      throw failure(parts[0], "a range such as 1..2")
    }
    let lower = trimmed(parts[0][..<dots.lowerBound])
    let upper = trimmed(parts[0][dots.upperBound...])
    var options = parts.dropFirst()
    var scale = SearchSpace.Scale.linear
    if let named = options.first.flatMap(SearchSpace.Scale.init(rawValue:)) {
      scale = named
      options.removeFirst()
    }
    var points: Int?
    if let count = options.popFirst() {
      points = Int(count)
      if points == nil { throw failure(count, "log, linear or how many points") }
    }
    if let more = options.first {
      throw failure(":" + more, "no more than a scale and how many points")
    }
    if kind == .integer {
      return .integers(
        lower: try integer(lower), upper: try integer(upper), scale: scale, points: points)
    }
    return .numbers(
      lower: try number(lower), upper: try number(upper), scale: scale, points: points)
  }

  private func number(_ part: String) throws -> Double {
    // Double reads hexadecimal digits, `inf` and `nan` too.
    guard part.allSatisfy({ "0123456789+-.eE".contains($0) }), let number = Double(part) else {
      throw failure(part, part.contains("..") ? "values or one range" : "a number")
    }
    return number
  }

  private func integer(_ part: String) throws -> Int {
    guard let integer = Int(part) else {
      let expected =
        ParameterValue.isWhole(part) ? "a whole number from −2⁶³ to 2⁶³ − 1" : "a whole number"
      throw failure(part, part.contains("..") ? "values or one range" : expected)
    }
    return integer
  }
}

private func trimmed(_ text: some StringProtocol) -> String {
  text.trimmingCharacters(in: .whitespaces)
}

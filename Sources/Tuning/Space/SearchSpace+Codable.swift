import Foundation
import PerceptronFiles

/// A list of parameters, in files and journals:
///
///     {"parameters": [
///       {"name": "learning-rate", "values": [1e-3, 2e-3]},
///       {"name": "regularization", "range": [0.1, 0.5], "scale": "log", "points": 5},
///       {"name": "hidden", "range": [50, 150], "integer": true},
///       {"name": "width-2", "values": [32, 64], "when": {"depth": [2, 3]}}
///     ]}
///
/// By default, a list's numbers are whole if all of them are, and a range's are not; `integer`
/// overrides that.
extension SearchSpace: Codable {
  private enum Key: String, CodingKey {
    case parameters
  }

  /// Decodes a space that passes ``check()`` or, for a study that repeats one network, has no
  /// parameters.
  ///
  /// - Throws: ``SearchSpaceError`` for an unknown key, a missing field, a wrong type, and whatever
  ///   ``check()`` refuses.
  public init(from decoder: any Decoder) throws {
    let value = try JSONValue(from: decoder)
    guard case .object(let fields) = value else {
      throw SearchSpaceError(found: "\(value)", expected: "an object with the key parameters")
    }
    if let unknown = fields.keys.stablySorted().first(where: { Key(rawValue: $0) == nil }) {
      throw SearchSpaceError(found: "the key \(unknown)", expected: "only parameters")
    }
    guard case .list(let list)? = fields[Key.parameters.rawValue] else {
      throw SearchSpaceError(
        found: fields[Key.parameters.rawValue].map { "parameters that are \($0)" }
          ?? "no key parameters",
        expected: "a list of parameters")
    }
    self.init(try list.map(Parameter.init(json:)))
    if !parameters.isEmpty { try check() }
  }

  /// Encodes the list.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(parameters, forKey: .parameters)
  }
}

extension SearchSpace {
  /// The space in a JSON text.
  ///
  /// - Throws: ``SearchSpaceError`` for invalid JSON, an invalid form, or a space that does not
  ///   pass ``check()``.
  public init(json: Data) throws {
    do {
      self = try JSONDecoder().decode(SearchSpace.self, from: json)
      try check()
      try JSONText.demandUniqueKeys(Array(json))
    } catch let error as JSONText.DuplicateKey {
      throw SearchSpaceError(found: "a text in which \(error)", expected: "each key once")
    } catch let error as DecodingError {
      // Types are checked in `init(from:)`, so this is about the syntax.
      var detail = "\(error)"
      if case .dataCorrupted(let context) = error {
        let system = (context.underlyingError as NSError?)?.userInfo["NSDebugDescription"]
        detail = system.map { "\($0)" } ?? context.debugDescription
      }
      throw SearchSpaceError(found: "what is not JSON (\(detail))", expected: "a search space")
    }
  }

  /// The space in the JSON file at `path`, which may be compressed with gzip.
  ///
  /// - Throws: `FileError` if it cannot be read or ``init(json:)`` refuses it.
  public init(contentsOf path: String) throws {
    switch FileKind(of: path) {
    case nil, .json, .text: break
    case let kind?: throw FileError(path, "expected a JSON file of settings to try, found \(kind)")
    }
    var data = Data()
    try ByteReader(path: path).forEachChunk { data.append(contentsOf: $0) }
    do {
      try self.init(json: data)
    } catch let error as SearchSpaceError {
      throw FileError(path, error.description)
    }
  }
}

/// An object with a `name`, the domain's fields and, if there is one, the condition as `when`.
extension SearchSpace.Parameter: Codable {
  private enum Key: String, CodingKey {
    case name, when
  }

  /// Decodes one parameter; throws ``SearchSpaceError`` for a wrong, missing or unknown field.
  public init(from decoder: any Decoder) throws { try self.init(json: JSONValue(from: decoder)) }

  /// Encodes the fields.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(name, forKey: .name)
    try domain.encode(to: encoder)
    if !condition.isEmpty { try container.encode(condition, forKey: .when) }
  }

  init(json: JSONValue) throws {
    guard case .object(let fields) = json else {
      throw SearchSpaceError(found: "\(json)", expected: "an object with a parameter's name")
    }
    guard case .value(.text(let name))? = fields[Key.name.rawValue] else {
      throw SearchSpaceError(found: "a parameter \(json)", expected: "one whose name is a text")
    }
    let reader = ParameterFields(name: name, fields: fields)
    self.init(
      name, try reader.domain(besides: [Key.name.rawValue, Key.when.rawValue]),
      when: try reader.condition())
  }
}

/// An object with `values`, or with a `range` and its `scale`, `points` and `integer`.
extension SearchSpace.Domain: Codable {
  private enum Key: String, CodingKey {
    case values, range, scale, points, integer
  }

  /// Decodes one domain; throws ``SearchSpaceError`` for a wrong, missing or unknown field.
  public init(from decoder: any Decoder) throws {
    let value = try JSONValue(from: decoder)
    guard case .object(let fields) = value else {
      throw SearchSpaceError(found: "\(value)", expected: "an object with values or a range")
    }
    self = try ParameterFields(name: nil, fields: fields).domain(besides: [])
  }

  /// Encodes the fields that differ from their defaults.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    switch self {
    case .values(let values):
      try container.encode(values, forKey: .values)
      // Without this, numbers without fractions would be read as integers.
      if values.allSatisfy({ $0.whole != nil }), values.contains(where: { $0.kind == .number }) {
        try container.encode(false, forKey: .integer)
      }
    case .numbers(let lower, let upper, _, _): try container.encode([lower, upper], forKey: .range)
    case .integers(let lower, let upper, _, _):
      try container.encode([lower, upper], forKey: .range)
      try container.encode(true, forKey: .integer)
    }
    if let range, range.scale != .linear { try container.encode(range.scale, forKey: .scale) }
    try container.encodeIfPresent(range?.points, forKey: .points)
  }
}

/// Reads the fields of a parameter, or of a domain alone.
struct ParameterFields {
  let name: String?
  let fields: [String: JSONValue]

  private func failure(_ key: String, _ expected: String) -> SearchSpaceError {
    SearchSpaceError(
      parameter: name, found: fields[key].map { "\(key) is \($0)" } ?? "no key \(key)",
      expected: expected)
  }

  /// Throws unless all keys are known and go together.
  private func checkKeys(besides others: [String]) throws {
    let known = others + ["values", "range", "scale", "points", "integer"]
    if let key = fields.keys.stablySorted().first(where: { !known.contains($0) }) {
      throw SearchSpaceError(
        parameter: name, found: "the key \(key)",
        expected: "one of \(known.joined(separator: ", "))")
    }
    if (fields["values"] == nil) == (fields["range"] == nil) {
      throw SearchSpaceError(
        parameter: name,
        found: fields["values"] == nil ? "neither values nor a range" : "values and a range",
        expected: "one of the two")
    }
    if fields["values"] != nil, let key = ["points", "scale"].first(where: { fields[$0] != nil }) {
      throw SearchSpaceError(
        parameter: name, found: "the key \(key) beside values", expected: "it beside a range only")
    }
  }

  /// The domain; `others` are keys of other things.
  func domain(besides others: [String]) throws -> SearchSpace.Domain {
    try checkKeys(besides: others)
    if fields["values"] != nil { return .values(try values()) }
    guard case .list(let list)? = fields["range"], case let ends = list.compactMap(\.value),
      case let numbers = ends.compactMap(\.number), list.count == 2, numbers.count == 2
    else { throw failure("range", "two numbers, such as [0.1, 0.5]") }
    let (scale, points) = (try scale(), try points())
    if try isInteger() != true {
      return .numbers(lower: numbers[0], upper: numbers[1], scale: scale, points: points)
    }
    guard let lower = ends[0].whole, let upper = ends[1].whole else {
      throw failure("range", "whole numbers")
    }
    return .integers(lower: lower, upper: upper, scale: scale, points: points)
  }

  private func values() throws -> [ParameterValue] {
    guard case .list(let list)? = fields["values"], case let values = list.compactMap(\.value),
      values.count == list.count
    else { throw failure("values", "a list of numbers, texts, or true and false") }
    let isInteger = try isInteger()
    let areNumbers = values.allSatisfy { $0.number != nil }
    if isInteger != nil, !areNumbers { throw failure("integer", "it beside numbers only") }
    guard areNumbers else { return values }
    if isInteger ?? values.allSatisfy({ $0.kind == .integer }) {
      let whole = values.compactMap(\.whole)
      if whole.count < values.count { throw failure("values", "whole numbers") }
      return whole.map { .integer($0) }
    }
    return values.compactMap(\.number).map { .number($0) }
  }

  private func isInteger() throws -> Bool? {
    switch fields["integer"] {
    case nil: return nil
    case .value(.flag(let flag))?: return flag
    default: throw failure("integer", "true or false")
    }
  }

  private func scale() throws -> SearchSpace.Scale {
    guard let field = fields["scale"] else { return .linear }
    guard case .value(.text(let text)) = field, let scale = SearchSpace.Scale(rawValue: text) else {
      throw failure("scale", "\"log\" or \"linear\"")
    }
    return scale
  }

  private func points() throws -> Int? {
    guard let field = fields["points"] else { return nil }
    guard case .value(.integer(let count)) = field else {
      throw failure("points", "a whole number")
    }
    return count
  }

  func condition() throws -> [String: [ParameterValue]] {
    guard let field = fields["when"] else { return [:] }
    guard case .object(let demands) = field else {
      throw failure("when", "an object such as {\"depth\": [2, 3]}")
    }
    return try demands.mapValues { demand in
      let list = if case .list(let list) = demand { list } else { [demand] }
      let values = list.compactMap(\.value)
      if values.count < list.count {
        throw failure("when", "a value or a list of values for each parameter")
      }
      return values
    }
  }
}

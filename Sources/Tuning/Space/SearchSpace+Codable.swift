import Foundation
import PerceptronFiles

/// As a list of parameters, in files and in journals:
///
///     {"parameters": [
///       {"name": "learning-rate", "values": [1e-3, 2e-3]},
///       {"name": "regularization", "range": [0.1, 0.5], "scale": "log", "points": 5},
///       {"name": "hidden", "range": [50, 150], "integer": true},
///       {"name": "width-2", "values": [32, 64], "when": {"depth": [2, 3]}}
///     ]}
///
/// A list's numbers are whole if all of them are, and a range's are not; `integer` says otherwise.
extension SearchSpace: Codable {
  private enum Key: String, CodingKey {
    case parameters
  }

  /// Decodes the list; the space passes ``check()``, unless it has no parameters: that of a study which
  /// only repeats one network.
  ///
  /// - Throws: ``SearchSpaceError`` for a key that is unknown, a field that is missing or of a
  ///   wrong type, and what ``check()`` refuses.
  public init(from decoder: any Decoder) throws {
    let value = try JSONValue(from: decoder)
    guard case .object(let fields) = value else {
      throw SearchSpaceError(found: "\(value)", expected: "an object with the key parameters")
    }
    if let unknown = fields.keys.sorted().first(where: { Key(rawValue: $0) == nil }) {
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
  /// The space in a JSON text; see ``init(from:)`` for its form.
  ///
  /// - Throws: ``SearchSpaceError`` where it is not JSON, is not of the form, or does not pass
  ///   ``check()``.
  public init(json: Data) throws {
    do {
      self = try JSONDecoder().decode(SearchSpace.self, from: json)
      try check()
      try JSONText.demandUniqueKeys(Array(json))
    } catch let error as JSONText.DuplicateKey {
      throw SearchSpaceError(found: "a text in which \(error)", expected: "each key once")
    } catch let error as DecodingError {
      // Types are looked at in `init(from:)`, so this is about the syntax.
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
  /// - Throws: `FileError` where it cannot be read or ``init(json:)`` refuses it.
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

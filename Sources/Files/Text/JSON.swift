import Foundation

extension Encodable {
  /// Indented JSON with sorted keys; numbers that are not finite become strings.
  package var json: String {
    get throws { try json([.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]) }
  }

  /// JSON on one line.
  package var jsonLine: String {
    get throws { try json([.sortedKeys, .withoutEscapingSlashes]) }
  }

  private func json(_ formatting: JSONEncoder.OutputFormatting) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = formatting
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }
}

/// A value whose JSON object has further entries, those of another object.
package struct Extended<Value: Encodable, Entries: Encodable>: Encodable {
  package let value: Value
  private let entries: Entries

  /// - Parameter entries: another object or a dictionary.
  package init(_ value: Value, _ entries: Entries) { (self.value, self.entries) = (value, entries) }

  package func encode(to encoder: any Encoder) throws {
    try value.encode(to: encoder)
    try entries.encode(to: encoder)
  }
}

extension Decodable {
  /// Decodes what ``Swift/Encodable/json`` wrote, with numbers that are not finite. A key that stands
  /// twice is refused.
  package init(json bytes: some Sequence<UInt8>) throws {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    let bytes = Array(bytes)
    let value = try decoder.decode(Self.self, from: Data(bytes))
    try JSONText.demandUniqueKeys(bytes)
    self = value
  }
}

/// The reason why JSON could not be decoded, with its place.
package func decodingReason(_ error: any Error) -> String {
  func place(_ path: [any CodingKey]) -> String {
    path.isEmpty ? "" : path.map(\.stringValue).joined(separator: ".") + ": "
  }
  return switch error {
  case DecodingError.keyNotFound(let key, let context):
    place(context.codingPath) + "there is no \(key.stringValue)"
  case DecodingError.dataCorrupted(let context), DecodingError.typeMismatch(_, let context),
    DecodingError.valueNotFound(_, let context):
    place(context.codingPath) + context.debugDescription
  default: "\(error)"
  }
}

/// Any key of a JSON object.
package struct AnyCodingKey: CodingKey {
  package let stringValue: String
  package var intValue: Int? { nil }

  package init(_ stringValue: String) { self.stringValue = stringValue }
  package init?(stringValue: String) { self.stringValue = stringValue }
  package init?(intValue: Int) { nil }
}

// MARK: - Duplicate keys

/// JSON text that a decoder has taken.
package enum JSONText {
  /// A key that stands twice in one object.
  package struct DuplicateKey: Error, Equatable, CustomStringConvertible {
    /// The keys that lead to it, from the outermost object on, and itself.
    package let path: [String]

    package var description: String {
      let place = path.dropLast()
      return "the key \"\(path.last ?? "")\" stands twice"
        + (place.isEmpty ? "" : " in \(place.map { "\"\($0)\"" }.joined(separator: "."))")
    }
  }

  /// An object or a list that is open.
  private struct Level {
    let isObject: Bool
    var keys: Set<String> = []
    /// The key whose value comes next or is being read.
    var key: String?
    var isKeyNext: Bool
  }

  /// Refuses an object with a key that stands twice, however it is escaped: decoders keep one of the
  /// values and say nothing.
  ///
  /// Keys are compared as strings are in Swift, and so in a decoder's dictionary.
  ///
  /// - Throws: ``DuplicateKey`` for the first one.
  /// - Precondition: `bytes` are valid JSON in UTF-8; of others nothing is refused for certain.
  package static func demandUniqueKeys(_ bytes: [UInt8]) throws(DuplicateKey) {
    var levels: [Level] = []
    var position = 0
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "{"): levels.append(Level(isObject: true, isKeyNext: true))
      case UInt8(ascii: "["): levels.append(Level(isObject: false, isKeyNext: false))
      case UInt8(ascii: "}"), UInt8(ascii: "]"): _ = levels.popLast()
      case UInt8(ascii: ",") where !levels.isEmpty:
        levels[levels.count - 1].isKeyNext = levels[levels.count - 1].isObject
      case UInt8(ascii: "\""):
        let start = position + 1
        position = endOfString(bytes, from: start)
        if levels.last?.isKeyNext == true {
          let key = text(bytes[start - 1..<min(position + 1, bytes.count)])
          levels[levels.count - 1].isKeyNext = false
          levels[levels.count - 1].key = key
          if !levels[levels.count - 1].keys.insert(key).inserted {
            throw DuplicateKey(path: levels.compactMap(\.key))
          }
        }
      default: break
      }
      position += 1
    }
  }

  /// The place of the quotation mark that ends a string, or the end.
  private static func endOfString(_ bytes: [UInt8], from start: Int) -> Int {
    var position = start
    while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
      position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
    }
    return min(position, bytes.count)
  }

  /// The text of a string in its quotation marks.
  private static func text(_ quoted: ArraySlice<UInt8>) -> String {
    if quoted.contains(UInt8(ascii: "\\")),
      let text = try? JSONDecoder().decode(String.self, from: Data(quoted))
    {
      return text
    }
    return String(decoding: quoted.dropFirst().dropLast(), as: UTF8.self)
  }
}

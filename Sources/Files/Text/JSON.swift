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
  /// The value itself.
  package let value: Value
  private let entries: Entries

  /// A value with the entries of another object or of a dictionary.
  package init(_ value: Value, _ entries: Entries) { (self.value, self.entries) = (value, entries) }

  /// Encodes both into one object.
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
  case DecodingError.dataCorrupted(let context):
    place(context.codingPath) + context.debugDescription
  case DecodingError.keyNotFound(let key, let context):
    place(context.codingPath) + "there is no \(key.stringValue)"
  case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
    place(context.codingPath) + context.debugDescription
  default: "\(error)"
  }
}

/// Any key of a JSON object.
package struct AnyCodingKey: CodingKey {
  /// The key.
  package let stringValue: String
  /// Nil: keys are not numbers.
  package var intValue: Int? { nil }

  /// The key of a name.
  package init(_ stringValue: String) { self.stringValue = stringValue }
  /// The key of a name.
  package init?(stringValue: String) { self.stringValue = stringValue }
  /// Nil: keys are not numbers.
  package init?(intValue: Int) { nil }
}

// MARK: - Duplicate keys

/// JSON text that a decoder has taken.
package enum JSONText {
  /// A key that stands twice in one object.
  package struct DuplicateKey: Error, Equatable, CustomStringConvertible {
    /// The keys that lead to it, from the outermost object on, and itself.
    package let path: [String]

    /// Which key it is, and in what.
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
          let key = unescaped(bytes[start..<position])
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

  /// The text of a string between its quotation marks.
  private static func unescaped(_ bytes: ArraySlice<UInt8>) -> String {
    if !bytes.contains(UInt8(ascii: "\\")) { return String(decoding: bytes, as: UTF8.self) }
    var units: [UInt16] = []
    var scalars = String(decoding: bytes, as: UTF8.self).unicodeScalars[...]
    while let scalar = scalars.popFirst() {
      guard scalar == "\\", let escape = scalars.popFirst() else {
        units += String(scalar).utf16
        continue
      }
      switch escape {
      case "b": units.append(0x08)
      case "f": units.append(0x0C)
      case "n": units.append(0x0A)
      case "r": units.append(0x0D)
      case "t": units.append(0x09)
      case "u":
        let digits = String(String.UnicodeScalarView(scalars.prefix(4)))
        units.append(UInt16(digits, radix: 16) ?? 0xFFFD)
        scalars = scalars.dropFirst(4)
      default: units += String(escape).utf16
      }
    }
    return String(decoding: units, as: UTF16.self)
  }
}

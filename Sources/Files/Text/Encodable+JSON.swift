import Foundation

extension Encodable {
  /// Indented JSON with sorted keys; numbers that are not finite become strings.
  package var json: String {
    get throws { try json([.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]) }
  }

  /// The same on one line.
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

/// What was wrong with JSON that could not be decoded, and where in it.
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

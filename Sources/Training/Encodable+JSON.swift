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
  /// Decodes what ``Swift/Encodable/json`` wrote, with numbers that are not finite.
  package init(json bytes: some Sequence<UInt8>) throws {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    self = try decoder.decode(Self.self, from: Data(bytes))
  }
}

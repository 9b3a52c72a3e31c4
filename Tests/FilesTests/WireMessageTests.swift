import PerceptronFiles
import TestSupport
import Testing

@Suite("Protocol-buffer messages")
struct WireMessageTests {
  /// The fields of a message, as a reader gives them.
  private func fields(_ bytes: [UInt8]) throws -> [WireReader.Field] {
    var (reader, fields) = (WireReader(bytes, path: "a"), [WireReader.Field]())
    while let field = try reader.next() { fields.append(field) }
    return fields
  }

  @Test("The bytes are those of Google's implementation")
  func known() {
    let message = WireMessage {
      $0.add(1, 150)
      $0.add(2, "testing")
      $0.add(3, WireMessage { $0.add(1, -1) })
      $0.add(16, Float(1.5))
    }
    // protobuf.dev/programming-guides/encoding, and Python's protobuf for the last two.
    let expected: [UInt8] =
      [0x08, 0x96, 0x01, 0x12, 0x07] + Array("testing".utf8)
      + [0x1A, 0x0B, 0x08] + [UInt8](repeating: 0xFF, count: 9) + [0x01]
      + [0x85, 0x01, 0x00, 0x00, 0xC0, 0x3F]
    #expect(message.bytes == expected)
    #expect(message.count == expected.count)
  }

  @Test("What is written is read back", arguments: [1, 4095, 4096, 100_000])
  func roundTrip(size: Int) throws {
    let content = (0..<size).map { UInt8(truncatingIfNeeded: $0) }
    let inner = WireMessage {
      $0.add(5, content)
      $0.add(6, [1.5, -.infinity])
      $0.add(7, Int.min)
    }
    let outer = WireMessage {
      $0.add(1, inner)
      $0.add(2, 2.5)
    }
    let bytes = outer.bytes
    #expect(bytes == Array(outer.pieces.joined()))
    var reader = WireReader(bytes, path: "a")
    var message = try reader.message(#require(try reader.next()))
    let first = try #require(try message.next())
    #expect(first.number == 5)
    #expect(Array(bytes[try message.range(first)]) == content)
    var doubles: [Double] = []
    try message.add(doublesOf: #require(try message.next()), to: &doubles)
    #expect(doubles == [1.5, -.infinity])
    #expect(try message.integer(#require(try message.next())) == .min)
    #expect(try message.next() == nil)
    try reader.add(doublesOf: #require(try reader.next()), to: &doubles)
    #expect(doubles.last == 2.5)
  }

  @Test("Lists of numbers are read packed and one by one")
  func lists() throws {
    let bytes: [UInt8] = [
      0x0A, 3, 1, 0x96, 1, 0x08, 7, 0x12, 4, 0, 0, 0xC0, 0x3F, 0x15, 0, 0, 0, 0x40,
    ]
    let reader = WireReader(bytes, path: "a")
    var (integers, floats) = ([Int](), [Float]())
    for field in try fields(bytes) {
      if field.number == 1 {
        try reader.add(integersOf: field, to: &integers)
      } else {
        try reader.add(floatsOf: field, to: &floats)
      }
    }
    #expect(integers == [1, 150, 7])
    #expect(floats == [1.5, 2])
  }

  @Test(
    "Bytes that are no message are refused with their place",
    arguments: [
      ([0x08], 1, "expected a number, found the end"),
      ([0x08, 0x80], 1, "expected a number, found the end"),
      ([0x0A, 2, 1], 0, "field 1 has 2 bytes, but only 1 follow"),
      ([0x0A] + [UInt8](repeating: 0xFF, count: 9) + [1], 0, "has 18446744073709551615 bytes"),
      ([0x08] + [UInt8](repeating: 0xFF, count: 9) + [2], 1, "a number of more than 64 bits"),
      ([0x08] + [UInt8](repeating: 0x80, count: 10) + [0], 1, "a number of more than 64 bits"),
      ([0x0B], 0, "field 1 is of kind 3, which is not read"), ([0x00, 0], 0, "no field 0"),
      ([0x09, 1, 2, 3], 1, "expected 8 bytes, found the end"),
      ([0x0D, 1, 2, 3], 1, "expected 4 bytes, found the end"),
    ] as [([UInt8], Int, String)])
  func damage(bytes: [UInt8], place: Int, message: String) throws {
    let error = try #require(throws: FileError.self) { _ = try fields(bytes) }
    #expect(error.byte == place)
    #expect(error.message.contains(message), "\(error)")
  }

  @Test("A field of another kind than is asked for is refused")
  func kinds() throws {
    let reader = WireReader([0x08, 1], path: "a")
    let field = try #require(try fields(reader.bytes).first)
    #expect(throws: FileError.self) { _ = try reader.text(field) }
    #expect(throws: FileError.self) { _ = try reader.float(field) }
    #expect(throws: FileError.self) { _ = try reader.message(field) }
    let text = try #require(try fields([0x0A, 1, 0xFF]).first)
    #expect(throws: FileError.self) { _ = try WireReader([0x0A, 1, 0xFF], path: "a").text(text) }
    #expect(throws: FileError.self) { _ = try reader.integer(text) }
  }
}

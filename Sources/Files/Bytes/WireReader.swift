/// A decoder of protocol-buffer messages: the fields of one message, in the order of the file
/// (https://protobuf.dev/programming-guides/encoding).
///
/// No length is believed: a field that reaches beyond its message, a number of more than ten bytes and the
/// kinds that the format gave up are refused with the byte where they stand. Contents are ranges of the
/// file, of which nothing is copied; a message within is a reader of its own, so nothing recurs.
package struct WireReader: Sendable {
  /// The file's path, for errors.
  package let path: String
  /// All bytes of the file.
  package let bytes: [UInt8]
  /// The place of the next field.
  private(set) package var position: Int
  /// The end of the message.
  private let end: Int

  /// A field: its number, its value and the place where it begins.
  package struct Field: Sendable {
    package var number: Int
    package var value: Value
    package var position: Int
  }

  /// The value of a field, by the kinds of the wire format.
  package enum Value: Sendable {
    case varint(UInt64)
    case fixed64(UInt64)
    case fixed32(UInt32)
    /// The place of a text, of bytes, of a message or of a packed list.
    case content(Range<Int>)
  }

  /// The message that all bytes of a file are.
  package init(_ bytes: [UInt8], path: String) {
    (self.bytes, self.path) = (bytes, path)
    (position, end) = (0, bytes.count)
  }

  private init(_ outer: WireReader, _ range: Range<Int>) {
    (bytes, path) = (outer.bytes, outer.path)
    (position, end) = (range.lowerBound, range.upperBound)
  }

  /// The next field, or nil at the end of the message.
  ///
  /// - Throws: ``FileError`` where the bytes are none.
  package mutating func next() throws -> Field? {
    if position == end { return nil }
    let start = position
    let tag = try varint("a field")
    let number = tag >> 3
    if number == 0 || number >= 1 << 29 { throw error("there is no field \(number)", at: start) }
    let value: Value
    switch WireMessage.Kind(rawValue: tag & 7) {
    case .varint: value = .varint(try varint("a number"))
    case .fixed64: value = .fixed64(try fixed(UInt64.self))
    case .fixed32: value = .fixed32(try fixed(UInt32.self))
    case .lengthDelimited:
      let count = try varint("a length")
      if count > UInt64(end - position) {
        throw error(
          "field \(number) has \(count) bytes, but only \(end - position) follow: the file is cut or "
            + "damaged", at: start)
      }
      value = .content(position..<position + Int(count))
      position += Int(count)
    case nil: throw error("field \(number) is of kind \(tag & 7), which is not read", at: start)
    }
    return Field(number: Int(number), value: value, position: start)
  }

  /// An error at a place of the file.
  package func error(_ message: String, at position: Int) -> FileError {
    FileError(path, atByte: position, message)
  }

  private mutating func varint(_ what: String) throws -> UInt64 {
    let start = position
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      if position == end { throw error("expected \(what), found the end", at: start) }
      let byte = bytes[position]
      position += 1
      // The tenth byte has room for one bit.
      if shift == 63 && byte > 1 { break }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    throw error("\(what) of more than 64 bits", at: start)
  }

  private mutating func fixed<Number: FixedWidthInteger>(_ type: Number.Type) throws -> Number {
    let size = MemoryLayout<Number>.size
    if end - position < size { throw error("expected \(size) bytes, found the end", at: position) }
    defer { position += size }
    return (0..<size).reduce(0) { $0 | Number(bytes[position + $1]) << (8 * $1) }
  }
}

// MARK: - Values

extension WireReader {
  /// The message within a field.
  ///
  /// - Throws: ``FileError`` where the field is a number; so do the other functions for a field of
  ///   another kind than theirs.
  package func message(_ field: Field) throws -> WireReader { WireReader(self, try range(field)) }

  /// The place of a field's bytes in ``bytes``.
  package func range(_ field: Field) throws -> Range<Int> {
    guard case .content(let range) = field.value else { throw unexpected(field, "bytes") }
    return range
  }

  /// The text of a field; throws also where it is not UTF-8.
  package func text(_ field: Field) throws -> String {
    guard let text = String(validating: bytes[try range(field)], as: UTF8.self) else {
      throw error("the text of field \(field.number) is not UTF-8", at: field.position)
    }
    return text
  }

  /// The integer of a field.
  package func integer(_ field: Field) throws -> Int {
    guard case .varint(let bits) = field.value else { throw unexpected(field, "an integer") }
    return Int(Int64(bitPattern: bits))
  }

  /// The single-precision number of a field.
  package func float(_ field: Field) throws -> Float {
    guard case .fixed32(let bits) = field.value else { throw unexpected(field, "a float") }
    return Float(bitPattern: bits)
  }

  /// Adds the integers of a field to a list: one, or a packed list of them.
  package func add(integersOf field: Field, to list: inout [Int]) throws {
    guard case .content(let range) = field.value else { return list.append(try integer(field)) }
    var packed = WireReader(self, range)
    while packed.position < packed.end {
      list.append(Int(Int64(bitPattern: try packed.varint("an integer"))))
    }
  }

  /// Adds the single-precision numbers of a field to a list: one, or a packed list of them.
  package func add(floatsOf field: Field, to list: inout [Float]) throws {
    guard case .content(let range) = field.value else { return list.append(try float(field)) }
    var packed = WireReader(self, range)
    if list.isEmpty { list.reserveCapacity(range.count / 4) }
    while packed.position < packed.end {
      list.append(Float(bitPattern: try packed.fixed(UInt32.self)))
    }
  }

  /// Adds the double-precision numbers of a field to a list: one, or a packed list of them.
  package func add(doublesOf field: Field, to list: inout [Double]) throws {
    switch field.value {
    case .fixed64(let bits): list.append(Double(bitPattern: bits))
    case .content(let range):
      var packed = WireReader(self, range)
      if list.isEmpty { list.reserveCapacity(range.count / 8) }
      while packed.position < packed.end {
        list.append(Double(bitPattern: try packed.fixed(UInt64.self)))
      }
    default: throw unexpected(field, "a double")
    }
  }

  private func unexpected(_ field: Field, _ expected: String) -> FileError {
    error("field \(field.number): expected \(expected)", at: field.position)
  }
}

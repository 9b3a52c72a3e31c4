/// An encoder of protocol-buffer messages with the wire format's four kinds of fields
/// (https://protobuf.dev/programming-guides/encoding). Default values are written too, which
/// readers allow.
///
/// Event files and ONNX models need two dozen messages that hardly change. The page of the module
/// Interchange says why they are written by hand.
package struct WireMessage {
  /// The bytes in pieces, so that large contents are not copied into each message around them. The last
  /// piece grows.
  private(set) package var pieces: [[UInt8]] = [[]]
  /// The number of bytes.
  private(set) package var count = 0

  /// Contents of at least this many bytes are a piece of their own.
  private static let leastPiece = 1 << 12

  package init(_ fill: (inout WireMessage) -> Void = { _ in }) { fill(&self) }

  /// The bytes in one piece.
  package var bytes: [UInt8] { pieces.count == 1 ? pieces[0] : Array(pieces.joined()) }

  enum Kind: UInt64 {
    case varint = 0
    case fixed64 = 1
    case lengthDelimited = 2
    case fixed32 = 5
  }

  package mutating func add(_ field: Int, _ value: Int) {
    begin(field, .varint)
    // Negative numbers take ten bytes, in two's complement.
    addVarint(UInt64(bitPattern: Int64(value)))
  }

  package mutating func add(_ field: Int, _ value: Double) {
    begin(field, .fixed64)
    addLittleEndian(value.bitPattern)
  }

  package mutating func add(_ field: Int, _ value: Float) {
    begin(field, .fixed32)
    addLittleEndian(value.bitPattern)
  }

  package mutating func add(_ field: Int, _ text: String) { add(field, Array(text.utf8)) }

  package mutating func add(_ field: Int, _ message: WireMessage) {
    begin(field, .lengthDelimited)
    addVarint(UInt64(message.count))
    for piece in message.pieces { append(piece) }
  }

  package mutating func add(_ field: Int, _ content: [UInt8]) {
    begin(field, .lengthDelimited)
    addVarint(UInt64(content.count))
    append(content)
  }

  /// Adds a packed list of `double`.
  package mutating func add(_ field: Int, _ values: [Double]) {
    begin(field, .lengthDelimited)
    addVarint(UInt64(values.count * 8))
    for value in values { addLittleEndian(value.bitPattern) }
  }

  private mutating func begin(_ field: Int, _ kind: Kind) {
    addVarint(UInt64(field) << 3 | kind.rawValue)
  }

  private mutating func addVarint(_ value: UInt64) {
    var rest = value
    while rest > 0x7F {
      append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    append(UInt8(rest))
  }

  private mutating func append(_ byte: UInt8) {
    pieces[pieces.count - 1].append(byte)
    count += 1
  }

  private mutating func append(_ content: [UInt8]) {
    count += content.count
    if content.count < Self.leastPiece {
      pieces[pieces.count - 1] += content
    } else {
      pieces += [content, []]
    }
  }

  private mutating func addLittleEndian<Number: FixedWidthInteger>(_ number: Number) {
    withUnsafeBytes(of: number.littleEndian) { append(Array($0)) }
  }
}

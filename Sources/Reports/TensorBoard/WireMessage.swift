/// A protocol-buffer message on its way into bytes, by the wire format's four kinds of fields
/// (https://protobuf.dev/programming-guides/encoding).
///
/// Event files need half a dozen messages that never change. SwiftProtobuf with code generated from
/// TensorFlow's definitions would be several thousand lines and one more dependency in their place.
/// A field that is written is written also where it has its default value, which readers allow.
struct WireMessage {
  /// The message so far.
  private(set) var bytes: [UInt8] = []

  private enum Kind: UInt64 {
    case varint = 0
    case fixed64 = 1
    case lengthDelimited = 2
    case fixed32 = 5
  }

  /// Adds a whole number or the number of an enumeration's case.
  mutating func add(_ field: Int, _ value: Int) {
    begin(field, .varint)
    // Negative ones take ten bytes, in two's complement.
    addVarint(UInt64(bitPattern: Int64(value)))
  }

  /// Adds a `double`.
  mutating func add(_ field: Int, _ value: Double) {
    begin(field, .fixed64)
    addLittleEndian(value.bitPattern)
  }

  /// Adds a `float`.
  mutating func add(_ field: Int, _ value: Float) {
    begin(field, .fixed32)
    addLittleEndian(value.bitPattern)
  }

  /// Adds a text.
  mutating func add(_ field: Int, _ text: String) { add(field, Array(text.utf8)) }

  /// Adds a message.
  mutating func add(_ field: Int, _ message: WireMessage) { add(field, message.bytes) }

  /// Adds bytes.
  mutating func add(_ field: Int, _ content: [UInt8]) {
    begin(field, .lengthDelimited)
    addVarint(UInt64(content.count))
    bytes += content
  }

  /// Adds a packed list of `double`.
  mutating func add(_ field: Int, _ values: [Double]) {
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
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  private mutating func addLittleEndian<Number: FixedWidthInteger>(_ number: Number) {
    withUnsafeBytes(of: number.littleEndian) { bytes += $0 }
  }
}

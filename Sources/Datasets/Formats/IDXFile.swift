import PerceptronLinearAlgebra
import PerceptronFiles

/// The head of an IDX file, checked, and the reader that stands at its first element.
///
/// The format, from <http://yann.lecun.com/exdb/mnist/>: two zero bytes, the element type, the rank,
/// one big-endian 32-bit extent per dimension, then the elements, big-endian, row-major.
struct IDXFile {
  enum ElementType: UInt8 {
    case uint8 = 0x08
    case int8 = 0x09
    case int16 = 0x0B
    case int32 = 0x0C
    case float32 = 0x0D
    case float64 = 0x0E

    /// Bytes per element.
    var size: Int {
      switch self {
      case .uint8, .int8: 1
      case .int16: 2
      case .int32, .float32: 4
      case .float64: 8
      }
    }
  }

  let reader: ByteReader
  let type: ElementType
  /// Outermost first; at least one.
  let extents: [Int]
  /// The product of the extents.
  let count: Int

  init(path: String) throws {
    reader = try ByteReader(path: path)
    let magic = try reader.bytes(4, of: "the magic number")
    guard magic[0] == 0, magic[1] == 0, let type = ElementType(rawValue: magic[2]), magic[3] > 0
    else {
      if magic[0] == 0x1f && magic[1] == 0x8b {
        throw reader.error(
          "expected an IDX file, found gzip data, which is read where the name ends in .gz", at: 0)
      }
      if let kind = FileKind(of: path) {
        throw FileError(path, "expected an IDX file, found \(kind)")
      }
      throw reader.error(
        "expected an IDX magic number (0, 0, an element type 8…14, a rank from 1), found \(magic)",
        at: 0)
    }
    self.type = type
    let bytes = try reader.bytes(4 * Int(magic[3]), of: "extents")
    let extents = stride(from: 0, to: bytes.count, by: 4).map { first in
      bytes[first..<first + 4].reduce(0) { $0 << 8 | Int($1) }
    }
    guard let count = Shape.elementCount(of: extents),
      !count.multipliedReportingOverflow(by: type.size).overflow
    else { throw reader.error("the extents \(extents) are too large", at: 4) }
    self.extents = extents
    self.count = count
  }

  /// The elements as their own bytes.
  ///
  /// - Precondition: the elements are single bytes.
  func bytes() throws -> [UInt8] {
    require(type.size == 1, "IDX: elements of \(type.size) bytes read as one each")
    let elements = try reader.bytes(count, of: "elements")
    try reader.expectEnd()
    return elements
  }

  /// The elements, of which `convert` gets the bits in the machine's order.
  ///
  /// - Precondition: `Bits` has the size of an element.
  func elements<Bits: FixedWidthInteger, Element>(
    _ convert: (Bits) -> Element
  ) throws -> [Element] {
    require(
      MemoryLayout<Bits>.size == type.size,
      "IDX: elements of \(type.size) bytes read as \(Bits.self)")
    try reader.expect(count * type.size, of: "elements")
    let count = count
    let bits = try [Bits](unsafeUninitializedCapacity: count) { buffer, initialized in
      let room = UnsafeMutableBufferPointer(rebasing: buffer[..<count])
      try reader.read(into: UnsafeMutableRawBufferPointer(room), of: "elements")
      initialized = count
    }
    try reader.expectEnd()
    return bits.map { convert(Bits(bigEndian: $0)) }
  }
}

import PerceptronFiles
import PerceptronLinearAlgebra

/// The IDX format of MNIST and its successors, plain or gzip-compressed (`.gz`).
public enum IDX {
  /// The largest label that is accepted: memory grows with the number of classes.
  static let largestLabel = 65_535

  /// Reads features: the first extent counts examples, the others are an example's shape.
  ///
  /// Unsigned bytes stay bytes; signed bytes and 16-bit integers become floats, 32-bit integers
  /// doubles, floats and doubles stay what they are. An uncompressed file that is large for the memory is
  /// mapped: its rows are read as they are needed.
  ///
  /// - Throws: `FileError` where the file cannot be read, is not a whole IDX file, or has a rank
  ///   below 2 or examples without elements.
  public static func readFeatures(_ path: String) throws -> Features {
    try readFeatures(path, isMapped: nil)
  }

  /// Reads features, mapped or not; nil to decide by the size.
  static func readFeatures(_ path: String, isMapped: Bool?) throws -> Features {
    let file = try IDXFile(path: path)
    let shape = Array(file.extents.dropFirst())
    if shape.isEmpty || shape.contains(0) {
      throw file.reader.error(
        "expected rows of features, found the extents \(file.extents)", at: 4)
    }
    let isLarge = MappedFile.suits(byteCount: file.count * file.type.size)
    if !path.hasSuffix(".gz") && (isMapped ?? isLarge) {
      return Features(.mapped(try file.mapped()), exampleShape: shape, image: image(of: shape))
    }
    let storage: Features.Storage =
      switch file.type {
      case .uint8: .bytes(try file.bytes())
      case .int8: .floats(try file.elements { (bits: Int8) in Float(bits) })
      case .int16: .floats(try file.elements { (bits: Int16) in Float(bits) })
      case .int32: .doubles(try file.elements { (bits: Int32) in Double(bits) })
      case .float32: .floats(try file.elements { (bits: UInt32) in Float(bitPattern: bits) })
      case .float64: .doubles(try file.elements { (bits: UInt64) in Double(bitPattern: bits) })
      }
    return Features(storage, exampleShape: shape, image: image(of: shape))
  }

  /// Rank 3 files hold gray pictures; of three extents, the one that counts channels tells the
  /// layout.
  static func image(of shape: [Int]) -> ImageShape? {
    switch shape.count {
    case 2: ImageShape(width: shape[1], height: shape[0])
    case 3 where shape[0] == 1 || shape[0] == 3:
      ImageShape(width: shape[2], height: shape[1], channels: shape[0])
    case 3 where shape[2] == 1 || shape[2] == 3:
      ImageShape(width: shape[1], height: shape[0], channels: shape[2], layout: .interleaved)
    default: nil
    }
  }
}

// MARK: - Writing

extension IDX {
  /// Writes features, uncompressed: bytes as unsigned bytes, floats and doubles as what they are.
  ///
  /// - Throws: `FileError` where the file cannot be written, its name promises compression, or an
  ///   extent is above 2³² − 1.
  public static func write(_ features: Features, to path: String) throws {
    let extents = [features.count] + features.exampleShape
    try features.withRows(
      bytes: { try write(features, $0, .uint8, extents, to: path) { $0 } },
      floats: { try write(features, $0, .float32, extents, to: path) { $0.bitPattern.bigEndian } },
      doubles: {
        try write(features, $0, .float64, extents, to: path) { $0.bitPattern.bigEndian }
      })
  }

  /// Writes labels, uncompressed: as unsigned bytes where they fit, else as 32-bit integers.
  ///
  /// - Throws: `FileError` where the file cannot be written, its name promises compression, or a
  ///   label is outside 0…65,535.
  public static func write(labels: [Int], to path: String) throws {
    if let wrong = labels.first(where: { $0 < 0 || $0 > largestLabel }) {
      throw FileError(path, "cannot write the label \(wrong), outside 0…\(largestLabel)")
    }
    let isNarrow = labels.allSatisfy { $0 < 256 }
    let head = try header(isNarrow ? .uint8 : .int32, [labels.count], path: path)
    try AtomicFile.write(to: path) { file in
      try file.write(head)
      if isNarrow { return try file.write(labels.map { UInt8($0) }) }
      try labels.map { Int32($0).bigEndian }.withUnsafeBytes { try file.write($0) }
    }
  }

  private static func write<Element, Bits>(
    _ features: Features, _ start: (Int) -> UnsafePointer<Element>, _ type: IDXFile.ElementType,
    _ extents: [Int],
    to path: String, _ bits: (Element) -> Bits
  ) throws {
    let head = try header(type, extents, path: path)
    let size = features.featureCount
    try AtomicFile.write(to: path) { file in
      try file.write(head)
      for row in 0..<features.count {
        let elements = UnsafeBufferPointer(start: start(row), count: size)
        try elements.map(bits).withUnsafeBytes { try file.write($0) }
      }
    }
  }

  static func header(
    _ type: IDXFile.ElementType, _ extents: [Int], path: String
  ) throws -> [UInt8] {
    if path.hasSuffix(".gz") {
      throw FileError(path, "cannot write compressed files; choose a name without .gz")
    }
    guard extents.count <= 255, extents.allSatisfy({ $0 <= UInt32.max }) else {
      throw FileError(path, "the extents \(extents) are too large for the IDX format")
    }
    let bytes = extents.flatMap { extent in
      [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: extent >> $0) }
    }
    return [0, 0, type.rawValue, UInt8(extents.count)] + bytes
  }
}

// MARK: - Files

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

    var format: NumberFormat {
      let kind: NumberFormat.Kind =
        switch self {
        case .uint8: .uint8
        case .int8: .int8
        case .int16: .int16
        case .int32: .int32
        case .float32: .float32
        case .float64: .float64
        }
      return NumberFormat(kind, isBigEndian: true)
    }

    var isFloating: Bool { self == .float32 || self == .float64 }
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
        let advice = kind.advice(for: path).map { "; " + $0 } ?? ""
        throw FileError(path, "expected an IDX file, found \(kind)\(advice)")
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

  /// The elements of a file that is not compressed, mapped: the first extent counts rows.
  func mapped() throws -> MappedRows {
    if reader.remainingLimit != count * type.size {
      throw reader.error(
        "expected \(count * type.size) bytes of elements, found \(reader.remainingLimit)")
    }
    let columnCount = extents.dropFirst().reduce(1, *)
    let file = try MappedFile(path: reader.path)
    let part = MappedRows.Part(
      file, offset: reader.offset, stride: columnCount * type.size, count: extents[0])
    return MappedRows([part], of: columnCount, type.format)
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

import PerceptronLinearAlgebra

/// Named tensors and metadata, as a safetensors file holds them.
///
///     var archive = TensorArchive(metadata: ["activation": "relu"])
///     archive.add(weights, named: "layer1.weight")
///     try archive.write(to: "model.safetensors")
///
/// What is read back has the same bits, NaN payloads and signed zeros included. Python's
/// `safetensors` package reads and writes the same files.
public struct TensorArchive: Sendable {
  /// The type of a tensor's elements, by its name in the format.
  public enum DataType: String, Sendable {
    /// Single precision: `Float`.
    case float32 = "F32"
    /// Double precision: `Double`.
    case float64 = "F64"

    /// Bytes per element.
    var size: Int { self == .float32 ? 4 : 8 }
  }

  struct Entry: Sendable {
    var name: String
    var tensor: any StoredTensor
  }

  /// The format's key for notes, which no tensor can have.
  package static let metadataKey = "__metadata__"

  /// Free-form notes, stored beside the tensors.
  public var metadata: [String: String]
  /// Where the archive was read from, for messages.
  private var origin = "tensor archive"
  private(set) var entries: [Entry] = []
  /// The tensors that were of integers or truth values in the file that was converted.
  package private(set) var integerNames: Set<String> = []

  /// An archive without tensors.
  public init(metadata: [String: String] = [:]) { self.metadata = metadata }

  /// The tensors' names, in the order of the file or in which they were added.
  public var names: [String] { entries.map(\.name) }

  /// The element type of the tensor `name`, or nil where there is none of that name.
  public func dataType(of name: String) -> DataType? { entry(name)?.tensor.dataType }

  /// Adds `tensor` under a new name.
  ///
  /// - Precondition: no tensor has that name yet, and it is not `__metadata__`.
  public mutating func add<Scalar: BLASScalar>(_ tensor: Tensor<Scalar>, named name: String) {
    require(entry(name) == nil, "TensorArchive: there is already a tensor named \(name)")
    require(
      name != TensorArchive.metadataKey, "TensorArchive: the name \(name) has another meaning")
    entries.append(Entry(name: name, tensor: tensor))
  }

  /// The tensor `name`, whose elements must be of type `Scalar`; nothing is converted.
  ///
  /// - Parameter shape: the shape it must have, or nil for any.
  /// - Throws: ``FileError`` where there is no such tensor, or its type or shape is another.
  public func tensor<Scalar: BLASScalar>(
    named name: String, as scalar: Scalar.Type = Scalar.self, shape: Shape? = nil
  ) throws -> Tensor<Scalar> {
    guard let stored = entry(name)?.tensor else {
      let known = entries.isEmpty ? "none" : names.joined(separator: ", ")
      throw FileError(origin, "expected a tensor named \(name), found \(known)")
    }
    guard let tensor = stored as? Tensor<Scalar> else {
      throw FileError(
        origin,
        "tensor \(name): expected elements of type \(Scalar.self), found "
          + stored.dataType.rawValue)
    }
    if let shape, shape != tensor.shape {
      throw FileError(
        origin, "tensor \(name): expected the shape \(shape), found \(tensor.shape)")
    }
    return tensor
  }

  private func entry(_ name: String) -> Entry? { entries.first { $0.name == name } }
}

/// A tensor of one of the two scalar types.
protocol StoredTensor: Sendable {
  var shape: Shape { get }
  var dataType: TensorArchive.DataType { get }
  func withUnsafeBytes<Result>(
    _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result
}

extension Tensor: StoredTensor {
  var dataType: TensorArchive.DataType {
    switch Scalar.self {
    case is Float.Type: .float32
    case is Double.Type: .float64
    default: fatalError("TensorArchive: cannot hold elements of type \(Scalar.self)")
    }
  }

  func withUnsafeBytes<Result>(
    _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    try withUnsafeElements { try body(UnsafeRawBufferPointer($0)) }
  }
}

// MARK: - Files

// Tensors go to and from the file as they are in memory, and the format is little-endian.
#if _endian(big)
  #error("TensorArchive needs a little-endian machine")
#endif

extension TensorArchive {
  /// Reads the safetensors file at `path`. Every field is checked before memory is allocated for it.
  ///
  /// - Throws: ``FileError`` where the file cannot be read or is not as the format has it, or a
  ///   tensor is neither F32 nor F64 or has more than four dimensions.
  public init(readingFrom path: String) throws {
    try self.init(ByteReader(path: path))
  }

  /// Reads what ``bytes()`` made, with the same checks; messages call it `name`.
  package init(_ bytes: UnsafeRawBufferPointer, named name: String) throws {
    try self.init(MemoryReader(bytes, named: name))
  }

  /// Reads the safetensors file of another program: F16 and BF16 become F32, integers and truth values F64.
  ///
  /// - Throws: as ``init(readingFrom:)``, and for tensors of other types.
  package init(convertingFrom path: String) throws {
    try self.init(ByteReader(path: path), converts: true)
  }

  /// Reads the bytes of such a file; messages call it `name`.
  package init(converting bytes: UnsafeRawBufferPointer, named name: String) throws {
    try self.init(MemoryReader(bytes, named: name), converts: true)
  }

  private init(_ reader: some ByteSource, converts: Bool = false) throws {
    let size = try reader.bytes(8, of: "the header's length").reversed().reduce(UInt64(0)) {
      $0 << 8 | UInt64($1)
    }
    if size > SafetensorsHeader.largestSize {
      throw reader.error(
        "expected a header of at most \(SafetensorsHeader.largestSize) bytes, found the length "
          + "\(size): not a safetensors file", at: 0)
    }
    if size > reader.remainingLimit {
      throw reader.error(
        "the header has \(size) bytes, but only \(reader.remainingLimit) follow: the file is cut "
          + "or not a safetensors file", at: 0)
    }
    let json = try reader.bytes(Int(size), of: "the header")
    let header = try SafetensorsHeader(
      json: json, path: reader.path, dataSize: reader.remainingLimit, converts: converts)
    self.init(metadata: header.metadata)
    origin = reader.path
    entries = try header.fields.map { field in
      Entry(name: field.name, tensor: try TensorArchive.tensor(of: field, from: reader))
    }
    integerNames = Set(header.fields.filter { !$0.type.isFloating }.map(\.name))
    try reader.expectEnd()
  }

  private static func tensor(
    of field: SafetensorsHeader.Field, from reader: some ByteSource
  ) throws -> any StoredTensor {
    func tensor<Scalar: BLASScalar>(of scalar: Scalar.Type) throws -> Tensor<Scalar> {
      try Tensor(shape: field.shape) { elements in
        try reader.read(
          into: UnsafeMutableRawBufferPointer(elements), of: "tensor \(field.name)")
      }
    }
    switch field.type {
    case .float32: return try tensor(of: Float.self)
    case .float64: return try tensor(of: Double.self)
    case .float16, .bfloat16: return try converted(field, from: reader, to: Float.self)
    default: return try converted(field, from: reader, to: Double.self)
    }
  }

  /// A tensor of another type, as elements of `Scalar`.
  private static func converted<Scalar: BLASScalar & NativeNumber>(
    _ field: SafetensorsHeader.Field, from reader: some ByteSource, to scalar: Scalar.Type
  ) throws -> Tensor<Scalar> {
    let size = field.type.size
    return try Tensor(shape: field.shape) { elements in
      // A piece at a time, so that the file's numbers need little room beside the tensor.
      let piece = 1 << 16
      for start in Swift.stride(from: 0, to: elements.count, by: piece) {
        let end = min(start + piece, elements.count)
        let bytes = try reader.bytes((end - start) * size, of: "tensor \(field.name)")
        let part = UnsafeMutableBufferPointer(rebasing: elements[start..<end])
        bytes.withUnsafeBytes { bytes in
          if let format = field.type.format { return format.convert(bytes, into: part) }
          for index in part.indices {
            let half = bytes.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self)
            part[index] = Scalar(Float(bitPattern: UInt32(half) << 16))
          }
        }
      }
    }
  }

  /// Writes the archive to `path` atomically: a failure leaves the old file as it was.
  ///
  /// The bytes depend only on the contents, not on the order in which tensors were added: wider
  /// types come first, then names by their UTF-8, as the format's own implementation has it.
  ///
  /// - Throws: ``FileError`` where the file cannot be written or the names and notes take more than
  ///   the 100 MB that the format allows.
  public func write(to path: String) throws {
    try AtomicFile.write(to: path) { file in
      try forEachPart(path: path) { try file.write($0) }
    }
  }

  /// The bytes of the file that ``write(to:)`` writes.
  package func bytes() throws -> [UInt8] {
    var bytes: [UInt8] = []
    try forEachPart(path: origin) { bytes += $0 }
    return bytes
  }

  /// Calls `body` with the bytes of the file, one part after the other.
  private func forEachPart(
    path: String, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    let entries = entries.stablySorted { left, right in
      let (leftSize, rightSize) = (left.tensor.dataType.size, right.tensor.dataType.size)
      if leftSize != rightSize { return leftSize > rightSize }
      return left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
    }
    let header = try TensorArchive.header(of: entries, metadata: metadata)
    if header.count > SafetensorsHeader.largestSize {
      throw FileError(path, "a header of \(header.count) bytes is more than the format allows")
    }
    let size = UInt64(header.count).littleEndian
    try Swift.withUnsafeBytes(of: size, body)
    try header.withUnsafeBytes(body)
    for entry in entries { try entry.tensor.withUnsafeBytes(body) }
  }

  /// The header's JSON, padded with spaces so that the data begins at a multiple of 8.
  private static func header(of entries: [Entry], metadata: [String: String]) throws -> [UInt8] {
    var fields: [String] = []
    if !metadata.isEmpty {
      let notes =
        try metadata
        .stablySorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        .map { "\(try $0.key.jsonLine):\(try $0.value.jsonLine)" }
      fields.append("\"\(metadataKey)\":{\(notes.joined(separator: ","))}")
    }
    var position = 0
    for entry in entries {
      let (type, shape) = (entry.tensor.dataType, entry.tensor.shape)
      let end = position + shape.count * type.size
      let extents = shape.dimensions.map(String.init).joined(separator: ",")
      fields.append(
        "\(try entry.name.jsonLine):{\"dtype\":\"\(type.rawValue)\",\"shape\":[\(extents)],"
          + "\"data_offsets\":[\(position),\(end)]}")
      position = end
    }
    var header = Array("{\(fields.joined(separator: ","))}".utf8)
    while header.count % 8 != 0 { header.append(UInt8(ascii: " ")) }
    return header
  }
}

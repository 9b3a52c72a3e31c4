import PerceptronLinearAlgebra

// Tensors go to and from the file as they are in memory, and the format is little-endian.
#if _endian(big)
  #error("TensorArchive needs a little-endian machine")
#endif

extension TensorArchive {
  /// Reads the safetensors file at `path`. Every field is checked, and memory is set aside only
  /// for what the file really holds.
  ///
  /// - Throws: ``FileError`` where the file cannot be read or is not as the format has it, or a
  ///   tensor is neither F32 nor F64 or has more than four dimensions.
  public init(readingFrom path: String) throws {
    let reader = try ByteReader(path: path)
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
      json: json, path: path, dataSize: reader.remainingLimit)
    let entries = try header.fields.map { field in
      Entry(name: field.name, payload: try TensorArchive.payload(of: field, from: reader))
    }
    try reader.expectEnd()
    self.init(origin: path, metadata: header.metadata, entries: entries)
  }

  private static func payload(
    of field: SafetensorsHeader.Field, from reader: ByteReader
  ) throws -> Payload {
    func tensor<Scalar: BLASScalar>() throws -> Tensor<Scalar> {
      try Tensor(shape: field.shape) { elements in
        try reader.read(
          into: UnsafeMutableRawBufferPointer(elements), of: "tensor \(field.name)")
      }
    }
    switch field.dataType {
    case .float32: return .float32(try tensor())
    case .float64: return .float64(try tensor())
    }
  }

  /// Writes the archive to `path` at one stroke: a failure leaves the old file as it was.
  ///
  /// The bytes depend only on the contents, not on the order in which tensors were added: wider
  /// types come first, then names by their UTF-8, as the format's own implementation has it.
  ///
  /// - Throws: ``FileError`` where the file cannot be written or the names and notes take more than
  ///   the 100 MB that the format allows.
  public func write(to path: String) throws {
    let entries = entries.sorted { left, right in
      let (leftSize, rightSize) = (left.payload.dataType.size, right.payload.dataType.size)
      if leftSize != rightSize { return leftSize > rightSize }
      return left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
    }
    let header = TensorArchive.header(of: entries, metadata: metadata)
    if header.count > SafetensorsHeader.largestSize {
      throw FileError(path, "a header of \(header.count) bytes is more than the format allows")
    }
    let size = UInt64(header.count)
    try AtomicFile.write(to: path) { file in
      try file.write((0..<8).map { UInt8(truncatingIfNeeded: size >> (8 * $0)) })
      try file.write(header)
      for entry in entries {
        try entry.payload.withUnsafeBytes { try file.write($0) }
      }
    }
  }

  /// The header's JSON, padded with spaces so that the data begins at a multiple of 8.
  private static func header(of entries: [Entry], metadata: [String: String]) -> [UInt8] {
    var fields: [String] = []
    if !metadata.isEmpty {
      let notes =
        metadata
        .sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        .map { "\(quoted($0.key)):\(quoted($0.value))" }
      fields.append("\(quoted(metadataKey)):{\(notes.joined(separator: ","))}")
    }
    var position = 0
    for entry in entries {
      let type = entry.payload.dataType
      let shape = entry.payload.shape
      let end = position + shape.count * type.size
      let extents = shape.dimensions.map(String.init).joined(separator: ",")
      fields.append(
        "\(quoted(entry.name)):{\"dtype\":\"\(type.rawValue)\",\"shape\":[\(extents)],"
          + "\"data_offsets\":[\(position),\(end)]}")
      position = end
    }
    var header = Array("{\(fields.joined(separator: ","))}".utf8)
    while header.count % 8 != 0 { header.append(UInt8(ascii: " ")) }
    return header
  }

  /// `text` as a JSON string.
  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\u{8}": result += "\\b"
      case "\u{C}": result += "\\f"
      case _ where scalar.value < 0x20:
        result += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

internal import CPerceptronZlib
import Foundation

/// Reads a member of a zip file from its beginning to its end, and checks its CRC-32 there.
///
/// A member that is deflated is inflated into the caller's memory without another copy.
package final class ZipMemberReader: ByteSource {
  enum Method: UInt16 {
    case stored = 0
    case deflated = 8
  }

  /// The most bytes that are given to zlib at once, which counts with 32 bits.
  private static let pieceSize = 1 << 30

  /// The archive's path and the member's name, with a slash between them.
  package let path: String
  package private(set) var offset = 0
  private let size: Int
  private let expectedChecksum: UInt32
  private var checksum: UInt = 0
  private let file: RandomAccessFile
  /// The compressed bytes that are not read yet.
  private var input: Range<Int>
  /// Nil for a member that is stored.
  private let inflater: Inflater?

  /// Throws a ``FileError`` where a member of the compressed size cannot have its size.
  init(
    _ member: ZipArchive.Member, method: Method, path: String, file: RandomAccessFile, start: Int
  ) throws {
    self.path = path
    self.file = file
    size = member.size
    expectedChecksum = member.checksum
    input = start..<start + member.compressedSize
    let isPossible =
      switch method {
      case .stored: size == member.compressedSize
      case .deflated: size <= Gzip.largestSize(ofDeflated: member.compressedSize)
      }
    if !isPossible {
      throw FileError(
        file.path, atByte: member.entryOffset,
        "\(member.name): \(size) bytes cannot come from \(member.compressedSize) that are \(method)"
      )
    }
    if method == .stored {
      inflater = nil
      return
    }
    guard let inflater = Inflater() else {
      throw FileError(path, "cannot open: zlib has no memory")
    }
    self.inflater = inflater
  }

  /// The bytes that follow.
  package var remainingLimit: Int { size - offset }

  /// Throws a ``FileError`` if fewer than `count` bytes follow, or there is no memory for them.
  package func expect(_ count: Int, of what: String) throws {
    if count > remainingLimit {
      throw error("expected \(count) bytes of \(what), found \(remainingLimit)")
    }
    try expectMemory(count, for: what)
  }

  /// Fills `buffer` with the next bytes.
  ///
  /// - Throws: ``FileError`` where the member ends first or its data is damaged.
  package func read(into buffer: UnsafeMutableRawBufferPointer, of what: String) throws {
    try expect(buffer.count, of: what)
    var rest = buffer[...]
    while !rest.isEmpty {
      let piece = UnsafeMutableRawBufferPointer(rebasing: rest.prefix(Self.pieceSize))
      if let inflater {
        try fill(piece, from: inflater)
      } else {
        try file.read(into: piece, at: input.lowerBound)
        input = input.dropFirst(piece.count)
      }
      checksum = crc32(
        checksum, piece.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt32(piece.count))
      offset += piece.count
      rest = rest.dropFirst(piece.count)
    }
  }

  /// Throws a ``FileError`` if bytes follow, the compressed data is longer than the member, or the
  /// CRC-32 is another than that of the archive.
  package func expectEnd() throws {
    if remainingLimit > 0 {
      throw error("expected the end of the member, found \(remainingLimit) more bytes")
    }
    if let inflater, try !isAtEnd(of: inflater) {
      throw error("the compressed data is damaged: it goes on after \(size) bytes")
    }
    if checksum != expectedChecksum {
      throw FileError(
        path,
        "the data is damaged: expected the CRC-32 \(hex(UInt(expectedChecksum))), found "
          + hex(checksum))
    }
  }

  private func hex(_ checksum: UInt) -> String {
    let digits = String(checksum, radix: 16)
    return String(repeating: "0", count: max(0, 8 - digits.count)) + digits
  }

  // MARK: - Deflated data

  private func fill(_ buffer: UnsafeMutableRawBufferPointer, from inflater: Inflater) throws {
    var filled = 0
    while filled < buffer.count {
      if inflater.needsInput { try refill(inflater) }
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
      let count = try inflate(into: rest, inflater)
      filled += count
      if filled < buffer.count && inflater.isAtEnd
        || count == 0 && inflater.needsInput && input.isEmpty
      {
        throw error(
          "the compressed data is damaged: expected \(size) bytes, found \(offset + filled)",
          at: offset + filled)
      }
    }
  }

  /// Whether the compressed data ends where the member does.
  private func isAtEnd(of inflater: Inflater) throws -> Bool {
    var byte: UInt8 = 0
    while !inflater.isAtEnd {
      if inflater.needsInput { try refill(inflater) }
      let isOver = inflater.needsInput
      let count = try withUnsafeMutableBytes(of: &byte) { try inflate(into: $0, inflater) }
      if count > 0 || isOver && !inflater.isAtEnd { return false }
    }
    return inflater.needsInput && input.isEmpty
  }

  private func inflate(
    into buffer: UnsafeMutableRawBufferPointer, _ inflater: Inflater
  ) throws -> Int {
    do {
      return try inflater.inflate(into: buffer)
    } catch {
      throw self.error("the compressed data is damaged: \(error.text)")
    }
  }

  private func refill(_ inflater: Inflater) throws {
    let piece = input.prefix(Inflater.inputSize)
    try inflater.refill(piece.count) { try file.read(into: $0, at: piece.lowerBound) }
    input = input.dropFirst(piece.count)
  }
}

/// zlib's state for data that is deflated without a header.
private final class Inflater {
  /// An error in the compressed data.
  struct Damage: Error {
    let text: String
  }

  /// The most bytes that are taken at once.
  static let inputSize = 1 << 18

  private(set) var isAtEnd = false
  private let input = UnsafeMutableRawBufferPointer.allocate(
    byteCount: Inflater.inputSize, alignment: 64)
  /// zlib's state points back at it, so that it must not move.
  private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)

  /// Nil where there is no memory.
  init?() {
    stream.initialize(to: z_stream())
    // A negative size of the window asks for no header; the other size guards against another zlib.
    let size = Int32(MemoryLayout<z_stream>.size)
    if inflateInit2_(stream, -MAX_WBITS, ZLIB_VERSION, size) != Z_OK { return nil }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
    input.deallocate()
  }

  var needsInput: Bool { stream.pointee.avail_in == 0 }

  /// Takes `count` more bytes, up to ``inputSize``, which `read` writes to memory.
  func refill(_ count: Int, _ read: (UnsafeMutableRawBufferPointer) throws -> Void) throws {
    try read(UnsafeMutableRawBufferPointer(rebasing: input[..<count]))
    stream.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_in = UInt32(count)
  }

  /// Fills some of `buffer`, of up to 2³⁰ bytes; 0 where there is not enough input, or nothing follows.
  func inflate(into buffer: UnsafeMutableRawBufferPointer) throws(Damage) -> Int {
    stream.pointee.next_out = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_out = UInt32(buffer.count)
    switch CPerceptronZlib.inflate(stream, Z_NO_FLUSH) {
    case Z_OK, Z_BUF_ERROR: break
    case Z_STREAM_END: isAtEnd = true
    default:
      throw Damage(text: stream.pointee.msg.map { String(cString: $0) } ?? "no deflated data")
    }
    return buffer.count - Int(stream.pointee.avail_out)
  }
}

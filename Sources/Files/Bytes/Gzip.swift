internal import CPerceptronZlib
import Foundation

/// Gzip data that is already in memory, and the beginning of a file; whole files are read by
/// ``ByteReader``.
package enum Gzip {
  /// The most bytes that `count` deflated bytes can hold: 1,032 for each (zlib's technical details).
  static func largestSize(ofDeflated count: Int) -> Int {
    let (size, overflow) = count.multipliedReportingOverflow(by: 1032)
    return overflow ? .max : size
  }

  /// The first `count` bytes of the file at `path`, or all of a shorter one, decompressed where they
  /// are gzip data, whatever the file's name; nil where it is no file or cannot be read.
  static func head(ofFile path: String, count: Int) -> (bytes: [UInt8], isCompressed: Bool)? {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      let file = gzopen(path, "rb")
    else { return nil }
    defer { gzclose_r(file) }
    var read: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      read = gzread(file, buffer.baseAddress, UInt32(count))
      filled = Int(max(read, 0))
    }
    return read < 0 ? nil : (bytes, gzdirect(file) == 0)
  }

  /// The bytes that `compressed` holds, or nil where it is not one whole gzip stream or holds more
  /// than `limit` bytes.
  package static func decompress(_ compressed: [UInt8], limit: Int) -> [UInt8]? {
    var stream = z_stream()
    // 16 above the largest window asks for a gzip header; the size guards against another zlib.
    let size = Int32(MemoryLayout<z_stream>.size)
    guard let inputCount = UInt32(exactly: compressed.count), let room = UInt32(exactly: limit),
      inflateInit2_(&stream, 16 + MAX_WBITS, ZLIB_VERSION, size) == Z_OK
    else { return nil }
    defer { inflateEnd(&stream) }
    var input = compressed
    var status = Z_OK
    let result = input.withUnsafeMutableBufferPointer { input in
      [UInt8](unsafeUninitializedCapacity: limit) { output, count in
        stream.next_in = input.baseAddress
        stream.avail_in = inputCount
        stream.next_out = output.baseAddress
        stream.avail_out = room
        status = inflate(&stream, Z_FINISH)
        count = limit - Int(stream.avail_out)
      }
    }
    return status == Z_STREAM_END && stream.avail_in == 0 ? result : nil
  }
}

/// Inflates a gzip file from its beginning to its end: one member or several, then zero bytes at most,
/// with which archives are filled up.
///
/// Anything else after the last member is an error. `gzread` of zlib says nothing of it, so that two
/// files that were joined by mistake look like one.
final class GzipReader {
  /// An error in the compressed data.
  struct Damage: Error {
    let text: String
  }

  private let path: String
  private let descriptor: Int32
  private let input = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 1 << 18)
  /// zlib's state points back at it, so that it must not move.
  private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
  private var readCount = 0
  private var isFileRead = false
  /// Whether a member begins with the next byte, if there is one.
  private var isBetweenMembers = false

  /// Takes an open file, which is closed with the reader; nil where its data is not gzip.
  init?(path: String, descriptor: Int32) throws {
    self.path = path
    self.descriptor = descriptor
    stream.initialize(to: z_stream())
    // 16 above the largest window asks for a gzip header; the size guards against another zlib.
    let size = Int32(MemoryLayout<z_stream>.size)
    if inflateInit2_(stream, 16 + MAX_WBITS, ZLIB_VERSION, size) != Z_OK {
      throw FileError(path, "cannot open: zlib has no memory")
    }
    try refill()
    let magic: [UInt8] = [0x1f, 0x8b]
    if !input[..<Int(stream.pointee.avail_in)].starts(with: magic) { return nil }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
    input.deallocate()
    close(descriptor)
  }

  /// Fills some of `buffer`, which is not empty, with the next bytes; 0 at the end.
  ///
  /// - Throws: ``FileError`` where the file cannot be read, ``Damage`` where its data is not whole.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    let room = UInt32(min(buffer.count, 1 << 30))
    stream.pointee.next_out = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_out = room
    while true {
      if isBetweenMembers, try !beginMember() { return 0 }
      if stream.pointee.avail_in == 0 { try refill() }
      let status = inflate(stream, Z_NO_FLUSH)
      let count = Int(room - stream.pointee.avail_out)
      switch status {
      case Z_STREAM_END: isBetweenMembers = true
      case Z_OK: break
      case Z_BUF_ERROR where count == 0 && isFileRead:
        throw Damage(text: "unexpected end of file")
      case Z_BUF_ERROR: break
      default: throw Damage(text: stream.pointee.msg.map { String(cString: $0) } ?? "no gzip data")
      }
      if count > 0 { return count }
    }
  }

  /// Gets ready for another member; false where the file is over.
  private func beginMember() throws -> Bool {
    while true {
      if stream.pointee.avail_in == 0 { try refill() }
      guard stream.pointee.avail_in > 0, let next = stream.pointee.next_in else { return false }
      if next.pointee != 0 { break }
      stream.pointee.next_in = next + 1
      stream.pointee.avail_in -= 1
    }
    if stream.pointee.next_in?.pointee != 0x1f {
      let end = readCount - Int(stream.pointee.avail_in)
      throw Damage(text: "it ends at byte \(end) of the file, but other bytes follow")
    }
    inflateReset(stream)
    isBetweenMembers = false
    return true
  }

  /// Reads the next piece of the file, none at its end.
  private func refill() throws {
    if isFileRead { return }
    var count: Int
    repeat {
      count = Foundation.read(descriptor, input.baseAddress, input.count)
    } while count < 0 && errno == EINTR
    if count < 0 { throw FileError.system(path, "cannot read") }
    isFileRead = count == 0
    readCount += count
    stream.pointee.next_in = input.baseAddress
    stream.pointee.avail_in = UInt32(count)
  }
}

internal import CPerceptronZlib
import Foundation

/// Gzip data that is already in memory, and the beginning of a file; whole files are read by
/// ``ByteReader``.
package enum Gzip {
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
    guard inflateInit2_(&stream, 16 + MAX_WBITS, ZLIB_VERSION, size) == Z_OK else { return nil }
    defer { inflateEnd(&stream) }
    guard let inputCount = UInt32(exactly: compressed.count),
      let room = UInt32(exactly: limit)
    else { return nil }
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

internal import CZlib

/// Gzip data that is already in memory; files are read by ``ByteReader``.
package enum Gzip {
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

/// Bytes that are read from first to last: those of a file, or of a member of an archive.
///
/// Errors name the source and the byte. A read of more bytes than there can be is refused before
/// memory is allocated for them.
package protocol ByteSource: AnyObject {
  /// What errors name: a file's path, or `archive.npz/member.npy`.
  var path: String { get }
  /// The number of bytes read so far.
  var offset: Int { get }
  /// The most bytes that can still come.
  var remainingLimit: Int { get }
  /// Throws a ``FileError`` if there cannot be `count` more bytes of `what`, or memory for them.
  func expect(_ count: Int, of what: String) throws
  /// Fills `buffer` with the next bytes; throws a ``FileError`` where there are fewer.
  func read(into buffer: UnsafeMutableRawBufferPointer, of what: String) throws
  /// Throws a ``FileError`` if bytes follow, or a checksum is wrong.
  func expectEnd() throws
}

extension ByteReader: ByteSource {}

extension ByteSource {
  /// An error of this source, by default at the place that is read next.
  package func error(_ message: String, at offset: Int? = nil) -> FileError {
    FileError(path, atByte: offset ?? self.offset, message)
  }

  /// The next `count` bytes, as ``read(into:of:)`` gets them.
  package func bytes(_ count: Int, of what: String) throws -> [UInt8] {
    try expect(count, of: what)
    return try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      let room = UnsafeMutableBufferPointer(rebasing: buffer[..<count])
      try read(into: UnsafeMutableRawBufferPointer(room), of: what)
      initialized = count
    }
  }

  /// Throws a ``FileError`` if there is no memory for `count` bytes of `what`, which were found at the
  /// place that is read next. Small counts are not checked.
  package func expectMemory(_ count: Int, for what: String) throws {
    if count < 1 << 24 { return }
    let memory = MemoryLimit.current
    if Double(count) <= memory.left { return }
    throw error("\(what) takes \(gigabytes(Double(count))), but \(memory)")
  }
}

import Foundation

/// A regular file that is open for reading at any place.
package final class RandomAccessFile: Sendable {
  /// The file's path, as the caller gave it.
  package let path: String
  /// The number of bytes when it was opened.
  package let size: Int
  private let descriptor: Int32

  /// Opens the file at `path`; throws a ``FileError`` as ``openRegularFile(_:)`` does.
  package init(path: String) throws {
    self.path = path
    (descriptor, size) = try openRegularFile(path)
  }

  deinit { close(descriptor) }

  /// The `count` bytes from `offset` on; throws a ``FileError`` where the file ends before.
  package func bytes(at offset: Int, _ count: Int) throws -> [UInt8] {
    try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      let room = UnsafeMutableBufferPointer(rebasing: buffer[..<count])
      try read(into: UnsafeMutableRawBufferPointer(room), at: offset)
      initialized = count
    }
  }

  /// Fills `buffer` with the bytes from `offset` on; throws a ``FileError`` where the file ends before.
  package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws {
    var filled = 0
    while filled < buffer.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
      let count = pread(
        descriptor, rest.baseAddress, min(rest.count, 1 << 30), off_t(offset + filled))
      if count < 0 && errno == EINTR { continue }
      if count < 0 { throw FileError.system(path, "cannot read") }
      if count == 0 {
        throw FileError(
          path, atByte: offset + filled,
          "expected \(buffer.count - filled) more bytes: the file became shorter")
      }
      filled += count
    }
  }
}

/// Opens the file at `path` for reading; the number of bytes is that of the file which is open.
///
/// - Throws: ``FileError`` where there is no such file, or it is a directory, a device, empty or
///   unreadable.
func openRegularFile(_ path: String) throws -> (descriptor: Int32, size: Int) {
  // Before it is opened, since opening a pipe waits for its writer.
  _ = try ByteReader.size(of: path)
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  if descriptor < 0 { throw FileError.system(path, "cannot open") }
  // Another file may have taken the name meanwhile.
  var status = stat()
  if fstat(descriptor, &status) != 0 {
    defer { close(descriptor) }
    throw FileError.system(path, "cannot read")
  }
  return (descriptor, Int(status.st_size))
}

import Foundation

/// Reads a file from its beginning to its end, plain or, where its name ends in `.gz`, through
/// zlib. Every error says at which byte of the (decompressed) data it was found.
///
/// A read of more bytes than the file can hold is refused before memory is allocated for them.
package final class ByteReader {
  private enum Handle {
    case plain(Int32)
    case gzip(GzipReader)
  }

  /// The file's path, as the caller gave it.
  package let path: String
  package private(set) var offset = 0
  private let handle: Handle
  /// The file's size, or for a compressed file the largest size its data can have.
  private let capacity: Int

  /// Opens the file at `path`.
  ///
  /// - Throws: ``FileError`` where there is no such file, it is a directory, empty or unreadable,
  ///   or its name ends in `.gz` and its data is not gzip.
  package init(path: String) throws {
    self.path = path
    let (descriptor, size) = try openRegularFile(path)
    if !path.hasSuffix(".gz") {
      handle = .plain(descriptor)
      capacity = size
      return
    }
    guard let file = try GzipReader(path: path, descriptor: descriptor) else {
      throw FileError(path, atByte: 0, "expected gzip data, for the name ends in .gz")
    }
    handle = .gzip(file)
    capacity = Gzip.largestSize(ofDeflated: size)
  }

  deinit {
    if case .plain(let descriptor) = handle { close(descriptor) }
  }

  /// The size of a file on the disk in bytes; throws a ``FileError`` unless it is a regular file with data.
  package static func size(of path: String) throws -> Int {
    var status = stat()
    if stat(path, &status) != 0 { throw FileError.system(path, "cannot open") }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: throw FileError(path, "expected a file, found a directory")
    default: throw FileError(path, "expected a file, found a device, pipe or socket")
    }
    if status.st_size == 0 { throw FileError(path, "the file is empty") }
    return Int(status.st_size)
  }

  /// The most bytes that can still come: exact for a plain file, a bound for a compressed one.
  package var remainingLimit: Int { max(0, capacity - offset) }
}

// MARK: - Reading

extension ByteReader {
  /// Throws a ``FileError`` if the file cannot hold `count` bytes of `what`, or memory cannot.
  package func expect(_ count: Int, of what: String) throws {
    if count <= remainingLimit { return try expectMemory(count, for: what) }
    let found =
      switch handle {
      case .plain: "found \(remainingLimit)"
      case .gzip: "the compressed file cannot hold more than \(remainingLimit)"
      }
    throw error("expected \(count) bytes of \(what), \(found)")
  }

  /// Fills `buffer` with the next bytes, which the error's message calls `what`.
  ///
  /// - Throws: ``FileError`` where the file ends first, cannot be read, or is damaged.
  package func read(into buffer: UnsafeMutableRawBufferPointer, of what: String) throws {
    try expect(buffer.count, of: what)
    let start = offset
    let found = try fill(buffer)
    if found < buffer.count {
      throw error("expected \(buffer.count) bytes of \(what), found \(found)", at: start)
    }
  }

  /// Calls `body` with the rest of the file, at most 1 MiB at a time.
  package func forEachChunk(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
    defer { buffer.deallocate() }
    while true {
      let count = try fill(buffer)
      if count == 0 { return }
      try body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }
  }

  /// Throws a ``FileError`` if bytes follow, or a compressed file's checksum is wrong.
  package func expectEnd() throws {
    let end = offset
    var more = 0
    try forEachChunk { more += $0.count }
    if more > 0 { throw error("expected the end of the file, found \(more) more bytes", at: end) }
  }

  /// Reads until `buffer` is full or the file ends; the number of bytes read.
  func fill(_ buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    var filled = 0
    while filled < buffer.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
      let count = try readOnce(rest)
      if count == 0 { break }
      filled += count
      offset += count
    }
    return filled
  }

  /// One read of at most the buffer's size; 0 at the end of the file.
  private func readOnce(_ buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    let size = min(buffer.count, 1 << 30)
    switch handle {
    case .plain(let descriptor):
      while true {
        let count = Foundation.read(descriptor, buffer.baseAddress, size)
        if count >= 0 { return count }
        if errno != EINTR { throw FileError.system(path, "cannot read") }
      }
    case .gzip(let file):
      do {
        return try file.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<size]))
      } catch let damage as GzipReader.Damage {
        throw error("the gzip data is damaged: \(damage.text)")
      }
    }
  }
}

import Foundation

/// The bytes of a table, in order: of a plain or gzipped file, or of a descriptor such as standard input.
final class DelimitedSource {
  private enum Handle {
    case file(ByteReader)
    case descriptor(Int32)
  }

  /// The file's path, or what errors call the descriptor.
  let path: String
  private let handle: Handle
  /// Bytes that were taken to look at and come first.
  private var returned: ArraySlice<UInt8> = []

  /// Opens a file; see ``ByteReader/init(path:)``.
  init(path: String) throws {
    self.path = path
    handle = .file(try ByteReader(path: path))
  }

  /// Reads from an open descriptor, which stays the caller's.
  init(descriptor: Int32, name: String) {
    path = name
    handle = .descriptor(descriptor)
  }

  /// The most bytes that can still come, or nil where that is unknown.
  var remainingLimit: Int? {
    guard case .file(let reader) = handle else { return nil }
    return reader.remainingLimit
  }

  /// Fills `buffer` with the next bytes; a descriptor gives as many as are there, at least one. 0 at the
  /// end.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    if !returned.isEmpty {
      let count = min(returned.count, buffer.count)
      buffer.copyBytes(from: returned.prefix(count))
      returned = returned.dropFirst(count)
      return count
    }
    switch handle {
    case .file(let reader): return try reader.fill(buffer)
    case .descriptor(let descriptor):
      while true {
        let count = Foundation.read(descriptor, buffer.baseAddress, buffer.count)
        if count >= 0 { return count }
        if errno != EINTR { throw FileError.system(path, "cannot read") }
      }
    }
  }

  /// Makes `bytes`, which were read last, come again.
  func giveBack(_ bytes: some Sequence<UInt8>) { returned = ArraySlice(bytes) + returned }

  /// Passes over `count` bytes.
  func skip(_ count: Int) throws {
    var rest = count
    try withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 16) { buffer in
      while rest > 0 {
        let read = try read(
          into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<min(rest, buffer.count)]))
        if read == 0 { throw FileError(path, "the file was changed while it was read") }
        rest -= read
      }
    }
  }
}

/// Memory for a part of a table. A line's end and zeros stand behind the bytes, so that readers of cells
/// and numbers need not look where they end.
final class DelimitedBuffer {
  static let padding = 64

  private(set) var bytes: UnsafeMutablePointer<UInt8>
  private(set) var capacity: Int
  private(set) var count = 0

  init(capacity: Int) {
    self.capacity = capacity
    bytes = .allocate(capacity: capacity + Self.padding)
  }

  deinit { bytes.deallocate() }

  /// Where the bytes end.
  var end: UnsafePointer<UInt8> { UnsafePointer(bytes + count) }

  /// Sets the number of bytes, and what stands behind them.
  func end(at count: Int, lineEnd: UInt8) {
    self.count = count
    (bytes + count).initialize(repeating: 0, count: Self.padding)
    bytes[count] = lineEnd
  }

  /// Keeps the first `kept` bytes and makes room for more.
  func grow(to larger: Int, keeping kept: Int) {
    if larger <= capacity { return }
    let other = UnsafeMutablePointer<UInt8>.allocate(capacity: larger + Self.padding)
    other.update(from: bytes, count: kept)
    bytes.deallocate()
    (bytes, capacity) = (other, larger)
  }

  /// The room from a byte on.
  func room(from start: Int) -> UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(start: bytes + start, count: capacity - start)
  }
}

/// Reads bytes in memory from first to last.
final class MemoryReader: ByteSource {
  let path: String
  private(set) var offset = 0
  private let bytes: UnsafeRawBufferPointer

  /// Reads bytes that the caller keeps for as long as the object is used; errors call them `name`.
  init(_ bytes: UnsafeRawBufferPointer, named name: String) {
    path = name
    self.bytes = bytes
  }

  var remainingLimit: Int { bytes.count - offset }

  func expect(_ count: Int, of what: String) throws {
    if count <= remainingLimit { return try expectMemory(count, for: what) }
    throw error("expected \(count) bytes of \(what), found \(remainingLimit)")
  }

  func read(into buffer: UnsafeMutableRawBufferPointer, of what: String) throws {
    try expect(buffer.count, of: what)
    buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + buffer.count]))
    offset += buffer.count
  }

  func expectEnd() throws {
    if remainingLimit == 0 { return }
    throw error("expected the end of the file, found \(remainingLimit) more bytes")
  }
}

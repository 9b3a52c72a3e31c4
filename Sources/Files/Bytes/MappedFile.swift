import Foundation

/// The bytes of a file, mapped into memory: pages come in as they are read, and the system takes them away
/// again where memory is short. So a file may be larger than the memory.
///
/// The file must not be cut while it is mapped: reading beyond its end then ends the process (`SIGBUS`).
package final class MappedFile: @unchecked Sendable {
  /// The file's path, as the caller gave it.
  package let path: String
  /// The bytes; not to be used after the object is gone.
  package let bytes: UnsafeRawBufferPointer
  /// Whether the mapping ends with the object.
  private let isOwned: Bool

  /// Maps a file.
  ///
  /// - Throws: ``FileError`` where it is no regular file, is empty, or cannot be read or mapped.
  package init(path: String) throws {
    _ = try ByteReader.size(of: path)
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    if descriptor < 0 { throw FileError.system(path, "cannot open") }
    defer { close(descriptor) }
    var status = stat()
    if fstat(descriptor, &status) != 0 { throw FileError.system(path, "cannot read") }
    let size = Int(status.st_size)
    guard size > 0, let start = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0),
      start != MAP_FAILED
    else { throw FileError.system(path, "cannot be mapped into memory") }
    self.path = path
    bytes = UnsafeRawBufferPointer(start: start, count: size)
    isOwned = true
  }

  /// Bytes that the caller keeps for as long as the object is used, in place of a file's.
  package init(borrowing bytes: UnsafeRawBufferPointer) {
    path = "memory"
    self.bytes = bytes
    isOwned = false
  }

  deinit {
    if !isOwned { return }
    munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
  }

  /// Whether data of a size is better mapped than read: it would take more than a quarter of the memory
  /// that is left.
  package static func suits(byteCount: Int, memory: MemoryLimit = .current) -> Bool {
    Double(byteCount) > memory.left / 4
      // A mapping takes address space, too.
      && !(memory.limitsAddresses && Double(byteCount) > memory.left)
  }
}

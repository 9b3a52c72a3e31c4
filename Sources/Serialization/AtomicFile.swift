import Foundation

/// Writes files so that nothing is ever half written: the bytes go to a new file in the target's
/// directory, which replaces the target once they are on the disk.
///
/// A process that is killed while it writes leaves that new file, named `.<target>.<random>.part`.
package enum AtomicFile {
  /// Replaces the file at `path`, or makes it, with `bytes`.
  ///
  /// - Throws: ``FileError``; the old file is then as it was.
  package static func write(_ bytes: [UInt8], to path: String) throws {
    try write(to: path) { try $0.write(bytes) }
  }

  /// Replaces the file at `path`, or makes it, with what `body` writes.
  ///
  /// - Throws: ``FileError``, or what `body` throws; the old file is then as it was.
  package static func write(to path: String, _ body: (Writer) throws -> Void) throws {
    // Split at the last slash. NSString's deletingLastPathComponent traps for names of one letter.
    let slash = path.lastIndex(of: "/")
    let directory = slash.map { String(path[...$0]) } ?? "./"
    let part = directory + partName(for: slash.map { path[$0...].dropFirst() } ?? path[...])
    let descriptor = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    if descriptor < 0 { throw FileError.system(path, cannot: "write here", code: errno) }
    do {
      try fill(descriptor, path: path, body)
      if rename(part, path) != 0 {
        throw FileError.system(path, cannot: "replace this file", code: errno)
      }
    } catch {
      unlink(part)
      throw error
    }
    synchronize(directory: directory)
  }

  /// A new name that tells, should the process be killed, which file was being written.
  private static func partName(for target: Substring) -> String {
    var name = target
    // File systems take names of up to 255 bytes.
    while name.utf8.count > 200 { name.removeLast() }
    return ".\(name).\(String(UInt64.random(in: .min ... .max), radix: 16)).part"
  }

  /// Writes what `body` writes, waits until it is on the disk, and closes the file.
  private static func fill(
    _ descriptor: Int32, path: String, _ body: (Writer) throws -> Void
  ) throws {
    do {
      keepMode(of: path, for: descriptor)
      try body(Writer(descriptor: descriptor, path: path))
      if fsync(descriptor) != 0 { throw FileError.system(path, cannot: "write", code: errno) }
    } catch {
      close(descriptor)
      throw error
    }
    if close(descriptor) != 0 { throw FileError.system(path, cannot: "write", code: errno) }
  }

  /// Gives the new file the permissions of the one it is going to replace.
  private static func keepMode(of path: String, for descriptor: Int32) {
    var status = stat()
    if stat(path, &status) == 0 { fchmod(descriptor, status.st_mode & 0o777) }
  }

  /// Makes the renaming last through a power failure. Some file systems cannot, which is no
  /// reason to call the write failed.
  private static func synchronize(directory: String) {
    let descriptor = open(directory, O_RDONLY | O_CLOEXEC)
    if descriptor < 0 { return }
    fsync(descriptor)
    close(descriptor)
  }
}

extension AtomicFile {
  /// Takes the bytes of a file that is being written; valid only inside the call that lends it.
  package struct Writer {
    fileprivate let descriptor: Int32
    fileprivate let path: String

    /// Appends `bytes`.
    ///
    /// - Throws: ``FileError`` with the system's reason.
    package func write(_ bytes: [UInt8]) throws {
      try bytes.withUnsafeBytes { try write($0) }
    }

    /// Appends the bytes of `buffer`.
    ///
    /// - Throws: ``FileError`` with the system's reason.
    package func write(_ buffer: UnsafeRawBufferPointer) throws {
      var rest = buffer[...]
      while !rest.isEmpty {
        let chunk = UnsafeRawBufferPointer(rebasing: rest)
        let written = Foundation.write(descriptor, chunk.baseAddress, min(chunk.count, 1 << 30))
        if written < 0 && errno == EINTR { continue }
        if written < 0 { throw FileError.system(path, cannot: "write", code: errno) }
        rest = rest.dropFirst(written)
      }
    }
  }
}

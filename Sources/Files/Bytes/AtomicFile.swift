import Foundation

/// Writes files so that nothing is ever half written: the bytes go to a new file in the target's
/// directory, which replaces the target once they are on the disk.
///
/// A symbolic link is kept, and its target is replaced. Anything but a regular file, such as a device
/// or a named pipe, receives the bytes directly, and so does a file that the process has open, such as
/// a redirected `/dev/stdout`. A process that is killed while it writes leaves the new file, named
/// `.<target>.<random>.part`.
package enum AtomicFile {
  /// Replaces the file at `path`, or makes it, with `bytes`; an error leaves the old file as it was.
  package static func write(_ bytes: [UInt8], to path: String) throws {
    try write(to: path) { try $0.write(bytes) }
  }

  /// Replaces the file at `path`, or makes it, with what `body` writes; an error, also one of `body`,
  /// leaves the old file as it was.
  package static func write(to path: String, _ body: (Writer) throws -> Void) throws {
    guard let target = try Target(path) else { return try stream(to: path, body) }
    let (part, descriptor) = try makePart(of: target, path: path)
    do {
      if let mode = target.mode { fchmod(descriptor, mode) }
      try fill(descriptor, path: path, synchronizes: true, body)
      if rename(part, target.path) != 0 {
        throw FileError.system(path, "cannot replace this file")
      }
    } catch {
      unlink(part)
      throw error
    }
    synchronize(directory: target.directory)
  }

  /// Removes the file at `path`, if there is one.
  package static func remove(_ path: String) throws {
    if unlink(path) != 0 && errno != ENOENT {
      throw FileError.system(path, "cannot remove this file")
    }
  }

  /// Removes what processes that were killed while they wrote left in a folder.
  package static func removeParts(in directory: String) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    for name in names where name.hasPrefix(".") && name.hasSuffix(".part") {
      unlink(directory + "/" + name)
    }
  }

  /// Throws where ``write(_:to:)`` would, before work that takes long.
  package static func check(_ path: String) throws {
    guard let target = try Target(path) else {
      if !(OwnDescriptor(path)?.isWritable ?? (access(path, W_OK) == 0)) {
        throw FileError.system(path, "cannot write here")
      }
      return
    }
    let (part, descriptor) = try makePart(of: target, path: path)
    close(descriptor)
    unlink(part)
  }

  /// Writes directly to something that is not a regular file, or that is open already.
  private static func stream(to path: String, _ body: (Writer) throws -> Void) throws {
    let descriptor =
      OwnDescriptor(path).map { fcntl($0.number, F_DUPFD_CLOEXEC, 0) }
      ?? open(path, O_WRONLY | O_CLOEXEC)
    if descriptor < 0 { throw FileError.system(path, "cannot write here") }
    try fill(descriptor, path: path, synchronizes: false, body)
  }

  /// Makes the new file that is going to replace `target`.
  private static func makePart(
    of target: Target, path: String
  ) throws -> (path: String, descriptor: Int32) {
    // A name that identifies the file being written, in case the process is killed. File systems take
    // names of up to 255 bytes.
    var name = target.name
    while name.utf8.count > 200 { name.removeLast() }
    let suffix = String(UInt64.random(in: .min ... .max), radix: 16)
    let part = "\(target.directory).\(name).\(suffix).part"
    let descriptor = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    if descriptor < 0 { throw FileError.system(path, "cannot write here") }
    return (part, descriptor)
  }

  /// Writes what `body` writes, waits until it is on the disk if `synchronizes`, and closes the file.
  private static func fill(
    _ descriptor: Int32, path: String, synchronizes: Bool, _ body: (Writer) throws -> Void
  ) throws {
    do {
      try body(Writer(descriptor: descriptor, path: path))
      if synchronizes && fsync(descriptor) != 0 { throw FileError.system(path, "cannot write") }
    } catch {
      close(descriptor)
      throw error
    }
    if close(descriptor) != 0 { throw FileError.system(path, "cannot write") }
  }

  /// Makes the renaming survive a power failure, on file systems that support it.
  package static func synchronize(directory: String) {
    let descriptor = open(directory, O_RDONLY | O_CLOEXEC)
    if descriptor < 0 { return }
    fsync(descriptor)
    close(descriptor)
  }
}

extension AtomicFile {
  /// The regular file that a path stands for, or that is to be made there.
  private struct Target {
    /// The path without symbolic links at its end.
    let path: String
    /// The permissions of the file where it exists.
    let mode: mode_t?

    /// Nil if something other than a regular file exists, or if the process has the file open.
    ///
    /// - Throws: ``FileError`` where there is a directory or can be no file.
    init?(_ path: String) throws {
      if OwnDescriptor(path) != nil { return nil }
      var status = stat()
      let exists = stat(path, &status) == 0
      if !exists && errno != ENOENT {
        throw FileError.system(path, "cannot write here")
      }
      switch status.st_mode & S_IFMT {
      case _ where !exists: mode = nil
      case S_IFREG: mode = status.st_mode & 0o777
      case S_IFDIR: throw FileError.system(path, "cannot write here", code: EISDIR)
      default: return nil
      }
      // The target of the last link need not exist.
      var target = path
      while let next = symbolicLink(at: target) { target = next }
      self.path = target
      if name.isEmpty {
        throw FileError(path.isEmpty ? "''" : path, "expected the name of a file to write")
      }
    }

    /// Up to the last slash. NSString's deletingLastPathComponent traps for names of one letter.
    var directory: String { path.contains("/") ? String(path.dropLast(name.count)) : "./" }

    var name: Substring {
      path[(path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex)...]
    }
  }

  /// Takes the bytes of a file that is being written; valid only inside the call that lends it.
  package struct Writer {
    fileprivate let descriptor: Int32
    fileprivate let path: String

    package func write(_ bytes: [UInt8]) throws {
      try bytes.withUnsafeBytes { try write($0) }
    }

    package func write(_ buffer: UnsafeRawBufferPointer) throws {
      var rest = buffer[...]
      while !rest.isEmpty {
        let chunk = UnsafeRawBufferPointer(rebasing: rest)
        let written = Foundation.write(descriptor, chunk.baseAddress, min(chunk.count, 1 << 30))
        if written < 0 && errno == EINTR { continue }
        if written < 0 { throw FileError.system(path, "cannot write") }
        rest = rest.dropFirst(written)
      }
    }
  }
}

// MARK: - Files that are open

/// One of the files that the process has open, named by a path such as `/dev/stdout` or `/dev/fd/3`.
/// Bytes are written at its current position, after what others have written: replacing the file would
/// detach it from them, and opening it again would begin at its start.
struct OwnDescriptor {
  let number: Int32

  /// Nil where `path`, or what its symbolic links lead to, stands for a file that is not open.
  init?(_ path: String) {
    var target = path
    // As many links as systems follow.
    for _ in 0..<40 {
      if let number = Self.number(target) {
        self.number = number
        return
      }
      guard let next = symbolicLink(at: target) else { return nil }
      target = next
    }
    return nil
  }

  /// Sets `errno` if not.
  var isWritable: Bool {
    let flags = fcntl(number, F_GETFL)
    if flags >= 0 && flags & O_ACCMODE == O_RDONLY { errno = EBADF }
    return flags >= 0 && flags & O_ACCMODE != O_RDONLY
  }

  private static func number(_ path: String) -> Int32? {
    let folders = ["/dev/fd/", "/proc/self/fd/", "/proc/\(getpid())/fd/"]
    for folder in folders where path.hasPrefix(folder) {
      return Int32(path.dropFirst(folder.count))
    }
    return nil
  }
}

/// The target of the symbolic link at `path`, relative to the same folder as `path`; nil without a link.
func symbolicLink(at path: String) -> String? {
  guard let link = try? FileManager.default.destinationOfSymbolicLink(atPath: path) else {
    return nil
  }
  let slash = link.hasPrefix("/") ? nil : path.lastIndex(of: "/")
  return (slash.map { path[...$0] } ?? "") + link
}

/// Makes a folder and those above it, unless they are there.
package func makeFolder(_ path: String) throws {
  var isFolder: ObjCBool = false
  if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) {
    if isFolder.boolValue { return }
    throw FileError(path, "expected a folder, found a file")
  }
  if let slash = path.lastIndex(of: "/"), slash > path.startIndex {
    try makeFolder(String(path[..<slash]))
  }
  // Another process may have made it in the meantime.
  if mkdir(path, 0o777) != 0 && errno != EEXIST {
    throw FileError.system(path, "the folder cannot be made")
  }
}

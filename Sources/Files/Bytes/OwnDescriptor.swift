import Foundation

/// One of the files that the process has open, as a path such as `/dev/stdout` or `/dev/fd/3` stands
/// for it. Its bytes go where it stands, behind what others have written there: replacing the file
/// would take it away from them, and opening it once more would begin at its start.
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

  /// Whether bytes can be written to it.
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

/// What the symbolic link at `path` leads to, from where `path` starts; nil where there is none.
func symbolicLink(at path: String) -> String? {
  guard let link = try? FileManager.default.destinationOfSymbolicLink(atPath: path) else {
    return nil
  }
  let slash = link.hasPrefix("/") ? nil : path.lastIndex(of: "/")
  return (slash.map { path[...$0] } ?? "") + link
}

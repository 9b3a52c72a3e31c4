import Foundation

/// Something wrong with a file: which file, where in it, what was expected and what was found.
///
///     train-images.gz: byte 16: expected 47040000 bytes of elements, found 312
public struct FileError: Error, Hashable, Sendable {
  /// A place in a file.
  public enum Location: Hashable, Sendable {
    /// An offset from 0; in the decompressed data where the file is compressed.
    case byte(Int)
    /// A line number from 1.
    case line(Int)
  }

  /// The file's path, as the caller gave it.
  public var path: String
  /// Where in the file, if the error has a place.
  public var location: Location?
  /// What was expected and what was found.
  public var message: String

  /// An error of the file at `path`.
  public init(_ path: String, at location: Location? = nil, _ message: String) {
    self.path = path
    self.location = location
    self.message = message
  }

  /// A failed system call: the error's text is the system's for `code`.
  static func system(_ path: String, cannot action: String, code: Int32) -> FileError {
    FileError(path, "cannot \(action): \(String(cString: strerror(code)))")
  }
}

extension FileError: CustomStringConvertible, LocalizedError {
  /// Path, place and message, separated by colons.
  public var description: String {
    switch location {
    case .byte(let offset): "\(path): byte \(offset): \(message)"
    case .line(let line): "\(path): line \(line): \(message)"
    case nil: "\(path): \(message)"
    }
  }

  /// The same as ``description``.
  public var errorDescription: String? { description }
}

import Foundation

/// Something wrong with a file: which file, where in it, what was expected and what was found.
///
///     train-images.gz: byte 16: expected 47040000 bytes of elements, found 312
public struct FileError: Error, Hashable, Sendable {
  /// The file's path, as the caller gave it.
  public var path: String
  /// Where in the file, if the error has a place: an offset from 0, in the decompressed data where
  /// the file is compressed.
  public var byte: Int?
  /// What was expected and what was found.
  public var message: String

  /// An error of the file at `path`.
  public init(_ path: String, atByte byte: Int? = nil, _ message: String) {
    self.path = path
    self.byte = byte
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
    if let byte { "\(path): byte \(byte): \(message)" } else { "\(path): \(message)" }
  }

  /// The same as ``description``.
  public var errorDescription: String? { description }
}

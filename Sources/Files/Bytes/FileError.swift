import Foundation

/// An error in a file: its path, the place in it, what was expected and what was found.
///
///     train-images.gz: byte 16: expected 47040000 bytes of elements, found 312
public struct FileError: Error, Hashable, Sendable {
  /// The file's path, as the caller gave it.
  public var path: String
  /// The byte offset, if the error has a place; in the decompressed data of a compressed file.
  public var byte: Int?
  /// What was expected and what was found.
  public var message: String

  /// An error of the file at `path`.
  public init(_ path: String, atByte byte: Int? = nil, _ message: String) {
    self.path = path
    self.byte = byte
    self.message = message
  }

  /// The error of a system call: what cannot be done, such as `cannot write here`, and the text of `code`.
  package static func system(
    _ path: String, _ message: String, code: Int32 = errno
  ) -> FileError {
    FileError(path, "\(message): \(String(cString: strerror(code)))")
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

// MARK: - Folders

package func isDirectory(_ path: String) -> Bool {
  var isDirectory: ObjCBool = false
  return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
    && isDirectory.boolValue
}

/// Throws a ``FileError`` unless `path` is a folder; its `contents` are named, such as "a run".
package func requireFolder(_ path: String, of contents: String) throws {
  if isDirectory(path) { return }
  let isFile = FileManager.default.fileExists(atPath: path)
  throw FileError(
    path, isFile ? "expected the folder of \(contents), found a file" : "there is no such folder")
}

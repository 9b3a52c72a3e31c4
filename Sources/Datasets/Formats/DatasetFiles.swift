import Foundation
import Serialization

/// The data sets that a directory holds.
public struct DatasetFiles: Sendable {
  /// The training set, if its files are there.
  public var training: Dataset?
  /// The test set, if its files are there.
  public var test: Dataset?
}

// MARK: - Directories

/// The names in a directory, sorted.
///
/// - Throws: `FileError` where it cannot be read.
func directoryNames(_ path: String) throws -> [String] {
  do {
    return try FileManager.default.contentsOfDirectory(atPath: path).sorted()
  } catch {
    throw FileError(path, "expected a directory: \(error.localizedDescription)")
  }
}

/// The path of `name` in `directory`.
func join(_ directory: String, _ name: String) -> String {
  (directory as NSString).appendingPathComponent(name)
}

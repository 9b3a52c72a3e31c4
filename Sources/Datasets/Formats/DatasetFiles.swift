import Foundation
import PerceptronFiles

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
    let found = FileKind(of: path).map { "found \($0)" } ?? error.localizedDescription
    throw FileError(path, "expected a directory, \(found)")
  }
}

/// The names of the files in a directory, sorted; folders in it are no files of data.
///
/// - Throws: `FileError` where it cannot be read.
func fileNames(_ path: String) throws -> [String] {
  try directoryNames(path).filter { !isDirectory(join(path, $0)) }
}

/// The path of `name` in `directory`.
func join(_ directory: String, _ name: String) -> String {
  (directory as NSString).appendingPathComponent(name)
}

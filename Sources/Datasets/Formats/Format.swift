import Foundation
import PerceptronFiles

extension DatasetLibrary {
  /// A file format of data sets.
  public struct Format: NamedEntry, Codable {
    /// The formats that are read. A new one is a file with its reader and its value, and a name here;
    /// files are taken for the first that they fit.
    public static let all = [cifar10, idx]
    /// The same as ``all``.
    public static var allCases: [Self] { all }

    /// The name, such as `idx`.
    public let rawValue: String
    /// The name of its files, such as `IDX files`.
    package let title: String
    /// The names of its files, for messages.
    let fileNames: String
    var kind = LoadedData.Kind.folder
    /// The suffix of single files of this format; nil for any other.
    var fileSuffix: String?
    /// Whether some file names of a folder are of this format.
    let detects: @Sendable (_ names: [String]) -> Bool
    /// Reads the data sets of a folder; a format with only one kind of targets ignores the task.
    let readDirectory: @Sendable (_ path: String, _ task: TargetKind?) throws -> DatasetFiles
    /// Reads the examples of a single file.
    let readFile: @Sendable (_ path: String) throws -> FeatureFile
  }
}

/// The data sets that a directory holds.
public struct DatasetFiles: Sendable {
  /// The training set, if its files are there.
  public var training: Dataset?
  /// The test set, if its files are there.
  public var test: Dataset?
}

// MARK: - Directories

/// The names in a directory, sorted; throws a `FileError` where it cannot be read.
func directoryNames(_ path: String) throws -> [String] {
  do {
    return try FileManager.default.contentsOfDirectory(atPath: path).stablySorted()
  } catch {
    let found = FileKind(of: path).map { "found \($0)" } ?? error.localizedDescription
    throw FileError(path, "expected a directory, \(found)")
  }
}

/// The names of the files in a directory without its folders, sorted.
func fileNames(_ path: String) throws -> [String] {
  try directoryNames(path).filter { !isDirectory(join(path, $0)) }
}

func join(_ directory: String, _ name: String) -> String {
  (directory as NSString).appendingPathComponent(name)
}

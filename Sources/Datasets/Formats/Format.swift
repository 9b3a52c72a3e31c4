import Foundation
import PerceptronFiles

extension DatasetLibrary {
  /// A file format of data sets.
  public struct Format: NamedEntry, Codable {
    /// The formats that are read. A new one is a file with its reader and its value, and a name here;
    /// files are taken for the first that they fit.
    public static let all = [cifar10, idx, cifar100, csv, numpy, pictures]
    /// The same as ``all``.
    public static var allCases: [Self] { all }

    /// The name, such as `idx`.
    public let rawValue: String
    /// The name of its files, such as `IDX files`.
    package let title: String
    /// The names of its files, for messages.
    let fileNames: String
    var kind = LoadedData.Kind.own
    /// The suffixes of single files of this format, before any `.gz`.
    var suffixes: [String] = []
    /// Whether a single file has features and targets, and can be a whole data set.
    package var isWholeInFile = false
    /// The names of the ``ReadingOptions`` that it has; others are refused.
    var options: Set<String> = []
    /// Whether some names of files and of folders (which end with a slash) in a folder are of this format.
    let detects: @Sendable (_ names: [String]) -> Bool
    /// Whether a folder has folders with files of this format, where the names in it are of no format.
    var detectsInside: @Sendable (_ path: String) -> Bool = { _ in false }
    /// Reads the data sets of a folder, or of a file where ``isWholeInFile`` is set; a format with only one
    /// kind of targets ignores the task.
    let read: @Sendable (_ request: DataRequest) throws -> DatasetFiles
    /// Reads the examples of a single file; their classes where the file has them.
    ///
    /// `like` are the features that the reader expects, such as those of a model: the columns of a table,
    /// the shape of pictures.
    let readFile:
      @Sendable (_ path: String, _ like: ExpectedFeatures, _ options: ReadingOptions) throws ->
        FeatureFile

    /// Whether a file's name has one of the ``suffixes``.
    package func fits(fileNamed name: String) -> Bool {
      let name = name.lowercased()
      let plain = name.hasSuffix(".gz") ? String(name.dropLast(3)) : name
      return suffixes.contains { plain.hasSuffix($0) }
    }
  }
}

/// The features that a reader of a file expects.
public struct ExpectedFeatures: Hashable, Sendable {
  /// The columns of a table, by name; nil for all, or for features that are not those of a table.
  public var columns: [FeatureColumn]?
  /// The shape of a picture; nil for any.
  public var image: ImageShape?
  /// The names of classes in their order; nil where they are not known.
  public var classNames: [String]?
  /// The number of features; nil where it is not known.
  public var count: Int?

  /// Creates expectations.
  public init(
    columns: [FeatureColumn]? = nil, image: ImageShape? = nil, classNames: [String]? = nil,
    count: Int? = nil
  ) {
    self.columns = columns
    self.image = image
    self.classNames = classNames
    self.count = count ?? columns?.count ?? image?.featureCount
  }
}

/// The data sets that a folder or a file holds.
public struct DatasetFiles: Sendable {
  /// The training set, if its files are there.
  public var training: Dataset?
  /// The rows of the training set that its files set apart for validation, the last ones; 0 for none.
  public var validationCount = 0
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

/// The names in a directory, sorted; those of folders end with a slash.
func markedNames(_ path: String) throws -> [String] {
  try directoryNames(path).map { isDirectory(join(path, $0)) ? $0 + "/" : $0 }
}

func join(_ directory: String, _ name: String) -> String {
  (directory as NSString).appendingPathComponent(name)
}

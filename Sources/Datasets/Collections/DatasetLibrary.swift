import PerceptronFiles

/// Data sets by name or directory. A directory that has one of the names is reached as `./name`.
public enum DatasetLibrary {
  /// The names that need no directory.
  public static let names = builtIn.map(\.name)

  private typealias BuiltIn = (
    name: String, kind: LoadedData.Kind, read: @Sendable () throws -> DatasetFiles
  )

  private static let builtIn: [BuiltIn] = [
    ("digits", .digits, { DatasetFiles(training: Digits.training, test: Digits.test) }),
    ("fashion-mnist", .fashionMNIST, { try FashionMNIST.read() }),
  ]

  /// Loads a training set and, where there is one, its test set.
  ///
  /// - Parameters:
  ///   - source: `digits`, `fashion-mnist`, or a directory's path.
  ///   - format: the format of the directory's files, or nil to detect it by their names.
  /// - Throws: `FileError` where there is no training set, it is empty, or a file cannot be read or
  ///   is damaged.
  public static func load(_ source: String, format: Format? = nil) throws -> LoadedData {
    let found = try find(source, format: format)
    guard let training = found.files.training else {
      throw FileError(source, "expected training files, found only a test set")
    }
    if training.count == 0 { throw FileError(source, "the training set has no examples") }
    return LoadedData(
      name: source, kind: found.kind, training: training, test: found.files.test)
  }

  /// The message about a data set without test files.
  package static let noTestSet = "expected a test set, found only training files"

  /// Loads a test set as ``load(_:format:)`` does, without need of a training set.
  ///
  /// - Throws: `FileError` where there is no test set or a file cannot be read or is damaged.
  public static func loadTest(_ source: String, format: Format? = nil) throws -> Dataset {
    guard let test = try find(source, format: format).files.test else {
      throw FileError(source, noTestSet)
    }
    return test
  }

  /// Reads the examples of one file for prediction. Its suffix tells the format: `.bin` CIFAR-10 records,
  /// any other IDX features.
  ///
  /// - Throws: `FileError` where the file cannot be read, is of another kind, or is damaged.
  public static func readFeatures(_ path: String) throws -> FeatureFile {
    let format = Format.all.first { $0.fileSuffix.map(path.hasSuffix) ?? false } ?? .idx
    return try format.readFile(path)
  }

  /// The files of `source` and what kind of data they are.
  private static func find(
    _ source: String, format: Format?
  ) throws -> (files: DatasetFiles, kind: LoadedData.Kind) {
    if let known = builtIn.first(where: { $0.name == source }) {
      return (try known.read(), known.kind)
    }
    guard let found = try format ?? detect(fileNames(source)) else {
      throw try nothingFound(source, expected: Format.all)
    }
    let files = try found.readDirectory(source)
    if files.training == nil && files.test == nil {
      throw try nothingFound(source, expected: [found])
    }
    return (files, found.kind)
  }

  /// Whether a directory has a file with the name of a known format's.
  package static func holdsData(in directory: String) -> Bool {
    (try? fileNames(directory)).flatMap(detect) != nil
  }

  /// The format that files of these names have, if it is known.
  private static func detect(_ names: [String]) -> Format? {
    Format.all.first { $0.detects(names) }
  }

  /// The error of a directory without data of some formats: what it has, and what may be meant.
  private static func nothingFound(
    _ source: String, expected formats: [Format]
  ) throws -> FileError {
    let names = try directoryNames(source)
    let kinds = names.prefix(5).map { FileKind(of: join(source, $0)) }
    let found = zip(names, kinds).map { name, kind in name + (kind.map { " (\($0))" } ?? "") }
    let more = names.count > found.count ? " and \(names.count - found.count) more" : ""
    let expected = formats.map { "\($0.title) (\($0.fileNames))" }.joined(separator: " or ")
    return FileError(
      source,
      "expected \(expected), found "
        + (names.isEmpty ? "no files" : found.joined(separator: ", ") + more)
        + (advice(source, names).map { "; " + $0 } ?? ""))
  }

  /// Advice about a directory without data of a known format, if there is any.
  private static func advice(_ source: String, _ names: [String]) -> String? {
    let paths = names.prefix(1000).map { join(source, $0) }
    if let inner = paths.first(where: holdsData(in:)) { return "the data is in \(inner)" }
    if names.contains("data_batch_1") || names.contains("test_batch") {
      return "these are the pickles of CIFAR-10's version for Python; its binary version is read"
    }
    return paths.lazy.compactMap { FileKind(of: $0)?.unpacking($0) }.first.map {
      "unpack it: \($0)"
    }
  }
}

/// A training set and what belongs to it.
public struct LoadedData: Sendable {
  /// The kind of a data set, which decides its defaults.
  public enum Kind: Sendable {
    /// The embedded digits.
    case digits
    /// Fashion-MNIST as installed.
    case fashionMNIST
    /// A folder of CIFAR-10's batches.
    case cifar10
    /// A folder of any other format.
    case folder
  }

  /// The name or directory by which it was loaded.
  public let name: String
  /// The kind, which decides the defaults.
  public let kind: Kind
  /// The training set.
  public let training: Dataset
  /// The test set, if there is one.
  public let test: Dataset?

  /// Whether the features are bytes, as those of pictures are.
  public var isBytes: Bool {
    if case .bytes = training.features.storage { true } else { false }
  }

  /// The recommended divisor of ``Preprocessing``: 16 for digits, 255 for the bytes of IDX files,
  /// 1 for CIFAR-10, whose pixels are customarily left at 0…255, and for features that are no bytes.
  public var divisor: Double {
    switch kind {
    case .digits: Digits.divisor
    case .cifar10: 1
    case .fashionMNIST, .folder: isBytes ? 255 : 1
    }
  }
}

/// The examples of one file, of which the classes need not be known.
public struct FeatureFile: Sendable {
  /// One row of numbers per example.
  public let features: Features
  /// The class of each example, where the file has them.
  public let labels: [Int]?
}

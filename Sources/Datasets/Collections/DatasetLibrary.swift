import Foundation
import PerceptronFiles

/// Data sets by name or directory. A directory that has one of the names is reached as `./name`.
public enum DatasetLibrary {
  /// The names that need no directory. Those of a ``Toy`` may have a seed behind them, as in `spiral:7`.
  public static let names = ["digits", "fashion-mnist"] + Toy.allCases.map(\.rawValue)

  /// Whether a data set is meant by one of the names, not by a path.
  public static func isName(_ source: String) -> Bool {
    names.contains(source) || Toy.isMeant(by: source)
  }

  /// The data set of one of the names, nil for a path.
  private static func builtIn(
    _ source: String
  ) throws -> (files: DatasetFiles, kind: LoadedData.Kind)? {
    switch source {
    case "digits":
      return (DatasetFiles(training: Digits.training, test: Digits.test), .digits)
    case "fashion-mnist": return (try FashionMNIST.read(), .fashionMNIST)
    default:
      return try Toy.named(source).map { toy, seed in
        (DatasetFiles(training: toy.dataset(seed: seed)), .toy)
      }
    }
  }

  /// Loads a training set and, where there is one, its test set.
  ///
  /// - Parameters:
  ///   - source: `digits`, `fashion-mnist`, a ``Toy`` such as `spiral` or, of another seed, `spiral:7`; or
  ///     the path of a folder or a file.
  ///   - format: the format of the files, or nil to detect it by their names.
  ///   - task: what the targets are, or nil for what they are by themselves.
  ///   - weights: the weight of each training row: an IDX file's path, or its name within the folder; for
  ///     formats with names, a column or an array.
  ///   - groups: the group of each training row, likewise.
  ///   - reading: choices of how the files are read.
  /// - Throws: `FileError` where there is no training set, it is empty, a file cannot be read or is
  ///   damaged, targets are not what the task needs, or there are not as many weights or groups as
  ///   rows; ``DatasetError`` where a data set's targets cannot be converted for the task.
  public static func load(
    _ source: String, format: Format? = nil, task: TargetKind? = nil, weights: String? = nil,
    groups: String? = nil, reading: ReadingOptions = .none
  ) throws -> LoadedData {
    try load(
      DataRequest(source, task: task, weights: weights, groups: groups, reading: reading),
      format: format)
  }

  /// Loads a training set and, where there is one, its test set; see
  /// ``load(_:format:task:weights:groups:reading:)``.
  public static func load(_ request: DataRequest, format: Format? = nil) throws -> LoadedData {
    let source = request.path
    let found = try find(request, format: format)
    guard let training = found.files.training else {
      throw FileError(source, "expected training files, found only a test set")
    }
    if training.count == 0 { throw FileError(source, "the training set has no examples") }
    return LoadedData(
      name: source, kind: found.kind, training: training, test: found.files.test,
      validationCount: found.files.validationCount)
  }

  /// A short name of a data set that suits a file: its own, with `-seed-7` for `:7`, or the last part of its
  /// path without the suffix of its format.
  package static func shortName(of source: String) -> String {
    if isName(source) { return source.replacing(":", with: "-seed-") }
    let name = URL(fileURLWithPath: source).standardizedFileURL.lastPathComponent
    if isDirectory(source) || !Format.all.contains(where: { $0.fits(fileNamed: name) }) {
      return name
    }
    let plain = name.hasSuffix(".gz") ? String(name.dropLast(3)) : name
    let stem = plain.prefix(upTo: plain.lastIndex(of: ".") ?? plain.endIndex)
    return stem.isEmpty ? name : String(stem)
  }

  /// The message about a data set without test files.
  package static let noTestSet = "expected a test set, found only training files"

  /// Loads a test set as ``load(_:format:)`` does, without need of a training set. A single file is a test
  /// set.
  ///
  /// - Throws: `FileError` where there is no test set, a file cannot be read or is damaged, or targets
  ///   are not what the task needs; ``DatasetError`` where they cannot be converted for it.
  public static func loadTest(
    _ source: String, format: Format? = nil, task: TargetKind? = nil
  ) throws -> Dataset {
    try loadTest(DataRequest(source, task: task), format: format)
  }

  /// Loads a test set; see ``loadTest(_:format:task:)``.
  public static func loadTest(_ request: DataRequest, format: Format? = nil) throws -> Dataset {
    let source = request.path
    let files = try find(request, format: format).files
    guard let test = files.test ?? (isFile(source) ? files.training : nil) else {
      throw FileError(source, noTestSet)
    }
    return test
  }

  /// Reads the examples of one file for prediction. Its suffix tells the format; a name without a known
  /// suffix is that of an IDX file.
  ///
  /// - Parameters:
  ///   - like: the features that are expected, such as a model's.
  ///   - options: choices of how it is read.
  /// - Throws: `FileError` where the file cannot be read, is of another kind, or is damaged.
  public static func readFeatures(
    _ path: String, like: ExpectedFeatures = ExpectedFeatures(), options: ReadingOptions = .none
  ) throws -> FeatureFile {
    let format = Format.all.first { $0.fits(fileNamed: path) } ?? .idx
    try options.refuse(allBut: format.options, of: path, format.title)
    return try format.readFile(path, like, options)
  }

  /// The files of a request, and what kind of data they are.
  private static func find(
    _ request: DataRequest, format: Format?
  ) throws -> (files: DatasetFiles, kind: LoadedData.Kind) {
    let source = request.path
    if let known = try builtIn(source) {
      try request.reading.refuse(allBut: [], of: source, "a built-in data set")
      let files = try known.files.converted(to: request.task)
      let complete = try IDX.adding(
        weights: request.weights, groups: request.groups, to: files, of: source)
      return (complete, known.kind)
    }
    guard let found = try format ?? self.format(of: source) else {
      throw try nothingFound(source, expected: Format.all)
    }
    try request.reading.refuse(allBut: found.options, of: source, found.title)
    let files = try found.read(request).converted(to: request.task)
    if files.training == nil && files.test == nil {
      throw try nothingFound(source, expected: [found])
    }
    return (files, found.kind)
  }

  /// The format of a folder or a file, if it is known.
  private static func format(of source: String) throws -> Format? {
    if isFile(source) {
      return Format.all.first { $0.isWholeInFile && $0.fits(fileNamed: source) }
    }
    return detect(try markedNames(source)) ?? Format.all.first { $0.detectsInside(source) }
  }

  private static func isFile(_ source: String) -> Bool {
    FileManager.default.fileExists(atPath: source) && !isDirectory(source)
  }

  /// The format of a file with targets, or of a folder, if it is known.
  package static func detectedFormat(of source: String) -> Format? {
    (try? format(of: source)).flatMap { $0 }
  }

  /// Whether a path is that of a file of a known format with targets, or of a folder with files of one.
  package static func holdsData(in source: String) -> Bool { detectedFormat(of: source) != nil }

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
    if names.contains("meta") && FileKind(of: join(source, "train")) == .pickle {
      return "these are the pickles of CIFAR-100's version for Python; its binary version is read"
    }
    return PictureFiles.advice(on: source)
      ?? paths.lazy.compactMap { path in FileKind(of: path)?.advice(for: path) }.first
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
    /// Points in the plane, drawn from a seed.
    case toy
    /// A folder or a file of any other format.
    case own
  }

  /// The name or directory by which it was loaded.
  public let name: String
  /// The kind, which decides the defaults.
  public let kind: Kind
  /// The training set.
  public let training: Dataset
  /// The test set, if there is one.
  public let test: Dataset?
  /// The rows of the training set that the files set apart for validation, the last ones; 0 for none.
  public let validationCount: Int

  package init(
    name: String, kind: Kind, training: Dataset, test: Dataset?, validationCount: Int = 0
  ) {
    self.name = name
    self.kind = kind
    self.training = training
    self.test = test
    self.validationCount = validationCount
  }

  /// Whether the features are rows of numbers that are neither bytes nor pictures. They are standardized
  /// unless told otherwise. Toys are no tables: their coordinates are of a size that suits networks.
  public var isTable: Bool {
    kind != .toy
      && (training.features.columns != nil
        || (!isBytes && training.image == nil && training.exampleShape.count == 1))
  }

  /// Whether the features are bytes, as those of pictures are.
  public var isBytes: Bool { training.features.isBytes }

  /// The recommended divisor of ``Preprocessing``: 16 for digits, 255 for the bytes of IDX files,
  /// 1 for CIFAR-10, whose pixels are customarily left at 0…255, and for features that are no bytes.
  public var divisor: Double {
    switch kind {
    case .digits: Digits.divisor
    case .cifar10: 1
    case .fashionMNIST, .toy, .own: isBytes ? 255 : 1
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

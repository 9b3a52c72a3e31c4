import Foundation
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
  ///   - task: what the targets are, or nil for what they are by themselves.
  ///   - weights: an IDX file with the weight of each training row: its path, or its name within the
  ///     directory.
  ///   - groups: an IDX file with the group of each training row, likewise.
  /// - Throws: `FileError` where there is no training set, it is empty, a file cannot be read or is
  ///   damaged, targets are not what the task needs, or there are not as many weights or groups as
  ///   rows; ``DatasetError`` where a data set's targets cannot be converted for the task.
  public static func load(
    _ source: String, format: Format? = nil, task: TargetKind? = nil, weights: String? = nil,
    groups: String? = nil
  ) throws -> LoadedData {
    let found = try find(source, format: format, task: task)
    guard let training = found.files.training else {
      throw FileError(source, "expected training files, found only a test set")
    }
    if training.count == 0 { throw FileError(source, "the training set has no examples") }
    return LoadedData(
      name: source, kind: found.kind,
      training: try adding(weights: weights, groups: groups, to: training, of: source),
      test: found.files.test)
  }

  /// The data set with the weights and the groups of two files.
  private static func adding(
    weights: String?, groups: String?, to dataset: Dataset, of source: String
  ) throws -> Dataset {
    func read<Value>(
      _ file: String?, _ what: String, _ read: (String) throws -> [Value]
    ) throws -> [Value]? {
      guard let file else { return nil }
      let inner = join(source, file)
      let isInner =
        !FileManager.default.fileExists(atPath: file)
        && FileManager.default.fileExists(atPath: inner)
      let path = isInner ? inner : file
      let values = try read(path)
      if values.count != dataset.count {
        throw FileError(
          path, atByte: 4,
          "expected a \(what) for each of the \(dataset.count) training rows, found "
            + "\(values.count)")
      }
      return values
    }
    if weights == nil && groups == nil { return dataset }
    let weights = try read(weights, "weight") { path in
      let weights = try IDX.readWeights(path)
      if !weights.isEmpty && weights.allSatisfy({ $0 == 0 }) {
        throw FileError(path, "expected a weight above 0, found only 0")
      }
      return weights
    }
    return Dataset(
      dataset.features, targets: dataset.targets, weights: weights ?? dataset.weights,
      groups: try read(groups, "group", IDX.readGroups) ?? dataset.groups)
  }

  /// The message about a data set without test files.
  package static let noTestSet = "expected a test set, found only training files"

  /// Loads a test set as ``load(_:format:task:weights:groups:)`` does, without need of a training set.
  ///
  /// - Throws: `FileError` where there is no test set, a file cannot be read or is damaged, or targets
  ///   are not what the task needs; ``DatasetError`` where they cannot be converted for it.
  public static func loadTest(
    _ source: String, format: Format? = nil, task: TargetKind? = nil
  ) throws -> Dataset {
    guard let test = try find(source, format: format, task: task).files.test else {
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

  /// The files of `source`, with targets for `task`, and what kind of data they are.
  private static func find(
    _ source: String, format: Format?, task: TargetKind?
  ) throws -> (files: DatasetFiles, kind: LoadedData.Kind) {
    if let known = builtIn.first(where: { $0.name == source }) {
      return (try known.read().converted(to: task), known.kind)
    }
    guard let found = try format ?? detect(fileNames(source)) else {
      throw try nothingFound(source, expected: Format.all)
    }
    let files = try found.readDirectory(source, task).converted(to: task)
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

  package init(name: String, kind: Kind, training: Dataset, test: Dataset?) {
    self.name = name
    self.kind = kind
    self.training = training
    self.test = test
  }

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

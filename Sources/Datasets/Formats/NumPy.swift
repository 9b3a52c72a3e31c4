import Foundation
import PerceptronFiles
import PerceptronLinearAlgebra

extension DatasetLibrary.Format {
  /// NumPy's arrays: a `.npz` archive, a folder of `.npy` files, or a `.npy` file of features with another of
  /// targets.
  public static let numpy = Self(
    rawValue: "numpy", title: "NumPy arrays", fileNames: "x_train.npy, y_train.npy, … or a .npz",
    suffixes: [".npz", ".npy"], isWholeInFile: true,
    options: ["features", "target", "target-column"],
    detects: { names in names.contains { NumPySource.arrayName($0) != nil } },
    read: NumPyFiles.read,
    readFile: { path, like, options in
      let source = try NumPySource(path)
      let array = try source.array(named: NumPyFiles.featuresAlone(in: source, options))
      let features = try NumPyFeatures.read([NumPyFeatures(array)])
      return FeatureFile(
        features: try features.naming(columns: like.columns, of: array.path), labels: nil)
    })
}

/// The data sets of NumPy arrays.
enum NumPyFiles {
  /// Reads the data sets of a request.
  ///
  /// Rows for validation are appended to the training set.
  ///
  /// - Throws: `FileError` where arrays are missing or cannot be read, their shapes or their numbers of rows
  ///   do not fit, or targets are not what the task needs.
  static func read(_ request: DataRequest) throws -> DatasetFiles {
    let source = try NumPySource(request.path)
    let roles = try NumPyRoles(of: source, request.reading)
    func part(_ pair: NumPyRoles.Pair?) throws -> Part? {
      try pair.map { try Part($0, of: source, targetColumn: request.reading.targetColumn) }
    }
    let training = try part(roles.training)
    let validation = training == nil ? nil : try part(roles.validation)
    let test = try part(roles.test)
    let learned = [training, validation].compactMap { $0 }
    let parts = learned + [test].compactMap { $0 }
    if parts.isEmpty {
      throw FileError(
        source.path, "expected arrays of a training or a test set, found \(source.list)")
    }
    for part in parts.dropFirst() { try part.requireLike(parts[0]) }

    let targets = try NumPyTargets.convert(
      parts.map(\.targets), task: request.task, deciding: max(1, learned.count),
      classNames: request.expected.classNames)
    func dataset(_ range: Range<Int>) throws -> Dataset? {
      if range.isEmpty { return nil }
      let features = try NumPyFeatures.read(parts[range].map(\.features))
      return Dataset(
        features,
        targets: targets[range].dropFirst().reduce(targets[range.lowerBound]) {
          $0.appending($1)
        })
    }
    var files = DatasetFiles()
    files.training = try dataset(0..<learned.count)
    files.validationCount = validation?.features.rowCount ?? 0
    files.test = try dataset(learned.count..<parts.count)
    try files.nameColumns(like: request.expected.columns, of: request.path)
    return try adding(request, of: source, to: files)
  }

  /// The features of a file without targets.
  static func featuresAlone(in source: NumPySource, _ options: ReadingOptions) throws -> String {
    // A single array is taken whatever the training set's is called.
    let isChosen = source.names.count > 1 || options.features.map(source.names.contains) ?? false
    if let chosen = options.features, isChosen { return chosen }
    if source.names.count == 1 { return source.names[0] }
    let found = source.names.filter { NumPyName.features.contains(NumPyName($0).stem) }
    let whole = found.filter { NumPyName($0).part == .whole }
    if let name = whole.count == 1 ? whole.first : found.count == 1 ? found.first : nil {
      return name
    }
    throw FileError(
      source.path,
      "expected one array of features, found \(source.list); choose one with `features`"
    )
  }

  /// The data sets with the weights and the groups of the training rows.
  private static func adding(
    _ request: DataRequest, of source: NumPySource, to files: DatasetFiles
  ) throws -> DatasetFiles {
    guard request.weights != nil || request.groups != nil, let training = files.training else {
      return files
    }
    func array(_ name: String?, _ what: String) throws -> NumPyArray? {
      guard let name else { return nil }
      let array = try source.array(named: name)
      if array.shape != [training.count] {
        throw array.error(
          "expected a \(what) for each of the \(training.count) training rows"
            + (files.validationCount > 0 ? ", those for validation among them," : "")
            + ", found the shape \(array.shape)")
      }
      return array
    }
    var files = files
    files.training = Dataset(
      training.features, targets: training.targets,
      weights: try array(request.weights, "weight").map(weights),
      groups: try array(request.groups, "group").map { try $0.integers() })
    return files
  }

  private static func weights(_ array: NumPyArray) throws -> [Double] {
    let weights = try array.doubles()
    if let row = weights.firstIndex(where: { !($0 >= 0 && $0.isFinite) }) {
      throw array.error(
        "row \(row): expected a weight, finite and 0 or more, found \(wholeOrPlain(weights[row]))")
    }
    if !weights.isEmpty && weights.allSatisfy({ $0 == 0 }) {
      throw array.error("expected a weight above 0, found only 0")
    }
    return weights
  }

  /// The features and the targets of some rows.
  private struct Part {
    let features: NumPyFeatures
    let targets: NumPyTargets

    init(_ names: NumPyRoles.Pair, of source: NumPySource, targetColumn: Int?) throws {
      features = try NumPyFeatures(source.array(named: names.features))
      let array = try source.array(named: names.targets)
      let count = array.shape.first ?? 0
      if count != features.rowCount {
        throw FileError(
          source.path,
          "expected as many rows of features as of targets, found \(features.rowCount) in "
            + "\(names.features) and \(count) in \(names.targets)")
      }
      targets = try NumPyTargets(array, column: targetColumn)
    }

    func requireLike(_ other: Part) throws {
      if features.exampleShape != other.features.exampleShape {
        throw features.array.error(
          "expected examples of the shape \(other.features.exampleShape), as in "
            + "\(other.features.array.path), found \(features.exampleShape)")
      }
      if (features.type == .bytes) != (other.features.type == .bytes) {
        throw features.array.error(
          "expected numbers of the type \(other.features.array.typeName), as in "
            + "\(other.features.array.path), found \(features.array.typeName)")
      }
      if targets.columnCount != other.targets.columnCount {
        throw targets.array.error(
          "expected targets of \(counted(other.targets.columnCount, "column")), as in "
            + "\(other.targets.array.path), found \(targets.columnCount)")
      }
    }
  }
}

extension DatasetTargets {
  /// These targets, then others of the same kind and names.
  fileprivate func appending(_ other: DatasetTargets) -> DatasetTargets {
    switch (self, other) {
    case (.classes(let first, let names), .classes(let second, _)):
      return .classes(first + second, names: names)
    case (.numbers(let first, let names), .numbers(let second, _)):
      return .numbers(first + second, names: names)
    case (.labels(let first, let names), .labels(let second, _)):
      return .labels(first + second, names: names)
    default: fatalError("NumPyFiles: \(schema) and \(other.schema) are joined")
    }
  }
}

extension DatasetFiles {
  /// Gives the columns of features names where cells of either set are missing, or a model has them.
  fileprivate mutating func nameColumns(like columns: [FeatureColumn]?, of path: String) throws {
    let hasMissing = [training, test].contains { $0?.features.hasMissingCells ?? false }
    func named(_ dataset: Dataset?) throws -> Dataset? {
      guard let dataset else { return nil }
      // Positions count from 1, as those of a table's columns.
      let numbered = (1...dataset.featureCount).map { FeatureColumn(name: "\($0)") }
      let features = try dataset.features.naming(
        columns: columns ?? (hasMissing ? numbered : nil), of: path)
      return Dataset(features, targets: dataset.targets)
    }
    (training, test) = (try named(training), try named(test))
  }
}

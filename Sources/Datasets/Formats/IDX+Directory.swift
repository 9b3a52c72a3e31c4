import Foundation
import PerceptronFiles

extension DatasetLibrary.Format {
  /// MNIST's IDX files.
  public static let idx = Self(
    rawValue: "idx", title: "IDX files",
    fileNames: "train-images*, train-labels*, t10k-… or test-…",
    options: ["target-column"],
    detects: { names in
      names.contains { !$0.hasSuffix("/") && IDX.setName(in: $0) != nil }
    },
    read: { request in
      let files = try IDX.readDirectory(
        request.path, task: request.task, targetColumn: request.reading.targetColumn,
        knownClasses: request.expected.classNames)
      return try IDX.adding(
        weights: request.weights, groups: request.groups, to: files, of: request.path)
    },
    readFile: { path, _, _ in FeatureFile(features: try IDX.readFeatures(path), labels: nil) })
}

extension IDX {
  /// Reads a directory of MNIST's kind: files whose names begin with `train-images` and
  /// `train-labels`, and with `t10k-` or `test-` in place of `train-`, each plain or `.gz`.
  ///
  /// The name of a data set and a hyphen may stand before all that, as in
  /// `emnist-letters-train-images-idx3-ubyte`. Files without one are preferred.
  ///
  /// Classes are numbered from 0 to the largest label of either set. Where there is a training set, and the
  /// labels of both sets are all the numbers from 1 to at least 2, as in EMNIST's letters, the classes are
  /// "1", "2", …, without "0".
  ///
  /// - Parameters:
  ///   - classNames: the classes' names, or nil to number those that occur in either set.
  ///   - task: what the targets are, or nil to decide as ``readTargets(_:task:classCount:column:)`` does;
  ///     those of the test set are of the training set's kind.
  ///   - targetColumn: which column of targets with several is read, from 0; nil for all.
  ///   - knownClasses: the names of a model's classes: they tell whether there is a class "0". Nil where they
  ///     are not known.
  /// - Throws: `FileError` where the directory or a file cannot be read, names are ambiguous, one
  ///   file of a pair is missing, the counts of a pair or the shapes of the two sets differ, or a
  ///   target is not what the task needs, such as a label without a class name. Errors within a file
  ///   name that file and the byte.
  public static func readDirectory(
    _ path: String, classNames: [String]? = nil, task: TargetKind? = nil,
    targetColumn: Int? = nil, knownClasses: [String]? = nil
  ) throws -> DatasetFiles {
    let names = try fileNames(path)
    let set = try setName(among: names, of: path)
    let task = classNames == nil ? task : .classes
    func read(_ prefixes: [String], _ task: TargetKind?) throws -> Part? {
      try readPart(prefixes.map { set + $0 }, names, path) {
        try readTargets($0, task: task, classCount: classNames?.count, column: targetColumn)
      }
    }
    let training = try read(["train-"], task)
    let test = try read(["t10k-", "test-"], task ?? training?.targets.schema.kind)
    if let training, let test { try requireSameShape(training, test) }
    let classes =
      classNames.map { (names: $0, first: 0) } ?? numberedClasses(training, test, knownClasses)
    func dataset(_ part: Part) -> Dataset {
      guard case .classes(let labels, _) = part.targets else {
        return Dataset(part.features, targets: part.targets)
      }
      return Dataset(
        part.features, labels: classes.first == 0 ? labels : labels.map { $0 - classes.first },
        classNames: classes.names)
    }
    return DatasetFiles(training: training.map(dataset), test: test.map(dataset))
  }

  /// The names of the numbered classes of both sets, and the label of the first.
  private static func numberedClasses(
    _ training: Part?, _ test: Part?, _ known: [String]?
  ) -> (names: [String], first: Int) {
    let parts = [training, test].compactMap { $0?.targets }
    let names = parts.map(\.schema.names).max { $0.count < $1.count } ?? []
    var occurs = [Bool](repeating: false, count: names.count)
    for case .classes(let labels, _) in parts {
      for label in labels { occurs[label] = true }
    }
    if occurs.first ?? true { return (names, 0) }
    let areFromOne =
      known.map { $0.first == "1" && !$0.contains("0") }
      ?? (training != nil && names.count > 2 && !occurs.dropFirst().contains(false))
    return areFromOne ? (Array(names.dropFirst()), 1) : (names, 0)
  }

  // MARK: - Parts

  private struct Part {
    /// The file of the features.
    var path: String
    /// The file of the targets.
    var targetPath: String
    var features: Features
    var targets: DatasetTargets
  }

  private static func requireSameShape(_ training: Part, _ test: Part) throws {
    if training.features.exampleShape != test.features.exampleShape {
      throw FileError(
        test.path, atByte: 8,
        "expected examples of the training set's shape, \(training.features.exampleShape), found "
          + "\(test.features.exampleShape)")
    }
    let (expected, found) = (training.targets.schema, test.targets.schema)
    if expected.kind != .classes && expected.names.count != found.names.count {
      throw FileError(
        test.targetPath, atByte: 4,
        "expected targets like the training set's, \(expected), found \(found)")
    }
  }

  private static func readPart(
    _ prefixes: [String], _ names: [String], _ path: String,
    targets: (_ path: String) throws -> DatasetTargets
  ) throws -> Part? {
    let images = try file(prefixes.map { $0 + "images" }, among: names, of: path)
    let labels = try file(prefixes.map { $0 + "labels" }, among: names, of: path)
    switch (images, labels) {
    case (nil, nil): return nil
    case (let images?, nil):
      throw try missing("labels", beside: images, prefixes, path)
    case (nil, let labels?):
      throw try missing("images", beside: labels, prefixes, path)
    case (let images?, let labels?):
      let (imagePath, labelPath) = (join(path, images), join(path, labels))
      let part = Part(
        path: imagePath, targetPath: labelPath, features: try readFeatures(imagePath),
        targets: try targets(labelPath))
      if part.features.count != part.targets.count {
        throw FileError(
          labelPath, atByte: 4,
          "expected a label for each of the \(part.features.count) examples in \(images), found "
            + "\(part.targets.count)")
      }
      return part
    }
  }

  // MARK: - Names

  /// What stands in a file's name before `train-images` and the like, such as `emnist-letters-` or nothing;
  /// nil for any other name.
  fileprivate static func setName(in name: String) -> String? {
    if DatasetLibrary.Format.numpy.fits(fileNamed: name) { return nil }
    for part in ["train-", "t10k-", "test-"] {
      for contents in ["images", "labels"] {
        guard let found = name.range(of: part + contents) else { continue }
        let set = name[..<found.lowerBound]
        if set.last.map({ !$0.isLetter && !$0.isNumber }) ?? true { return String(set) }
      }
    }
    return nil
  }

  /// The one name of a data set that the files' names begin with; nothing if some have none.
  private static func setName(among names: [String], of path: String) throws -> String {
    let sets = Set(names.compactMap(setName(in:))).stablySorted()
    if sets.count > 1 && sets[0] != "" {
      throw FileError(
        path,
        "expected the files of one data set, found those of \(sets.count): "
          + sets.map { "\($0)…" }.joined(separator: ", ") + "; keep each in a folder of its own")
    }
    return sets.first ?? ""
  }

  /// The error of a pair with one file missing, whose name a folder may have.
  private static func missing(
    _ part: String, beside other: String, _ prefixes: [String], _ path: String
  ) throws -> FileError {
    let folder = try directoryNames(path).first { name in
      prefixes.contains { name.hasPrefix($0 + part) }
    }
    return FileError(
      path,
      "found \(other), expected \(part) (\(prefixes[0])\(part)…) beside it"
        + (folder.map { "; \($0) is a folder" } ?? ""))
  }

  /// The one file whose name begins with one of `prefixes`; the plain one where it is there both
  /// plain and compressed.
  private static func file(
    _ prefixes: [String], among names: [String], of path: String
  ) throws -> String? {
    let candidates = names.filter { name in prefixes.contains { name.hasPrefix($0) } }
    let found = candidates.filter { name in
      !(name.hasSuffix(".gz") && candidates.contains(String(name.dropLast(3))))
    }
    if found.count > 1 {
      throw FileError(
        path, "expected one file named \(prefixes[0])…, found \(found.joined(separator: ", "))")
    }
    return found.first
  }
}

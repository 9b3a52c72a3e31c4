import PerceptronFiles

extension DatasetLibrary.Format {
  /// MNIST's IDX files.
  public static let idx = Self(
    rawValue: "idx", title: "IDX files",
    fileNames: "train-images*, train-labels*, t10k-… or test-…",
    detects: { names in
      let prefixes = ["train-", "t10k-", "test-"].flatMap { [$0 + "images", $0 + "labels"] }
      return names.contains { name in prefixes.contains { name.hasPrefix($0) } }
    },
    read: { request in
      try request.reading.refuse(allBut: [], of: request.path, "IDX files")
      let files = try IDX.readDirectory(request.path, task: request.task)
      return try IDX.adding(
        weights: request.weights, groups: request.groups, to: files, of: request.path)
    },
    readFile: { path, _, _ in FeatureFile(features: try IDX.readFeatures(path), labels: nil) })
}

extension IDX {
  /// Reads a directory of MNIST's kind: files whose names begin with `train-images` and
  /// `train-labels`, and with `t10k-` or `test-` in place of `train-`, each plain or `.gz`.
  ///
  /// - Parameters:
  ///   - classNames: the classes' names, or nil to number those that occur in either set.
  ///   - task: what the targets are, or nil to decide as ``readTargets(_:task:classCount:)`` does; those
  ///     of the test set are of the training set's kind.
  /// - Throws: `FileError` where the directory or a file cannot be read, names are ambiguous, one
  ///   file of a pair is missing, the counts of a pair or the shapes of the two sets differ, or a
  ///   target is not what the task needs, such as a label without a class name. Errors within a file
  ///   name that file and the byte.
  public static func readDirectory(
    _ path: String, classNames: [String]? = nil, task: TargetKind? = nil
  ) throws -> DatasetFiles {
    let names = try fileNames(path)
    let task = classNames == nil ? task : .classes
    let training = try readPart(["train-"], names, path, task, classNames?.count)
    let test = try readPart(
      ["t10k-", "test-"], names, path, task ?? training?.targets.schema.kind, classNames?.count)
    if let training, let test { try requireSameShape(training, test) }
    let classes =
      classNames
      ?? [training, test].compactMap { $0?.targets.schema.names }.max { $0.count < $1.count }
    func dataset(_ part: Part) -> Dataset {
      guard case .classes(let labels, let names) = part.targets else {
        return Dataset(part.features, targets: part.targets)
      }
      return Dataset(part.features, labels: labels, classNames: classes ?? names)
    }
    return DatasetFiles(training: training.map(dataset), test: test.map(dataset))
  }

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
    _ prefixes: [String], _ names: [String], _ path: String, _ task: TargetKind?,
    _ classCount: Int?
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
        targets: try readTargets(labelPath, task: task, classCount: classCount))
      if part.features.count != part.targets.count {
        throw FileError(
          labelPath, atByte: 4,
          "expected a label for each of the \(part.features.count) examples in \(images), found "
            + "\(part.targets.count)")
      }
      return part
    }
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

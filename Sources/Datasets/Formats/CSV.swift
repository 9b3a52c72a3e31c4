import PerceptronFiles

extension DatasetLibrary.Format {
  /// Tables in text files, comma-separated or with another separator: see ``Table``.
  ///
  /// A folder has `train.csv` and, for a test set, `test.csv`, with the same columns.
  public static let csv = Self(
    rawValue: "csv", title: "tables (CSV, TSV)", fileNames: "train.csv, test.csv",
    suffixes: [".csv", ".tsv", ".txt"], isWholeInFile: true,
    options: ["target", "columns", "ignore", "types", "separator", "header", "missing"],
    detects: { names in names.contains { isTable($0, named: "train") } },
    read: { request in
      if !request.isFolder {
        return DatasetFiles(training: try readTable(request.path, request, like: request.expected))
      }
      let names = try markedNames(request.path)
      func path(_ name: String) throws -> String? {
        let found = names.filter { isTable($0, named: name) }
        if found.count > 1 {
          throw FileError(
            request.path,
            "expected one table named \(name), found \(found.joined(separator: ", "))")
        }
        return found.first.map { join(request.path, $0) }
      }
      let training = try path("train").map { try readTable($0, request, like: request.expected) }
      // The test set has the training set's columns and types, and its classes.
      var test = request
      (test.weights, test.groups) = (nil, nil)
      test.task = request.task ?? training?.schema.kind
      let expected = training.map { ExpectedFeatures(columns: $0.features.columns) }
      let testSet = try path("test").map {
        try readTable($0, test, like: expected ?? request.expected)
      }
      return DatasetFiles(
        training: training,
        test: training.map { training in testSet?.matching(training.schema) } ?? testSet)
    },
    readFile: { path, expected, options in
      if let columns = expected.columns {
        return FeatureFile(
          features: try Table.features(readingFrom: path, columns: columns, options: options),
          labels: nil)
      }
      return FeatureFile(
        features: try Table(readingFrom: path, options: options).features, labels: nil)
    })

  /// Whether a file is a table of a name, such as `train`.
  private static func isTable(_ file: String, named name: String) -> Bool {
    csv.fits(fileNamed: file) && file.split(separator: ".").first.map { $0 == name } ?? false
  }

  private static func readTable(
    _ path: String, _ request: DataRequest, like expected: ExpectedFeatures
  ) throws -> Dataset {
    let table = try Table(
      readingFrom: path, options: request.reading, weights: request.weights,
      groups: request.groups, expected: expected.columns)
    return try table.dataset(task: request.task)
  }
}

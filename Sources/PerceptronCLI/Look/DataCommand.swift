import ArgumentParser
import Foundation
import Perceptron
import PerceptronCommandSupport

/// `perceptron data`.
struct DataCommand: CommandWithExamples {
  static let configuration = CommandConfiguration(
    commandName: "data",
    abstract:
      "Show what is understood of a data set: columns, types, ranges, missing cells, classes.",
    discussion: """
      Of a table, each column is shown with its role and its type; of numbers, the range, the mean and a \
      histogram from the least to the largest number; of categories, how many there are. The options are those of \
      `perceptron train`, which reads the data in the same way.
      """)

  static let examples = [
    CommandExample("Show a table.", "perceptron data iris.csv --target species"),
    CommandExample(
      "Show a table in which a column of numbers is a category.",
      "perceptron data houses.csv --target price --types zip=category"),
    CommandExample("Show the built-in digits.", "perceptron data digits"),
  ]

  @Argument(
    help: .init(
      "\(DatasetLibrary.names.joined(separator: ", ")) (spiral:7 is of seed 7), or a file or folder of data.",
      valueName: "name"))
  var data: String
  @Option(help: "Format of the files. (default: detected from their names)")
  var format: DatasetLibrary.Format?
  @Option(
    help: .init(
      "What the targets are: one class of several, numbers, or labels that are each 0 or 1. (default: \(DigitsByDefault.taskHelp))",
      valueName: "kind"))
  var task: TargetKind?
  @OptionGroup(title: "Data") var columns: ColumnOptions
  @OptionGroup(title: "Data") var cells: CellOptions
  @Option(help: .init("Column of the rows' weights.", valueName: "column")) var weights: String?
  @Option(help: .init("Column of the rows' groups.", valueName: "column")) var group: String?
  @Flag(help: "Print JSON.") var json = false

  func run() throws {
    var settings = DataSettings(source: data, format: format, task: task)
    try columns.complete(&settings.reading)
    cells.complete(&settings.reading)
    settings.weights = weights
    settings.groups = group
    if (format ?? DatasetLibrary.detectedFormat(of: data)) == .csv && !isDirectory(data) {
      try requireData(data, format: format)
      let table = try naming(data) {
        try Table(readingFrom: data, options: settings.reading, weights: weights, groups: group)
      }
      let set = table.hasTargets ? try naming(data) { try table.dataset(task: task) } : nil
      return try show(DataSummary(table, set))
    }
    let loaded = try settings.load()
    try show(DataSummary(loaded))
  }

  private func show(_ summary: DataSummary) throws {
    try Console.output(json ? summary.json : summary.text(columns: Console.tableColumns))
  }
}

/// What is shown of a data set.
struct DataSummary: Encodable {
  /// A column of a table.
  struct Column: Encodable {
    let name: String
    let role: TableColumn.Role
    let type: ColumnType
    let missing: Int
    var minimum: Double?
    var maximum: Double?
    var mean: Double?
    /// The numbers of cells in equal parts of the range.
    var histogram: [Int]?
    var categories: [String]?
  }

  /// The rows of a part with the numbers of rows of each class.
  struct Part: Encodable {
    let rows: Int
    /// By the name of the class; nil where the targets are not classes.
    var classes: [ClassCount]?
  }

  struct ClassCount: Encodable {
    let name: String
    let rows: Int
  }

  let data: String
  /// The extents of an example, and the type of its numbers.
  let features: String
  let targets: TargetSchema?
  var columns: [Column]?
  var training: Part
  /// The rows at the end of the training set that the files set apart for validation.
  var validationRows: Int?
  var test: Part?

  init(_ table: Table, _ set: Dataset?) {
    data = table.path
    features = table.features.description
    targets = set?.schema
    training = Part(rows: table.rowCount, classes: set?.countedClasses)
    columns = zip(table.columns, table.statistics(parts: 8)).map { column, statistics in
      Column(
        name: column.name, role: column.role, type: column.type, missing: column.missingCount,
        minimum: statistics?.minimum, maximum: statistics?.maximum, mean: statistics?.mean,
        histogram: statistics?.histogram, categories: column.categories)
    }
  }

  init(_ loaded: LoadedData) {
    data = loaded.name
    features = loaded.training.features.description
    targets = loaded.training.schema
    training = Part(rows: loaded.training.count, classes: loaded.training.countedClasses)
    validationRows = loaded.validationCount > 0 ? loaded.validationCount : nil
    test = loaded.test.map { Part(rows: $0.count, classes: $0.countedClasses) }
  }

  /// The summary for people.
  ///
  /// - Parameter room: the width in characters, or nil for any.
  func text(columns room: Int?) -> String {
    var lines = ["\(data): \(features)"]
    if let test { lines.append("test set: \(counted(test.rows, "row"))") }
    if let validationRows {
      lines.append("of the training rows, the last \(validationRows) are for validation")
    }
    if let columns { lines += ["", table(columns).text(columns: room)] }
    lines += [""] + targetLines
    return lines.joined(separator: "\n")
  }

  /// The most columns of a table, and the most classes, that are listed.
  private static let most = 50

  private func table(_ columns: [Column]) -> TextTable {
    var table = TextTable([
      .words("column"), .words("role"), .words("type"), .figures("missing"),
      .words("range", rank: 1), .figures("mean", rank: 2), .words("histogram", rank: 3),
    ])
    for column in columns.prefix(Self.most) {
      let range =
        column.minimum.flatMap { least in
          column.maximum.map { "\(Self.figure(least)) … \(Self.figure($0))" }
        } ?? column.categories.map(Self.categoryText) ?? ""
      table.add([
        column.name, column.role.rawValue, column.type.rawValue,
        column.role == .ignored ? "" : "\(column.missing)", range,
        column.mean.map(Self.figure) ?? "",
        column.histogram.map(Self.bars) ?? "",
      ])
    }
    if columns.count > Self.most {
      table.addHeading("… and \(columns.count - Self.most) more columns; --json has all")
    }
    return table
  }

  /// A number with four significant digits, whole from 10,000 on.
  private static func figure(_ number: Double) -> String {
    (1e4..<1e12).contains(abs(number)) ? decimal(number, 0) : significant(number, 4)
  }

  private static func categoryText(_ names: [String]) -> String {
    let shown = names.prefix(3).map { $0.count > 16 ? $0.prefix(15) + "…" : $0 }
    return "\(names.count): " + shown.joined(separator: ", ") + (names.count > 3 ? ", …" : "")
  }

  /// A histogram of a line: a block for each part, as high as its share of the largest.
  private static func bars(_ counts: [Int]) -> String {
    let blocks = Array("▁▂▃▄▅▆▇█")
    let largest = max(counts.max() ?? 0, 1)
    return String(
      counts.map { count in
        count == 0 ? " " : blocks[min(count * blocks.count / largest, blocks.count - 1)]
      })
  }

  private var targetLines: [String] {
    guard let targets else {
      return ["targets: none yet; choose the column to learn with --target"]
    }
    guard let classes = training.classes else {
      let names = targets.names.prefix(Self.most).joined(separator: ", ")
      return ["targets: \(targets): \(names)" + (targets.names.count > Self.most ? ", …" : "")]
    }
    let list = classes.prefix(Self.most).map { "\($0.name) (\(counted($0.rows, "row")))" }
    return [
      "targets: \(targets): " + list.joined(separator: ", ")
        + (classes.count > Self.most ? ", …" : "")
    ]
  }
}

extension Dataset {
  fileprivate var countedClasses: [DataSummary.ClassCount]? {
    if schema.kind != .classes { return nil }
    return zip(classNames, classCounts).map { .init(name: $0, rows: $1) }
  }
}

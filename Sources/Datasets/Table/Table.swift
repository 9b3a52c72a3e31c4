import PerceptronFiles

/// A table in a text file (CSV or TSV): a row for each example, and columns that are features, targets,
/// weights or groups.
///
/// Cells are separated by a comma, a tab, a semicolon or a bar, whichever is found, or by a given
/// character; they are quoted as RFC 4180 has it. Blanks around cells, and lines of blanks, are skipped. The
/// first row is the header where it differs from the others, or as it is said. Empty cells, `NA`, `NaN`,
/// `null` and others that pandas takes for missing are missing: NaN among the features.
public struct Table: Sendable {
  /// The file's path, as the caller gave it.
  public let path: String
  /// All columns of the file, in its order.
  public let columns: [TableColumn]
  /// The number of rows below the header.
  public let rowCount: Int
  /// The columns of features in their order. A missing cell is NaN, a category the position of its name.
  public let features: Features
  /// Whether a column of targets was chosen or found.
  public var hasTargets: Bool { !targets.isEmpty }
  /// The columns of targets, in the order in which they were chosen.
  let targets: [TableTarget]
  let weights: [Double]?
  let groups: [Int]?

  /// Reads a file, plain or, where its name ends in `.gz`, gzipped.
  ///
  /// Columns are chosen by name, or by position from 1 where no column has that name. Features are those that
  /// are chosen, or all columns without another role. Where no target is chosen, the one column named
  /// `target`, `label`, `class` or `y` is the target, if there is one.
  ///
  /// - Parameters:
  ///   - options: which columns are features, targets, and left out, their types, and how cells are written.
  ///   - weights: the column with the weights of the rows, or nil.
  ///   - groups: the column with the groups of the rows, or nil.
  ///   - expected: the columns of features that are expected, such as a model's, which are then the features;
  ///     nil for any.
  /// - Throws: `FileError` with line and column where the file cannot be read or is no table, there is no
  ///   such column, or a cell is not what its column holds.
  public init(
    readingFrom path: String, options: ReadingOptions = .none, weights: String? = nil,
    groups: String? = nil, expected: [FeatureColumn]? = nil
  ) throws {
    let hints = try options.hints(path: path, names: expected?.map(\.name) ?? [])
    let file = try DelimitedFile(path: path, hints: hints)
    let names = file.names
    let roles = try ColumnRoles(
      names, path: path, options, weights: weights, groups: groups, expected: expected)
    let types = try ColumnInference(file, missing: hints.missing).types(
      given: roles.types, roles: roles.roles)
    let plan = ReadingPlan(names, roles, types)
    let table = try file.read(plan.columns, width: roles.features.count, others: plan.otherCount)

    self.path = path
    rowCount = table.rowCount
    columns = names.indices.map { column in
      let role = roles.roles[column]
      return TableColumn(
        name: names[column], role: role, type: types[column],
        missingCount: table.missingCounts[column],
        categories: role == .group ? nil : table.names[column])
    }
    try plan.check(table, roles, path: path, isExpected: expected != nil)
    features = Features(
      .doubles(table.matrix), exampleShape: [roles.features.count],
      columns: roles.features.map { FeatureColumn(name: names[$0], categories: table.names[$0]) })
    targets = roles.targets.map { column in
      TableTarget(
        name: names[column], values: plan.values(of: column, table),
        categories: table.names[column])
    }
    self.weights = plan.column(.weight, roles).map { Array(plan.values(of: $0, table)) }
    self.groups = plan.column(.group, roles).map { plan.values(of: $0, table).map { Int($0) } }
    if let weights = self.weights, weights.allSatisfy({ $0 == 0 }) {
      throw FileError(path, "expected a weight above 0, found only 0")
    }
  }

  /// A request with the names of columns in place of positions.
  ///
  /// - Throws: `FileError` where the file cannot be read or has no such column.
  package static func namingColumns(of request: DataRequest) throws -> DataRequest {
    let hints = try request.reading.hints(path: request.path, names: [])
    let names = try DelimitedFile(path: request.path, hints: hints).names
    let index = ColumnIndex(names, path: request.path)
    func named(_ text: String) throws -> String { names[try index.column(text, "column")] }
    var same = request
    same.weights = try request.weights.map(named)
    same.groups = try request.groups.map(named)
    same.reading.targets = try request.reading.targets.map(named)
    same.reading.columns = try request.reading.columns.map(named)
    same.reading.ignored = try request.reading.ignored.map(named)
    same.reading.types = [:]
    for (text, type) in request.reading.types { same.reading.types[try named(text)] = type }
    return same
  }

  /// What the numbers of each column are like; nil for columns that are not features or targets of numbers.
  ///
  /// - Parameter parts: the number of parts of the histograms.
  /// - Complexity: O(`rowCount`) for each column.
  public func statistics(parts: Int = 10) -> [TableColumn.Statistics?] {
    guard case .doubles(let matrix) = features.storage else { return columns.map { _ in nil } }
    let names = (features.columns ?? []).map(\.name)
    let found = TableColumn.Statistics.ofColumns(matrix, width: names.count, parts: parts)
    let ofFeatures = Dictionary(uniqueKeysWithValues: zip(names, found))
    return columns.map { column in
      if column.type != .number { return nil }
      switch column.role {
      case .feature: return ofFeatures[column.name] ?? nil
      case .target:
        guard let target = targets.first(where: { $0.name == column.name }) else { return nil }
        return TableColumn.Statistics.ofColumns(target.values, width: 1, parts: parts)[0]
      case .weight, .group, .ignored: return nil
      }
    }
  }
}

extension ReadingOptions {
  /// What is known about a file before it is looked at.
  ///
  /// - Throws: `FileError` where the separator is none.
  func hints(path: String, names: [String]) throws -> DelimitedSample.Hints {
    var byte: UInt8?
    if let separator {
      let text = separator == "tab" ? "\t" : separator
      // Bytes that stand in numbers or quote cells would be read as parts of them.
      guard text.utf8.count == 1, let first = text.utf8.first,
        first == UInt8(ascii: "\t") || (first > 0x20 && first < 0x7F),
        !"\".+-_0123456789".utf8.contains(first), !(first | 0x20 >= 0x61 && first | 0x20 <= 0x7A)
      else {
        throw FileError(
          path,
          "expected a separator of one character that stands in no number or text, such as a semicolon, "
            + "found \(DelimitedText.quoted(separator))")
      }
      byte = first
    }
    return DelimitedSample.Hints(
      separator: byte, hasHeader: hasHeader, names: names, missing: MissingTexts(adding: missing))
  }
}

// MARK: - Reading

/// How the columns of a file are read.
private struct ReadingPlan {
  private(set) var columns: [DelimitedColumn]
  /// The number of columns that are not features.
  private(set) var otherCount = 0

  init(_ names: [String], _ roles: ColumnRoles, _ types: [ColumnType]) {
    columns = names.map { DelimitedColumn(name: $0) }
    for (place, column) in roles.features.enumerated() { columns[column].place = .matrix(place) }
    for column in columns.indices where roles.roles[column] != .ignored {
      let role = roles.roles[column]
      columns[column].content =
        types[column] == .number ? .numbers : .names(isSorted: role != .group)
      if roles.types[column] == nil { columns[column].expected = "a number, as in the rows before" }
      columns[column].advice = ColumnInference.numberAdvice
      switch role {
      case .feature:
        if types[column] == .category && roles.types[column] == nil {
          columns[column].nameLimit = (ColumnInference.mostCategories, Self.freeText)
        }
        continue
      case .target: columns[column].required = "a target in every row"
      case .group: columns[column].required = "a group"
      case .weight:
        columns[column].least = 0
        columns[column].expected = "a weight, a number from 0 up"
        columns[column].required = columns[column].expected
        columns[column].advice = ""
      case .ignored: break
      }
      columns[column].place = .other(otherCount)
      otherCount += 1
    }
  }

  private static let freeText =
    "expected categories, found more than \(grouped(ColumnInference.mostCategories)) different texts; "
    + ColumnInference.typeAdvice

  /// Throws where a column holds nothing, or free text.
  ///
  /// - Parameter isExpected: whether the features are those that a model expects, which fills missing cells.
  func check(
    _ table: DelimitedTable, _ roles: ColumnRoles, path: String, isExpected: Bool
  ) throws {
    for column in columns.indices where columns[column].content != nil {
      if isExpected && roles.roles[column] == .feature { continue }
      let place = "column \(columns[column].name): "
      if table.missingCounts[column] == table.rowCount {
        throw FileError(
          path,
          place
            + "expected numbers or categories, found only missing cells; leave the column out (`ignore`)"
        )
      }
      guard columns[column].nameLimit != nil, let names = table.names[column] else { continue }
      if names.count > ColumnInference.mostCategories {
        throw FileError(path, place + Self.freeText)
      }
      if table.rowCount > ColumnInference.leastRows && 2 * names.count > table.rowCount {
        throw FileError(
          path,
          place + "expected categories, found \(grouped(names.count)) different texts in "
            + "\(grouped(table.rowCount)) rows; \(ColumnInference.typeAdvice)")
      }
    }
  }

  /// The values of a column that is not a feature.
  func values(of column: Int, _ table: DelimitedTable) -> ArraySlice<Double> {
    guard case .other(let place) = columns[column].place else { return [] }
    return table.others[place * table.rowCount..<(place + 1) * table.rowCount]
  }

  /// The only column of a role, if there is one.
  func column(_ role: TableColumn.Role, _ roles: ColumnRoles) -> Int? {
    roles.roles.firstIndex(of: role)
  }
}

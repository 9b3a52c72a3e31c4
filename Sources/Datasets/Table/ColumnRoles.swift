import PerceptronFiles

/// Which columns of a table are used for what, by the names or positions that were chosen.
struct ColumnRoles {
  /// Names by which a target is found where none is chosen, in lower case.
  static let targetNames: Set<String> = ["target", "label", "class", "y"]

  /// The role of each column.
  private(set) var roles: [TableColumn.Role]
  /// The types that were chosen.
  private(set) var types: [ColumnType?]
  /// The columns of features and of targets in the order in which they were chosen.
  private(set) var features: [Int]
  private(set) var targets: [Int]

  /// - Parameters:
  ///   - expected: the features that are expected, whose columns are chosen by name and have their type.
  /// - Throws: `FileError` where there is no column of a name, a column has two roles, or two columns that
  ///   are used have one name.
  init(
    _ names: [String], path: String, _ options: ReadingOptions, weights: String?, groups: String?,
    expected: [FeatureColumn]?
  ) throws {
    let index = ColumnIndex(names, path: path)
    var given = [TableColumn.Role?](repeating: nil, count: names.count)
    func give(_ role: TableColumn.Role, _ texts: [String], _ what: String) throws -> [Int] {
      try texts.map { text in
        let column = try index.column(text, what)
        if let other = given[column] {
          throw FileError(
            path,
            role == other
              ? "column \(names[column]) is chosen twice as \(role.rawValue)"
              : "column \(names[column]) is chosen as \(role.rawValue), and as \(other.rawValue)")
        }
        given[column] = role
        return column
      }
    }
    // A further file of a model need not have what is left out.
    let ignored = options.ignored.filter { expected == nil || index.has($0) }
    _ = try give(.ignored, ignored, "column to leave out")
    targets = try give(.target, options.targets, "target")
    _ = try give(.weight, weights.map { [$0] } ?? [], "weight")
    _ = try give(.group, groups.map { [$0] } ?? [], "group")
    if let expected {
      features = try index.columns(expected, given: &given)
    } else {
      features = try give(.feature, options.columns, "feature")
    }
    if targets.isEmpty {
      let named = names.indices.filter {
        given[$0] == nil && Self.targetNames.contains(names[$0].lowercased())
      }
      if named.count == 1 {
        targets = named
        given[named[0]] = .target
      }
    }
    if features.isEmpty && expected == nil {
      features = names.indices.filter { given[$0] == nil }
      for column in features { given[column] = .feature }
    }
    roles = given.map { $0 ?? .ignored }
    types = [ColumnType?](repeating: nil, count: names.count)
    for (text, type) in options.types where expected == nil || index.has(text) {
      types[try index.column(text, "column of type \(type.rawValue)")] = type
    }
    for (column, known) in zip(features, expected ?? []) {
      types[column] = known.categories == nil ? .number : .category
    }
    if features.isEmpty {
      throw FileError(path, "expected a column of features, found \(index.list)")
    }
    try index.requireDistinct(names.indices.filter { roles[$0] != .ignored })
  }
}

/// Finds columns by name, or by position from 1 where no column has that name.
struct ColumnIndex {
  private let names: [String]
  private let path: String
  private let columns: [String: [Int]]

  init(_ names: [String], path: String) {
    self.names = names
    self.path = path
    columns = Dictionary(grouping: names.indices) { names[$0] }
  }

  /// Whether a text names a column.
  func has(_ text: String) -> Bool {
    columns[text] != nil || Int(text).map { (1...names.count).contains($0) } ?? false
  }

  /// The column that a text names; the error of none or several says what it was to be, such as "target".
  func column(_ text: String, _ what: String) throws -> Int {
    let found = columns[text] ?? []
    if found.count > 1 {
      throw FileError(
        path,
        "expected one column \(text) as \(what), found columns \(positions(found)) of that name; "
          + "choose it by its position")
    }
    if let first = found.first { return first }
    if let position = Int(text), (1...names.count).contains(position) { return position - 1 }
    throw FileError(path, "expected a column \(text) as \(what), found \(list)")
  }

  /// The columns of features that are expected, which become features; the error of missing ones lists what
  /// there is.
  func columns(
    _ expected: [FeatureColumn], given: inout [TableColumn.Role?]
  ) throws -> [Int] {
    let missing = expected.filter { columns[$0.name] == nil }.map(\.name)
    if !missing.isEmpty {
      throw FileError(
        path,
        "expected the \(missing.count == 1 ? "column" : "columns") \(Self.list(missing)), found \(list)"
      )
    }
    return try expected.map { known in
      let column = try column(known.name, "feature")
      if let other = given[column], other != .ignored {
        throw FileError(
          path,
          "column \(known.name) is one of the model's features, and chosen as \(other.rawValue)")
      }
      given[column] = .feature
      return column
    }
  }

  /// Throws where two of some columns have one name.
  func requireDistinct(_ used: [Int]) throws {
    var seen: [String: Int] = [:]
    for column in used {
      if let other = seen.updateValue(column, forKey: names[column]) {
        throw FileError(
          path,
          "expected columns of different names, found columns \(positions([other, column])) called "
            + "\(names[column]); rename one of them, or leave it out by its position")
      }
    }
  }

  private func positions(_ columns: [Int]) -> String {
    let texts = columns.map { "\($0 + 1)" }
    return texts.dropLast().joined(separator: ", ") + " and " + (texts.last ?? "")
  }

  /// The columns that there are, as a message lists them.
  var list: String {
    "the \(names.count == 1 ? "column" : "columns") \(Self.list(names))"
  }

  private static func list(_ names: [String]) -> String {
    names.prefix(20).joined(separator: ", ")
      + (names.count > 20 ? " and \(names.count - 20) more" : "")
  }
}

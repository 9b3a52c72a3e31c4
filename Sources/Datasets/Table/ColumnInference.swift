import PerceptronFiles

/// Finds out from the first rows of a table what its columns hold.
///
/// A column holds numbers where all of its cells are numbers, and categories where most of them are other
/// texts. What may be a mistake is refused with advice: a few texts among numbers, numbers with decimal
/// commas, dates.
struct ColumnInference {
  /// More categories than these are free text.
  static let mostCategories = 1000
  /// The rows above which a category for every second one is free text.
  static let leastRows = 50

  static let typeAdvice = "leave the column out (`ignore`), or choose its type category (`types`)"

  private let file: DelimitedFile
  private let missing: MissingTexts

  init(_ file: DelimitedFile, missing: MissingTexts) {
    self.file = file
    self.missing = missing
  }

  /// A text that a column was judged by.
  private typealias Example = (text: String, line: Int)

  /// The texts in a column's first rows.
  private struct Texts {
    var counts: [DelimitedText.Kind: Int] = [:]
    var examples: [DelimitedText.Kind: Example] = [:]

    subscript(_ kind: DelimitedText.Kind) -> Int { counts[kind] ?? 0 }
    var count: Int { counts.values.reduce(0, +) }

    mutating func add(_ text: String, line: Int) {
      let kind = DelimitedText.Kind(text)
      counts[kind, default: 0] += 1
      if examples[kind] == nil { examples[kind] = (text, line) }
    }

    /// The first example that is not of a kind.
    func firstExample(not kind: DelimitedText.Kind) -> Example? {
      examples.filter { $0.key != kind }.map(\.value).min { $0.line < $1.line }
    }
  }

  /// The types of the columns.
  ///
  /// - Parameters:
  ///   - given: the types that were chosen.
  ///   - roles: what the columns are used for; those that are ignored are never refused.
  /// - Throws: `FileError` with the column, and the line and the text by which it was refused.
  func types(given: [ColumnType?], roles: [TableColumn.Role]) throws -> [ColumnType] {
    if file.sample.rows.isEmpty { throw file.noRows }
    var texts = [Texts](repeating: Texts(), count: roles.count)
    for (row, line) in zip(file.sample.rows, file.sample.lines) {
      // Reading the row reports that it has another number of cells.
      if row.count != roles.count { break }
      for (column, text) in row.enumerated() where given[column] == nil && !missing.contain(text) {
        texts[column].add(text, line: line)
      }
    }
    let undecided = roles.indices.filter {
      given[$0] == nil && roles[$0] != .ignored && texts[$0].count == 0
    }
    if !undecided.isEmpty {
      for (column, first) in try file.firstTexts(ofColumns: Set(undecided)) {
        texts[column].add(first.text, line: first.line)
      }
    }
    return try roles.indices.map { column in
      if roles[column] == .group { return .category }
      if roles[column] == .weight { return .number }
      if let given = given[column] { return given }
      if roles[column] == .ignored { return texts[column][.number] > 0 ? .number : .category }
      return try type(of: texts[column], column)
    }
  }

  private func type(of texts: Texts, _ column: Int) throws -> ColumnType {
    func refusal(_ expected: String, _ example: Example?, _ advice: String) -> FileError {
      let line = example.map { "line \($0.line), " } ?? ""
      let found = example.map { DelimitedText.quoted($0.text) } ?? "only missing cells"
      return FileError(
        file.path,
        "\(line)column \(file.names[column]): expected \(expected), found \(found); \(advice)")
    }
    if texts.count == 0 {
      throw refusal("numbers or categories", nil, "leave the column out (`ignore`)")
    }
    if texts[.number] == texts.count { return .number }
    if 2 * (texts[.number] + texts[.groupedNumber]) >= texts.count {
      let expected = texts[.number] == 0 ? "a number" : "a number, as in most rows"
      if let example = texts.examples[.groupedNumber] {
        throw refusal(
          expected, example,
          DelimitedText.groupedAdvice + ", or choose the column's type category (`types`)")
      }
      throw refusal(
        expected, texts.firstExample(not: .number), Self.numberAdvice)
    }
    if 2 * texts[.date] >= texts.count {
      throw refusal(
        "a number or a category", texts.examples[.date],
        "dates are not read: write numbers such as the year in their place, " + Self.typeAdvice)
    }
    return .category
  }

  static let numberAdvice =
    "name it as a missing value (`missing`), or choose the column's type category (`types`)"
}

/// A table of texts, as aligned columns for a terminal or as Markdown.
package struct TextTable {
  /// A column: its heading, its alignment, and its rank. In a narrow window the column of the highest
  /// rank is left out first, of equal ones the last, and those of rank 0 never.
  package struct Column {
    let title: String
    let isNumber: Bool
    let rank: Int

    /// A column of words, aligned to the left.
    package static func words(_ title: String, rank: Int = 0) -> Column {
      Column(title: title, isNumber: false, rank: rank)
    }
    /// A column of figures, aligned to the right.
    package static func figures(_ title: String, rank: Int = 0) -> Column {
      Column(title: title, isNumber: true, rank: rank)
    }
  }

  private let columns: [Column]
  private var rows: [Row] = []

  private enum Row {
    case cells([String])
    case heading(String)
  }

  /// A table without rows.
  package init(_ columns: [Column]) { self.columns = columns }

  /// A table whose first `wordColumns` columns are of words and the others of figures.
  ///
  /// - Parameters:
  ///   - rows: the titles, then a text for each column.
  ///   - ranks: of each column as in ``Column``; all are 0 unless given.
  package init(_ rows: [[String]], wordColumns: Int, ranks: [Int]? = nil) {
    columns = (rows.first ?? []).enumerated().map { index, title in
      Column(title: title, isNumber: index >= wordColumns, rank: ranks?[index] ?? 0)
    }
    for row in rows.dropFirst() { add(row) }
  }

  /// Adds a row with a text for each column.
  package mutating func add(_ cells: [String]) { rows.append(.cells(cells)) }

  /// Adds a line of its own above the rows that follow.
  package mutating func addHeading(_ text: String) { rows.append(.heading(text)) }

  /// The table with two spaces between columns, without a final line end.
  package var text: String { text(columns: nil) }

  /// The table within a width; a last line names the columns that were left out.
  ///
  /// - Parameter room: the width in characters, or nil for any.
  package func text(columns room: Int?) -> String {
    let widths = columns.indices.map { index in
      cellRows.reduce(columns[index].title.count) { max($0, $1[index].count) }
    }
    let shown = fittingColumns(widths, ranks: columns.map(\.rank), in: room)
    func line(_ cells: [String]) -> String {
      var line = shown.map { index in
        let padding = String(repeating: " ", count: widths[index] - cells[index].count)
        return columns[index].isNumber ? padding + cells[index] : cells[index] + padding
      }.joined(separator: "  ")
      while line.last == " " { line.removeLast() }
      return line
    }
    let omitted = columns.indices.filter { !shown.contains($0) }.map { columns[$0].title }
    let note =
      omitted.isEmpty
      ? [] : ["left out to fit \(room ?? 0) columns: \(omitted.joined(separator: ", "))"]
    let body = rows.map { row in
      switch row {
      case .cells(let cells): line(cells)
      case .heading(let text): "\n" + text
      }
    }
    return ([line(columns.map(\.title))] + body + note).joined(separator: "\n")
  }

  /// The table in Markdown; its headings become rows of one cell.
  package var markdown: String {
    func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }
    let ruler = columns.map { $0.isNumber ? "---:" : "---" }
    let body = rows.map { row in
      switch row {
      case .cells(let cells): line(cells)
      case .heading(let text):
        line(["**\(text)**"] + Array(repeating: "", count: columns.count - 1))
      }
    }
    return ([line(columns.map(\.title)), line(ruler)] + body).joined(separator: "\n")
  }

  private var cellRows: [[String]] {
    rows.compactMap { if case .cells(let cells) = $0 { cells } else { nil } }
  }
}

/// The positions of the texts that fit beside each other, two spaces apart.
///
/// - Parameters:
///   - widths: the number of characters of each.
///   - ranks: the highest is left out first, of equal ones the last, and 0 never.
///   - room: the number of characters that fit, or nil for any number.
package func fittingColumns(_ widths: [Int], ranks: [Int], in room: Int?) -> [Int] {
  var shown = Array(widths.indices)
  guard let room else { return shown }
  while shown.reduce(-2, { $0 + widths[$1] + 2 }) > room {
    guard let rank = shown.map({ ranks[$0] }).max(), rank > 0,
      let last = shown.lastIndex(where: { ranks[$0] == rank })
    else { break }
    shown.remove(at: last)
  }
  return shown
}

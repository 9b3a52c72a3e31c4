import PerceptronLinearAlgebra

/// A table of texts, as aligned columns for a terminal or as Markdown.
package struct TextTable {
  /// A column's heading, where its texts stand, and its rank: in a narrow window the column of the
  /// highest rank is left out first, of equal ones the last, and those of rank 0 never.
  package struct Column {
    let title: String
    let isNumber: Bool
    let rank: Int

    /// A column of words, which begin in line.
    package static func words(_ title: String, rank: Int = 0) -> Column {
      Column(title: title, isNumber: false, rank: rank)
    }
    /// A column of figures, which end in line.
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

  /// An empty table.
  package init(_ columns: [Column]) { self.columns = columns }

  /// Adds a row with a text for each column.
  package mutating func add(_ cells: [String]) { rows.append(.cells(cells)) }

  /// Adds a line of its own, above the rows that it is about.
  package mutating func addHeading(_ text: String) { rows.append(.heading(text)) }

  /// The table with two spaces between columns, without a line end at its end.
  package var text: String { text(columns: nil) }

  /// The same in so many columns of text, or any number; what was left out is named in a line below.
  package func text(columns room: Int?) -> String {
    let widths = columns.indices.map { index in
      cellRows.reduce(columns[index].title.count) { max($0, $1[index].count) }
    }
    let kept = fittingColumns(widths, ranks: columns.map(\.rank), in: room)
    func line(_ cells: [String]) -> String {
      var line = kept.map { index in
        let padding = String(repeating: " ", count: widths[index] - cells[index].count)
        return columns[index].isNumber ? padding + cells[index] : cells[index] + padding
      }.joined(separator: "  ")
      while line.last == " " { line.removeLast() }
      return line
    }
    let titles = columns.map(\.title)
    let body = rows.map { row in
      switch row {
      case .cells(let cells): line(cells)
      case .heading(let text): "\n" + text
      }
    }
    return ([line(titles)] + body + [leftOut(titles, but: kept, in: room)].compactMap { $0 })
      .joined(separator: "\n")
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

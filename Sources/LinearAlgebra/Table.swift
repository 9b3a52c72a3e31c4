/// Columns padded to their widest cell, two spaces apart; the first `wordColumns` begin in line, the
/// others end in line.
package func table(_ rows: [[String]], wordColumns: Int) -> String {
  let widths = (rows.first ?? []).indices.map { column in
    rows.map { $0[column].count }.max() ?? 0
  }
  return rows.map { row in
    row.indices.map { column in
      let padding = String(repeating: " ", count: widths[column] - row[column].count)
      return column < wordColumns ? row[column] + padding : padding + row[column]
    }.joined(separator: "  ")
  }.joined(separator: "\n")
}

/// Columns padded to their widest cell, two spaces apart; the first `wordColumns` begin in line, the
/// others end in line.
///
/// - Parameters:
///   - ranks: of each column as for ``fittingColumns(_:ranks:in:)``; all stay unless given.
///   - room: how many columns of text there are, or nil for any number. What was left out is named in
///     a line below.
package func table(
  _ rows: [[String]], wordColumns: Int, ranks: [Int]? = nil, in room: Int? = nil
) -> String {
  let titles = rows.first ?? []
  let widths = titles.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
  let kept = fittingColumns(widths, ranks: ranks ?? titles.map { _ in 0 }, in: room)
  let lines = rows.map { row in
    kept.map { column in
      let padding = String(repeating: " ", count: widths[column] - row[column].count)
      return column < wordColumns ? row[column] + padding : padding + row[column]
    }.joined(separator: "  ")
  }
  return (lines + [leftOut(titles, but: kept, in: room)].compactMap { $0 }).joined(separator: "\n")
}

/// The positions of the texts that fit beside each other, two spaces apart.
///
/// - Parameters:
///   - widths: how many characters each has.
///   - ranks: the highest is left out first, of equal ones the last, and 0 never.
///   - room: how many characters fit, or nil for any number.
package func fittingColumns(_ widths: [Int], ranks: [Int], in room: Int?) -> [Int] {
  var kept = Array(widths.indices)
  guard let room else { return kept }
  while kept.reduce(-2, { $0 + widths[$1] + 2 }) > room {
    guard let rank = kept.map({ ranks[$0] }).max(), rank > 0,
      let last = kept.lastIndex(where: { ranks[$0] == rank })
    else { break }
    kept.remove(at: last)
  }
  return kept
}

/// Says which columns were left out for want of room; nil where none was.
package func leftOut(_ titles: [String], but kept: [Int], in room: Int?) -> String? {
  let names = titles.indices.filter { !kept.contains($0) }.map { titles[$0] }
  if names.isEmpty { return nil }
  return "left out to fit \(room ?? 0) columns: \(names.joined(separator: ", "))"
}

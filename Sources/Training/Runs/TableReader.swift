import Foundation
import PerceptronFiles

/// Reads a run's CSV files line by line and tells by line number what is wrong with them.
///
/// Fields are never quoted: nothing that a run writes has commas in it.
struct TableReader {
  /// A line below the header.
  struct Row {
    let path: String
    /// Counted from 1, header included.
    let line: Int
    let columns: [String]
    let fields: [Substring]

    /// The text of a column.
    func text(_ column: Int) -> Substring { fields[column] }

    /// The number in a column, which `isFit` holds for.
    ///
    /// - Parameter expected: what the message says it should be.
    func number(
      _ column: Int, expected: String = "a number", where isFit: (Double) -> Bool = { _ in true }
    ) throws -> Double {
      guard let number = Double(fields[column]), isFit(number) else {
        throw error(column, expected: expected)
      }
      return number
    }

    /// The same, or nil where the field is empty.
    func optionalNumber(
      _ column: Int, expected: String = "a number", where isFit: (Double) -> Bool = { _ in true }
    ) throws -> Double? {
      fields[column].isEmpty
        ? nil : try number(column, expected: expected + " or nothing", where: isFit)
    }

    /// The whole number in a column, in a range.
    func integer(_ column: Int, in range: ClosedRange<Int>, expected: String) throws -> Int {
      guard let number = Int(fields[column]), range.contains(number) else {
        throw error(column, expected: expected)
      }
      return number
    }

    func error(_ column: Int, expected: String) -> FileError {
      FileError(
        path,
        "line \(line): \(columns[column]): expected \(expected), found "
          + (fields[column].isEmpty ? "nothing" : "\(fields[column].prefix(40))"))
    }
  }

  let path: String
  let columns: [String]
  /// Columns that the file may have in their place, as an earlier version wrote them.
  var orColumns: [String]?

  /// Calls `body` with each row of the file, whose first line has to name the columns.
  ///
  /// - Throws: `FileError` where the file is not such a table, and what `body` throws.
  func forEachRow(_ body: (Row) throws -> Void) throws {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw RunDirectory.failure(path, "cannot be read")
    }
    let text = String(decoding: data, as: UTF8.self)
    var line = 0
    var found = columns
    var start = text.startIndex
    while start < text.endIndex {
      line += 1
      guard let end = text.utf8[start...].firstIndex(of: UInt8(ascii: "\n")) else {
        throw FileError(
          path, "line \(line): expected a whole line, found \(text[start...].prefix(40))")
      }
      var content = text[start..<end]
      // An editor may have ended lines as Windows does.
      if content.utf8.last == UInt8(ascii: "\r") { content = content.dropLast() }
      let fields = content.split(separator: ",", omittingEmptySubsequences: false)
      start = text.utf8.index(after: end)
      if line > 1 {
        try body(row(line, fields, of: found))
      } else if let known = [columns, orColumns ?? columns].first(where: {
        fields.elementsEqual($0, by: ==)
      }) {
        found = known
      } else {
        throw mismatch(line, fields, of: columns)
      }
    }
    if line == 0 {
      throw FileError(path, "line 1: expected \(columns.joined(separator: ",")), found nothing")
    }
  }

  private func row(_ line: Int, _ fields: [Substring], of columns: [String]) throws -> Row {
    if fields.count != columns.count { throw mismatch(line, fields, of: columns) }
    return Row(path: path, line: line, columns: columns, fields: fields)
  }

  private func mismatch(
    _ line: Int, _ fields: [Substring], of columns: [String]
  ) -> FileError {
    let found = fields.joined(separator: ",").prefix(60)
    return FileError(
      path,
      "line \(line): expected \(columns.joined(separator: ",")), found "
        + (found.isEmpty ? "nothing" : String(found)))
  }
}

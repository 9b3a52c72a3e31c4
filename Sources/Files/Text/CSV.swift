import Foundation

/// Comma-separated values (RFC 4180, with bare line feeds).
package enum CSV {
  /// The rows, each with a line end.
  package static func text(_ rows: some Sequence<[String]>) -> String {
    rows.map { $0.map(quoted).joined(separator: ",") + "\n" }.joined()
  }

  /// A cell; in quotation marks where it has commas, quotation marks or ends of lines.
  private static func quoted(_ cell: String) -> String {
    // By scalars, since a carriage return and a line feed are one character, and a quotation mark with
    // an accent behind it is another one.
    let needsQuotes = cell.unicodeScalars.contains { ",\"\r\n".unicodeScalars.contains($0) }
    if !needsQuotes { return cell }
    var quoted = String.UnicodeScalarView("\"".unicodeScalars)
    for scalar in cell.unicodeScalars {
      quoted.append(scalar)
      if scalar == "\"" { quoted.append(scalar) }
    }
    return String(quoted) + "\""
  }
}

// MARK: - Reading

/// Reads a CSV file with a header line by line; its errors name the line and the column.
///
/// Fields are not unquoted: it reads files whose fields have no commas in them.
package struct CSVReader {
  /// A line below the header.
  package struct Row {
    let path: String
    /// Counted from 1, header included.
    let line: Int
    package let columns: [String]
    let fields: [Substring]

    package func text(_ column: Int) -> Substring { fields[column] }

    /// The number in a column, for which `isFit` holds; the error's message says what is `expected`.
    package func number(
      _ column: Int, expected: String = "a number", where isFit: (Double) -> Bool = { _ in true }
    ) throws -> Double {
      guard let number = Double(fields[column]), isFit(number) else {
        throw error(column, expected: expected)
      }
      return number
    }

    /// The number in a column, or nil where the field is empty.
    package func optionalNumber(
      _ column: Int, expected: String = "a number", where isFit: (Double) -> Bool = { _ in true }
    ) throws -> Double? {
      fields[column].isEmpty
        ? nil : try number(column, expected: expected + " or nothing", where: isFit)
    }

    /// The whole number in a column, in a range.
    package func integer(_ column: Int, in range: ClosedRange<Int>, expected: String) throws -> Int
    {
      guard let number = Int(fields[column]), range.contains(number) else {
        throw error(column, expected: expected)
      }
      return number
    }

    package func error(_ column: Int, expected: String) -> FileError {
      FileError(
        path,
        "line \(line): \(columns[column]): expected \(expected), found "
          + (fields[column].isEmpty ? "nothing" : "\(fields[column].prefix(40))"))
    }
  }

  private let path: String
  private let columns: [String]
  private let orColumns: [String]?

  /// - Parameters:
  ///   - columns: the names in the header.
  ///   - orColumns: those of an earlier version, which are accepted too.
  package init(path: String, columns: [String], orColumns: [String]? = nil) {
    self.path = path
    self.columns = columns
    self.orColumns = orColumns
  }

  /// The columns in a file's first line; none for a file that is empty or cannot be read.
  package static func header(of path: String) -> [String] {
    let data = FileManager.default.contents(atPath: path) ?? Data()
    let line = data.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
    return String(decoding: line, as: UTF8.self).split(separator: ",").map(String.init)
  }

  /// Calls `body` with each row below the header; throws a `FileError` if the file is not such a table.
  package func forEachRow(_ body: (Row) throws -> Void) throws {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw FileError.system(path, "cannot be read")
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
        if fields.count != found.count { throw mismatch(line, fields, of: found) }
        try body(Row(path: path, line: line, columns: found, fields: fields))
      } else if let known = [columns, orColumns ?? columns].first(where: {
        fields.elementsEqual($0, by: ==)
      }) {
        found = known
      } else {
        throw mismatch(line, fields, of: columns)
      }
    }
    if line == 0 { throw mismatch(1, [], of: columns) }
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

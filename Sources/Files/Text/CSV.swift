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

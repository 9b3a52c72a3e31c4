/// Command lines for people to copy.
package enum ShellCommand {
  /// Words as a shell reads them, those with special characters in quotation marks.
  package static func line(_ words: [String]) -> String {
    words.map(quoted).joined(separator: " ")
  }

  // By scalars, since a quotation mark and a combining mark after it are one character.
  private static func quoted(_ word: String) -> String {
    let plain = "0123456789_./,:=+-".unicodeScalars
    let isPlain = word.unicodeScalars.allSatisfy {
      $0.isASCII && ($0.properties.isAlphabetic || plain.contains($0))
    }
    if isPlain && !word.isEmpty { return word }
    var quoted = "'".unicodeScalars
    for scalar in word.unicodeScalars {
      if scalar == "'" { quoted += #"'\''"#.unicodeScalars } else { quoted.append(scalar) }
    }
    quoted.append("'")
    return String(quoted)
  }
}

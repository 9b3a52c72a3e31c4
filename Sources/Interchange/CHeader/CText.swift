/// Names, numbers and texts as C99 has them.
enum CText {
  /// A prefix for identifiers, of a file's path: `digits` of `out/Digits.h`. What identifiers must not have becomes
  /// `_`, and a prefix that could not begin one is put behind `model_`.
  static func prefix(ofFileAt path: String) -> String {
    let name = path.split(separator: "/").last ?? ""
    let stem = name.lowercased().hasSuffix(".h") ? name.dropLast(2) : name
    let words = stem.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
    let prefix = words.joined(separator: "_")
    if prefix.isEmpty { return "model" }
    return prefix.first?.isNumber == true ? "model_" + prefix : prefix
  }

  /// A number that reads back as the same `float`, in as few digits as that takes; NaN as `NAN`.
  static func number(_ value: Float) -> String { value.isNaN ? "NAN" : "\(value)f" }

  /// A number that reads back as the same `double`.
  static func number(_ value: Double) -> String { "\(value)" }

  /// A string literal in ASCII alone, whatever characters the compiler takes the file to have, and without
  /// trigraphs.
  static func literal(_ text: String) -> String {
    let characters = text.utf8.map { byte -> String in
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "?"):
        return "\\" + String(UnicodeScalar(byte))
      case 0x20..<0x7f: return String(UnicodeScalar(byte))
      default:
        // Three digits, so that none of the next characters counts as one.
        let octal = String(byte, radix: 8)
        return "\\" + String(repeating: "0", count: 3 - octal.count) + octal
      }
    }
    return "\"" + characters.joined() + "\""
  }

  /// The text as part of a comment: what would end one, begin another or be a trigraph is taken apart, and
  /// characters that cannot be seen become `.`.
  static func comment(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse,
        .unassigned:
        result += "."
      default:
        let isJoined =
          switch (result.unicodeScalars.last, scalar) {
          case ("*", "/"), ("/", "*"), ("?", "?"): true
          default: false
          }
        if isJoined { result += " " }
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// Items with commas between them, in lines of at most 100 characters where they fit, each begun with
  /// `indent`.
  static func lines(_ items: [String], indent: String) -> String {
    var (lines, line) = ([String](), indent)
    for (index, item) in items.enumerated() {
      let text = item + (index == items.count - 1 ? "" : ",")
      if line.utf8.count + text.utf8.count + 1 > 100 && line != indent {
        lines.append(line)
        line = indent
      }
      line += (line == indent ? "" : " ") + text
    }
    return (lines + [line]).joined(separator: "\n")
  }
}

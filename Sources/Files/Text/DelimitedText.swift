/// What the text of a cell looks like.
package enum DelimitedText {
  /// Kinds of texts.
  package enum Kind: Sendable {
    /// A number, also an infinite one.
    case number
    /// A number with a decimal comma or thousands separators.
    case groupedNumber
    /// A date, a time, or both.
    case date
    /// Any other text.
    case text
  }

  /// What to do about numbers with decimal commas or thousands separators.
  package static let groupedAdvice =
    "write numbers with a decimal point and without thousands separators"

  /// A cell's text in quotation marks, its first 40 characters, with control characters escaped.
  package static func quoted(_ text: String) -> String {
    let escaped = text.prefix(40).unicodeScalars.map { scalar in
      switch scalar {
      case "\"": "\\\""
      case "\u{0}"..<" ": scalar.escaped(asASCII: true)
      default: String(scalar)
      }
    }
    return "\"\(escaped.joined())\""
  }

  /// The infinity that a text names, or nil.
  static func infinity(_ bytes: UnsafeBufferPointer<UInt8>) -> Double? {
    var rest = bytes[...]
    let isNegative = rest.first == UInt8(ascii: "-")
    if isNegative || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
    if rest.count != 3 && rest.count != 8 { return nil }
    let word = String(decoding: rest, as: UTF8.self).lowercased()
    if word != "inf" && word != "infinity" { return nil }
    return isNegative ? -.infinity : .infinity
  }
}

extension DelimitedText.Kind {
  /// The kind of a text without blanks around it.
  package init(_ text: String) {
    let bytes = Array(text.utf8)
    if DecimalReader().number(in: bytes) != nil
      || bytes.withUnsafeBufferPointer(DelimitedText.infinity) != nil
    {
      self = .number
    } else if Self.isGroupedNumber(bytes) {
      self = .groupedNumber
    } else {
      self = Self.isDate(text) ? .date : .text
    }
  }

  // MARK: - Numbers

  /// Whether a text is a number such as `1,5`, `1,234.5`, `1.234,5`, `1 234` or `1'234`.
  private static func isGroupedNumber(_ bytes: [UInt8]) -> Bool {
    let unsigned = bytes.first.map { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") } == true
    var groups: [Int] = [0]
    var marks: [UInt8] = []
    for byte in unsigned ? bytes[1...] : bytes[...] {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): groups[groups.count - 1] += 1
      case UInt8(ascii: ","), UInt8(ascii: "."), UInt8(ascii: "'"), UInt8(ascii: " "):
        marks.append(byte)
        groups.append(0)
      default: return false
      }
    }
    guard let last = marks.last, !groups.contains(0), marks != [UInt8(ascii: ".")] else {
      return false
    }
    let earlier = marks.dropLast()
    let hasDecimals =
      (last == UInt8(ascii: ",") || last == UInt8(ascii: ".")) && !earlier.contains(last)
    let thousands = hasDecimals ? earlier[...] : marks[...]
    let whole = hasDecimals ? groups.dropLast() : groups[...]
    return Set(thousands).count <= 1 && (thousands.isEmpty || whole[0] <= 3)
      && whole.dropFirst().allSatisfy { $0 == 3 }
  }

  // MARK: - Dates

  /// Whether a text is a date such as `2026-11-29`, `29.11.2026`, `11/29/26` or `29 Nov 2026`, a time such
  /// as `16:45`, or both.
  private static func isDate(_ text: String) -> Bool {
    if text.utf8.count < 4 || text.utf8.count > 40 { return false }
    guard text.utf8.contains(where: { (0x30...0x39).contains($0) }) else { return false }
    if isTime(text[...]) { return true }
    // The time behind `T`, or the last words with a colon.
    let start = text.firstIndex(of: ":").flatMap { colon in
      text[..<colon].lastIndex { $0 == " " || $0 == "T" }
    }
    guard let start else { return isDay(text[...]) }
    return isDay(text[..<start]) && isTime(text[text.index(after: start)...])
  }

  private static func isDay(_ text: Substring) -> Bool {
    for mark: Character in ["-", "/", "."] {
      let parts = text.split(separator: mark, omittingEmptySubsequences: false)
      let numbers = parts.compactMap { Int($0) }
      guard parts.count == 3, numbers.count == 3, numbers.allSatisfy({ $0 >= 0 }) else { continue }
      let sizes = parts.map(\.utf8.count)
      if sizes[0] == 4 {
        return sizes[1] <= 2 && sizes[2] <= 2 && (1...12).contains(numbers[1])
          && (1...31).contains(numbers[2])
      }
      return sizes[0] <= 2 && sizes[1] <= 2 && (sizes[2] == 4 || sizes[2] == 2)
        && (1...12).contains(min(numbers[0], numbers[1]))
        && (1...31).contains(max(numbers[0], numbers[1]))
    }
    let words = text.split { " -,/".contains($0) }
    let monthCount = words.count { word in
      word.utf8.count >= 3 && months.contains { $0.hasPrefix(word.lowercased()) }
    }
    let numberCount = words.count { $0.utf8.count <= 4 && Int($0) != nil }
    return monthCount == 1 && (1...2).contains(numberCount)
      && monthCount + numberCount == words.count
  }

  private static let months = [
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october",
    "november", "december",
  ]

  /// Whether a text is a time such as `7:05`, `07:05:09.5`, `07:05 PM` or `07:05:09+02:00`.
  private static func isTime(_ text: Substring) -> Bool {
    let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ":" || $0 == ".") }
    let parts = digits.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2 || parts.count == 3,
      let hours = Int(parts[0]), (0...24).contains(hours), parts[0].utf8.count <= 2,
      let minutes = Int(parts[1]), (0...59).contains(minutes), parts[1].utf8.count == 2
    else { return false }
    if parts.count == 3, Double(parts[2]).map({ $0 < 61 }) != true { return false }
    let rest = text[digits.endIndex...].drop { $0 == " " }
    if rest.isEmpty || ["am", "pm", "z", "utc"].contains(rest.lowercased()) { return true }
    return (rest.hasPrefix("+") || rest.hasPrefix("-"))
      && rest.dropFirst().allSatisfy { $0.isNumber || $0 == ":" }
  }
}

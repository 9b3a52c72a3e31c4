/// A value as Python writes it in its source: what the header of a `.npy` file is made of.
enum PythonLiteral {
  case text(String)
  case integer(Int)
  case truth(Bool)
  case none
  /// A tuple or a list.
  case sequence([PythonLiteral])
  case dictionary([(key: PythonLiteral, value: PythonLiteral)])

  /// What is no literal of these kinds, and where.
  struct Problem: Error {
    /// The position in the text.
    let position: Int
    let message: String
  }

  /// Reads the one literal that `text` consists of, with white space around it.
  init(_ text: [UInt8]) throws(Problem) {
    var parser = Parser(text: text)
    self = try parser.value(depth: 0)
    parser.skipSpace()
    if parser.position < text.count { throw parser.problem("expected the end of the header") }
  }
}

private struct Parser {
  /// The deepest nesting that is read, far less than the stack has room for.
  static let largestDepth = 32

  let text: [UInt8]
  var position = 0

  func problem(_ message: String, at position: Int? = nil) -> PythonLiteral.Problem {
    PythonLiteral.Problem(position: position ?? self.position, message: message)
  }

  private var next: UInt8? { position < text.count ? text[position] : nil }

  mutating func skipSpace() {
    while let byte = next, byte == UInt8(ascii: " ") || (9...13).contains(byte) { position += 1 }
  }

  /// Moves on where `character` comes next, after white space.
  private mutating func take(_ character: Character) -> Bool {
    skipSpace()
    guard let next, next == character.asciiValue else { return false }
    position += 1
    return true
  }

  mutating func value(depth: Int) throws(PythonLiteral.Problem) -> PythonLiteral {
    if depth > Self.largestDepth { throw problem("the header is nested too deep") }
    skipSpace()
    switch next {
    case UInt8(ascii: "'"), UInt8(ascii: "\""): return .text(try string())
    case UInt8(ascii: "("):
      return try elements(until: ")", depth: depth)
    case UInt8(ascii: "["):
      return try elements(until: "]", depth: depth)
    case UInt8(ascii: "{"): return try dictionary(depth: depth)
    default: return try word()
    }
  }

  private mutating func elements(
    until end: Character, depth: Int
  ) throws(PythonLiteral.Problem) -> PythonLiteral {
    position += 1
    var elements: [PythonLiteral] = []
    var endsWithComma = false
    while !take(end) {
      if !elements.isEmpty && !endsWithComma { throw problem("expected , or \(end)") }
      elements.append(try value(depth: depth + 1))
      endsWithComma = take(",")
    }
    // Parentheses without a comma make no tuple.
    if end == ")", elements.count == 1, !endsWithComma { return elements[0] }
    return .sequence(elements)
  }

  private mutating func dictionary(depth: Int) throws(PythonLiteral.Problem) -> PythonLiteral {
    position += 1
    var entries: [(key: PythonLiteral, value: PythonLiteral)] = []
    var endsWithComma = true
    while !take("}") {
      if !endsWithComma { throw problem("expected , or }") }
      let key = try value(depth: depth + 1)
      if !take(":") { throw problem("expected :") }
      entries.append((key, try value(depth: depth + 1)))
      endsWithComma = take(",")
    }
    return .dictionary(entries)
  }

  private mutating func string() throws(PythonLiteral.Problem) -> String {
    let start = position
    let quote = text[position]
    position += 1
    var bytes: [UInt8] = []
    while let byte = next {
      position += 1
      if byte == quote { return String(decoding: bytes, as: UTF8.self) }
      // Names of fields can have escapes, but fields are not read: only their end is needed.
      if byte == UInt8(ascii: "\\"), let escaped = next {
        bytes += [byte, escaped]
        position += 1
      } else {
        bytes.append(byte)
      }
    }
    throw problem("expected the end of the text that begins here", at: start)
  }

  /// A number, True, False or None.
  private mutating func word() throws(PythonLiteral.Problem) -> PythonLiteral {
    let start = position
    while let byte = next, isWordByte(byte) { position += 1 }
    let word = String(decoding: text[start..<position], as: UTF8.self)
    switch word {
    case "True": return .truth(true)
    case "False": return .truth(false)
    case "None": return .none
    case "": throw problem("expected a value", at: start)
    default: break
    }
    // Python 2 wrote long integers with an L.
    let digits = word.hasSuffix("L") ? word.dropLast() : Substring(word)
    guard let value = Int(digits) else {
      throw problem("expected a value, found \(word.prefix(40))", at: start)
    }
    return .integer(value)
  }

  private func isWordByte(_ byte: UInt8) -> Bool {
    switch Character(UnicodeScalar(byte)) {
    case "0"..."9", "A"..."Z", "a"..."z", "_", "-", "+", ".": true
    default: false
    }
  }
}

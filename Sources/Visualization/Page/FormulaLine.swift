/// A line of a formula: `p_{0} = e^{s − m} / Σ` has a lowered `0` and a raised `s − m`.
struct FormulaLine {
  /// The line in HTML, which breaks before operators but not after them, nor in a product.
  private(set) var html = ""
  /// The line in plain text, with raised and lowered parts in brackets: `e^(s − m)`.
  private(set) var plain = ""

  /// A line of text in which `_{…}` and `^{…}` may be nested. A part that is not closed ends with
  /// the line; other braces stand for themselves.
  init(_ text: String) {
    let characters = Array(text)
    var open: [String] = []
    var index = 0
    while index < characters.count {
      let character = characters[index]
      let next = index + 1 < characters.count ? characters[index + 1] : nil
      if character == "_" || character == "^", next == "{" {
        open.append(character == "_" ? "sub" : "sup")
        html += "<\(open[open.count - 1])>"
        plain += "\(character)("
        index += 2
        continue
      }
      if character == "}", let element = open.popLast() {
        html += "</\(element)>"
        plain += ")"
      } else {
        let follows = index > 0 && Self.operators.contains(characters[index - 1])
        let isWhole = character == " " && (follows || next == "·")
        html += isWhole ? "\u{A0}" : HTML.escaped(String(character))
        plain.append(character)
      }
      index += 1
    }
    for element in open.reversed() {
      html += "</\(element)>"
      plain += ")"
    }
  }

  private static let operators: Set<Character> = ["=", "+", "−", "·", "⊙", "/", "×", "≈", "→", "←"]
}

import Foundation

extension Console {
  /// How a text that is shown looks.
  package enum Style: Sendable {
    /// As it is.
    case plain
    /// With colours, on a terminal.
    case colored

    /// A colour that a terminal knows by its number.
    package enum Color: Int {
      case red = 31
      case green = 32
    }

    /// The text in a colour, where there are any.
    package func paint(_ text: String, _ color: Color) -> String {
      self == .colored ? "\u{1B}[\(color.rawValue)m\(text)\u{1B}[0m" : text
    }
  }

  /// How progress on standard error looks.
  package static var errorStyle: Style { redrawsErrors ? .colored : .plain }

  /// Whether escape codes may be written: to a terminal that understands them, where NO_COLOR is not
  /// set (no-color.org).
  package static func takesEscapes(isTerminal: Bool, _ environment: [String: String]) -> Bool {
    let terminal = environment["TERM"] ?? ""
    return isTerminal && !terminal.isEmpty && terminal != "dumb"
      && (environment["NO_COLOR"] ?? "").isEmpty
  }
}

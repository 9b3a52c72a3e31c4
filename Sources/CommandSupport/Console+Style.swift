import Foundation

extension Console {
  /// How a text that is shown looks.
  package enum Style: Sendable {
    /// As it is: not on a terminal.
    case plain
    /// On a terminal that is not to be coloured.
    case terminal
    /// With colours.
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

  /// How progress on standard error looks: with colours on a terminal unless NO_COLOR is set
  /// (no-color.org) or the terminal is a dumb one.
  package static var errorStyle: Style {
    if !redrawsErrors { return .plain }
    let environment = ProcessInfo.processInfo.environment
    let isForbidden = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
    return isForbidden || environment["TERM"] == "dumb" ? .terminal : .colored
  }
}

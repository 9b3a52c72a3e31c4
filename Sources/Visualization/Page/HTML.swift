/// Text as it stands in HTML and XML.
enum HTML {
  /// What tells a page of this library from others.
  static let generator = "<meta name=\"generator\" content=\"Perceptron\"/>"

  /// A text in which nothing is markup, for content and for attributes in double quotes.
  ///
  /// Control characters, which XML does not take, become U+FFFD.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case "\n", "\t": result.unicodeScalars.append(scalar)
      case _ where scalar.value < 0x20 || (0xFFFE...0xFFFF).contains(scalar.value):
        result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// A text for content in which lines do not break within a number, a date, or between a number and
  /// its unit.
  static func flowing(_ text: String) -> String {
    // Regular expressions are not Sendable, so that none can be kept.
    let whole =
      #/[0-9][0-9.,:+×e-]{0,20}[-–][0-9][0-9.:]*|[0-9][0-9.,]* (?:ns|µs|ms|s|min|h|%)(?!\w)/#
    return escaped(text).replacing(whole) { "<span class=\"whole\">\($0.output)</span>" }
  }

  /// A list of names with values.
  static func list(_ facts: [Report.Fact], class name: String) -> String {
    let items = facts.map { fact in
      "<div><dt>\(flowing(fact.name))</dt><dd>\(flowing(fact.value))</dd></div>\n"
    }
    return "<dl class=\"\(name)\">\n\(items.joined())</dl>\n"
  }
}

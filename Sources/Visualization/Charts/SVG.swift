/// A chart drawn by gnuplot, as scalable vector graphics.
public struct SVG: Hashable, Sendable {
  /// The size in pixels.
  public let width: Double, height: Double
  private let title: String
  private let summary: String
  /// The drawing's elements, one on each line, without gnuplot's unused parts.
  private let elements: [Substring]

  init(_ text: String, of chart: Chart, drawnAs drawing: Drawing) {
    title = chart.title
    summary = chart.summary
    width = drawing.width
    height = drawing.height
    elements = Self.elements(of: text) + (drawing.marks + drawing.hints).map { $0[...] }
  }

  /// A complete file, with the title above the drawing, on white.
  public var file: String {
    let titleHeight = title.isEmpty ? 0 : 34.0
    let shown = Drawing.shortened(title, to: width - 24)
    return """
      <?xml version="1.0" encoding="utf-8"?>
      <svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" \
      width="\(width)" height="\(height + titleHeight)" \
      viewBox="0 \(-titleHeight) \(width) \(height + titleHeight)">
      <title>\(HTML.escaped(title))</title>
      <desc>\(HTML.escaped(summary))</desc>
      <rect x="0" y="\(-titleHeight)" width="\(width)" height="\(height + titleHeight)" fill="white"/>
      <text x="12" y="-10" font-family="sans-serif" font-size="16" font-weight="bold" \
      fill="\(ChartColor.ink.hexadecimal)">\(HTML.escaped(shown))</text>
      \(elements.joined(separator: "\n"))
      </svg>

      """
  }

  /// An element for a page: as wide as its container, in the page's colors (the custom properties
  /// `--chart-paper`, `--chart-ink`, `--chart-muted`, `--chart-grid`, `--chart-faint` and
  /// `--chart-1` … `--chart-10`), with the title in its label only.
  ///
  /// - Parameter prefix: the prefix of the element's ids, unique on the page.
  public func inlined(prefix: String) -> String {
    let label = HTML.escaped([title, summary].filter { !$0.isEmpty }.joined(separator: ". "))
    let body = elements.map { line -> String in
      var line = String(line)
      if line.contains("gpPt") {
        line = line.replacing("'#gpPt", with: "'#\(prefix)gpPt")
          .replacing("id='gpPt", with: "id='\(prefix)gpPt")
          .replacing("xlink:href", with: "href")
      }
      return Self.replacingColors(in: line)
    }
    return """
      <svg viewBox="0 0 \(width) \(height)" role="img" aria-label="\(label)">
      \(body.joined(separator: "\n"))
      </svg>
      """
  }

  /// The lines between the drawing's first group and the end, without empty groups, ids and unused
  /// definitions.
  private static func elements(of text: String) -> [Substring] {
    let lines = text.split(separator: "\n")
    let usesPoints = lines.contains { $0.contains("<use xlink:href='#gpPt") && !$0.contains("id=") }
    guard let start = lines.firstIndex(where: { $0.hasPrefix("<defs>") }),
      let end = lines.lastIndex(where: { $0 == "</svg>" })
    else { return [] }
    // The canvas's group opens before the definitions.
    var kept: [Substring] = ["<g>"]
    var isDefinition = false
    var isFilter = false
    for line in lines[start..<end] {
      let content = line.drop { $0 == "\t" || $0 == " " }
      if content.hasPrefix("<defs>") { isDefinition = true }
      if content.hasPrefix("<filter") { isFilter = true }
      defer {
        if content.hasPrefix("</defs>") { isDefinition = false }
        if content.hasPrefix("</filter>") { isFilter = false }
      }
      if isFilter || content.hasPrefix("<circle id='gpDot'") || (isDefinition && !usesPoints) {
        continue
      }
      if content.hasPrefix("<g id=\"gnuplot_plot") {
        kept.append("<g>")
      } else if content == "</g>", let last = kept.last, last.hasPrefix("<g"), !last.contains("</")
      {
        if last.hasSuffix(">") && !last.contains("/>") { kept.removeLast() }
      } else if content.contains(outlinedText) {
        kept.append(
          content.replacing(outlinedText, with: outlineAttributes + outlinedText.dropFirst(13)))
      } else {
        kept.append(content)
      }
    }
    return kept
  }

  /// The attributes that gnuplot writes for outlined texts, and those that replace them: it cannot
  /// draw outlines itself.
  private static let outlinedText =
    "stroke=\"none\" fill=\"\(variables(of: .outlined)[1].color)\""
  private static let outlineAttributes =
    "stroke=\"white\" stroke-width=\"4\" stroke-linejoin=\"round\" paint-order=\"stroke\""

  /// A line with replaceable colors as custom properties.
  private static func replacingColors(in line: String) -> String {
    guard line.contains("rgb(") else { return line }
    return variables.reduce(line) { line, pair in
      line.contains(pair.color) ? line.replacing(pair.color, with: pair.variable) : line
    }
  }

  /// The replaceable colors in both of gnuplot's notations, with their replacements.
  private static let variables =
    ChartColor.replaceable.flatMap(variables(of:))
    + [
      (
        color: "stroke=\"white\" stroke-width=\"4\"",
        variable: "stroke=\"var(--chart-paper, white)\" stroke-width=\"4\""
      )
    ]

  private static func variables(of color: ChartColor) -> [(color: String, variable: String)] {
    let channels = [color.red, color.green, color.blue].map { "\($0)" }
    let padded = channels.map { String(repeating: " ", count: 3 - $0.count) + $0 }
    let variable = "var(\(color.name ?? ""), \(color.hexadecimal))"
    return [
      (color: "rgb(\(padded.joined(separator: ", ")))", variable: variable),
      (color: "rgb(\(channels.joined(separator: ",")))", variable: variable),
    ]
  }
}

import Foundation

/// The gnuplot commands of a chart: texts, lines and data in pixels from the top left corner, or a
/// plot with axes of its own.
///
/// Nothing from outside is ever read as a command: texts are in single quotation marks, in which
/// gnuplot knows no escapes, variables or commands, and data are numbers in data blocks.
struct Drawing {
  enum Alignment: String {
    case left, center, right
  }

  let width: Double
  let height: Double
  private(set) var commands: [String] = []
  /// SVG elements on top of what gnuplot draws.
  private(set) var marks: [String] = []
  /// Tooltips: invisible SVG elements on top of the drawing.
  private(set) var hints: [String] = []
  private var blockCount = 0

  init(width: Double, height: Double) {
    self.width = width
    self.height = height
  }

  static var fontSize: Double { 14 }
  /// The approximate width of a character, a little more than most have.
  static var characterWidth: Double { 7.6 }

  mutating func command(_ text: String) { commands.append(text) }

  /// Writes a text, vertically centered at `y` and shortened to `room` pixels.
  mutating func text(
    _ text: String, x: Double, y: Double, _ alignment: Alignment = .left,
    color: ChartColor = .ink, room: Double = .infinity, rotated: Bool = false
  ) {
    let shown = Self.shortened(text, to: room)
    if shown.isEmpty { return }
    command(
      "set label \(Self.quoted(shown)) at screen \(place(x, y)) \(alignment.rawValue)"
        + (rotated ? " rotate by 90" : "")
        + " textcolor rgb '\(color.hexadecimal)' front")
  }

  mutating func line(
    from start: (x: Double, y: Double), to end: (x: Double, y: Double), color: ChartColor,
    width: Double = 1, dash: String? = nil
  ) {
    // Gnuplot joins lines of a color and a width into a path, whatever their dashes.
    let width = dash == nil ? width : width + 0.01
    command(
      "set arrow from screen \(place(start.x, start.y)) to screen \(place(end.x, end.y)) nohead"
        + " linecolor rgb '\(color.hexadecimal)' linewidth \(width)"
        + (dash.map { " dashtype \($0)" } ?? ""))
  }

  /// Defines a data block of rows of numbers, with empty rows between pieces.
  ///
  /// - Returns: the block's name.
  mutating func data(_ rows: some Sequence<String>) -> String {
    let name = "$data\(blockCount)"
    blockCount += 1
    command("\(name) << END\n" + rows.joined(separator: "\n") + "\nEND")
    return name
  }

  /// Defines boxes with colors, each row "x y left right top bottom color".
  ///
  /// - Returns: the plot, for ``plotInPixels(_:)``.
  mutating func boxes(_ rows: some Sequence<String>) -> String {
    "\(data(rows)) using 1:2:3:4:5:6:7 with boxxyerror linecolor rgb variable fillstyle solid"
      + " noborder"
  }

  /// Draws dots of one color as a single path: a tenth of the bytes that gnuplot's points take.
  mutating func dots(
    _ points: [(x: Double, y: Double)], width: Double, color: ChartColor, opacity: Double
  ) {
    if points.isEmpty { return }
    let path = points.map { "M\(Self.pixels($0.x)),\(Self.pixels($0.y))h0" }.joined()
    marks.append(
      "<path d=\"\(path)\" fill=\"none\" stroke=\"\(color.markup)\" stroke-width=\"\(width)\""
        + " stroke-linecap=\"round\" stroke-opacity=\"\(opacity)\"/>")
  }

  /// Draws squares of one color as a single path.
  mutating func squares(
    _ points: [(x: Double, y: Double)], width: Double, color: ChartColor, opacity: Double
  ) {
    mark(
      points,
      "m\(Self.pixels(-width / 2)),\(Self.pixels(-width / 2))h\(Self.pixels(width))"
        + "v\(Self.pixels(width))h\(Self.pixels(-width))z",
      "fill=\"\(color.markup)\" fill-opacity=\"\(opacity)\"")
  }

  /// Draws triangles of one color as a single path, with a side of about `width`.
  mutating func triangles(
    _ points: [(x: Double, y: Double)], width: Double, color: ChartColor, opacity: Double
  ) {
    let half = width * 0.6
    mark(
      points,
      "m0,\(Self.pixels(-half))l\(Self.pixels(half)),\(Self.pixels(2 * half))"
        + "h\(Self.pixels(-2 * half))z",
      "fill=\"\(color.markup)\" fill-opacity=\"\(opacity)\"")
  }

  /// Draws squares that stand on a corner, of one color, as a single path.
  mutating func diamonds(
    _ points: [(x: Double, y: Double)], width: Double, color: ChartColor, opacity: Double
  ) {
    let half = Self.pixels(width * 0.7)
    mark(
      points, "m0,-\(half)l\(half),\(half)l-\(half),\(half)l-\(half),-\(half)z",
      "fill=\"\(color.markup)\" fill-opacity=\"\(opacity)\"")
  }

  /// Draws crosses of one color as a single path.
  mutating func crosses(
    _ points: [(x: Double, y: Double)], width: Double, color: ChartColor
  ) {
    let (half, whole) = (Self.pixels(width / 2), Self.pixels(width))
    mark(
      points, "m-\(half),-\(half)l\(whole),\(whole)m0,-\(whole)l-\(whole),\(whole)",
      "fill=\"none\" stroke=\"\(color.markup)\" stroke-width=\"2\"")
  }

  /// Adds a path that draws a shape, which begins with a relative move, at each point.
  private mutating func mark(
    _ points: [(x: Double, y: Double)], _ shape: String, _ attributes: String
  ) {
    if points.isEmpty { return }
    let path = points.map { "M\(Self.pixels($0.x)),\(Self.pixels($0.y))\(shape)" }.joined()
    marks.append("<path d=\"\(path)\" \(attributes)/>")
  }

  /// Writes a text, centered, above dots, with an outline in the color of the paper.
  mutating func markText(_ text: String, x: Double, y: Double) {
    let attributes =
      "text-anchor=\"middle\" dominant-baseline=\"central\" font-family=\"sans-serif\""
      + " font-size=\"\(Self.fontSize)\" font-weight=\"bold\" stroke=\"white\" stroke-width=\"4\""
      + " stroke-linejoin=\"round\" paint-order=\"stroke\""
    marks.append(
      "<text x=\"\(Self.pixels(x))\" y=\"\(Self.pixels(y))\" \(attributes)"
        + " fill=\"\(ChartColor.ink.markup)\">\(HTML.escaped(text))</text>")
  }

  /// Draws rectangles of one color as a single path.
  ///
  /// - Parameter isCrisp: whether edges are moved to whole pixels, so that no gaps show between neighbors.
  mutating func rectangles(
    _ boxes: [(x: Double, y: Double, width: Double, height: Double)], color: ChartColor,
    isCrisp: Bool = false
  ) {
    if boxes.isEmpty { return }
    let path = boxes.map { box in
      "M\(Self.pixels(box.x)),\(Self.pixels(box.y))h\(Self.pixels(box.width))"
        + "v\(Self.pixels(box.height))h\(Self.pixels(-box.width))z"
    }
    marks.append(
      "<path d=\"\(path.joined())\" fill=\"\(color.markup)\""
        + (isCrisp ? " shape-rendering=\"crispEdges\"" : "") + "/>")
  }

  /// Draws a dashed line above dots and rectangles.
  mutating func markLine(
    from start: (x: Double, y: Double), to end: (x: Double, y: Double), color: ChartColor
  ) {
    marks.append(
      "<path d=\"M\(Self.pixels(start.x)),\(Self.pixels(start.y))"
        + "L\(Self.pixels(end.x)),\(Self.pixels(end.y))\" fill=\"none\""
        + " stroke=\"\(color.markup)\" stroke-width=\"1.5\" stroke-dasharray=\"6,4\"/>")
  }

  mutating func hint(_ lines: [String], x: Double, y: Double, width: Double, height: Double) {
    hints.append(
      "<rect class=\"hint\" x=\"\(Self.pixels(x))\" y=\"\(Self.pixels(y))\""
        + " width=\"\(Self.pixels(max(width, 0)))\" height=\"\(Self.pixels(max(height, 0)))\""
        + " fill-opacity=\"0\"><title>\(Self.hintText(lines))</title></rect>")
  }

  mutating func hint(_ lines: [String], along points: [(x: Double, y: Double)]) {
    let places = points.map { "\(Self.pixels($0.x)),\(Self.pixels($0.y))" }
    hints.append(
      "<polyline class=\"hint\" points=\"\(places.joined(separator: " "))\" fill=\"none\""
        + " stroke=\"black\" stroke-opacity=\"0\" stroke-width=\"8\">"
        + "<title>\(Self.hintText(lines))</title></polyline>")
  }

  private static func pixels(_ length: Double) -> String { String(format: "%.1f", length) }

  private static func hintText(_ lines: [String]) -> String {
    HTML.escaped(lines.map { shortened($0, to: .infinity) }.joined(separator: "\n"))
  }

  /// Plots in pixels from the top left corner, without axes.
  mutating func plotInPixels(_ plots: [String]) {
    command("unset border; unset tics; unset key; unset colorbox")
    command("set lmargin at screen 0; set rmargin at screen 1")
    command("set bmargin at screen 0; set tmargin at screen 1")
    command("set xrange [0:\(width)]; set yrange [\(height):0]")
    // gnuplot draws labels only with a plot.
    command("plot " + (plots.isEmpty ? ["NaN notitle"] : plots).joined(separator: ", "))
  }

  static func empty(width: Double) -> Drawing {
    var drawing = Drawing(width: width, height: 80)
    drawing.text("There is nothing to show.", x: width / 2, y: 40, .center, color: .muted)
    drawing.plotInPixels([])
    return drawing
  }

  /// A position in gnuplot's screen coordinates: shares of the size from the bottom left.
  func place(_ x: Double, _ y: Double) -> String {
    String(format: "%.5f,%.5f", x / width, 1 - y / height)
  }
}

// MARK: - Texts

extension Drawing {
  /// A text in single quotation marks for gnuplot, which are doubled inside.
  static func quoted(_ text: String) -> String {
    // By scalars: a quotation mark with a combining accent is another character.
    var quoted = String.UnicodeScalarView("'".unicodeScalars)
    for scalar in text.unicodeScalars {
      quoted.append(scalar)
      if scalar == "'" { quoted.append(scalar) }
    }
    return String(quoted) + "'"
  }

  static func width(of text: String) -> Double { text.reduce(0) { $0 + width(of: $1) } }

  private static func width(of character: Character) -> Double {
    // Beyond these alphabets are ideographs and emoji, which are wider.
    character.unicodeScalars.contains { $0.value >= 0x1100 } ? 15 : characterWidth
  }

  /// A text on one line without control characters, cut to a width in pixels and ending in … if
  /// cut.
  static func shortened(_ text: String, to room: Double) -> String {
    let line = String(
      String.UnicodeScalarView(
        text.unicodeScalars.map {
          $0.properties.generalCategory == .control || $0.properties.isNoncharacterCodePoint
            ? " " : $0
        }))
    if width(of: line) <= room { return line }
    var used = characterWidth
    var kept = ""
    for character in line {
      used += width(of: character)
      if used > room { break }
      kept.append(character)
    }
    return kept + "…"
  }
}

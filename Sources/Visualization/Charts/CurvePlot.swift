import Foundation

/// Curves drawn by gnuplot, with the page's colours.
enum CurvePlot {
  /// That gnuplot could not draw.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// An SVG document of each chart, by one process.
  ///
  /// - Throws: ``Failure`` where gnuplot is not there or fails.
  static func draw(_ charts: [Chart.Curves]) throws -> [String] {
    if charts.isEmpty { return [] }
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("perceptron-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    var commands = "set encoding utf8\n"
    for (number, chart) in charts.enumerated() { commands += script(chart, number) }
    let file = folder.appendingPathComponent("script.gp")
    try Data(commands.utf8).write(to: file)
    try run(in: folder)
    return try charts.indices.map { number in
      var text = try String(
        contentsOf: folder.appendingPathComponent("\(number).svg"), encoding: .utf8)
      for (index, variable) in variables.enumerated() {
        text = text.replacing("rgb(  1, 162, \(firstBlue + index))", with: variable)
      }
      text = text.replacing("<title>Gnuplot</title>\n", with: "")
      // Names that are one chart's only: a page has several.
      return text.replacing("gnuplot_", with: "chart-\(number)-")
        .replacing("gpPt", with: "chart-\(number)-point-")
        .replacing("gpDot", with: "chart-\(number)-dot")
    }
  }

  private static func run(in folder: URL) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["gnuplot", "script.gp"]
    process.currentDirectoryURL = folder
    let errors = folder.appendingPathComponent("errors")
    try Data().write(to: errors)
    process.standardError = try FileHandle(forWritingTo: errors)
    process.standardOutput = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    if process.terminationStatus == 127 {
      throw Failure(
        description: "there is no gnuplot, so that the page has no charts; install gnuplot-nox "
          + "(Debian, Ubuntu) or gnuplot (Homebrew)")
    }
    if process.terminationStatus != 0 {
      let text = (try? String(contentsOf: errors, encoding: .utf8)) ?? ""
      throw Failure(description: "gnuplot failed: \(text.suffix(400))")
    }
  }

  /// What stands for a colour in what gnuplot draws, which knows no variables: rgb(1, 162, 176) and
  /// the blues after it.
  private static func stand(_ index: Int) -> String {
    "#01a2" + String(firstBlue + index, radix: 16)
  }

  private static let firstBlue = 176

  /// Ink, rules, and the curves' colours in the style sheet, with what they are elsewhere.
  private static let variables = [
    "var(--ink, #1b1f24)", "var(--rule, #d5dae0)", "var(--curve-1, #0b62c4)",
    "var(--curve-2, #c2410c)", "var(--curve-3, #15803d)", "var(--curve-4, #7e3ac2)",
  ]

  private static func curve(_ number: Int) -> String { stand(2 + number % 4) }

  private static func script(_ chart: Chart.Curves, _ number: Int) -> String {
    let ink = stand(0)
    var text = """
      reset
      set terminal svg size 480,320 font 'sans-serif,13' noenhanced
      set output '\(number).svg'
      set border 3 linecolor rgb '\(stand(1))'
      set grid linecolor rgb '\(stand(1))' linetype 1 linewidth 0.5
      set autoscale xfix
      set tics nomirror textcolor rgb '\(ink)'
      set key above left textcolor rgb '\(ink)'
      set xlabel \(quoted(chart.x.label)) textcolor rgb '\(ink)'
      set ylabel \(quoted(chart.y.label)) textcolor rgb '\(ink)'

      """
    if chart.x.scale == .logarithmic { text += "set logscale x\n" }
    if chart.y.scale == .logarithmic { text += "set logscale y\n" }
    if let range = chart.x.range {
      text += "set xrange [\(range.lowerBound):\(range.upperBound)]\n"
    }
    if let range = chart.y.range {
      text += "set yrange [\(range.lowerBound):\(range.upperBound)]\n"
    }
    for (index, series) in chart.series.enumerated() {
      text += "$series\(index) << END_OF_SERIES\n\(rows(series, chart.y.scale))END_OF_SERIES\n"
    }
    var plots: [String] = []
    if let gap = chart.gap {
      let (first, second) = (chart.series[gap.between[0]], chart.series[gap.between[1]])
      let pairs = Dictionary(second.points.map { ($0.x, $0.y) }) { $1 }
      let rows = first.points.compactMap { point in
        pairs[point.x].map { "\(point.x) \(point.y) \($0)\n" }
      }
      text += "$gap << END_OF_SERIES\n\(rows.joined())END_OF_SERIES\n"
      plots.append(
        "$gap using 1:2:3 with filledcurves fillstyle solid 0.15 noborder "
          + "linecolor rgb '\(curve(0))' title \(quoted(gap.name))")
    }
    plots += chart.series.enumerated().map { index, series in
      "$series\(index) using 1:2 with \(look(series.style)) "
        + "linecolor rgb '\(curve(series.color ?? index))' title \(quoted(series.name))"
    }
    return text + "plot \(plots.joined(separator: ", \\\n  "))\nunset output\n"
  }

  private static func rows(_ series: Chart.Curves.Series, _ scale: Chart.Scale) -> String {
    let rows = series.points.map { point in
      // An empty line is a gap.
      point.y.isFinite && (scale == .linear || point.y > 0) ? "\(point.x) \(point.y)\n" : "\n"
    }
    // Gnuplot refuses data without a single point.
    return rows.contains { $0 != "\n" } ? rows.joined() : "NaN NaN\n"
  }

  private static func look(_ style: Chart.Curves.Style) -> String {
    switch style {
    case .line: "lines linewidth 2"
    case .faint: "lines linewidth 0.5"
    case .dashed: "lines dashtype 2 linewidth 2"
    case .linePoints: "linespoints pointtype 7 pointsize 0.4 linewidth 2"
    case .points: "points pointtype 7 pointsize 0.5"
    case .steps: "steps linewidth 2"
    }
  }

  /// All points, those that are not drawn too: a line with the curve's name, x and y for each.
  static func csv(_ chart: Chart.Curves) -> String {
    chart.series.reduce("series,x,y\n") { text, series in
      let name = "\"" + series.name.replacing("\"", with: "\"\"") + "\""
      return text + series.points.map { "\(name),\($0.x),\($0.y)\n" }.joined()
    }
  }

  /// A text in gnuplot's single quotes, on one line and not too long for a legend.
  private static func quoted(_ text: String) -> String {
    // Neither gnuplot's lines nor XML take control characters.
    let line = String(text.unicodeScalars.map { $0.value < 0x20 ? " " : Character($0) })
    let short = line.count > 40 ? line.prefix(39) + "…" : line
    return "'" + short.replacing("'", with: "''") + "'"
  }
}

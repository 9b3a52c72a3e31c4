import Foundation
import PerceptronFiles

extension Chart.Curves {
  /// The maximum number of drawn points of a line, and of dots.
  static let drawnPoints = 600, drawnDots = 2000

  /// Draws the curves over their axes, with a legend above if there are several.
  func drawing(width: Double) -> Drawing {
    guard let ranges = Ranges(self) else { return .empty(width: width) }
    let yTicks = Ticks(ranges.y, scale: y.scale, count: 5)
    // No ticks between whole numbers such as iterations and trials.
    let isWhole = series.allSatisfy { $0.points.allSatisfy { $0.x.rounded() == $0.x } }
    let xTicks = Ticks(
      ranges.x, scale: x.scale, count: width > 600 ? 10 : 5, leastStep: isWhole ? 1 : 0)
    let left = 34 + Double(yTicks.longest) * Drawing.characterWidth + 8
    // Half of the last label extends beyond its tick.
    let overhang = xTicks.places.last.map { Drawing.width(of: $0.label) / 2 } ?? 0
    let right = width - max(18, overhang + 2)
    let legend = Legend(legendEntries, from: 8, to: right)
    let top = legend.height + 12
    let bottom = top + (diagonal == nil ? 210 : min(right - left, 400))
    var drawing = Drawing(width: width, height: bottom + 52)
    legend.draw(in: &drawing, top: 0)
    drawing.text(
      y.label, x: 14, y: (top + bottom) / 2, .center, room: bottom - top, rotated: true)
    drawing.text(x.label, x: (left + right) / 2, y: bottom + 40, .center, room: right - left)
    setAxes(in: &drawing, ranges, xTicks, yTicks, (left, right, top, bottom))
    addHints(to: &drawing, ranges, (left, right, top, bottom))
    let plots =
      diagonalPlot(ranges, in: &drawing) + series.indices.map { plot($0, in: &drawing) }
    writeNotes(in: &drawing, ranges, (left, right, top, bottom))
    drawing.command("plot " + plots.joined(separator: ", "))
    return drawing
  }

  private func setAxes(
    in drawing: inout Drawing, _ ranges: Ranges, _ xTicks: Ticks, _ yTicks: Ticks,
    _ frame: (left: Double, right: Double, top: Double, bottom: Double)
  ) {
    drawing.command("unset key; set border 1 linecolor rgb '\(ChartColor.muted.hexadecimal)'")
    drawing.command("set lmargin at screen \(frame.left / drawing.width)")
    drawing.command("set rmargin at screen \(frame.right / drawing.width)")
    drawing.command("set tmargin at screen \(1 - frame.top / drawing.height)")
    drawing.command("set bmargin at screen \(1 - frame.bottom / drawing.height)")
    for (name, axis, range, ticks) in [("x", x, ranges.x, xTicks), ("y", y, ranges.y, yTicks)] {
      if axis.scale == .logarithmic { drawing.command("set logscale \(name) 10") }
      drawing.command("set \(name)range [\(range.lowerBound):\(range.upperBound)]")
      let places = ticks.places.map { "\(Drawing.quoted($0.label)) \($0.value)" }
      drawing.command(
        "set \(name)tics nomirror out scale \(name == "x" ? "0.5 offset 0,0.4" : "0")"
          + " (\(places.joined(separator: ", ")))"
          + " textcolor rgb '\(ChartColor.muted.hexadecimal)'")
      drawing.command("unset m\(name)tics")
    }
    drawing.command(
      "set grid ytics linetype 1 linecolor rgb '\(ChartColor.grid.hexadecimal)' linewidth 1")
  }

  /// The color of a curve: its own or the next one, without counting faint curves.
  private func color(of index: Int) -> ChartColor {
    let number = series[index].color ?? series[..<index].count { $0.style != .faint }
    let colors = ChartColor.series
    return series[index].style == .faint && series[index].color == nil
      ? .faint : colors[(number % colors.count + colors.count) % colors.count]
  }

  /// The dashes of a curve. Many curves differ by their dashes too, so that twelve are distinct.
  private func dash(of index: Int) -> String? {
    if series[index].style == .faint || series[index].style == .points { return nil }
    if series[index].style == .dashed { return Self.dashes[1] }
    // Beside curves that are dashed for what they are, others are not.
    if series.contains(where: { $0.style == .dashed }) { return nil }
    if series.count(where: { $0.style != .faint }) <= Self.mostSolid { return nil }
    let number = series[index].color ?? series[..<index].count { $0.style != .faint }
    return Self.dashes[(number % Self.dashes.count + Self.dashes.count) % Self.dashes.count]
  }

  /// The maximum number of curves that differ by their colors alone.
  private static let mostSolid = 3
  private static let dashes: [String?] = [nil, "(9,4)", "(2,3)", "(12,4,2,4)"]

  private var legendEntries: [Legend.Entry] {
    if series.count < 2 && diagonal == nil { return [] }
    // Faint curves of the same name share an entry.
    let named = series.indices.filter { index in
      series[index].style != .faint
        || !series[..<index].contains { $0.style == .faint && $0.name == series[index].name }
    }
    return named.map { .init(name: series[$0].name, color: color(of: $0), dash: dash(of: $0)) }
      + (diagonal.map { [.init(name: $0, color: .muted, width: 1, dash: "(6,4)")] } ?? [])
  }

  private func diagonalPlot(_ ranges: Ranges, in drawing: inout Drawing) -> [String] {
    if diagonal == nil { return [] }
    let block = drawing.data([
      "\(ranges.x.lowerBound) \(ranges.y.lowerBound)",
      "\(ranges.x.upperBound) \(ranges.y.upperBound)",
    ])
    let color = ChartColor.muted.hexadecimal
    return ["\(block) using 1:2 with lines linewidth 1 dashtype (6,4) linecolor rgb '\(color)'"]
  }

  private func writeNotes(
    in drawing: inout Drawing, _ ranges: Ranges,
    _ frame: (left: Double, right: Double, top: Double, bottom: Double)
  ) {
    let plot = PlotFrame(x: x, y: y, ranges: (ranges.x, ranges.y), frame)
    for series in series {
      for (point, note) in zip(series.points, series.notes) {
        guard let place = plot.place(point) else { continue }
        let half = Drawing.width(of: note) / 2
        // Above its point, or below one at the top.
        let isHigh = place.y - 13 < frame.top + 4
        drawing.text(
          note, x: min(max(place.x, frame.left + half), frame.right - half),
          y: place.y + (isHigh ? 13 : -13), .center, color: .outlined)
      }
    }
  }

  private func plot(_ index: Int, in drawing: inout Drawing) -> String {
    let series = series[index]
    let points = Self.decimated(
      series.points, to: series.style == .points ? Self.drawnDots : Self.drawnPoints)
    let rows = points.map { "\($0.x) \(text($0.y))" }
    let block = drawing.data(rows.isEmpty ? ["NaN NaN"] : rows)
    let dashes = dash(of: index).map { " dashtype \($0)" } ?? ""
    // A line of one point would be invisible.
    let shown = points.count == 1 && series.style != .points ? .linePoints : series.style
    let style =
      switch shown {
      case .line, .dashed: "lines linewidth 2\(dashes)"
      case .faint: "lines linewidth 1"
      case .linePoints: "linespoints linewidth 2\(dashes) pointtype 7 pointsize 0.5"
      case .points: "points pointtype 7 pointsize 0.35"
      case .steps: "steps linewidth 2\(dashes)"
      }
    return "\(block) using 1:2 with \(style) linecolor rgb '\(color(of: index).hexadecimal)'"
  }

  /// A number for gnuplot; one without a place on the axis is a gap.
  private func text(_ value: Double) -> String {
    Ranges.hasPlace(value, on: y) ? "\(value)" : "NaN"
  }

  /// The vertical range of the curves from a tenth of the longest on, with a margin; nil if the
  /// full range is hardly larger.
  package static func lateRange(of curves: [[Chart.Point]]) -> ClosedRange<Double>? {
    let all = curves.joined().filter(\.y.isFinite)
    let length = all.map(\.x).max() ?? 0
    let late = all.filter { $0.x * 10 >= length }.map(\.y)
    guard let low = late.min(), let high = late.max(), low < high,
      let least = all.map(\.y).min(), let most = all.map(\.y).max()
    else { return nil }
    let size = high - low
    return most - least > 2 * size ? low - 0.1 * size...high + 0.1 * size : nil
  }

  /// The summary's sentence with the last value of each curve that is not faint; nil if there is
  /// none.
  package static func ends(of series: [Series], digits: Int) -> String? {
    let ends = series.filter { $0.style != .faint }.compactMap { curve in
      curve.points.last { $0.y.isFinite }.map { "\(curve.name) \(significant($0.y, digits))" }
    }
    return ends.isEmpty ? nil : " At the end: " + ends.joined(separator: ", ") + "."
  }

  /// The summary's note on a range that does not contain all values.
  package static func note(on range: ClosedRange<Double>?) -> String {
    range.map {
      " Drawn between \(readableNumber($0.lowerBound)) and \(readableNumber($0.upperBound)): the "
        + "first values lie outside."
    } ?? ""
  }

  /// About `count` of the points: the lowest and the highest of each stretch of neighbors in
  /// order, so that no peak is lost, and gaps.
  static func decimated(_ points: [Chart.Point], to count: Int) -> [Chart.Point] {
    if points.count <= count { return points }
    let stretches = max(count / 3, 1)
    var kept: [Chart.Point] = []
    for stretch in 0..<stretches {
      let range = points.count * stretch / stretches..<points.count * (stretch + 1) / stretches
      let members = range.filter { points[$0].y.isFinite }
      let gap = range.first { !points[$0].y.isFinite }
      guard let low = members.min(by: { points[$0].y < points[$1].y }),
        let high = members.max(by: { points[$0].y < points[$1].y })
      else {
        kept.append(points[range.lowerBound])
        continue
      }
      kept += Set([low, high] + [gap].compactMap { $0 }).stablySorted(by: <).map { points[$0] }
    }
    return kept
  }

  /// The ends of both axes: the given ones, or those of the points with a margin.
  struct Ranges {
    let x: ClosedRange<Double>
    let y: ClosedRange<Double>

    /// Nil if no point has a place.
    init?(_ curves: Chart.Curves) {
      let shown = curves.series.flatMap(\.points).filter {
        Self.hasPlace($0.x, on: curves.x) && Self.hasPlace($0.y, on: curves.y)
      }
      if shown.isEmpty { return nil }
      x = Self.range(of: shown.map(\.x), on: curves.x, room: 0)
      y = Self.range(of: shown.map(\.y), on: curves.y, room: 0.04)
    }

    /// Whether a number has a place on an axis. gnuplot overflows beyond 1e300 and, on a
    /// logarithmic axis, below 1e-300.
    static func hasPlace(_ value: Double, on axis: Chart.Axis) -> Bool {
      value.isFinite && abs(value) <= 1e300 && (axis.scale == .linear || value >= 1e-300)
    }

    static func range(
      of values: [Double], on axis: Chart.Axis, room: Double
    ) -> ClosedRange<Double> {
      let isLogarithmic = axis.scale == .logarithmic
      if let range = axis.range, range.lowerBound < range.upperBound,
        !isLogarithmic || range.lowerBound > 0
      {
        return range
      }
      let (least, most) = (values.min() ?? 0, values.max() ?? 0)
      if isLogarithmic {
        let factor = least == most ? 2 : pow(10, (log10(most) - log10(least)) * room)
        return max(least / factor, 1e-305)...min(most * factor, 1e305)
      }
      // A single value gets a range around it.
      let more = least == most ? max(abs(least) * 0.1, 1e-6) : (most - least) * room
      return least - more...most + more
    }
  }
}

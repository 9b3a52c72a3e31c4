import Foundation

/// A plot's axes in pixels, for charts that place their own marks.
struct PlotFrame {
  let x: Chart.Axis, y: Chart.Axis
  let ranges: (x: ClosedRange<Double>, y: ClosedRange<Double>)
  let left: Double, right: Double, top: Double, bottom: Double

  init(
    x: Chart.Axis, y: Chart.Axis, ranges: (x: ClosedRange<Double>, y: ClosedRange<Double>),
    _ frame: (left: Double, right: Double, top: Double, bottom: Double)
  ) {
    self.x = x
    self.y = y
    self.ranges = ranges
    (left, right, top, bottom) = frame
  }

  /// The frame with room for labels in a drawing of a width.
  ///
  /// - Parameter isSquare: whether both axes are equally long; else the plot is as high as curves'.
  init(
    x: Chart.Axis, y: Chart.Axis, ranges: (x: ClosedRange<Double>, y: ClosedRange<Double>),
    width: Double, top: Double = 12, isSquare: Bool
  ) {
    let longest = Ticks(ranges.y, scale: y.scale, count: 5).longest
    let left = 34 + Double(longest) * Drawing.characterWidth + 8
    let last = Ticks(ranges.x, scale: x.scale, count: 5).places.last
    let right = width - max(18, (last.map { Drawing.width(of: $0.label) / 2 } ?? 0) + 2)
    self.init(
      x: x, y: y, ranges: ranges,
      (left, right, top, top + (isSquare ? min(right - left, 400) : 210)))
  }

  /// The height of what stands below the plot.
  static let footer = 52.0

  /// Writes ticks, grid lines and labels.
  func draw(in drawing: inout Drawing) {
    drawing.text(
      y.label, x: 14, y: (top + bottom) / 2, .center, room: bottom - top, rotated: true)
    drawing.text(x.label, x: (left + right) / 2, y: bottom + 40, .center, room: right - left)
    for tick in Ticks(ranges.y, scale: y.scale, count: 5).places {
      guard let height = Self.share(tick.value, of: ranges.y, y.scale) else { continue }
      let place = bottom - height * (bottom - top)
      drawing.line(from: (left, place), to: (right, place), color: .grid)
      drawing.text(tick.label, x: left - 8, y: place, .right, color: .muted)
    }
    drawing.line(from: (left, bottom), to: (right, bottom), color: .muted)
    for tick in Ticks(ranges.x, scale: x.scale, count: right - left > 560 ? 10 : 5).places {
      guard let share = Self.share(tick.value, of: ranges.x, x.scale) else { continue }
      let place = left + share * (right - left)
      drawing.line(from: (place, bottom), to: (place, bottom + 5), color: .muted)
      drawing.text(tick.label, x: place, y: bottom + 18, .center, color: .muted)
    }
  }

  /// The pixels of a point; nil where it has no place within the axes.
  func place(_ point: Chart.Point) -> (x: Double, y: Double)? {
    guard let x = Self.share(point.x, of: ranges.x, x.scale),
      let y = Self.share(point.y, of: ranges.y, y.scale)
    else { return nil }
    return (left + x * (right - left), bottom - y * (bottom - top))
  }

  private static func share(
    _ value: Double, of range: ClosedRange<Double>, _ scale: Chart.Scale
  ) -> Double? {
    guard range.contains(value) else { return nil }
    let (low, high) = (range.lowerBound, range.upperBound)
    if scale == .logarithmic { return high > low ? log(value / low) / log(high / low) : 0 }
    // Halved, since the difference may overflow.
    return high > low ? (value / 2 - low / 2) / (high / 2 - low / 2) : 0
  }
}

import Foundation
import PerceptronFiles

extension Chart {
  /// A point of a curve; a y that is not finite is a gap.
  public struct Point: Hashable, Sendable {
    /// The coordinates.
    public var x: Double, y: Double

    /// Creates a point.
    public init(_ x: Double, _ y: Double) {
      self.x = x
      self.y = y
    }
  }

  /// Curves over common axes.
  public struct Curves: Hashable, Sendable {
    /// The style of a curve.
    public enum Style: String, Hashable, Sendable {
      /// A line.
      case line
      /// A faint line, such as raw data behind smoothed data.
      case faint
      /// A dashed line.
      case dashed
      /// A line with a dot at each point.
      case linePoints
      /// Dots.
      case points
      /// Steps: each value holds until the next point.
      case steps
    }

    /// A curve.
    public struct Series: Hashable, Sendable {
      /// The name in the legend.
      public var name: String
      /// The style.
      public var style: Style
      /// The points in ascending order of x.
      public var points: [Point]
      /// The index of the color, from 0; nil for the next one.
      public var color: Int?
      /// A short text above each point, such as a count; empty for none.
      public var notes: [String]

      /// Creates a curve.
      ///
      /// - Precondition: no notes, or one for each point.
      public init(
        _ name: String, _ points: [Point], style: Style = .line, color: Int? = nil,
        notes: [String] = []
      ) {
        precondition(
          notes.isEmpty || notes.count == points.count,
          "Series: \(notes.count) notes for \(points.count) points")
        self.name = name
        self.points = points
        self.style = style
        self.color = color
        self.notes = notes
      }
    }

    /// The horizontal and the vertical axis.
    public var x: Axis, y: Axis
    /// The curves, from back to front.
    public var series: [Series]
    /// The name of the line from the lower left to the upper right corner, behind the curves of a square
    /// plot; nil for none.
    public var diagonal: String?

    /// Creates a chart's curves.
    public init(x: Axis, y: Axis, series: [Series], diagonal: String? = nil) {
      self.x = x
      self.y = y
      self.series = series
      self.diagonal = diagonal
    }
  }
}

extension Chart.Curves {
  /// The maximum number of tooltips along the axis.
  static let mostHints = 120

  /// Adds tooltips with the values of all curves: vertical stripes around the points' x, thinned
  /// out evenly where there are many.
  func addHints(
    to drawing: inout Drawing, _ ranges: Ranges,
    _ frame: (left: Double, right: Double, top: Double, bottom: Double)
  ) {
    let shown = series.map {
      $0.points.filter { ranges.x.contains($0.x) && Ranges.hasPlace($0.x, on: x) && $0.y.isFinite }
    }
    let all = Set(shown.joined().map(\.x)).sorted()
    let count = min(all.count, Self.mostHints)
    if count == 0 { return }
    let chosen = (0..<count).map { place -> Double in
      all[count == 1 ? 0 : place * (all.count - 1) / (count - 1)]
    }
    let scaled = { (value: Double) in x.scale == .logarithmic ? log10(value) : value / 2 }
    let (least, most) = (scaled(ranges.x.lowerBound), scaled(ranges.x.upperBound))
    let places = chosen.map { value -> Double in
      if most <= least { return frame.left }
      return frame.left + (frame.right - frame.left) * (scaled(value) - least) / (most - least)
    }
    for (index, value) in chosen.enumerated() {
      let begin = index == 0 ? frame.left : (places[index - 1] + places[index]) / 2
      let end = index == count - 1 ? frame.right : (places[index] + places[index + 1]) / 2
      let neighbors = [index - 1, index + 1].filter(chosen.indices.contains)
      let reach: Double = neighbors.map { abs(chosen[$0] - value) / 2 }.max() ?? 0
      let lines = zip(series, shown).compactMap { series, points in
        Self.nearest(to: value, in: points).flatMap { point -> String? in
          let place = series.notes.isEmpty ? nil : series.points.firstIndex(of: point)
          let note = place.map { " (\(series.notes[$0]))" } ?? ""
          let text = "\(series.name): \(significant(point.y, 4))\(note)"
          if abs(point.x - value) <= reach { return text }
          // Between its ends, a curve shows its nearest point.
          guard let first = points.first, let last = points.last, first.x <= value, value <= last.x
          else { return nil }
          return text + " (at \(significant(point.x, 6)))"
        }
      }
      drawing.hint(
        ["\(x.label) \(significant(value, 6))"] + lines, x: begin, y: frame.top,
        width: end - begin, height: frame.bottom - frame.top)
    }
  }

  private static func nearest(to x: Double, in points: [Chart.Point]) -> Chart.Point? {
    var (low, high) = (0, points.count)
    while low < high {
      let middle = (low + high) / 2
      if points[middle].x < x { low = middle + 1 } else { high = middle }
    }
    return [low - 1, low].filter(points.indices.contains).map { points[$0] }
      .min { abs($0.x - x) < abs($1.x - x) }
  }
}

import Foundation
import PerceptronFiles

extension Chart.Curves {
  /// The most places along the axis that tell values where the pointer stands.
  static let mostHints = 120

  /// Tells the values of all curves where the pointer stands: upright stripes from one place that has a
  /// point to the next, evenly thinned out where there are many.
  func addHints(
    to drawing: inout Drawing, _ ranges: Ranges,
    _ frame: (left: Double, right: Double, top: Double, bottom: Double)
  ) {
    let shown = series.map { series in
      series.points.filter {
        ranges.x.contains($0.x) && Ranges.hasPlace($0.x, on: x) && $0.y.isFinite
      }
    }
    let all = Set(shown.joined().map(\.x)).sorted()
    let count = min(all.count, Self.mostHints)
    if count == 0 { return }
    let chosen = (0..<count).map { all[count == 1 ? 0 : $0 * (all.count - 1) / (count - 1)] }
    let places = chosen.map { ranges.x(of: $0, on: x, from: frame.left, to: frame.right) }
    for (index, value) in chosen.enumerated() {
      let begin = index == 0 ? frame.left : (places[index - 1] + places[index]) / 2
      let end = index == count - 1 ? frame.right : (places[index] + places[index + 1]) / 2
      let reach =
        [index - 1, index + 1].filter(chosen.indices.contains)
        .map { abs(chosen[$0] - value) / 2 }.max() ?? 0
      let lines = zip(series, shown).compactMap { series, points in
        Self.nearest(to: value, in: points).flatMap { point -> String? in
          let text = "\(series.name): \(significant(point.y, 4))"
          if abs(point.x - value) <= reach { return text }
          // A curve tells of its last point before, or of the next, but not beyond its ends.
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

  /// The point whose x is nearest; nil of none.
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

extension Chart.Curves.Ranges {
  /// Where a number lies between the two ends of the horizontal axis, in pixels.
  fileprivate func x(
    of value: Double, on axis: Chart.Axis, from left: Double, to right: Double
  ) -> Double {
    let scaled = { (value: Double) in axis.scale == .logarithmic ? log10(value) : value / 2 }
    let size = scaled(x.upperBound) - scaled(x.lowerBound)
    return size > 0 ? left + (right - left) * (scaled(value) - scaled(x.lowerBound)) / size : left
  }
}

import Foundation
import PerceptronFiles

struct Ticks {
  let places: [(value: Double, label: String)]

  /// Round numbers within a range, about `count` of them.
  ///
  /// - Parameter leastStep: the least distance on a linear axis.
  init(_ range: ClosedRange<Double>, scale: Chart.Scale, count: Int, leastStep: Double = 0) {
    let values =
      scale == .logarithmic
      ? Self.logarithmic(range, count: count)
      : Self.linear(range, count: count, leastStep: leastStep)
    // As many digits as make the labels distinct.
    let labels = (6...15).lazy.map { digits in values.map { Self.label($0, digits: digits) } }
    let distinct = labels.first { Set($0).count == values.count }
    places = Array(zip(values, distinct ?? values.map { Self.label($0) }))
  }

  var longest: Int { places.map(\.label.count).max() ?? 0 }

  /// Multiples of 1, 2 or 5 times a power of ten.
  private static func linear(
    _ range: ClosedRange<Double>, count: Int, leastStep: Double = 0
  ) -> [Double] {
    let rough = max((range.upperBound - range.lowerBound) / Double(max(count, 1)), leastStep)
    guard rough > 0, rough.isFinite else { return [range.lowerBound] }
    let power = pow(10, floor(log10(rough)))
    let step = [1, 2, 5, 10].first { $0 * power >= rough * 0.999 }.map { $0 * power } ?? rough
    let first = (range.lowerBound / step).rounded(.up)
    return (0...(2 * max(count, 1) + 2)).map { index in
      // Rounded, so that 3 · 0.1 is written as 0.3.
      let value = (first + Double(index)) * step
      return Double(significant(value, 15)) ?? value
    }.filter { $0 <= range.upperBound + step * 1e-9 }
  }

  /// Powers of ten; with multiples if there are few powers, and linear ticks if there is hardly
  /// one.
  private static func logarithmic(_ range: ClosedRange<Double>, count: Int) -> [Double] {
    let (low, high) = (log10(range.lowerBound), log10(range.upperBound))
    if high - low < 0.8 { return linear(range, count: min(count, 4)).filter { $0 > 0 } }
    let factors: [Double] = high - low < 1.2 ? [1, 2, 5] : high - low < 2.5 ? [1, 3] : [1]
    let all = (Int(floor(low))...Int(ceil(high))).flatMap { exponent -> [Double] in
      let power: Double = pow(10, Double(exponent))
      return factors.map { Double(significant($0 * power, 15)) ?? .nan }
    }
    let (least, most): (Double, Double) = (range.lowerBound * 0.999, range.upperBound * 1.001)
    let values = all.filter { $0 >= least && $0 <= most }
    if values.count < 2 { return linear(range, count: 3).filter { $0 > 0 } }
    let stride = (values.count + count) / max(count + 1, 1)
    return values.enumerated().filter { $0.offset % max(stride, 1) == 0 }.map(\.element)
  }

  /// A short label: `0.001`, `1e-5`, `25k`, `1.5M`.
  ///
  /// - Parameter digits: the maximum number of significant digits.
  static func label(_ value: Double, digits: Int = 6) -> String {
    let size = abs(value)
    if value == 0 { return "0" }
    if size >= 1e4 && size < 1e6 { return significant(value / 1e3, digits) + "k" }
    if size >= 1e6 && size < 1e9 { return significant(value / 1e6, digits) + "M" }
    if size >= 1e9 || size < 1e-4 {
      let parts = String(format: "%.\(digits - 1)e", value).split(separator: "e")
      var factor = String(parts[0])
      while factor.contains("."), factor.last == "0" || factor.last == "." { factor.removeLast() }
      return "\(factor)e\(Int(parts[1]) ?? 0)"
    }
    return significant(value, digits)
  }
}

struct Legend {
  struct Entry {
    let name: String
    let color: ChartColor
    /// The width of the line that marks the entry.
    var width = 2.5
    var dash: String?
    /// What marks the entry.
    var mark = Mark.line
  }

  enum Mark {
    case line, cross
  }

  private static let rowHeight = 22.0
  private static let markWidth = 32.0
  private var places: [(entry: Entry, x: Double, row: Int, name: String)] = []

  init(_ entries: [Entry], from left: Double, to right: Double) {
    var (x, row) = (left, 0)
    for entry in entries {
      let name = Drawing.shortened(entry.name, to: right - left - Self.markWidth - 6)
      let width = Self.markWidth + 6 + Drawing.width(of: name)
      if x > left && x + width > right { (x, row) = (left, row + 1) }
      places.append((entry, x, row, name))
      x += width + 16
    }
  }

  var height: Double { Double((places.last?.row ?? -1) + 1) * Self.rowHeight }

  func draw(in drawing: inout Drawing, top: Double) {
    for place in places {
      let y = top + (Double(place.row) + 0.5) * Self.rowHeight
      let end = place.x + Self.markWidth
      switch place.entry.mark {
      case .line:
        drawing.line(
          from: (place.x, y), to: (end, y), color: place.entry.color, width: place.entry.width,
          dash: place.entry.dash)
      case .cross:
        drawing.crosses([(end - 8, y)], width: 6, color: place.entry.color)
      }
      drawing.text(place.name, x: end + 6, y: y)
    }
  }
}

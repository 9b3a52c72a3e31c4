import PerceptronFiles

extension Chart {
  /// Horizontal bars, the first at the top.
  public struct Bars: Hashable, Sendable {
    /// The axis of the values.
    public var axis: Axis
    /// The names of the bars.
    public var names: [String]
    /// The lengths of the bars; bars that are not finite are left out.
    public var values: [Double]
    /// The number of decimals beside a bar.
    public var digits: Int

    /// Creates bars.
    ///
    /// - Precondition: as many values as names.
    public init(axis: Axis, names: [String], values: [Double], digits: Int = 2) {
      precondition(
        names.count == values.count, "Bars: \(values.count) values for \(names.count) names")
      self.axis = axis
      self.names = names
      self.values = values
      self.digits = digits
    }
  }
}

extension Chart.Bars {
  private static let barHeight = 26.0

  func drawing(width: Double) -> Drawing {
    let finite = values.filter(\.isFinite)
    if finite.isEmpty { return .empty(width: width) }
    let longest = names.map(Drawing.width(of:)).max() ?? 0
    let left = min(longest + 20, width * 0.42)
    let texts = values.map { $0.isFinite ? decimal($0, digits) : "–" }
    let right = width - 16 - (texts.map(Drawing.width(of:)).max() ?? 0)
    let bottom = 8 + Double(names.count) * Self.barHeight
    var drawing = Drawing(width: width, height: bottom + 30)
    let ends = axis.range ?? min(finite.min() ?? 0, 0)...max(finite.max() ?? 0, 0)
    let size = ends.upperBound - ends.lowerBound
    func place(_ value: Double) -> Double {
      size > 0 && size.isFinite ? left + (right - left) * (value - ends.lowerBound) / size : left
    }
    var rows: [String] = []
    for (index, name) in names.enumerated() {
      let y = 8 + (Double(index) + 0.5) * Self.barHeight
      drawing.text(name, x: left - 8, y: y, .right, room: left - 12)
      let value = values[index]
      let end = value.isFinite ? place(min(max(value, ends.lowerBound), ends.upperBound)) : left
      drawing.text(texts[index], x: max(end, place(0)) + 6, y: y, color: .muted)
      if value.isFinite {
        let start = place(min(max(0, ends.lowerBound), ends.upperBound))
        rows.append("\(start) \(y) \(min(start, end)) \(max(start, end)) \(y - 9) \(y + 9)")
      }
      drawing.hint(
        ["\(name): \(texts[index])"], x: 0, y: y - Self.barHeight / 2, width: width,
        height: Self.barHeight)
    }
    drawing.text(axis.label, x: (left + right) / 2, y: bottom + 16, .center, room: width - 20)
    let zero = place(0)
    drawing.line(from: (zero, 6), to: (zero, bottom), color: .muted)
    let block = drawing.data(rows)
    drawing.plotInPixels([
      "\(block) using 1:2:3:4:5:6 with boxxyerror linecolor rgb"
        + " '\(ChartColor.series[0].hexadecimal)' fillstyle solid noborder"
    ])
    return drawing
  }
}

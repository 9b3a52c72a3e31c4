import PerceptronFiles

extension Chart {
  /// Lines across several axes, colored by a value.
  public struct ParallelCoordinates: Hashable, Sendable {
    /// A vertical axis.
    public struct Dimension: Hashable, Sendable {
      /// A labeled position on an axis.
      public struct Tick: Hashable, Sendable {
        /// The position, from 0 at the bottom to 1 at the top.
        public var position: Double
        /// The label.
        public var label: String

        /// Creates a tick.
        public init(_ position: Double, _ label: String) {
          self.position = position
          self.label = label
        }
      }

      /// The name.
      public var name: String
      /// The ticks.
      public var ticks: [Tick]

      /// Creates an axis.
      public init(_ name: String, ticks: [Tick]) {
        self.name = name
        self.ticks = ticks
      }
    }

    /// A line.
    public struct Line: Hashable, Sendable {
      /// The name in the data.
      public var name: String
      /// The position on each axis, from 0 to 1; nil for none.
      public var positions: [Double?]
      /// The value of the color; nil for faint gray.
      public var value: Double?
      /// The lines of the tooltip; empty for name and value.
      public var details: [String]

      /// Creates a line.
      public init(_ name: String, positions: [Double?], value: Double?, details: [String] = []) {
        self.name = name
        self.positions = positions
        self.value = value
        self.details = details
      }
    }

    /// The axes from left to right.
    public var dimensions: [Dimension]
    /// The lines, from back to front.
    public var lines: [Line]
    /// The label of the values.
    public var valueLabel: String
    /// The values of the first and the last color; nil for the least and the largest value.
    public var range: ClosedRange<Double>?

    /// Creates a chart's axes and lines.
    ///
    /// - Precondition: each line has a position, or nil, for each axis.
    public init(
      dimensions: [Dimension], lines: [Line], valueLabel: String,
      range: ClosedRange<Double>? = nil
    ) {
      precondition(
        lines.allSatisfy { $0.positions.count == dimensions.count },
        "ParallelCoordinates: \(lines.map(\.positions.count)) positions for "
          + "\(dimensions.count) axes")
      self.dimensions = dimensions
      self.lines = lines
      self.valueLabel = valueLabel
      self.range = range
    }
  }
}

extension Chart.ParallelCoordinates {
  /// The maximum number of lines with tooltips: the foremost.
  private static let mostHints = 100

  func drawing(width: Double) -> Drawing {
    if dimensions.isEmpty || lines.isEmpty { return .empty(width: width) }
    let tickRoom = { (dimension: Dimension) in
      dimension.ticks.map { Drawing.width(of: $0.label) }.max() ?? 0
    }
    let left = min(tickRoom(dimensions[0]), 140) + 18
    let right = width - 24
    let step = dimensions.count > 1 ? (right - left) / Double(dimensions.count - 1) : 0
    // Names that are wider than the distance of the axes alternate between two levels.
    let isStaggered = dimensions.contains { Drawing.width(of: $0.name) > step - 8 }
    let top = isStaggered ? 62.0 : 44
    let bottom = top + 240
    let scale = ColorScale(
      lines.compactMap(\.value), range: range, label: valueLabel,
      shades: ColorScale.shadesOfLines)
    let height = bottom + 20 + (scale == nil ? 0 : ColorScale.height)
    var drawing = Drawing(width: width, height: height)
    let places = dimensions.indices.map { left + Double($0) * step }
    for (index, dimension) in dimensions.enumerated() {
      draw(
        dimension, at: places[index], in: &drawing, from: top, to: bottom,
        room: index == 0 ? left - 12 : max(step - 24, 24),
        name: (y: isStaggered && index % 2 == 0 ? 32 : 14, room: (isStaggered ? 2 : 1) * step),
        isFirst: index == 0, isLast: index == dimensions.count - 1 && index > 0)
    }
    let rows = lines.flatMap { line -> [String] in
      let color = line.value.flatMap { value in scale?.color(of: value) } ?? ChartColor.grid
      return zip(places, line.positions).map { x, position in
        position.map { "\(x) \(bottom - $0 * (bottom - top)) \(color.number)" } ?? ""
      } + [""]
    }
    for line in lines.suffix(Self.mostHints) {
      let value = line.value.map { ["\(valueLabel): \(significant($0, 4))"] } ?? []
      drawing.hint(
        [line.name] + (line.details.isEmpty ? value : line.details),
        along: zip(places, line.positions).compactMap { x, position in
          position.map { (x, bottom - $0 * (bottom - top)) }
        })
    }
    let block = drawing.data(rows)
    var plots = ["\(block) using 1:2:3 with lines linewidth 1.5 linecolor rgb variable"]
    if let scale {
      plots.append(scale.draw(in: &drawing, from: left, to: right, top: bottom + 16))
    }
    drawing.plotInPixels(plots)
    return drawing
  }

  private func draw(
    _ dimension: Dimension, at x: Double, in drawing: inout Drawing, from top: Double,
    to bottom: Double, room: Double, name: (y: Double, room: Double), isFirst: Bool, isLast: Bool
  ) {
    drawing.line(from: (x, top), to: (x, bottom), color: .muted, width: 1.5)
    // The names of the outermost axes are aligned with the drawing's edges.
    let alignment: Drawing.Alignment = isFirst ? .left : isLast ? .right : .center
    drawing.text(
      dimension.name, x: isFirst ? 4 : isLast ? drawing.width - 4 : x, y: name.y, alignment,
      room: max(isFirst || isLast ? name.room * 0.75 : name.room - 8, 60))
    var last = Double.infinity
    for tick in dimension.ticks.stablySorted(by: { $0.position < $1.position }) {
      let y = bottom - tick.position * (bottom - top)
      if last - y < 14 { continue }
      last = y
      drawing.line(from: (x - 4, y), to: (x, y), color: .muted)
      drawing.text(tick.label, x: x - 8, y: y, .right, color: .outlined, room: room)
    }
  }
}

import PerceptronFiles

extension Chart {
  /// A table of colored cells, the first row at the top.
  public struct HeatMap: Hashable, Sendable {
    /// The labels of the columns and the rows.
    public var columnLabel: String, rowLabel: String
    /// The names of the columns and the rows.
    public var columns: [String], rows: [String]
    /// The cells: [rows][columns]; nil for an empty cell.
    public var values: [[Double?]]
    /// The label of the values.
    public var valueLabel: String
    /// The number of decimals in the cells; nil for colors alone.
    public var digits: Int?
    /// The values of the first and the last color; nil for the least and the largest value.
    public var range: ClosedRange<Double>?

    /// Creates a heat map.
    ///
    /// - Precondition: `values` has the shape [rows][columns].
    public init(
      columnLabel: String, columns: [String], rowLabel: String, rows: [String],
      values: [[Double?]], valueLabel: String, digits: Int? = 3, range: ClosedRange<Double>? = nil
    ) {
      precondition(
        values.count == rows.count && values.allSatisfy { $0.count == columns.count },
        "HeatMap: \(values.map(\.count)) cells for \(rows.count) rows and \(columns.count) columns")
      self.columnLabel = columnLabel
      self.columns = columns
      self.rowLabel = rowLabel
      self.rows = rows
      self.values = values
      self.valueLabel = valueLabel
      self.digits = digits
      self.range = range
    }
  }
}

extension Chart.HeatMap {
  /// With more rows or columns, cells are narrow and have no numbers.
  private static let spacious = 12
  /// The maximum number of cells with tooltips.
  private static let mostHints = 2500

  func drawing(width: Double) -> Drawing {
    guard
      let scale = ColorScale(
        values.joined().compactMap { $0 }, range: range, label: valueLabel, digits: digits)
    else { return .empty(width: width) }
    let left = min((rows.map(Drawing.width(of:)).max() ?? 0) + 44, width * 0.4)
    let right = width - 12
    let cell = (
      width: (right - left) / Double(columns.count),
      height: rows.count <= Self.spacious ? 34 : max(340 / Double(rows.count), 4)
    )
    let top = 8.0
    let bottom = top + cell.height * Double(rows.count)
    let names = columns.map { Drawing.width(of: $0) }
    let isSlanted = (names.max() ?? 0) > cell.width - 6
    let room = isSlanted ? min((names.max() ?? 0) + 16, 110) : 26
    var drawing = Drawing(width: width, height: bottom + room + 26 + ColorScale.height)
    drawing.text(
      rowLabel, x: 14, y: (top + bottom) / 2, .center, room: max(bottom - top, 60), rotated: true)
    writeNames(
      in: &drawing, left: left, top: top, bottom: bottom, cell: cell, isSlanted: isSlanted,
      room: room)
    drawing.text(
      columnLabel, x: (left + right) / 2, y: bottom + room + 10, .center, room: right - left)
    let cells = drawCells(in: &drawing, left: left, top: top, cell: cell, scale)
    addHints(to: &drawing, left: left, top: top, cell: cell)
    let strip = scale.draw(in: &drawing, from: left, to: right, top: bottom + room + 22)
    drawing.plotInPixels([cells, strip])
    return drawing
  }

  private func writeNames(
    in drawing: inout Drawing, left: Double, top: Double, bottom: Double,
    cell: (width: Double, height: Double), isSlanted: Bool, room: Double
  ) {
    // Names that would overlap are thinned out.
    let rowStride = max(Int((15 / cell.height).rounded(.up)), 1)
    for (index, name) in rows.enumerated() where index % rowStride == 0 {
      drawing.text(
        name, x: left - 8, y: top + (Double(index) + 0.5) * cell.height, .right, room: left - 36)
    }
    let columnStride = max(Int(((isSlanted ? 15 : 0) / cell.width).rounded(.up)), 1)
    for (index, name) in columns.enumerated() where index % columnStride == 0 {
      let x = left + (Double(index) + 0.5) * cell.width
      if isSlanted {
        drawing.text(name, x: x, y: bottom + 8, .right, room: room - 10, rotated: true)
      } else {
        drawing.text(name, x: x, y: bottom + 14, .center)
      }
    }
  }

  private func addHints(
    to drawing: inout Drawing, left: Double, top: Double, cell: (width: Double, height: Double)
  ) {
    if rows.count * columns.count > Self.mostHints { return }
    for (row, line) in values.enumerated() {
      for (column, value) in line.enumerated() {
        guard let value else { continue }
        drawing.hint(
          [
            "\(rowLabel): \(rows[row])", "\(columnLabel): \(columns[column])",
            "\(valueLabel): \(significant(value, 4))",
          ], x: left + Double(column) * cell.width, y: top + Double(row) * cell.height,
          width: cell.width, height: cell.height)
      }
    }
  }

  private func drawCells(
    in drawing: inout Drawing, left: Double, top: Double,
    cell: (width: Double, height: Double), _ scale: ColorScale
  ) -> String {
    let gap = rows.count <= Self.spacious && columns.count <= Self.spacious ? 1.0 : 0
    var boxes: [String] = []
    for (row, line) in values.enumerated() {
      let y = top + Double(row) * cell.height
      for run in Self.runs(of: line.map { $0.flatMap { $0.isFinite ? scale.color(of: $0) : nil } })
      {
        // Without gaps, neighbors of one color are one box: a large map is mostly zeros.
        let parts = gap > 0 ? run.columns.map { $0..<$0 + 1 } : [run.columns]
        for part in parts {
          let x = left + Double(part.lowerBound) * cell.width
          let end = left + Double(part.upperBound) * cell.width
          boxes.append(
            "\(x) \(y) \(x + gap) \(end - gap) \(y + gap) \(y + cell.height - gap)"
              + " \(run.color.number)")
        }
      }
      guard let digits, gap > 0 else { continue }
      for (column, value) in line.enumerated() {
        guard let value, value.isFinite else { continue }
        let text = decimal(value, digits)
        if Drawing.width(of: text) <= cell.width - 4 {
          drawing.text(
            text, x: left + (Double(column) + 0.5) * cell.width, y: y + cell.height / 2, .center,
            color: scale.color(of: value).contrasting)
        }
      }
    }
    return drawing.boxes(boxes)
  }

  /// The runs of neighbors of one color in a row; cells without color are left out.
  static func runs(of colors: [ChartColor?]) -> [(columns: Range<Int>, color: ChartColor)] {
    var runs: [(columns: Range<Int>, color: ChartColor)] = []
    for (column, color) in colors.enumerated() {
      guard let color else { continue }
      if let last = runs.last, last.columns.upperBound == column, last.color == color {
        runs[runs.count - 1].columns = last.columns.lowerBound..<column + 1
      } else {
        runs.append((column..<column + 1, color))
      }
    }
    return runs
  }
}

import Foundation
import PerceptronFiles

extension Chart {
  /// A dot for each point; for many points without groups, the density instead.
  public struct ScatterPlot: Hashable, Sendable {
    /// A line to compare the points with, which makes both axes equally long.
    public enum Guide: Hashable, Sendable {
      /// y = x; both axes have the same range, too.
      case diagonal
      /// y = 0, which is within the range then.
      case zero
    }

    /// Groups of points, which differ by color and shape. Each has its name at the mean of its points.
    ///
    /// Twenty groups are distinct; further ones look like earlier ones. Of more than 30 groups no names are
    /// written.
    public struct Groups: Hashable, Sendable {
      /// The names of all groups.
      public var names: [String]
      /// The index of each point's group.
      public var ofPoints: [Int]
      /// The indices of points that are drawn as crosses.
      public var crossed: Set<Int>
      /// What crosses mean, such as `wrong`, for the legend and the CSV.
      public var crossName: String

      /// Creates groups.
      ///
      /// - Precondition: every index is one of the names.
      public init(
        names: [String], ofPoints: [Int], crossed: Set<Int> = [], crossName: String = "marked"
      ) {
        precondition(
          ofPoints.allSatisfy { names.indices.contains($0) },
          "ScatterPlot: a point of a group beyond the \(names.count) names")
        self.names = names
        self.ofPoints = ofPoints
        self.crossed = crossed
        self.crossName = crossName
      }
    }

    /// The horizontal and the vertical axis.
    public var x: Axis, y: Axis
    /// The points; those that are not finite are left out.
    public var points: [Point]
    /// The line to compare with; nil for none.
    public var guide: Guide?
    /// The name of each point in its tooltip; empty for none.
    public var names: [String]
    /// The groups of the points, which make both axes equally long; nil for points of one color.
    public var groups: Groups?

    /// Creates a scatter plot.
    ///
    /// - Precondition: no names, or one for each point; no groups, or one for each point.
    public init(
      x: Axis, y: Axis, points: [Point], guide: Guide? = nil, names: [String] = [],
      groups: Groups? = nil
    ) {
      precondition(
        names.isEmpty || names.count == points.count,
        "ScatterPlot: \(names.count) names for \(points.count) points")
      precondition(
        groups.map { $0.ofPoints.count == points.count } ?? true,
        "ScatterPlot: groups of \(groups?.ofPoints.count ?? 0) points for \(points.count)")
      self.x = x
      self.y = y
      self.points = points
      self.guide = guide
      self.names = names
      self.groups = groups
    }
  }
}

extension Chart.ScatterPlot {
  /// The maximum number of dots; more points are drawn as a density.
  static let mostDots = 2000
  /// The maximum number of points with tooltips.
  static let mostHints = 300
  /// The side of a cell of the density in pixels, and the number of its colors.
  private static let cell = 8.0, levels = 8

  func drawing(width: Double) -> Drawing {
    guard let ranges else { return .empty(width: width) }
    if let groups { return drawing(of: groups, ranges, width: width) }
    let frame = PlotFrame(
      x: x, y: y, ranges: ranges, width: width, isSquare: guide != nil)
    let places = points.map(frame.place)
    let shown = places.compactMap { $0 }
    let cells = shown.count > Self.mostDots ? Self.cells(of: shown, in: frame) : []
    let scale = ColorScale(
      cells.map { Double($0.count) }, label: "points in a cell, logarithmic",
      shades: ColorScale.shadesOfLines)
    let bottom = frame.bottom + PlotFrame.footer
    var drawing = Drawing(width: width, height: bottom + (scale == nil ? 0 : ColorScale.height))
    frame.draw(in: &drawing)
    var plots: [String] = []
    if var scale {
      scale.scale = .logarithmic
      Self.draw(cells, in: &drawing, frame, scale)
      plots = [scale.draw(in: &drawing, from: frame.left, to: frame.right, top: bottom)]
    } else {
      let isSparse = shown.count <= 500
      drawing.dots(
        Self.distinct(shown), width: isSparse ? 5 : 3.5, color: ChartColor.series[0],
        opacity: isSparse ? 0.7 : 0.5)
    }
    drawGuide(in: &drawing, frame)
    if shown.count <= Self.mostHints { addHints(to: &drawing, places) }
    drawing.plotInPixels(plots)
    return drawing
  }

  /// The ends of both axes; nil if no point has a place.
  private var ranges: (x: ClosedRange<Double>, y: ClosedRange<Double>)? {
    typealias Ranges = Chart.Curves.Ranges
    let shown = points.filter { Ranges.hasPlace($0.x, on: x) && Ranges.hasPlace($0.y, on: y) }
    if shown.isEmpty { return nil }
    let zero = guide == .zero && y.scale == .linear ? [0.0] : []
    let (across, up) = (shown.map(\.x), shown.map(\.y) + zero)
    if guide == .diagonal {
      let both = Ranges.range(of: across + up, on: x, room: 0.04)
      return (both, both)
    }
    return (
      Ranges.range(of: across, on: x, room: 0.04), Ranges.range(of: up, on: y, room: 0.04)
    )
  }

  func drawGuide(in drawing: inout Drawing, _ frame: PlotFrame) {
    switch guide {
    case .diagonal:
      drawing.markLine(
        from: (frame.left, frame.bottom), to: (frame.right, frame.top), color: .ink)
    case .zero:
      guard let zero = frame.place(.init(frame.ranges.x.lowerBound, 0)) else { return }
      drawing.markLine(from: zero, to: (frame.right, zero.y), color: .ink)
    case nil: break
    }
  }

  /// Adds the tooltips of all points, or of some.
  func addHints(
    to drawing: inout Drawing, _ places: [(x: Double, y: Double)?], of chosen: [Int]? = nil
  ) {
    for index in chosen ?? Array(places.indices) {
      guard let place = places[index] else { continue }
      let point = points[index]
      drawing.hint(
        (names.isEmpty ? [] : [names[index]]) + [
          "\(x.label): \(significant(point.x, 6))", "\(y.label): \(significant(point.y, 6))",
        ], x: place.x - 4, y: place.y - 4, width: 8, height: 8)
    }
  }

  /// The places without those in the same pixel.
  static func distinct(_ places: [(x: Double, y: Double)]) -> [(x: Double, y: Double)] {
    var seen = Set<[Int]>()
    return places.filter { seen.insert([Int($0.x.rounded()), Int($0.y.rounded())]).inserted }
  }
}

// MARK: - Density

extension Chart.ScatterPlot {
  struct Cell: Hashable {
    let column: Int, row: Int
    var count: Int
  }

  /// The cells that have points, row by row.
  private static func cells(
    of places: [(x: Double, y: Double)], in frame: PlotFrame
  ) -> [Cell] {
    let columns = max(Int(((frame.right - frame.left) / cell).rounded(.up)), 1)
    let rows = max(Int(((frame.bottom - frame.top) / cell).rounded(.up)), 1)
    var counts = [Int](repeating: 0, count: rows * columns)
    for place in places {
      let column = min(Int((place.x - frame.left) / cell), columns - 1)
      let row = min(Int((place.y - frame.top) / cell), rows - 1)
      counts[row * columns + column] += 1
    }
    return counts.indices.filter { counts[$0] > 0 }.map {
      Cell(column: $0 % columns, row: $0 / columns, count: counts[$0])
    }
  }

  private static func draw(
    _ cells: [Cell], in drawing: inout Drawing, _ frame: PlotFrame, _ scale: ColorScale
  ) {
    // A few colors, so that each is one path.
    let most = log2(scale.most)
    let groups = Dictionary(grouping: cells) { cell in
      most > 0 ? Int((log2(Double(cell.count)) / most * Double(levels - 1)).rounded()) : 0
    }
    for level in groups.keys.sorted() {
      let count = exp2(most * Double(level) / Double(levels - 1))
      drawing.rectangles(
        boxes(of: groups[level] ?? [], frame), color: scale.color(of: count), isCrisp: true)
    }
  }

  /// One box for neighbors in a row, cut at the plot's ends.
  private static func boxes(
    of cells: [Cell], _ frame: PlotFrame
  ) -> [(x: Double, y: Double, width: Double, height: Double)] {
    var runs: [(row: Int, columns: Range<Int>)] = []
    for cell in cells {
      if let last = runs.last, last.row == cell.row, last.columns.upperBound == cell.column {
        runs[runs.count - 1].columns = last.columns.lowerBound..<cell.column + 1
      } else {
        runs.append((cell.row, cell.column..<cell.column + 1))
      }
    }
    return runs.map { run in
      let x = frame.left + Double(run.columns.lowerBound) * cell
      let y = frame.top + Double(run.row) * cell
      return (
        x, y, min(Double(run.columns.count) * cell, frame.right - x), min(cell, frame.bottom - y)
      )
    }
  }
}

import PerceptronFiles

extension Chart.ScatterPlot {
  /// The maximum number of groups whose names are written.
  private static let mostNames = 30

  /// The number of a group's shape. Of the first ten groups, those of one shape have colors that stay apart
  /// for the color-blind: a CIE76 distance of 28 or more under simulated deuteranopia and protanopia.
  private static func shape(of group: Int) -> Int { group % 4 }

  func drawing(
    of groups: Groups, _ ranges: (x: ClosedRange<Double>, y: ClosedRange<Double>), width: Double
  ) -> Drawing {
    let isCrossed = !groups.crossed.isEmpty
    let legend = Legend(
      isCrossed
        ? [.init(name: groups.crossName, color: .ink, mark: .cross)] : [], from: 8, to: width - 18)
    let frame = PlotFrame(
      x: x, y: y, ranges: ranges, width: width, top: legend.height + 12, isSquare: true)
    var drawing = Drawing(width: width, height: frame.bottom + PlotFrame.footer)
    legend.draw(in: &drawing, top: 0)
    frame.draw(in: &drawing)
    let places = points.map(frame.place)
    let members = Dictionary(grouping: places.indices.filter { places[$0] != nil }) {
      groups.ofPoints[$0]
    }
    drawDots(of: groups, members, places, in: &drawing)
    drawGuide(in: &drawing, frame)
    if groups.names.count <= Self.mostNames {
      writeNames(of: groups, members, places, in: &drawing, frame)
    }
    addHints(to: &drawing, places, of: hinted(groups, places))
    drawing.plotInPixels([])
    return drawing
  }

  /// Draws each group's dots and, above all of them, the crosses.
  private func drawDots(
    of groups: Groups, _ members: [Int: [Int]], _ places: [(x: Double, y: Double)?],
    in drawing: inout Drawing
  ) {
    let isSparse = points.count <= 500
    let (size, opacity) = (isSparse ? 5.0 : 4.0, isSparse ? 0.8 : 0.65)
    func shown(_ group: Int, isCrossed: Bool) -> [(x: Double, y: Double)] {
      let chosen = (members[group] ?? []).filter { groups.crossed.contains($0) == isCrossed }
      return Self.distinct(chosen.compactMap { places[$0] })
    }
    for group in groups.names.indices {
      let color = ChartColor.groups[group % ChartColor.groups.count]
      let dots = shown(group, isCrossed: false)
      switch Self.shape(of: group) {
      case 0: drawing.dots(dots, width: size, color: color, opacity: opacity)
      case 1: drawing.squares(dots, width: size - 0.5, color: color, opacity: opacity)
      case 2: drawing.triangles(dots, width: size, color: color, opacity: opacity)
      default: drawing.diamonds(dots, width: size - 0.5, color: color, opacity: opacity)
      }
    }
    for group in groups.names.indices {
      drawing.crosses(
        shown(group, isCrossed: true), width: 6,
        color: ChartColor.groups[group % ChartColor.groups.count])
    }
  }

  /// Writes each group's name at the mean of its points, moved down where it would cover another one.
  private func writeNames(
    of groups: Groups, _ members: [Int: [Int]], _ places: [(x: Double, y: Double)?],
    in drawing: inout Drawing, _ frame: PlotFrame
  ) {
    let lineHeight = Drawing.fontSize + 3
    var names = members.map { group, rows in
      let own = rows.compactMap { places[$0] }
      let name = Drawing.shortened(groups.names[group], to: 150)
      let half = Drawing.width(of: name) / 2
      let x = own.reduce(0) { $0 + $1.x } / Double(own.count)
      return (
        group: group, name: name, half: half, y: own.reduce(0) { $0 + $1.y } / Double(own.count),
        x: min(max(x, frame.left + half), max(frame.right - half, frame.left + half))
      )
    }
    names.sort { ($0.y, $0.group) < ($1.y, $1.group) }
    for index in names.indices {
      for other in names[..<index]
      where abs(other.x - names[index].x) < other.half + names[index].half + 6 {
        if abs(other.y - names[index].y) < lineHeight { names[index].y = other.y + lineHeight }
      }
      drawing.markText(names[index].name, x: names[index].x, y: names[index].y)
    }
  }

  /// The points with tooltips: crosses first, then some of the others, evenly spaced.
  private func hinted(_ groups: Groups, _ places: [(x: Double, y: Double)?]) -> [Int] {
    let shown = places.indices.filter { places[$0] != nil }
    if shown.count <= Self.mostHints { return shown }
    let crossed = shown.filter(groups.crossed.contains).prefix(Self.mostHints)
    let others = shown.filter { !groups.crossed.contains($0) }
    return crossed + others.evenlySpaced(atMost: Self.mostHints - crossed.count)
  }

  /// The lines of a CSV file: with the group of each point, and whether it is crossed, where there are groups.
  var rows: [[String]] {
    let heads = [x.label, y.label]
    guard let groups else { return [heads] + points.map { [plain($0.x), plain($0.y)] } }
    let isCrossed = !groups.crossed.isEmpty
    return [heads + ["group"] + (isCrossed ? [groups.crossName] : [])]
      + points.enumerated().map { index, point in
        [plain(point.x), plain(point.y), groups.names[groups.ofPoints[index]]]
          + (isCrossed ? [groups.crossed.contains(index) ? "1" : "0"] : [])
      }
  }
}

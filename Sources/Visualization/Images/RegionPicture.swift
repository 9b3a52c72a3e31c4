/// A picture of the plane in which each cell has the color of a class, with points on it.
package struct RegionPicture {
  /// A point, drawn in the color of its class.
  package struct Point {
    /// Shares of the picture's width and height, from the left and from below.
    let x: Double, y: Double
    let label: Int
    /// A wrong one is larger, with a dark outline in place of a white one.
    let isWrong: Bool
    /// Whether it is a square in place of a dot.
    let isSquare: Bool

    package init(x: Double, y: Double, label: Int, isWrong: Bool, isSquare: Bool) {
      (self.x, self.y, self.label) = (x, y, label)
      (self.isWrong, self.isSquare) = (isWrong, isSquare)
    }
  }

  /// The numbers of cells.
  let columns: Int, rows: Int
  /// The class of each cell, [rows, columns], the lowest row first, and how strong its color is, 0…255.
  let classes: [UInt8], strengths: [UInt8]
  let points: [Point]

  /// - Precondition: a class and a strength for each cell.
  package init(
    columns: Int, rows: Int, classes: [UInt8], strengths: [UInt8], points: [Point]
  ) {
    precondition(
      classes.count == columns * rows && strengths.count == columns * rows,
      "RegionPicture: \(classes.count) classes and \(strengths.count) strengths for "
        + "\(columns) × \(rows) cells")
    (self.columns, self.rows) = (columns, rows)
    (self.classes, self.strengths, self.points) = (classes, strengths, points)
  }

  /// The color of a class, 0xrrggbb. It repeats where there are more classes than colors.
  package static func color(ofClass label: Int) -> UInt32 {
    ChartColor.groups[label % ChartColor.groups.count].number
  }

  /// The steps between the palest and the strongest color: few, so that the picture stays small as a file.
  private static let shades = 12
  private static let (palest, strongest) = (0.1, 0.5)
  private static let (outline, radius) = (1.0, 3.0)
}

extension RegionPicture {
  /// The picture, of up to 480 pixels on its longer side, or as many as there are cells.
  package var image: Image {
    let magnification = max(1, 480 / max(columns, rows))
    let (width, height) = (columns * magnification, rows * magnification)
    var canvas = Canvas(width: width, height: height)
    for row in 0..<rows {
      for column in 0..<columns {
        let cell = row * columns + column
        let shade = (Double(strengths[cell]) / 255 * Double(Self.shades)).rounded()
        let share =
          Self.palest + (Self.strongest - Self.palest) * shade / Double(Self.shades)
        let color = Canvas.color(Self.color(ofClass: Int(classes[cell])))
        let mixed = color.map { 255 + ($0 - 255) * share }
        let (left, top) = (column * magnification, (rows - 1 - row) * magnification)
        for y in top..<top + magnification {
          for x in left..<left + magnification { canvas.set(x, y, mixed) }
        }
      }
    }
    // Wrong points lie on top.
    for point in points.filter({ !$0.isWrong }) + points.filter(\.isWrong) {
      let center = (x: point.x * Double(width), y: (1 - point.y) * Double(height))
      let radius = point.isWrong ? Self.radius + 1 : Self.radius
      let rim = Canvas.color(point.isWrong ? 0x11_11_11 : 0xff_ff_ff)
      let fill = Canvas.color(Self.color(ofClass: point.label))
      let outer = radius + (point.isWrong ? 1.5 : 1) * Self.outline
      canvas.draw(around: center, radius: outer, isSquare: point.isSquare, rim)
      canvas.draw(around: center, radius: radius, isSquare: point.isSquare, fill)
    }
    return canvas.image
  }
}

/// RGB pixels on which shapes are drawn with smooth edges, in few colors, so that files are small.
private struct Canvas {
  let width: Int, height: Int
  private var pixels: [UInt8]

  init(width: Int, height: Int) {
    (self.width, self.height) = (width, height)
    pixels = [UInt8](repeating: 255, count: 3 * width * height)
  }

  /// Red, green and blue of 0xrrggbb.
  static func color(_ rgb: UInt32) -> [Double] {
    [rgb >> 16 & 255, rgb >> 8 & 255, rgb & 255].map(Double.init)
  }

  /// The step between the levels of a channel at smooth edges, 0, 51, … 255: with so few, the edges of many
  /// points share their colors, and the file stays small.
  private static var edgeStep: Double { 51 }

  mutating func set(_ x: Int, _ y: Int, _ color: [Double], opacity: Double = 1) {
    for (channel, value) in color.enumerated() {
      let place = 3 * (y * width + x) + channel
      let old = Double(pixels[place])
      let mixed = old + (value - old) * opacity
      pixels[place] = UInt8(
        opacity < 1
          ? (mixed / Self.edgeStep).rounded() * Self.edgeStep : mixed.rounded())
    }
  }

  /// Draws a disk, or a square of nearly the same area; what lies outside is cut off.
  mutating func draw(
    around center: (x: Double, y: Double), radius: Double, isSquare: Bool, _ color: [Double]
  ) {
    let half = isSquare ? 0.9 * radius : radius
    func range(_ middle: Double, below limit: Int) -> Range<Int> {
      let least = max(0, Int((middle - half - 1).rounded(.down)))
      let most = min(limit, Int((middle + half + 1).rounded(.up)))
      return least..<max(least, most)
    }
    for y in range(center.y, below: height) {
      for x in range(center.x, below: width) {
        let (across, down) = (Double(x) + 0.5 - center.x, Double(y) + 0.5 - center.y)
        let distance =
          isSquare
          ? max(across.magnitude, down.magnitude)
          : (across * across + down * down).squareRoot()
        let opacity = (min(max(half + 0.5 - distance, 0), 1) * 3).rounded() / 3
        if opacity > 0 { set(x, y, color, opacity: opacity) }
      }
    }
  }

  var image: Image { Image(width: width, height: height, channels: 3, pixels: pixels) }
}

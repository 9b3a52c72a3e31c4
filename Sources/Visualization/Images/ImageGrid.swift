/// A grid of magnified pictures.
public struct ImageGrid: Hashable, Sendable {
  /// The pictures, row by row.
  public var tiles: [Image]
  /// The number of pictures in a row.
  public var columns: Int
  /// The magnification of a pixel.
  public var magnification: Int
  /// The pixels between tiles.
  public var spacing: Int
  /// The gray between tiles.
  public var background: UInt8

  /// Creates a grid.
  ///
  /// - Precondition: `columns` and `magnification` are at least 1, `spacing` at least 0.
  public init(
    _ tiles: [Image], columns: Int, magnification: Int = 3, spacing: Int = 2,
    background: UInt8 = 128
  ) {
    precondition(
      columns > 0 && magnification > 0 && spacing >= 0,
      "ImageGrid: \(columns) columns at \(magnification) times the size, \(spacing) pixels apart")
    self.tiles = tiles
    self.columns = columns
    self.magnification = magnification
    self.spacing = spacing
    self.background = background
  }
}

extension ImageGrid {
  /// The grid as one picture.
  ///
  /// All cells have the size of the largest tile; smaller tiles are in the upper left of their
  /// cells, on the background. The picture has no border, no more columns than tiles, and colors
  /// if any tile has some. Without tiles it is a single pixel of the background.
  public var image: Image {
    guard let width = tiles.map(\.width).max(), let height = tiles.map(\.height).max() else {
      return Image(width: 1, height: 1, channels: 1, pixels: [background])
    }
    let across = min(columns, tiles.count)
    let down = (tiles.count + columns - 1) / columns
    let cell = (width: width * magnification, height: height * magnification)
    let size = (
      width: across * cell.width + (across - 1) * spacing,
      height: down * cell.height + (down - 1) * spacing
    )
    let channels = tiles.map(\.channels).max() ?? 1
    var pixels = [UInt8](repeating: background, count: size.width * size.height * channels)
    for (index, tile) in tiles.enumerated() {
      let left = index % columns * (cell.width + spacing)
      let top = index / columns * (cell.height + spacing)
      for row in 0..<tile.height * magnification {
        for column in 0..<tile.width * magnification {
          let source = (row / magnification * tile.width + column / magnification) * tile.channels
          let target = ((top + row) * size.width + left + column) * channels
          for channel in 0..<channels {
            // A gray tile has one channel for all three.
            pixels[target + channel] = tile.pixels[source + min(channel, tile.channels - 1)]
          }
        }
      }
    }
    return Image(width: size.width, height: size.height, channels: channels, pixels: pixels)
  }
}

extension ImageGrid {
  private static var pageWidth: Int { 1100 }

  /// Creates a grid of pictures of one size that fits a page. The magnification is at least 3, and
  /// large enough for a longer side of 64 pixels.
  ///
  /// - Parameter columns: the number of columns; nil for at least half of those that fit, if that
  ///   fills all rows, else for the fewest rows.
  package init(
    forPage tiles: [Image], columns: Int? = nil, spacing: Int = 2, background: UInt8 = 128
  ) {
    let magnification = tiles.first?.tileMagnification ?? 1
    let width = (tiles.first?.width ?? 1) * magnification + spacing
    let room = max(1, (Self.pageWidth + spacing) / width)
    let rows = (tiles.count + room - 1) / room
    let even = rows == 0 ? 1 : (tiles.count + rows - 1) / rows
    let full = (room / 2...room).last { $0 > 0 && !tiles.isEmpty && tiles.count % $0 == 0 }
    self.init(
      tiles, columns: columns ?? full ?? even, magnification: magnification, spacing: spacing,
      background: background)
  }
}

extension ImageGrid {
  /// Creates a grid of pictures of one size that are magnified to a longer side of about `side` pixels.
  package init(_ tiles: [Image], forSide side: Int) {
    let longest = tiles.map(\.longerSide).max() ?? side
    self.init(
      tiles, columns: max(1, 1100 / (2 * side)),
      magnification: max(1, (side + longest / 2) / longest),
      spacing: 4, background: 255)
  }

  /// The grid with the pictures of another one beside its own, as one picture.
  func image(beside other: ImageGrid) -> Image {
    let pairs = zip(tiles, other.tiles).flatMap { own, its in
      [
        ImageGrid([own], columns: 1, magnification: magnification).image,
        ImageGrid([its], columns: 1, magnification: other.magnification).image,
      ]
    }
    return ImageGrid(
      pairs, columns: 2 * columns, magnification: 1, spacing: spacing, background: background
    ).image
  }
}

extension Image {
  fileprivate var longerSide: Int { max(width, height) }

  fileprivate var tileMagnification: Int { max(3, (64 + longerSide - 1) / longerSide) }

  /// The picture magnified by a whole number, at least 3, such that its longer side is about `side`
  /// pixels.
  package func magnified(toSide side: Int) -> Image {
    let magnification = max(3, (side + longerSide / 2) / longerSide)
    return ImageGrid([self], columns: 1, magnification: magnification).image
  }
}

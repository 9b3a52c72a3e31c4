extension ImageGrid {
  /// The grid as one picture: a pixel of a tile becomes a square of one colour.
  ///
  /// All cells are as large as the widest and the highest of the tiles; a smaller tile stands in
  /// the upper left of its cell. What no tile covers has the background's grey, also the rest of a
  /// last row that is not full. The picture has no border around it, and no more columns than
  /// tiles. Where any tile has colours, so has the picture. Of no tiles it is a single pixel of the
  /// background.
  public var image: Image {
    guard let width = tiles.map(\.width).max(), let height = tiles.map(\.height).max() else {
      return Image(width: 1, height: 1, channels: 1, pixels: [background])
    }
    let across = min(columns, tiles.count)
    let down = (tiles.count + columns - 1) / columns
    let cell = (width: width * magnification, height: height * magnification)
    var canvas = Canvas(
      width: across * cell.width + (across - 1) * spacing,
      height: down * cell.height + (down - 1) * spacing,
      channels: tiles.map(\.channels).max() ?? 1, background: background)
    for (index, tile) in tiles.enumerated() {
      canvas.draw(
        tile, magnification: magnification, left: index % columns * (cell.width + spacing),
        top: index / columns * (cell.height + spacing))
    }
    return canvas.image
  }
}

/// A picture that is being drawn.
private struct Canvas {
  private let width: Int
  private let height: Int
  private let channels: Int
  private var pixels: [UInt8]

  init(width: Int, height: Int, channels: Int, background: UInt8) {
    self.width = width
    self.height = height
    self.channels = channels
    pixels = [UInt8](repeating: background, count: width * height * channels)
  }

  var image: Image {
    Image(width: width, height: height, channels: channels, pixels: pixels)
  }

  mutating func draw(_ tile: Image, magnification: Int, left: Int, top: Int) {
    for row in 0..<tile.height * magnification {
      for column in 0..<tile.width * magnification {
        let source = (row / magnification * tile.width + column / magnification) * tile.channels
        let target = ((top + row) * width + left + column) * channels
        for channel in 0..<channels {
          // A grey tile's only channel is its red, green and blue alike.
          pixels[target + channel] = tile.pixels[source + min(channel, tile.channels - 1)]
        }
      }
    }
  }
}

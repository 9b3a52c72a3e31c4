extension ImageGrid {
  /// The pixels that a page has room for side by side.
  private static var pageWidth: Int { 1100 }

  /// The given pictures, which have one size, in a grid that a page has room for: a
  /// tile is at least three times as large as its picture, and its longer side is 64 pixels or more.
  ///
  /// - Parameters:
  ///   - columns: how many stand in a row; nil for at least half of those that there is room for, so
  ///     that all rows are full, or where that cannot be, for as many as leave the fewest rows.
  ///   - spacing: the pixels between tiles.
  ///   - background: the grey between tiles.
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

extension Image {
  private var longerSide: Int { max(width, height) }

  /// How many times its size a picture is shown at among others.
  fileprivate var tileMagnification: Int {
    max(3, (64 + longerSide - 1) / longerSide)
  }

  /// The picture at a whole multiple of its size, three or more, its longer side about as many
  /// pixels where that is possible.
  package func magnified(toSide side: Int) -> Image {
    let magnification = max(3, (side + longerSide / 2) / longerSide)
    return ImageGrid([self], columns: 1, magnification: magnification).image
  }
}

/// Pictures side by side, each at several times its size.
public struct ImageGrid: Hashable, Sendable {
  /// The pictures, row by row.
  public var tiles: [Image]
  /// How many stand in a row.
  public var columns: Int
  /// How many pixels wide and high a pixel of a tile becomes.
  public var magnification: Int
  /// The pixels between tiles.
  public var spacing: Int
  /// The grey between tiles.
  public var background: UInt8

  /// The given pictures.
  ///
  /// - Precondition: at least one column and one pixel per pixel, spacing of 0 or more.
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

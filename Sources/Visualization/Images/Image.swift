import PerceptronLinearAlgebra

/// A picture: rows of pixels, each one grey byte or a red, a green and a blue one.
public struct Image: Hashable, Sendable {
  /// Pixels per row.
  public let width: Int
  /// Rows of pixels.
  public let height: Int
  /// Bytes per pixel: 1 for grey, 3 for red, green and blue.
  public let channels: Int
  /// The bytes, row by row from the top, the channels of a pixel side by side.
  public let pixels: [UInt8]

  /// The picture of the given bytes.
  ///
  /// - Parameter pixels: [height, width, channels].
  /// - Precondition: extents of at least 1, 1 or 3 channels, and as many bytes.
  public init(width: Int, height: Int, channels: Int, pixels: [UInt8]) {
    require(
      width > 0 && height > 0 && (channels == 1 || channels == 3),
      "Image: \(width) × \(height) pixels of \(channels) channels, expected 1 or 3")
    require(
      pixels.count == width * height * channels,
      "Image: \(pixels.count) bytes for [\(height), \(width), \(channels)]")
    self.width = width
    self.height = height
    self.channels = channels
    self.pixels = pixels
  }
}

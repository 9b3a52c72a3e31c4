import PerceptronFiles
import PerceptronLinearAlgebra

extension PictureSize {
  /// The number of pixels.
  ///
  /// - Precondition: it can be counted.
  var pixelCount: Int { width * height }
}

/// A picture as it was read: 8-bit pixels, gray or RGB.
public struct Picture: Hashable, Sendable {
  /// The size in pixels.
  public let size: PictureSize
  /// The number of channels: 1 for gray, 3 for RGB.
  public let channels: Int
  /// The bytes: [height, width, channels].
  public let pixels: [UInt8]

  /// A picture of pixels [height, width, channels].
  ///
  /// - Precondition: extents of at least 1, 1 or 3 channels, and as many bytes.
  public init(_ size: PictureSize, channels: Int, pixels: [UInt8]) {
    require(size.width > 0 && size.height > 0, "Picture: \(size) pixels")
    require(channels == 1 || channels == 3, "Picture: \(channels) channels, expected 1 or 3")
    require(
      pixels.count == size.pixelCount * channels,
      "Picture: \(pixels.count) bytes for \(size) pixels of \(channels) channels")
    self.size = size
    self.channels = channels
    self.pixels = pixels
  }
}

// MARK: - Conversions

extension Picture {
  /// The picture in gray or in RGB.
  ///
  /// Gray becomes RGB of three equal channels. RGB becomes gray by its luma, 0.299 R + 0.587 G + 0.114 B
  /// (ITU-R BT.601), rounded as Pillow's `convert("L")` does.
  ///
  /// - Precondition: 1 or 3 channels.
  public func converted(toChannels count: Int) -> Picture {
    require(count == 1 || count == 3, "converted: \(count) channels, expected 1 or 3")
    if count == channels { return self }
    let source = pixels
    let pixels = [UInt8](unsafeUninitializedCapacity: size.pixelCount * count) { target, filled in
      filled = size.pixelCount * count
      for pixel in 0..<size.pixelCount {
        if count == 1 {
          let (red, green, blue) = (source[3 * pixel], source[3 * pixel + 1], source[3 * pixel + 2])
          let luma = 19_595 * Int(red) + 38_470 * Int(green) + 7_471 * Int(blue)
          target[pixel] = UInt8((luma + 0x8000) >> 16)
        } else {
          for channel in 0..<3 { target[3 * pixel + channel] = source[pixel] }
        }
      }
    }
    return Picture(size, channels: count, pixels: pixels)
  }

  /// The features of the picture in the layout of a shape of its size and channels.
  ///
  /// - Precondition: the shape has this size and as many channels.
  func features(in shape: ImageShape) -> Features {
    require(
      shape.width == size.width && shape.height == size.height && shape.channels == channels,
      "features: a picture of \(size) pixels, \(channels) channels, in the shape \(shape)")
    if channels == 1 {
      return Features(.bytes(pixels), exampleShape: [size.height, size.width], image: shape)
    }
    if shape.layout == .interleaved {
      let extents = [size.height, size.width, channels]
      return Features(.bytes(pixels), exampleShape: extents, image: shape)
    }
    let planes = (0..<channels).flatMap { channel in
      stride(from: channel, to: pixels.count, by: channels).map { pixels[$0] }
    }
    return Features(
      .bytes(planes), exampleShape: [channels, size.height, size.width], image: shape)
  }
}

import CPerceptronPNG
import PerceptronDatasets
import PerceptronLinearAlgebra

/// A picture of 8-bit pixels, gray or RGB.
public struct Image: Hashable, Sendable {
  /// The size in pixels.
  public let width: Int, height: Int
  /// The number of channels: 1 for gray, 3 for RGB.
  public let channels: Int
  /// The bytes: [height, width, channels].
  public let pixels: [UInt8]

  /// Creates a picture of pixels [height, width, channels].
  ///
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

extension Image {
  /// Creates a picture of numbers, such as an example's features or a unit's weights: the number w
  /// becomes the byte (w − least)/(largest − least)·255, rounded to nearest.
  ///
  /// One channel is gray, three are RGB; any other number of channels are gray pictures side by
  /// side. Numbers outside the range are clamped. If the range's ends are equal, numbers equal to
  /// them become 128. NaN is black.
  ///
  /// - Parameters:
  ///   - values: `shape.featureCount` numbers in the layout of `shape`.
  ///   - range: the values of black and white; nil for the least and the largest finite number over
  ///     all channels.
  public init<Scalar: BLASScalar>(
    _ values: [Scalar], shape: ImageShape, range: ClosedRange<Scalar>? = nil
  ) {
    require(
      values.count == shape.featureCount,
      "Image: \(values.count) numbers for pictures of \(shape.featureCount) features")
    let range = range ?? Image.finiteRange(of: values) ?? 0...0
    let ends = Double(range.lowerBound)...Double(range.upperBound)
    let isColored = shape.channels == 3
    let parts = isColored ? 1 : shape.channels
    var pixels: [UInt8] = []
    pixels.reserveCapacity(values.count)
    for row in 0..<shape.height {
      for part in 0..<parts {
        for column in 0..<shape.width {
          for channel in isColored ? 0..<3 : part..<part + 1 {
            let index = shape.featureIndex(row: row, column: column, channel: channel)
            pixels.append(byte(of: Double(values[index]), in: ends))
          }
        }
      }
    }
    self.init(
      width: shape.width * parts, height: shape.height, channels: isColored ? 3 : 1,
      pixels: pixels)
  }

  /// The least and the largest finite number; nil if there is none.
  static func finiteRange<Scalar: BLASScalar>(of values: [Scalar]) -> ClosedRange<Scalar>? {
    var (least, largest) = (Scalar.infinity, -Scalar.infinity)
    for value in values where value.isFinite {
      least = min(least, value)
      largest = max(largest, value)
    }
    return least <= largest ? least...largest : nil
  }
}

private func byte(of value: Double, in range: ClosedRange<Double>) -> UInt8 {
  let (least, largest) = (range.lowerBound, range.upperBound)
  if value.isNaN || value < least { return 0 }
  if value > largest { return 255 }
  if least == largest { return 128 }
  // Halved if the width of the range overflows.
  let factor = (largest - least).isFinite ? 1 : 0.5
  let share = (value * factor - least * factor) / (largest * factor - least * factor)
  return UInt8((share * 255).rounded())
}

extension Image {
  /// The picture at the least whole fraction of its size, 1 at most, at which no side is longer than
  /// `side`: the mean of squares of pixels, those at the right and lower edge of what is left of them.
  ///
  /// - Precondition: `side` is at least 1.
  package func reduced(toSide side: Int) -> Image {
    require(side > 0, "Image: reduced to a side of \(side)")
    let step = (max(width, height) + side - 1) / side
    if step <= 1 { return self }
    let small = (width: (width + step - 1) / step, height: (height + step - 1) / step)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(small.width * small.height * channels)
    for row in 0..<small.height {
      let rows = row * step..<min((row + 1) * step, height)
      for column in 0..<small.width {
        let columns = column * step..<min((column + 1) * step, width)
        let count = rows.count * columns.count
        for channel in 0..<channels {
          var sum = 0
          for y in rows {
            for x in columns { sum += Int(pixels[(y * width + x) * channels + channel]) }
          }
          bytes.append(UInt8((sum + count / 2) / count))
        }
      }
    }
    return Image(width: small.width, height: small.height, channels: channels, pixels: bytes)
  }

  /// The picture encoded as PNG. Of a large one with at most 256 colors, the file has a palette, which makes
  /// it smaller.
  ///
  /// - Throws: ``ImageError`` if libpng fails, as for a picture that is too large.
  public var png: [UInt8] {
    get throws {
      var settings = png_image()
      settings.version = png_uint_32(PNG_IMAGE_VERSION)
      settings.width = png_uint_32(width)
      settings.height = png_uint_32(height)
      settings.format = channels == 1 ? png_uint_32(PNG_FORMAT_GRAY) : PNG_FORMAT_RGB
      defer { png_image_free(&settings) }
      let indexed = channels == 3 && width * height > 4096 ? indexed : nil
      if let indexed {
        settings.format |= png_uint_32(PNG_FORMAT_FLAG_COLORMAP)
        settings.colormap_entries = png_uint_32(indexed.palette.count / 3)
      }
      // The bound of incompressible bytes (PNG_ZLIB_MAX_SIZE in libpng's png.h) with room for the
      // chunks: asking libpng for the size would compress twice.
      let raw = (width * channels + 1) * height
      var size = raw + raw / 8 + raw / 64 + 1024
      var bytes = [UInt8](repeating: 0, count: size)
      let isWritten = png_image_write_to_memory(
        &settings, &bytes, &size, 0, indexed?.places ?? pixels, 0, indexed?.palette)
      guard isWritten != 0 else {
        throw ImageError(settings)
      }
      return Array(bytes.prefix(size))
    }
  }
}

extension Image {
  /// The colors of an RGB picture, three bytes each, and of each pixel the place of its color among them; nil
  /// for more than 256 colors.
  private var indexed: (palette: [UInt8], places: [UInt8])? {
    var found: [UInt32: UInt8] = [:]
    var (palette, places): ([UInt8], [UInt8]) = ([], [])
    places.reserveCapacity(width * height)
    for start in stride(from: 0, to: pixels.count, by: 3) {
      let color =
        UInt32(pixels[start]) << 16 | UInt32(pixels[start + 1]) << 8
        | UInt32(pixels[start + 2])
      if let place = found[color] {
        places.append(place)
        continue
      }
      guard let place = UInt8(exactly: found.count) else { return nil }
      found[color] = place
      palette += pixels[start..<start + 3]
      places.append(place)
    }
    return (palette, places)
  }
}

/// A picture could not be encoded.
public struct ImageError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The error.
  public let message: String

  init(_ image: png_image) {
    message = withUnsafeBytes(of: image.message) { bytes in
      "libpng: " + String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }

  /// The message.
  public var description: String { message }
}

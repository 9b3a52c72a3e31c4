import CPerceptronPNG
import Testing
@testable import PerceptronVisualization

@Suite("PNG")
struct PNGTests {
  @Test("A PNG has the picture's pixels", arguments: [1, 3]) func pngPicturesPixels(channels: Int)
    throws
  {
    let pixels = (0..<6 * channels).map { UInt8($0 * 14) }
    let image = Image(width: 3, height: 2, channels: channels, pixels: pixels)
    #expect(try Image(decoding: image.png) == image)
  }

  @Test("Large pictures keep their pixels, with a palette and without", arguments: [2, 256, 257])
  func palette(colors: Int) throws {
    let pixels = (0..<100 * 90).flatMap { index in
      let color = index * 7 % colors
      return [UInt8(color % 256), UInt8(color / 256), 9]
    }
    let image = Image(width: 100, height: 90, channels: 3, pixels: pixels)
    let png = try image.png
    #expect(try Image(decoding: png) == image)
    // The color type, in the header.
    #expect(png[25] == (colors <= 256 ? 3 : 2))
  }
}

extension Image {
  /// The picture in a PNG file's bytes.
  init(decoding png: [UInt8]) throws {
    var settings = png_image()
    settings.version = png_uint_32(PNG_IMAGE_VERSION)
    try #require(png_image_begin_read_from_memory(&settings, png, png.count) != 0)
    let channels = settings.format & png_uint_32(PNG_FORMAT_FLAG_COLOR) == 0 ? 1 : 3
    settings.format = channels == 1 ? png_uint_32(PNG_FORMAT_GRAY) : PNG_FORMAT_RGB
    var pixels = [UInt8](
      repeating: 0, count: Int(settings.width) * Int(settings.height) * channels)
    try #require(png_image_finish_read(&settings, nil, &pixels, 0, nil) != 0)
    self.init(
      width: Int(settings.width), height: Int(settings.height), channels: channels, pixels: pixels)
  }
}

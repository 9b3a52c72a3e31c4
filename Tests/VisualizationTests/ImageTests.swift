import CPNG
import Testing

@testable import Visualization

@Suite struct ImageTests {
  @Test func `a PNG has the picture's pixels`() throws {
    let image = Image(width: 3, height: 2, channels: 3, pixels: Array(0..<18))
    #expect(try decoded(image.png) == image)
  }

  private func decoded(_ png: [UInt8]) throws -> Image {
    var settings = png_image()
    settings.version = png_uint_32(PNG_IMAGE_VERSION)
    #expect(png_image_begin_read_from_memory(&settings, png, png.count) != 0)
    settings.format = PNG_FORMAT_RGB
    var pixels = [UInt8](repeating: 0, count: Int(settings.width * settings.height) * 3)
    #expect(png_image_finish_read(&settings, nil, &pixels, 0, nil) != 0)
    return Image(
      width: Int(settings.width), height: Int(settings.height), channels: 3, pixels: pixels)
  }
}

import CPerceptronPNG

extension Image {
  /// The picture as a PNG file's bytes.
  ///
  /// - Throws: ``ImageError`` where libpng cannot make it, as of a picture that is too large.
  public var png: [UInt8] {
    get throws {
      var settings = png_image()
      settings.version = png_uint_32(PNG_IMAGE_VERSION)
      settings.width = png_uint_32(width)
      settings.height = png_uint_32(height)
      settings.format = channels == 1 ? png_uint_32(PNG_FORMAT_GRAY) : PNG_FORMAT_RGB
      defer { png_image_free(&settings) }
      // More than zlib makes of bytes that it cannot shorten (PNG_ZLIB_MAX_SIZE in libpng's png.h),
      // with room for the chunks around them: asking libpng for the size would compress twice.
      let raw = (width * channels + 1) * height
      var size = raw + raw / 8 + raw / 64 + 1024
      var bytes = [UInt8](repeating: 0, count: size)
      guard png_image_write_to_memory(&settings, &bytes, &size, 0, pixels, 0, nil) != 0 else {
        throw ImageError(settings)
      }
      return Array(bytes.prefix(size))
    }
  }
}

/// That a picture could not be made.
public struct ImageError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What went wrong.
  public let message: String

  init(_ image: png_image) {
    let text = withUnsafeBytes(of: image.message) { bytes in
      String(decoding: bytes.prefix(while: { $0 != 0 }), as: UTF8.self)
    }
    message = "libpng: \(text)"
  }

  /// The message.
  public var description: String { message }
}

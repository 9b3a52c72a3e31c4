internal import CPerceptronPNGReader
import PerceptronFiles
import PerceptronLinearAlgebra

/// Pictures in PNG files (ISO/IEC 15948) of every color type and depth, interlaced or not.
public enum PNG {
  /// Reads a picture as 8-bit gray or RGB.
  ///
  /// - Samples of 1, 2 and 4 bits are stretched to 0…255, those of 16 bits divided by 257, rounded to
  ///   nearest.
  /// - A palette becomes RGB, or gray where all its colors are.
  /// - Transparency is dropped, as by Pillow's `convert("RGB")`: the colors count that the file has
  ///   beneath it. A picture that is drawn in its transparency alone is refused.
  /// - Gamma values and color profiles are ignored.
  ///
  /// - Throws: `FileError` where the file cannot be read, is no PNG file, is damaged in any chunk, or has
  ///   a size of 0 or one that does not fit into memory.
  public static func read(_ path: String) throws -> Picture {
    let head = try PNGHead(reading: try ByteReader(path: path))
    let reader = try ByteReader(path: path)
    var bytes: [UInt8] = []
    try reader.forEachChunk { bytes += $0 }
    return try decode(bytes, head, path: path)
  }

  /// Decodes a file's bytes.
  ///
  /// - Parameters:
  ///   - head: the file's own.
  ///   - path: the file's, for errors.
  private static func decode(_ bytes: [UInt8], _ head: PNGHead, path: String) throws -> Picture {
    try head.checkSize(fileSize: bytes.count, path: path)
    let size = head.size
    let count = size.pixelCount * head.decodedChannels
    var failure = png_reader_failure()
    let decoded = [UInt8](unsafeUninitializedCapacity: count) { pixels, filled in
      guard let base = pixels.baseAddress else { return }
      let isDecoded = png_reader_decode(
        bytes, bytes.count, base, size.width, size.height, head.decodedChannels, &failure)
      filled = isDecoded ? count : 0
    }
    if decoded.count < count {
      let message = withUnsafeBytes(of: failure.message) { text in
        String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
      }
      throw FileError(path, atByte: failure.offset, "the picture is damaged: \(message)")
    }
    if head.hasAlpha { try requireDrawing(decoded, channels: head.decodedChannels, path: path) }
    return Picture(
      size, channels: head.channels,
      pixels: dropping(decoded, from: head.decodedChannels, to: head.channels))
  }

  /// The first `count` channels of pixels.
  private static func dropping(_ pixels: [UInt8], from channels: Int, to count: Int) -> [UInt8] {
    if channels == count { return pixels }
    let pixelCount = pixels.count / channels
    return [UInt8](unsafeUninitializedCapacity: pixelCount * count) { target, filled in
      filled = pixelCount * count
      for pixel in 0..<pixelCount {
        for channel in 0..<count {
          target[pixel * count + channel] = pixels[pixel * channels + channel]
        }
      }
    }
  }

  /// Throws where the colors are the same everywhere and only the last channel, alpha, differs: without
  /// it, nothing would remain.
  private static func requireDrawing(_ pixels: [UInt8], channels: Int, path: String) throws {
    var isTransparencyEven = true
    for start in stride(from: channels, to: pixels.count, by: channels) {
      for channel in 0..<channels - 1 where pixels[start + channel] != pixels[channel] { return }
      if pixels[start + channels - 1] != pixels[channels - 1] { isTransparencyEven = false }
    }
    if isTransparencyEven { return }
    throw FileError(
      path,
      "all pixels have the same color and differ in transparency alone, which is not read; put the "
        + "picture on a background, such as with Pillow's Image.alpha_composite")
  }
}

import Foundation
import PerceptronDatasets
import TestSupport
import Testing

/// What `scripts/make-picture-vectors` wrote: PNG files with their pixels, and what Pillow makes of pixels.
struct PictureVectors: Decodable, Sendable {
  static let all = Resource.decode(PictureVectors.self, from: "pictures")

  let files: [File]
  let resized: [Resized]
  let luma: Luma

  /// A PNG file of one kind.
  struct File: Decodable, Sendable, CustomTestStringConvertible {
    let name: String
    let file: Data
    let width: Int, height: Int, channels: Int
    let pixels: Data

    var bytes: [UInt8] { Array(file) }
    var picture: Picture {
      Picture(
        PictureSize(width: width, height: height), channels: channels, pixels: Array(pixels))
    }
    var testDescription: String { name }
  }

  /// A picture and what Pillow's `BOX` or `BILINEAR` filter makes of it.
  struct Resized: Decodable, Sendable, CustomTestStringConvertible {
    let width: Int, height: Int, channels: Int
    let pixels: Data
    let newWidth: Int, newHeight: Int
    let newPixels: Data

    var picture: Picture {
      Picture(
        PictureSize(width: width, height: height), channels: channels, pixels: Array(pixels))
    }
    var testDescription: String { "\(channels) channels to \(newWidth) × \(newHeight)" }
  }

  /// Pixels [4, 16, 3] and their `convert("L")`.
  struct Luma: Decodable, Sendable {
    let pixels: Data
    let gray: Data
  }
}

extension Picture {
  /// A picture of one row whose pixels count up from `first`.
  static func sample(_ width: Int, _ height: Int, channels: Int = 1, first: UInt8 = 0) -> Picture {
    let pixels = (0..<width * height * channels).map { UInt8(truncatingIfNeeded: $0) &+ first }
    return Picture(PictureSize(width: width, height: height), channels: channels, pixels: pixels)
  }

  /// The picture as a PNG file, uncompressed.
  var png: [UInt8] {
    let rowLength = size.width * channels
    let rows = (0..<size.height).flatMap { [0] + pixels[$0 * rowLength..<($0 + 1) * rowLength] }
    return PNGFile.bytes(size, depth: 8, colorType: channels == 1 ? 0 : 2, rows: rows)
  }
}

/// Files that are written chunk by chunk.
enum PNGFile {
  static let signature: [UInt8] = [0x89] + Array("PNG\r\n\u{1A}\n".utf8)

  /// A file of a header, more chunks, and rows of filters and samples in one stored block.
  static func bytes(
    _ size: PictureSize, depth: UInt8, colorType: UInt8, chunks: [UInt8] = [], rows: [UInt8]
  ) -> [UInt8] {
    let count = UInt16(rows.count)
    let length = [UInt8(count & 255), UInt8(count >> 8)]
    var (low, high): (UInt32, UInt32) = (1, 0)
    for byte in rows {
      low = (low + UInt32(byte)) % 65_521
      high = (high + low) % 65_521
    }
    let data =
      [0x78, 1, 1] + length + length.map { ~$0 } + rows + IDXTests.bigEndian([high << 16 | low])
    return signature + header(UInt32(size.width), UInt32(size.height), depth, colorType) + chunks
      + chunk("IDAT", data) + chunk("IEND", [])
  }

  static func header(
    _ width: UInt32, _ height: UInt32, _ depth: UInt8, _ colorType: UInt8
  ) -> [UInt8] {
    chunk("IHDR", IDXTests.bigEndian([width, height]) + [depth, colorType, 0, 0, 0])
  }

  static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
    let body = Array(name.utf8) + data
    var sum = UInt32.max
    for byte in body {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum >> 1 ^ (sum & 1 == 0 ? 0 : 0xEDB8_8320) }
    }
    return IDXTests.bigEndian([UInt32(data.count)]) + body + IDXTests.bigEndian([~sum])
  }
}

import Foundation
import PerceptronDatasets
import PerceptronFiles
import TestSupport
import Testing

@Suite("PNG")
struct PNGTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func error(_ bytes: [UInt8]) throws -> FileError? {
    let path = try directory.write(bytes, to: "a.png")
    let error = #expect(throws: FileError.self) { try PNG.read(path) }
    #expect(error?.path == path)
    return error
  }

  @Test(
    "Every color type and bit depth is read, interlaced or not", arguments: PictureVectors.all.files
  )
  func kinds(_ file: PictureVectors.File) throws {
    let path = try directory.write(file.bytes, to: "a.png")
    #expect(try PNG.read(path) == file.picture)
  }

  @Test("A gray palette is gray, any other RGB")
  func palettes() {
    let palettes = PictureVectors.all.files.filter { $0.name.contains("palette") }
    #expect(palettes.count == 24)
    for file in palettes { #expect((file.channels == 1) == file.name.hasPrefix("gray palette")) }
  }

  @Test("16 bits are divided by 257 and rounded to nearest")
  func sixteenBits() throws {
    let samples: [UInt16] = [0, 128, 129, 385, 386, 0x7FFF, 0x8000, 65_406, 65_407, 65_535]
    let rows = [0] + IDXTests.bigEndian(samples)
    let bytes = PNGFile.bytes(
      PictureSize(width: samples.count, height: 1), depth: 16, colorType: 0, rows: rows)
    let picture = try PNG.read(directory.write(bytes, to: "a.png"))
    #expect(picture.pixels == samples.map { UInt8((Double($0) / 257).rounded()) })
    #expect(picture.pixels == [0, 0, 1, 1, 2, 127, 128, 254, 255, 255])
  }

  @Test("Gamma values are ignored, as by Pillow")
  func gamma() throws {
    let size = PictureSize(width: 2, height: 1)
    let gamma = PNGFile.chunk("gAMA", IDXTests.bigEndian([UInt32(100_000)]))
    let bytes = PNGFile.bytes(size, depth: 8, colorType: 0, chunks: gamma, rows: [0, 50, 200])
    #expect(try PNG.read(directory.write(bytes, to: "a.png")).pixels == [50, 200])
  }

  @Test("A picture that is drawn in its transparency alone is refused, an even one read")
  func transparency() throws {
    let size = PictureSize(width: 3, height: 1)
    let drawn = PNGFile.bytes(size, depth: 8, colorType: 4, rows: [0, 7, 0, 7, 255, 7, 0])
    #expect(try error(drawn)?.message.contains("differ in transparency alone") == true)
    let even = PNGFile.bytes(size, depth: 8, colorType: 4, rows: [0, 7, 9, 7, 9, 7, 9])
    #expect(try PNG.read(directory.write(even, to: "a.png")).pixels == [7, 7, 7])
    let colored = PNGFile.bytes(size, depth: 8, colorType: 4, rows: [0, 7, 0, 8, 255, 7, 0])
    #expect(try PNG.read(directory.write(colored, to: "a.png")).pixels == [7, 8, 7])
  }

  @Test("A file cut anywhere is refused")
  func cuts() throws {
    for name in ["gray 1 bits", "palette 2 bits", "RGBA 16 bits, interlaced"] {
      let file = try #require(PictureVectors.all.files.first { $0.name == name })
      for damage in Damage.cuts(of: file.bytes) {
        let path = try directory.write(damage.bytes, to: "a.png")
        #expect(throws: FileError.self, "\(name), \(damage)") { try PNG.read(path) }
      }
    }
  }

  @Test("Any changed byte is refused")
  func flips() throws {
    for name in ["gray 1 bits", "transparent palette 2 bits", "RGBA 16 bits, interlaced"] {
      let file = try #require(PictureVectors.all.files.first { $0.name == name })
      for damage in Damage.flips(of: file.bytes, in: file.bytes.indices) {
        let path = try directory.write(damage.bytes, to: "a.png")
        #expect(throws: FileError.self, "\(name), \(damage)") { try PNG.read(path) }
      }
    }
  }

  @Test("Damaged pixels are named with libpng's reason and the place")
  func damage() throws {
    var bytes = Picture.sample(4, 3).png
    bytes[bytes.count - 14] ^= 1
    let sum = try error(bytes)
    #expect(sum?.message == "the picture is damaged: IDAT: CRC error")
    #expect(sum?.byte == bytes.count - 12)
    let short = PNGFile.bytes(
      PictureSize(width: 4, height: 3), depth: 8, colorType: 0, rows: [0, 1, 2, 3, 4])
    #expect(try error(short)?.message.hasPrefix("the picture is damaged: ") == true)
    let cut = Array(Picture.sample(4, 3).png.dropLast(16))
    #expect(
      try error(cut)?.message == "the picture is damaged: the file ends within the picture")
  }

  @Test(
    "Sizes of 0, and those that the file or memory cannot hold, are refused",
    arguments: [
      (0, 1, "expected a picture of 1 × 1 pixels or more, found 0 × 1"),
      (3, 0, "expected a picture of 1 × 1 pixels or more, found 3 × 0"),
      (.max, 5, "expected a picture of 1 × 1 pixels or more, found 4294967295 × 5"),
      (1_000_000, 1_000_000, "expected 1000000x1000000 pixels, which a file of "),
      (0x7FFF_FFFF, 0x7FFF_FFFF, "expected 2147483647x2147483647 pixels, which a file of "),
    ] as [(UInt32, UInt32, String)])
  func sizes(width: UInt32, height: UInt32, message: String) throws {
    let bytes =
      PNGFile.signature + PNGFile.header(width, height, 8, 6)
      + PNGFile.chunk("IDAT", [0x78, 1, 3, 0, 0, 0, 0, 1]) + PNGFile.chunk("IEND", [])
    let error = try error(bytes)
    #expect(error?.byte == 16)
    #expect(error?.message.hasPrefix(message) == true, "\(error?.message ?? "no error")")
  }

  @Test(
    "Types and depths that PNG has not are refused", arguments: [(5, 8), (2, 4), (3, 16), (0, 3)])
  func header(type: UInt8, depth: UInt8) throws {
    let error = try error(PNGFile.signature + PNGFile.header(1, 1, depth, type))
    #expect(
      error?.message == "expected a bit depth and a color type of PNG, found \(depth) and \(type)")
    #expect(error?.byte == 24)
  }

  @Test("Palettes that are missing or of no colors are refused")
  func badPalettes() throws {
    let start = PNGFile.signature + PNGFile.header(1, 1, 8, 3)
    #expect(
      try error(start + PNGFile.chunk("IDAT", []))?.description
        .hasSuffix("byte 33: expected a palette before the pixels") == true)
    for count in [0, 4, 771] {
      let palette = PNGFile.chunk("PLTE", [UInt8](repeating: 1, count: count))
      #expect(
        try error(start + palette)?.message
          == "expected a palette of 1 to 256 colors of 3 bytes each, found \(count) bytes")
    }
  }

  @Test("Files of other kinds are named")
  func otherKinds() throws {
    #expect(try error([])?.message == "the file is empty")
    #expect(
      try error([0xFF, 0xD8, 0xFF, 0xE0, 0, 0, 0, 0, 0])?.message
        == "expected a PNG picture, found a JPEG picture")
    #expect(try error(Array("hi".utf8))?.message == "expected a PNG picture, found a text file")
    #expect(
      try error(PNGFile.signature + PNGFile.chunk("IEND", []))?.message
        == "expected the header of a picture (IHDR of 13 bytes), found IEND of 0")
  }
}

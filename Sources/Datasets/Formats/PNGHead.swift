import PerceptronFiles

/// What a PNG file says of its pixels before them.
///
/// The format: a signature of eight bytes, then chunks, each a length of 32 bits (big-endian), a name of four
/// characters, so many bytes, and their checksum. The first chunk is the header (IHDR); a palette (PLTE) and
/// transparent colors (tRNS) come before the pixels (IDAT).
struct PNGHead {
  /// The signature that every file begins with.
  private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
  /// Deflate cannot make more than this many bytes out of one (zlib's technical details).
  private static let largestExpansion = 1032.0
  /// The least number of bytes for which it is found out how much memory is left.
  private static let leastCheckedSize = 1e7

  /// How pixels are stored; the raw value is the format's color type.
  private enum ColorType: UInt8 {
    case gray = 0
    case color = 2
    case palette = 3
    case grayWithAlpha = 4
    case colorWithAlpha = 6

    var bitDepths: [UInt8] {
      switch self {
      case .gray: [1, 2, 4, 8, 16]
      case .palette: [1, 2, 4, 8]
      case .color, .grayWithAlpha, .colorWithAlpha: [8, 16]
      }
    }

    /// Samples per stored pixel.
    var sampleCount: Int {
      switch self {
      case .gray, .palette: 1
      case .grayWithAlpha: 2
      case .color: 3
      case .colorWithAlpha: 4
      }
    }

    var isGray: Bool { self == .gray || self == .grayWithAlpha }
    var hasAlpha: Bool { self == .grayWithAlpha || self == .colorWithAlpha }
  }

  /// The size in pixels.
  let size: PictureSize
  /// The number of channels of the picture without transparency: 1 or 3.
  let channels: Int
  /// Whether pixels have a transparency of their own, or one by their color.
  let hasAlpha: Bool
  /// The number of channels of a decoded pixel: gray or RGB, and alpha.
  let decodedChannels: Int
  private let bitsPerPixel: Int

  /// Reads the head with a reader that stands at the beginning of a file.
  ///
  /// - Throws: `FileError` where it is no PNG file, ends before the pixels, or has a header or palette
  ///   that no PNG file has.
  init(reading reader: ByteReader) throws {
    let (size, type, depth) = try Self.readHeader(reader)
    var isGray = type.isGray
    var hasPalette = false
    var isTransparent = type.hasAlpha
    while true {
      let start = reader.offset
      let (name, length) = try Self.readChunkStart(reader)
      if name == "IDAT" || name == "IEND" { break }
      let data = try reader.bytes(length, of: "the chunk \(name)")
      _ = try reader.bytes(4, of: "a checksum")
      if name == "PLTE" && type == .palette {
        if data.isEmpty || data.count % 3 != 0 || data.count > 768 {
          throw reader.error(
            "expected a palette of 1 to 256 colors of 3 bytes each, found \(data.count) bytes",
            at: start)
        }
        hasPalette = true
        isGray = stride(from: 0, to: data.count, by: 3).allSatisfy { color in
          let red = data[color]
          return data[color + 1] == red && data[color + 2] == red
        }
      } else if name == "tRNS" && !data.isEmpty {
        isTransparent = true
      }
    }
    if type == .palette && !hasPalette {
      throw reader.error("expected a palette before the pixels", at: reader.offset - 8)
    }
    self.size = size
    channels = isGray ? 1 : 3
    hasAlpha = isTransparent
    decodedChannels = (type.isGray ? 1 : 3) + (isTransparent ? 1 : 0)
    bitsPerPixel = Int(depth) * type.sampleCount
  }

  /// Throws if a file of so many bytes cannot hold the pixels, or memory cannot.
  func checkSize(fileSize: Int, path: String) throws {
    let area = Double(size.width) * Double(size.height)
    let stored = (area * Double(bitsPerPixel) / 8).rounded(.up)
    if stored > Double(fileSize) * Self.largestExpansion {
      throw FileError(
        path, atByte: 16,
        "expected \(size) pixels, which a file of \(counted(fileSize, "byte")) cannot hold")
    }
    let needed = area * Double(decodedChannels + channels)
    if needed < Self.leastCheckedSize { return }
    let memory = MemoryLimit.current
    if needed > memory.left {
      throw FileError(path, "\(size) pixels take \(gigabytes(needed)), but \(memory)")
    }
  }

  private static func readHeader(
    _ reader: ByteReader
  ) throws -> (size: PictureSize, type: ColorType, depth: UInt8) {
    // A file that is shorter than a signature has a kind, too.
    let found = try reader.bytes(min(signature.count, reader.remainingLimit), of: "a signature")
    if found != signature {
      let kind = FileKind(of: reader.path)
      if let kind, kind != .png {
        throw FileError(reader.path, "expected a PNG picture, found \(kind)")
      }
      throw reader.error("expected the signature of PNG, found \(found)", at: 0)
    }
    let (name, length) = try readChunkStart(reader)
    if name != "IHDR" || length != 13 {
      throw reader.error(
        "expected the header of a picture (IHDR of 13 bytes), found \(name) of \(length)", at: 8)
    }
    let header = try reader.bytes(length + 4, of: "the header")
    let (width, height) = (number(header[0..<4]), number(header[4..<8]))
    if width == 0 || height == 0 || width > Int32.max || height > Int32.max {
      throw reader.error(
        "expected a picture of 1 × 1 pixels or more, found \(width) × \(height)", at: 16)
    }
    guard let type = ColorType(rawValue: header[9]), type.bitDepths.contains(header[8]) else {
      throw reader.error(
        "expected a bit depth and a color type of PNG, found \(header[8]) and \(header[9])", at: 24)
    }
    return (PictureSize(width: width, height: height), type, header[8])
  }

  private static func readChunkStart(
    _ reader: ByteReader
  ) throws -> (name: String, length: Int) {
    let start = reader.offset
    let bytes = try reader.bytes(8, of: "the beginning of a chunk")
    let name = bytes[4...]
    let isName = name.allSatisfy { (65...90).contains($0 & 0xDF) }
    if !isName {
      throw reader.error("expected a chunk's name, found \(Array(name))", at: start + 4)
    }
    return (String(decoding: name, as: UTF8.self), number(bytes[..<4]))
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> Int {
    bytes.reduce(0) { $0 << 8 | Int($1) }
  }
}

import Foundation
import PerceptronFiles
import TestSupport
import Testing

@Suite("Byte readers")
struct ByteReaderTests {
  let directory: TemporaryDirectory
  /// Large enough for several zlib buffers, and not too regular.
  let data: [UInt8]

  init() throws {
    directory = try TemporaryDirectory()
    data = (0..<3_000).map { UInt8(truncatingIfNeeded: $0 &* $0 / 7) }
  }

  /// The error of reading `count` bytes and then the end of the file `name`.
  private func readingError(_ name: String, count: Int) -> FileError? {
    #expect(throws: FileError.self) {
      let reader = try ByteReader(path: directory.file(name))
      _ = try reader.bytes(count, of: "elements")
      try reader.expectEnd()
    }
  }

  @Test("Plain and compressed files give the same bytes in order, with their offset")
  func sequence() throws {
    try directory.write(data, to: "plain")
    try directory.write(directory.gzip(data), to: "compressed.gz")
    for name in ["plain", "compressed.gz"] {
      let reader = try ByteReader(path: directory.file(name))
      #expect(try reader.bytes(10, of: "head") == Array(data[..<10]))
      #expect(reader.offset == 10)
      #expect(try reader.bytes(0, of: "nothing").isEmpty)
      #expect(try reader.bytes(2_990, of: "rest") == Array(data[10...]))
      try reader.expectEnd()
      #expect(reader.offset == 3_000)
    }
  }

  @Test("Chunks add up to the file")
  func chunks() throws {
    try directory.write(directory.gzip(data), to: "a.gz")
    var all: [UInt8] = []
    try ByteReader(path: directory.file("a.gz")).forEachChunk { all += $0 }
    #expect(all == data)
  }

  @Test("A missing file, a directory and an empty file are named as such")
  func unreadable() throws {
    try directory.write([], to: "empty")
    try directory.write([], to: "empty.gz")
    _ = try directory.makeDirectory("folder")
    #expect(readingError("missing", count: 1)?.message.contains("No such file") == true)
    #expect(readingError("folder", count: 1)?.message == "expected a file, found a directory")
    #expect(readingError("empty", count: 1)?.message == "the file is empty")
    #expect(readingError("empty.gz", count: 1)?.message == "the file is empty")
    let device = #expect(throws: FileError.self) { try ByteReader(path: "/dev/null") }
    #expect(device?.message.contains("device") == true)
  }

  @Test("A short file names the offset and both counts, plain or compressed")
  func short() throws {
    try directory.write(Array(data[..<328]), to: "plain")
    try directory.write(directory.gzip(Array(data[..<328])), to: "a.gz")
    for name in ["plain", "a.gz"] {
      let reader = try ByteReader(path: directory.file(name))
      _ = try reader.bytes(16, of: "head")
      let error = #expect(throws: FileError.self) { try reader.bytes(1_000, of: "elements") }
      #expect(error?.byte == 16)
      #expect(error?.message == "expected 1000 bytes of elements, found 312")
    }
  }

  @Test("A count no file can have is refused before memory is set aside")
  func absurdCount() throws {
    try directory.write(data, to: "plain")
    try directory.write(directory.gzip(data), to: "a.gz")
    for name in ["plain", "a.gz"] {
      let error = readingError(name, count: 4_000_000_000_000_000_000)
      #expect(error?.message.hasPrefix("expected 4000000000000000000 bytes of elements") == true)
    }
  }

  @Test("Bytes after the expected end are counted")
  func trailing() throws {
    try directory.write(data, to: "plain")
    let error = readingError("plain", count: 2_990)
    #expect(
      error?.description.hasSuffix(
        "byte 2990: expected the end of the file, found 10 more bytes") == true)
  }

  @Test("Data that is not gzip under a name that ends in .gz is refused")
  func notGzip() throws {
    try directory.write(data, to: "a.gz")
    #expect(readingError("a.gz", count: 1)?.message.contains("expected gzip data") == true)
  }

  @Test("A gzip file cut anywhere, in its trailer too, is refused")
  func cutGzip() throws {
    for damage in Damage.cuts(of: try directory.gzip(data), every: 10) {
      try directory.write(damage.bytes, to: "a.gz")
      #expect(readingError("a.gz", count: data.count) != nil, "\(damage)")
    }
  }

  @Test("Damaged gzip data is described without zlib's file descriptor")
  func gzipMessage() throws {
    let compressed = try directory.gzip(data)
    try directory.write(Array(compressed.dropLast(20)), to: "cut.gz")
    let cut = readingError("cut.gz", count: data.count)
    #expect(cut?.message == "the gzip data is damaged: unexpected end of file")
    var wrong = compressed
    wrong[compressed.count - 8] ^= 1
    try directory.write(wrong, to: "wrong.gz")
    let checksum = readingError("wrong.gz", count: data.count)
    #expect(checksum?.message == "the gzip data is damaged: incorrect data check")
  }

  @Test("Gzip members are read one after the other, with zero bytes after them and nothing else")
  func members() throws {
    let parts = [Array(data[..<1_000]), [], Array(data[1_000...])]
    let whole = try parts.flatMap { try directory.gzip($0) }
    try directory.write(whole + [UInt8](repeating: 0, count: 600), to: "a.gz")
    let reader = try ByteReader(path: directory.file("a.gz"))
    #expect(try reader.bytes(data.count, of: "elements") == data)
    try reader.expectEnd()
    for rest: [UInt8] in [[7], [0, 0, 7], Array("garbage".utf8), [0x1f], [0x1f, 0x8b, 8]] {
      try directory.write(whole + rest, to: "a.gz")
      let error = readingError("a.gz", count: data.count)
      #expect(error?.message.hasPrefix("the gzip data is damaged: ") == true, "\(rest)")
    }
    try directory.write(whole + [0, 0, 7, 7], to: "a.gz")
    #expect(
      readingError("a.gz", count: data.count)?.message
        == "the gzip data is damaged: it ends at byte \(whole.count + 2) of the file, but other bytes "
        + "follow")
  }

  @Test("A gzip file with any changed byte is refused or gives the right bytes")
  func changedGzip() throws {
    let compressed = try directory.gzip(data)
    for damage in Damage.flips(of: compressed, in: 0..<compressed.count) {
      try directory.write(damage.bytes, to: "a.gz")
      do {
        let reader = try ByteReader(path: directory.file("a.gz"))
        let bytes = try reader.bytes(data.count, of: "elements")
        try reader.expectEnd()
        #expect(bytes == data, "\(damage)")
      } catch {
        #expect(error is FileError, "\(damage)")
      }
    }
  }

  @Test("Compressed bytes in memory are inflated whole or not at all")
  func memory() throws {
    let compressed = try directory.gzip(data)
    #expect(Gzip.decompress(compressed, limit: 3_000) == data)
    #expect(Gzip.decompress(compressed, limit: 10_000) == data)
    #expect(Gzip.decompress(compressed, limit: 2_999) == nil)
    #expect(Gzip.decompress(Array(compressed.dropLast()), limit: 3_000) == nil)
    #expect(Gzip.decompress(compressed + [0], limit: 3_000) == nil)
    #expect(Gzip.decompress([], limit: 10) == nil)
  }
}

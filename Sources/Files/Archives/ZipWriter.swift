internal import CPerceptronZlib
import PerceptronLinearAlgebra

/// Writes a zip file of members that are stored as they are, with sizes and offsets of 64 bits where
/// they are needed.
///
/// The bytes depend only on the members: all are dated 1980-01-01, as NumPy dates them.
struct ZipWriter {
  private struct Entry {
    var name: [UInt8]
    var checksum: UInt32
    var size: UInt64
    var offset: UInt64
  }

  private let file: AtomicFile.Writer
  /// The least size or offset that needs 64 bits.
  private let wideLimit: UInt64
  private var entries: [Entry] = []
  private var offset: UInt64 = 0

  /// A writer of an archive that begins where `file` stands.
  ///
  /// - Parameter wideLimit: the least size or offset that is written with 64 bits; less than the format's
  ///   for tests.
  init(_ file: AtomicFile.Writer, wideLimit: UInt64 = UInt64(UInt32.max)) {
    (self.file, self.wideLimit) = (file, wideLimit)
  }

  /// Writes a member that consists of `parts`, one after the other.
  ///
  /// - Precondition: the name has fewer than 2¹⁶ bytes.
  mutating func add(_ name: String, _ parts: [UnsafeRawBufferPointer]) throws {
    let name = Array(name.utf8)
    require(name.count <= UInt16.max, "ZipWriter: a name of \(name.count) bytes")
    let entry = Entry(
      name: name, checksum: Self.checksum(parts),
      size: parts.reduce(0) { $0 + UInt64($1.count) }, offset: offset)
    let isWide = entry.size >= wideLimit
    // Both sizes, which are the same.
    let extra: [UInt8] =
      isWide ? bytes(UInt16(1)) + bytes(UInt16(16)) + bytes(entry.size) + bytes(entry.size) : []
    let size = isWide ? .max : UInt32(entry.size)
    try write(
      bytes(0x0403_4b50 as UInt32) + Self.common(entry, isWide: isWide) + bytes(entry.checksum)
        + bytes(size) + bytes(size) + bytes(UInt16(name.count)) + bytes(UInt16(extra.count)) + name
        + extra)
    for part in parts {
      try file.write(part)
      offset += UInt64(part.count)
    }
    entries.append(entry)
  }

  /// Writes the directory, which ends the archive.
  mutating func finish() throws {
    let start = offset
    for entry in entries {
      let isWide = entry.size >= wideLimit
      let isFar = entry.offset >= wideLimit
      var extra = isWide ? bytes(entry.size) + bytes(entry.size) : []
      if isFar { extra += bytes(entry.offset) }
      if !extra.isEmpty { extra = bytes(UInt16(1)) + bytes(UInt16(extra.count)) + extra }
      let size = isWide ? .max : UInt32(entry.size)
      try write(
        bytes(0x0201_4b50 as UInt32) + bytes(Self.version(isWide: isWide || isFar))
          + Self.common(entry, isWide: isWide || isFar) + bytes(entry.checksum) + bytes(size)
          + bytes(size) + bytes(UInt16(entry.name.count)) + bytes(UInt16(extra.count))
          // No comment, disk 0, no internal attributes; a regular file that all may read.
          + bytes(UInt16(0)) + bytes(UInt16(0)) + bytes(UInt16(0)) + bytes(UInt32(0o100644) << 16)
          + bytes(isFar ? .max : UInt32(entry.offset)) + entry.name + extra)
    }
    try finish(directory: start..<offset)
  }

  /// Writes the records after the directory.
  private mutating func finish(directory: Range<UInt64>) throws {
    let (start, size) = (directory.lowerBound, UInt64(directory.count))
    let count = UInt64(entries.count)
    let isWide =
      count >= min(wideLimit, UInt64(UInt16.max)) || start >= wideLimit || size >= wideLimit
    if isWide {
      let place = offset
      try write(
        bytes(0x0606_4b50 as UInt32) + bytes(UInt64(44)) + bytes(Self.version(isWide: true))
          + bytes(Self.version(isWide: true)) + bytes(UInt32(0)) + bytes(UInt32(0)) + bytes(count)
          + bytes(count) + bytes(size) + bytes(start)
          + bytes(0x0706_4b50 as UInt32) + bytes(UInt32(0)) + bytes(place) + bytes(UInt32(1)))
    }
    let entryCount = isWide ? .max : UInt16(count)
    try write(
      bytes(0x0605_4b50 as UInt32) + bytes(UInt32(0)) + bytes(entryCount) + bytes(entryCount)
        + bytes(isWide ? .max : UInt32(size)) + bytes(isWide ? .max : UInt32(start))
        + bytes(UInt16(0)))
  }

  /// What both headers of a member have: the version that is needed, flags, the method, time and date.
  private static func common(_ entry: Entry, isWide: Bool) -> [UInt8] {
    // Names that are not ASCII are marked as UTF-8.
    let flags: UInt16 = entry.name.allSatisfy { $0 < 0x80 } ? 0 : 1 << 11
    let date: UInt16 = 1 << 5 | 1
    return bytes(version(isWide: isWide)) + bytes(flags) + bytes(UInt16(0)) + bytes(UInt16(0))
      + bytes(date)
  }

  /// The version of the format that has sizes of 64 bits, or that has stored members.
  private static func version(isWide: Bool) -> UInt16 { isWide ? 45 : 20 }

  private static func checksum(_ parts: [UnsafeRawBufferPointer]) -> UInt32 {
    var checksum: UInt = 0
    for part in parts {
      for start in stride(from: 0, to: part.count, by: 1 << 30) {
        let piece = UnsafeRawBufferPointer(rebasing: part[start...].prefix(1 << 30))
        checksum = crc32(
          checksum, piece.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt32(piece.count))
      }
    }
    return UInt32(checksum)
  }

  private mutating func write(_ bytes: [UInt8]) throws {
    try file.write(bytes)
    offset += UInt64(bytes.count)
  }
}

/// The bytes of an integer, the least significant first.
private func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
  withUnsafeBytes(of: value.littleEndian) { Array($0) }
}

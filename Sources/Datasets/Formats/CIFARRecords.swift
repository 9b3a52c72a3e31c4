import Foundation
import PerceptronFiles

/// The records of CIFAR-10's and CIFAR-100's binary versions: some bytes with classes, then 3,072 bytes of
/// pixels, plane after plane.
struct CIFARRecords {
  private static let pixelCount = 3072

  /// The number of classes for each of a record's class bytes.
  let classCounts: [Int]

  private var recordSize: Int { classCounts.count + Self.pixelCount }

  /// Reads files one after the other; files that are large for the memory are mapped.
  ///
  /// - Parameters:
  ///   - label: which of a record's class bytes is its label.
  ///   - isMapped: whether files are mapped; nil to decide by their size.
  /// - Returns: the pixels, [records, 3, 32, 32], and a label for each record.
  /// - Throws: `FileError` where a file cannot be read, is not a whole number of records, or has a class
  ///   byte that is not below its count, whose place is named.
  func read(
    _ paths: [String], label: Int, isMapped: Bool? = nil
  ) throws -> (pixels: Features.Storage, labels: [Int]) {
    let counts = try paths.map(recordCount)
    let total = counts.reduce(0, +)
    var labels: [Int] = []
    labels.reserveCapacity(total)
    if isMapped ?? MappedFile.suits(byteCount: total * Self.pixelCount) {
      let parts = try zip(paths, counts).map { path, count in
        try readRecords(path, count: count, label: label, into: nil, labels: &labels)
        return MappedRows.Part(
          try MappedFile(path: path), offset: classCounts.count, stride: recordSize, count: count)
      }
      return (.mapped(MappedRows(parts, of: Self.pixelCount, NumberFormat(.uint8))), labels)
    }
    // The pictures go to their final place piece by piece: there is never a second copy of them.
    let pixels = try [UInt8](unsafeUninitializedCapacity: total * Self.pixelCount) {
      buffer, filled in
      for (path, count) in zip(paths, counts) {
        let target = UnsafeMutableRawBufferPointer(
          rebasing: UnsafeMutableRawBufferPointer(buffer)[filled...])
        try readRecords(path, count: count, label: label, into: target, labels: &labels)
        filled += count * Self.pixelCount
      }
    }
    return (.bytes(pixels), labels)
  }

  /// Whether a file has a size of whole records.
  func areWhole(in path: String) -> Bool { (try? recordCount(path)) != nil }

  private func recordCount(_ path: String) throws -> Int {
    let size = try ByteReader.size(of: path)
    if size % recordSize != 0 {
      throw FileError(
        path, atByte: size / recordSize * recordSize,
        "expected records of \(recordSize) bytes, found \(size % recordSize) bytes at the end")
    }
    return size / recordSize
  }

  /// Reads `count` records: the classes go to the end of `labels`, the pixels to `target`, if there is one.
  private func readRecords(
    _ path: String, count: Int, label: Int, into target: UnsafeMutableRawBufferPointer?,
    labels: inout [Int]
  ) throws {
    let reader = try ByteReader(path: path)
    var chunk = [UInt8](repeating: 0, count: 256 * recordSize)
    for start in stride(from: 0, to: count, by: 256) {
      let rows = min(256, count - start)
      try chunk.withUnsafeMutableBytes { chunk in
        let chunk = UnsafeMutableRawBufferPointer(rebasing: chunk[..<(rows * recordSize)])
        try reader.read(into: chunk, of: "records")
        for row in 0..<rows {
          for (byte, classCount) in classCounts.enumerated() {
            let found = chunk[row * recordSize + byte]
            if found >= classCount {
              throw reader.error(
                "expected a class from 0 to \(classCount - 1), found \(found)",
                at: (start + row) * recordSize + byte)
            }
          }
          labels.append(Int(chunk[row * recordSize + label]))
          guard let target else { continue }
          let place = (start + row) * Self.pixelCount
          UnsafeMutableRawBufferPointer(rebasing: target[place..<place + Self.pixelCount])
            .copyBytes(
              from: chunk[(row * recordSize + classCounts.count)..<((row + 1) * recordSize)])
        }
      }
    }
    try reader.expectEnd()
  }

  /// Reads the names of classes, one per line.
  ///
  /// - Throws: `FileError` where the file cannot be read, or does not name `count` different classes in
  ///   UTF-8.
  static func readClassNames(_ path: String, count: Int) throws -> [String] {
    var bytes: [UInt8] = []
    let reader = try ByteReader(path: path)
    if reader.remainingLimit > 65_536 {
      throw reader.error("expected at most 65536 bytes, found \(reader.remainingLimit)")
    }
    try reader.forEachChunk { bytes += $0 }
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    if bytes.starts(with: mark) { bytes.removeFirst(mark.count) }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw FileError(path, "expected class names in UTF-8")
    }
    let names = text.split(whereSeparator: \.isNewline)
      .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    if names.count != count {
      let expected = count == 10 ? "ten" : "\(count)"
      throw FileError(
        path, "expected \(expected) class names, one per line, found \(names.count)")
    }
    var seen: Set<String> = []
    for name in names {
      if name.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) {
        throw FileError(
          path, "expected class names of characters to be seen, found \(name.debugDescription)")
      }
      if !seen.insert(name).inserted {
        throw FileError(path, "expected class names that differ, found \(name) twice")
      }
    }
    return names
  }
}

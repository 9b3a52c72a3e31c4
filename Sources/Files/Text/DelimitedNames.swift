import Foundation

/// The different names in a column, numbered in the order in which they come.
struct DelimitedNames {
  private var bytes: [UInt8] = []
  /// Where each name ends in `bytes`.
  private var ends: [Int] = []
  private var hashes: [UInt64] = []
  /// The row in which each name comes first.
  private(set) var firstRows: [Int] = []
  /// A hash table of the names' positions with linear probing, -1 where a slot is free. At most half of
  /// the slots are taken.
  private var slots = [Int32](repeating: -1, count: 64)

  var count: Int { ends.count }

  /// The names, which are valid UTF-8.
  var texts: [String] {
    ends.indices.map { String(decoding: bytes[range($0)], as: UTF8.self) }
  }

  private func range(_ position: Int) -> Range<Int> {
    (position == 0 ? 0 : ends[position - 1])..<ends[position]
  }

  /// The position of a name, or nil where it is a new one that is not a text: invalid UTF-8 or with a NUL.
  mutating func position(of name: UnsafeBufferPointer<UInt8>, row: Int) -> Int? {
    let hash = Self.hash(name)
    var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[slot] >= 0 {
      let position = Int(slots[slot])
      if hashes[position] == hash && isEqual(position, name) { return position }
      slot = (slot + 1) & (slots.count - 1)
    }
    if name.contains(0) || String(validating: name, as: UTF8.self) == nil { return nil }
    slots[slot] = Int32(ends.count)
    bytes.append(contentsOf: name)
    ends.append(bytes.count)
    hashes.append(hash)
    firstRows.append(row)
    if 2 * ends.count > slots.count { growTable() }
    return ends.count - 1
  }

  private func isEqual(_ position: Int, _ name: UnsafeBufferPointer<UInt8>) -> Bool {
    let range = range(position)
    guard range.count == name.count, let start = name.baseAddress else { return range.isEmpty }
    return bytes.withUnsafeBytes { bytes in
      bytes.baseAddress.map { memcmp($0 + range.lowerBound, start, name.count) == 0 } ?? false
    }
  }

  private mutating func growTable() {
    slots = [Int32](repeating: -1, count: 4 * slots.count)
    for (position, hash) in hashes.enumerated() {
      var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
      while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = Int32(position)
    }
  }

  /// A hash that is mixed by multiplication, eight bytes at a time.
  private static func hash(_ name: UnsafeBufferPointer<UInt8>) -> UInt64 {
    var hash = 0xCBF2_9CE4_8422_2325 ^ UInt64(name.count)
    func mix(_ word: UInt64) {
      let (high, low) = (hash ^ word).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
      hash = high ^ low
    }
    let raw = UnsafeRawBufferPointer(name)
    var place = 0
    while place + 8 <= raw.count {
      mix(raw.loadUnaligned(fromByteOffset: place, as: UInt64.self))
      place += 8
    }
    var rest: UInt64 = 0
    for byte in raw[place...] { rest = rest << 8 | UInt64(byte) }
    mix(rest)
    return hash
  }
}

// MARK: - Joining

/// The names of a column that several workers found, in their final order.
struct JoinedNames {
  let texts: [String]
  /// For each worker, the position in `texts` of each of its names.
  let positions: [[Double]]

  /// - Parameter isSorted: whether names are sorted, numerically where all are whole numbers, or in the
  ///   order of the rows in which they come first.
  init(_ parts: [DelimitedNames], isSorted: Bool) {
    // Texts that are equal but for the composition of their characters are one name, spelled as in the
    // first row that has it, whichever worker read that.
    var first: [String: (text: String, row: Int)] = [:]
    let partTexts = parts.map(\.texts)
    for (part, texts) in zip(parts, partTexts) {
      for (text, row) in zip(texts, part.firstRows) where row < first[text]?.row ?? .max {
        first[text] = (text, row)
      }
    }
    let names = first.values.sorted { $0.row < $1.row }.map(\.text)
    let all = isSorted ? sortedNames(names) : names
    let order = Dictionary(uniqueKeysWithValues: zip(all, all.indices))
    positions = partTexts.map { texts in texts.map { Double(order[$0] ?? 0) } }
    texts = all
  }
}

extension JoinedNames {
  /// The names of each column that has some.
  static func all(of columns: [DelimitedColumn], _ parsers: [DelimitedParser]) -> [JoinedNames?] {
    columns.indices.map { column in
      guard case .names(let isSorted) = columns[column].content else { return nil }
      return JoinedNames(parsers.map { $0.names(inColumn: column) }, isSorted: isSorted)
    }
  }
}

/// Names in their order: numerically where all are whole numbers, else by the values of their bytes.
package func sortedNames(_ names: [String]) -> [String] {
  let numbers = names.compactMap { Int($0) }
  if numbers.count == names.count {
    return zip(numbers, names).sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map(\.1)
  }
  return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
}

import Foundation

/// What the beginning of a table tells: how cells are separated, the header, and the first rows.
package struct DelimitedSample: Sendable {
  /// What is known about a table before it is looked at.
  package struct Hints: Sendable {
    /// The separator, or nil to find it.
    package var separator: UInt8?
    /// Whether the first row holds the columns' names, or nil to find out.
    package var hasHeader: Bool?
    /// Names that the header has if there is one. Numbers from 1 say nothing: they are the names of columns
    /// without a header.
    package var names: [String]
    /// The texts of missing values.
    package var missing: MissingTexts

    package init(
      separator: UInt8? = nil, hasHeader: Bool? = nil, names: [String] = [],
      missing: MissingTexts = MissingTexts()
    ) {
      self.separator = separator
      self.hasHeader = hasHeader
      self.names = names
      self.missing = missing
    }

    /// Whether a first row is the header by the names.
    func isHeader(_ row: [String]) -> Bool {
      !names.allSatisfy { name in Int(name).map { $0 > 0 } ?? false }
        && Set(names).isSubset(of: row)
    }
  }

  package let syntax: DelimitedSyntax
  /// The names of the columns; nil where there is no header. A column whose name is empty is called by
  /// its number, from 1.
  package let header: [String]?
  package let columnCount: Int
  /// The cells of the first rows below the header, as texts; no row where there is none.
  package let rows: [[String]]
  /// The line in which each of them begins, from 1.
  package let lines: [Int]
  /// Where the first row below the header begins: the bytes and the lines before it.
  let dataStart: Int
  let dataLine: Int

  /// The names of the columns: those of the header, or their numbers from 1.
  package var names: [String] { header ?? (1...columnCount).map(String.init) }
}

// MARK: - Reading

extension DelimitedSample {
  /// The least number of bytes that are looked at in a file.
  private static let leastSize = 1 << 20

  /// Looks at the next bytes of a source, which come again afterwards; at as many as there are at once
  /// where it is a descriptor, but at a whole row.
  init(_ source: DelimitedSource, _ hints: Hints, leastSize: Int = leastSize) throws {
    let isFile = source.remainingLimit != nil
    let buffer = DelimitedBuffer(capacity: leastSize)
    var count = 0
    var isOver = false
    while true {
      let read = try source.read(into: buffer.room(from: count))
      count += read
      isOver = read == 0
      if isFile && !isOver && count < buffer.capacity { continue }
      let taken = UnsafeBufferPointer(start: buffer.bytes, count: count)
      try Self.checkEncoding(taken, path: source.path)
      let start = taken.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
      let lineEnd: UInt8 =
        !taken.contains(UInt8(ascii: "\n")) && taken.dropLast().contains(UInt8(ascii: "\r"))
        ? UInt8(ascii: "\r") : UInt8(ascii: "\n")
      buffer.end(at: count, lineEnd: lineEnd)
      let candidates = hints.separator.map { [$0] } ?? DelimitedSyntax.separators
      let syntaxes = candidates.map { DelimitedSyntax(separator: $0, lineEnd: lineEnd) }
      let parts = syntaxes.map { FirstRows(buffer, from: start, $0, isOver: isOver) }
      let best = FirstRows.best(parts, hints)
      let rows = parts[best]
      if let opened = rows.openedAt, isOver || count - opened > DelimitedChunks.longestCell {
        let line =
          1
          + DelimitedCounts.lines(
            UnsafePointer(buffer.bytes), buffer.bytes + opened, syntaxes[best])
        throw FileError.unclosed(source.path, line: line, isAtEnd: isOver)
      }
      if isOver && rows.starts.isEmpty {
        throw FileError(
          source.path, count == 0 ? "the file is empty" : "expected a table, found only blanks")
      }
      if rows.starts.count >= (isFile ? 2 : 1) || isOver {
        try self.init(buffer, rows, syntaxes[best], hints, path: source.path)
        source.giveBack(taken)
        return
      }
      if count > DelimitedChunks.longestRow {
        throw FileError(
          source.path,
          "expected the end of a line within \(grouped(DelimitedChunks.longestRow)) bytes")
      }
      if count == buffer.capacity { buffer.grow(to: 2 * buffer.capacity, keeping: count) }
    }
  }

  private init(
    _ buffer: DelimitedBuffer, _ found: FirstRows, _ syntax: DelimitedSyntax, _ hints: Hints,
    path: String
  ) throws {
    var texts = found.starts.map { found.texts(rowAt: $0) }
    var lines: [Int] = []
    var (place, line) = (UnsafePointer(buffer.bytes), 1)
    for start in found.starts {
      line += DelimitedCounts.lines(place, start, syntax)
      lines.append(line)
      place = start
    }
    self.syntax = syntax
    columnCount = texts[0].count
    let hasHeader = hints.hasHeader ?? Self.isHeader(texts, hints)
    var dataStart = found.starts[0]
    if hasHeader {
      let names = texts.removeFirst()
      try Self.checkNames(names, path: path, line: lines.removeFirst())
      header = names.enumerated().map { $1.isEmpty ? "\($0 + 1)" : $1 }
      dataStart = found.starts.count > 1 ? found.starts[1] : found.end
    } else {
      header = nil
    }
    self.dataStart = dataStart - UnsafePointer(buffer.bytes)
    dataLine = DelimitedCounts.lines(UnsafePointer(buffer.bytes), dataStart, syntax)
    rows = texts
    self.lines = lines
  }

  /// Whether the first row holds names.
  ///
  /// It does where a column holds numbers but for it. It does not where it has a number otherwise, or
  /// where every one of its texts comes again below.
  private static func isHeader(_ rows: [[String]], _ hints: Hints) -> Bool {
    let first = rows[0]
    if hints.isHeader(first) { return true }
    func isNumber(_ text: String) -> Bool {
      let kind = DelimitedText.Kind(text)
      return kind == .number || kind == .groupedNumber
    }
    let below = rows.dropFirst().prefix(1000).filter { $0.count == first.count }
    var hasNumber = false
    var comesAgain = !below.isEmpty
    for (column, text) in first.enumerated() {
      if isNumber(text) {
        hasNumber = true
        continue
      }
      if hints.missing.contain(text) { continue }
      var isNumeric = false
      var isAgain = false
      for row in below {
        if row[column] == text { isAgain = true }
        if hints.missing.contain(row[column]) { continue }
        isNumeric = isNumber(row[column])
        if !isNumeric { break }
      }
      if isNumeric { return true }
      comesAgain = comesAgain && (isAgain || below.contains { $0[column] == text })
    }
    return !hasNumber && !comesAgain
  }

  private static func checkNames(_ names: [String], path: String, line: Int) throws {
    // A replacement character stands for bytes that are no UTF-8.
    guard let wrong = names.firstIndex(where: { $0.unicodeScalars.contains("\u{FFFD}") }) else {
      return
    }
    throw FileError(
      path,
      "line \(line), column \(wrong + 1): expected a name in UTF-8, found "
        + DelimitedText.quoted(names[wrong]))
  }

  // MARK: - Encodings

  /// Throws where the bytes are not a text in UTF-8 or a code that contains ASCII.
  private static func checkEncoding(_ bytes: UnsafeBufferPointer<UInt8>, path: String) throws {
    let head = bytes.prefix(4096)
    if head.starts(with: [0x1F, 0x8B]) {
      throw FileError(
        path, atByte: 0, "expected a text, found gzip data; its name has to end in .gz")
    }
    let zeros = head.enumerated().filter { $1 == 0 }.map(\.offset)
    guard head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF]) || !zeros.isEmpty
    else { return }
    let isAlternating =
      zeros.count > head.count / 4 && Set(zeros.map { $0 % 2 }).count == 1
    if zeros.isEmpty || isAlternating || zeros.first.map({ $0 >= 2 && head[0] >= 0xFE }) == true {
      let command = ShellCommand.line(["iconv", "-f", "UTF-16", "-t", "UTF-8", path])
      throw FileError(
        path, atByte: 0, "expected UTF-8, found UTF-16; convert it: \(command) > TABLE.csv")
    }
  }
}

extension FileError {
  /// The error of a quotation mark that is not closed.
  static func unclosed(_ path: String, line: Int, isAtEnd: Bool) -> FileError {
    let limit = isAtEnd ? "" : " within \(grouped(DelimitedChunks.longestCell)) bytes"
    return FileError(
      path,
      "line \(line): expected a closing quotation mark for the one that opens a cell here, found none"
        + limit)
  }
}

// MARK: - First rows

/// The whole rows among the first bytes of a table, for one separator.
private struct FirstRows {
  let syntax: DelimitedSyntax
  /// Where rows begin that are not skipped, and where the last of them ends.
  private(set) var starts: [UnsafePointer<UInt8>] = []
  private(set) var end: UnsafePointer<UInt8>
  /// The byte of a quotation mark that is not closed, if there is one.
  let openedAt: Int?

  init(_ buffer: DelimitedBuffer, from start: Int, _ syntax: DelimitedSyntax, isOver: Bool) {
    self.syntax = syntax
    var scanner = RowScanner(syntax)
    let bytes = UnsafePointer(buffer.bytes) + start
    let count = buffer.count - start
    scanner.scan(bytes, to: isOver ? count + 1 : count)
    openedAt = scanner.isInside ? start + scanner.openedAt : nil
    end = bytes + min(scanner.lastEnd, count)
    var place = bytes
    while place < end {
      var close = place
      while close.pointee != syntax.lineEnd { close += 1 }
      if syntax.isSkipped(place, close) {
        place = close + 1
        continue
      }
      starts.append(place)
      place = cells(rowAt: place).last?.next ?? end
    }
  }

  func cells(rowAt start: UnsafePointer<UInt8>) -> [DelimitedCell] {
    var cells = [DelimitedCell(at: start, syntax, end: end)]
    while let last = cells.last, !last.endsRow {
      cells.append(DelimitedCell(at: last.next, syntax, end: end))
    }
    return cells
  }

  func texts(rowAt start: UnsafePointer<UInt8>) -> [String] {
    var scratch: [UInt8] = []
    return cells(rowAt: start).map { cell in
      cell.withBytes(&scratch) { String(decoding: $0, as: UTF8.self) }
    }
  }

  /// The index of the rows whose separator fits best: most of them have as many cells as the first, more
  /// than one; then more of the cells are numbers; then the first.
  static func best(_ candidates: [FirstRows], _ hints: DelimitedSample.Hints) -> Int {
    var best = (index: 0, fit: 0.0, numbers: 0.0)
    if candidates.count == 1 { return 0 }
    for (index, candidate) in candidates.enumerated() {
      let rows = candidate.starts.prefix(100).map { candidate.texts(rowAt: $0) }
      guard let first = rows.first, first.count > 1 else { continue }
      if hints.isHeader(first) { return index }
      let fit = Double(rows.count { $0.count == first.count }) / Double(rows.count)
      let cells = rows.joined()
      let isComma = candidate.syntax.separator == UInt8(ascii: ",")
      let numbers = cells.count { cell in
        switch DelimitedText.Kind(cell) {
        case .number: true
        case .groupedNumber: !isComma
        default: cell.isEmpty
        }
      }
      let share = Double(numbers) / Double(cells.count)
      if (fit, share) > (best.fit, best.numbers) { best = (index, fit, share) }
    }
    return best.index
  }
}

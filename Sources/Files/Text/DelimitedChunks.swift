import Foundation

/// Cuts a table into chunks of whole rows.
final class DelimitedChunks {
  /// The longest row, in bytes.
  static let longestRow = 1 << 28
  /// The longest cell in quotation marks, in bytes: a mark that is not closed takes all that follows.
  static let longestCell = 1 << 24

  private let source: DelimitedSource
  private let syntax: DelimitedSyntax
  /// The beginning of a row whose end was not read yet.
  private var carried: [UInt8] = []
  private var isOver = false

  init(_ source: DelimitedSource, _ syntax: DelimitedSyntax) {
    self.source = source
    self.syntax = syntax
  }

  /// A mark that no other closes, at a byte of the chunk that the buffer holds.
  struct Unclosed: Error {
    let offset: Int
    /// Whether the file ends without another.
    let isAtEnd: Bool
  }

  /// Fills the buffer with the next rows, as many as fit it and are there, at least one; false at the end.
  ///
  /// - Returns: whether there are rows, and whether some cell may be quoted.
  /// - Throws: ``Unclosed``, or ``FileError`` where a row is too long or the source cannot be read.
  func next(into buffer: DelimitedBuffer) throws -> (hasRows: Bool, isQuoted: Bool) {
    buffer.grow(to: carried.count, keeping: 0)
    carried.withUnsafeBytes { buffer.room(from: 0).copyMemory(from: $0) }
    var count = carried.count
    carried.removeAll(keepingCapacity: true)
    var rows = RowScanner(syntax)
    while true {
      if !isOver && count == buffer.capacity {
        buffer.grow(to: 2 * buffer.capacity, keeping: count)
      }
      if !isOver {
        let read = try source.read(into: buffer.room(from: count))
        count += read
        isOver = read == 0
      }
      // At the end, the line's end behind the last byte counts.
      buffer.end(at: count, lineEnd: syntax.lineEnd)
      rows.scan(UnsafePointer(buffer.bytes), to: isOver ? count + 1 : count)
      let openCell = rows.isInside ? count - rows.openedAt : 0
      if (isOver && openCell > 0) || openCell > Self.longestCell {
        throw Unclosed(offset: rows.openedAt, isAtEnd: isOver)
      }
      if isOver { return (count > 0, rows.hasQuotes) }
      if rows.lastEnd > 0 {
        carried.append(
          contentsOf: UnsafeBufferPointer(
            start: buffer.bytes + rows.lastEnd, count: count - rows.lastEnd))
        buffer.end(at: rows.lastEnd, lineEnd: syntax.lineEnd)
        return (true, rows.hasQuotes)
      }
      if count > Self.longestRow {
        throw FileError(
          source.path, "expected the end of a line within \(grouped(Self.longestRow)) bytes")
      }
    }
  }

  /// Fills the buffer with the `count` bytes of a chunk that was found before.
  func reread(_ count: Int, into buffer: DelimitedBuffer) throws {
    buffer.grow(to: count, keeping: 0)
    var filled = 0
    while filled < count {
      let read = try source.read(
        into: UnsafeMutableRawBufferPointer(
          rebasing: buffer.room(from: filled)[..<(count - filled)])
      )
      if read == 0 { throw FileError(source.path, "the file was changed while it was read") }
      filled += read
    }
    buffer.end(at: count, lineEnd: syntax.lineEnd)
  }
}

/// Finds where rows end, from the beginning of one on.
struct RowScanner {
  private let syntax: DelimitedSyntax
  /// The first byte that was not looked at.
  private var place = 0
  /// Whether `place` is within quotation marks, and where they open.
  private(set) var isInside = false
  private(set) var openedAt = 0
  /// The first byte behind the last row that is whole; 0 where none is.
  private(set) var lastEnd = 0
  private(set) var hasQuotes = false

  init(_ syntax: DelimitedSyntax) { self.syntax = syntax }

  /// Goes on to the byte `count`.
  mutating func scan(_ bytes: UnsafePointer<UInt8>, to count: Int) {
    while place < count {
      let mark = memchr(bytes + place, Int32(DelimitedSyntax.quote), count - place)
        .map { UnsafePointer($0.assumingMemoryBound(to: UInt8.self)) - bytes }
      if isInside {
        guard let mark else {
          place = count
          return
        }
        // The next byte tells whether the mark is doubled.
        place = mark
        if mark + 1 == count { return }
        isInside = bytes[mark + 1] == DelimitedSyntax.quote
        place = mark + (isInside ? 2 : 1)
      } else {
        var end = mark ?? count
        let next = end
        while end > place && bytes[end - 1] != syntax.lineEnd { end -= 1 }
        if end > place { lastEnd = end }
        place = next
        if mark == nil { return }
        hasQuotes = true
        isInside =
          next == 0 || bytes[next - 1] == syntax.separator || bytes[next - 1] == syntax.lineEnd
        openedAt = next
        place += 1
      }
    }
  }
}

// MARK: - Counting

/// How many rows and lines a chunk has.
struct DelimitedCounts {
  /// Bytes.
  var size = 0
  var rows = 0
  /// Line ends, also those of skipped lines and within cells.
  var lines = 0

  /// Counts a chunk.
  ///
  /// - Parameter isQuoted: whether some cell may be quoted.
  init(_ buffer: DelimitedBuffer, _ syntax: DelimitedSyntax, isQuoted: Bool) {
    size = buffer.count
    if isQuoted {
      countQuoted(buffer, syntax)
    } else {
      countPlain(buffer, syntax)
    }
  }

  private mutating func countPlain(_ buffer: DelimitedBuffer, _ syntax: DelimitedSyntax) {
    var place = UnsafePointer(buffer.bytes)
    let end = buffer.end
    while place < end {
      let close = Self.lineEnd(from: place, to: end, syntax)
      lines += 1
      if !syntax.isSkipped(place, close) { rows += 1 }
      place = close + 1
    }
  }

  private mutating func countQuoted(_ buffer: DelimitedBuffer, _ syntax: DelimitedSyntax) {
    let end = buffer.end
    var place = UnsafePointer(buffer.bytes)
    while place < end {
      let close = Self.lineEnd(from: place, to: end, syntax)
      if syntax.isSkipped(place, close) {
        place = close + 1
        continue
      }
      rows += 1
      var cell = DelimitedCell(at: place, syntax, end: end)
      while !cell.endsRow { cell = DelimitedCell(at: cell.next, syntax, end: end) }
      place = cell.next
    }
    lines = Self.lines(UnsafePointer(buffer.bytes), end, syntax)
    if end > buffer.bytes && end[-1] != syntax.lineEnd { lines += 1 }
  }

  /// The next line end, or the end of all.
  @inline(__always)
  private static func lineEnd(
    from place: UnsafePointer<UInt8>, to end: UnsafePointer<UInt8>, _ syntax: DelimitedSyntax
  ) -> UnsafePointer<UInt8> {
    let found = memchr(place, Int32(syntax.lineEnd), end - place)
    return found.map { UnsafePointer($0.assumingMemoryBound(to: UInt8.self)) } ?? end
  }

  /// The line ends between two places.
  static func lines(
    _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ syntax: DelimitedSyntax
  ) -> Int {
    var count = 0
    for byte in UnsafeBufferPointer(start: start, count: end - start) where byte == syntax.lineEnd {
      count += 1
    }
    return count
  }
}

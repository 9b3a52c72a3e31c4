import Foundation

/// How the cells of a text table are separated: RFC 4180 with any separator of one byte.
///
/// A cell that begins with a quotation mark ends at the next single one, holds separators and line ends,
/// and two quotation marks in it are one; elsewhere quotation marks mean themselves. Blanks around a cell
/// that is not quoted do not belong to it. Lines of blanks alone are skipped.
package struct DelimitedSyntax: Hashable, Sendable {
  /// The separators that are found without being given.
  package static let separators: [UInt8] = [",", "\t", ";", "|"].map { UInt8(ascii: $0) }

  /// The byte between two cells.
  package var separator: UInt8
  /// The last byte of a line: a line feed, or a carriage return in files without line feeds. A carriage
  /// return before a line feed belongs to the line's end.
  package var lineEnd = UInt8(ascii: "\n")

  package init(separator: UInt8, lineEnd: UInt8 = UInt8(ascii: "\n")) {
    self.separator = separator
    self.lineEnd = lineEnd
  }

  static let quote = UInt8(ascii: "\"")

  /// Whether a byte is a blank around cells.
  @inline(__always)
  func isBlank(_ byte: UInt8) -> Bool {
    (byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")) && byte != separator
  }

  /// Whether a line, without its end, is skipped.
  @inline(__always)
  func isSkipped(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Bool {
    if start < end && start.pointee > UInt8(ascii: " ") { return false }
    var place = start
    while place < end && (isBlank(place.pointee) || place.pointee == UInt8(ascii: "\r")) {
      place += 1
    }
    return place == end
  }
}

// MARK: - Cells

/// A cell among the bytes of a table.
struct DelimitedCell {
  /// Its bytes without quotation marks and blanks around it; those that are doubled still are.
  let content: UnsafeBufferPointer<UInt8>
  /// Whether quotation marks in it are doubled.
  var hasDoubles = false
  /// The first byte behind the separator or the line's end.
  let next: UnsafePointer<UInt8>
  /// Whether the line ends with it.
  let endsRow: Bool
  /// What follows a closing quotation mark though only a separator or the end of the line can; nil where
  /// nothing does.
  var stray: UnsafePointer<UInt8>?

  /// The cell that begins at `start`.
  ///
  /// - Precondition: a line's end stands behind the last byte, not within quotation marks.
  init(at start: UnsafePointer<UInt8>, _ syntax: DelimitedSyntax, end: UnsafePointer<UInt8>) {
    if start.pointee != DelimitedSyntax.quote {
      let close = Self.terminator(from: start, syntax)
      var (first, last) = (start, close.start)
      while first < last && syntax.isBlank(first.pointee) { first += 1 }
      while first < last && syntax.isBlank(last[-1]) { last -= 1 }
      content = UnsafeBufferPointer(start: first, count: last - first)
      (next, endsRow) = (close.next, close.endsRow)
      return
    }
    var place = start + 1
    while place < end {
      if place.pointee == DelimitedSyntax.quote {
        if place[1] != DelimitedSyntax.quote || place + 1 >= end { break }
        hasDoubles = true
        place += 1
      }
      place += 1
    }
    content = UnsafeBufferPointer(start: start + 1, count: place - start - 1)
    place += place < end ? 1 : 0
    let close = Self.terminator(from: place, syntax)
    while place < close.start && syntax.isBlank(place.pointee) { place += 1 }
    stray = place < close.start ? place : nil
    (next, endsRow) = (close.next, close.endsRow)
  }

  /// The separator or line's end that comes first from `start`.
  @inline(__always)
  private static func terminator(
    from start: UnsafePointer<UInt8>, _ syntax: DelimitedSyntax
  ) -> (start: UnsafePointer<UInt8>, next: UnsafePointer<UInt8>, endsRow: Bool) {
    var place = start
    while place.pointee != syntax.separator && place.pointee != syntax.lineEnd { place += 1 }
    if place.pointee == syntax.separator { return (place, place + 1, false) }
    let hasReturn = place > start && place[-1] == UInt8(ascii: "\r")
    return (hasReturn ? place - 1 : place, place + 1, true)
  }

  /// Calls `body` with the cell's bytes; `scratch` takes them where doubled quotation marks are removed.
  @inline(__always)
  func withBytes<Result>(
    _ scratch: inout [UInt8], _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
  ) rethrows -> Result {
    if !hasDoubles { return try body(content) }
    scratch.removeAll(keepingCapacity: true)
    var isSecond = false
    for byte in content {
      isSecond = byte == DelimitedSyntax.quote && !isSecond
      // The first of two stands for both.
      if byte != DelimitedSyntax.quote || isSecond { scratch.append(byte) }
    }
    return try scratch.withUnsafeBufferPointer(body)
  }
}

// MARK: - Missing values

/// The texts of cells that hold no value.
package struct MissingTexts: Sendable {
  /// Those that pandas takes for missing, and no text at all.
  package static let customary = [
    "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN",
    "<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null",
  ]

  private let texts: [[UInt8]]
  private let longest: Int
  /// Whether a text begins with a byte.
  private let begins: [Bool]
  /// The numbers that mean that there is none.
  let numbers: [Double]

  /// The customary texts and others. One that is a number stands for that number, however it is written.
  package init(adding others: [String] = []) {
    let texts = (Self.customary + others).map { Array($0.utf8) }
    var begins = [Bool](repeating: false, count: 256)
    for text in texts { if let first = text.first { begins[Int(first)] = true } }
    self.texts = texts
    self.begins = begins
    longest = texts.map(\.count).max() ?? 0
    numbers = others.compactMap { DecimalReader().number(in: Array($0.utf8)) }
  }

  /// Whether a cell's bytes are one of the texts.
  @inline(__always)
  func contain(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let first = bytes.first else { return true }
    if bytes.count > longest || !begins[Int(first)] { return false }
    return texts.contains { $0.elementsEqual(bytes) }
  }

  /// Whether a cell's text is one of the texts or the numbers.
  package func contain(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    if bytes.withUnsafeBufferPointer(contain) { return true }
    return !numbers.isEmpty && DecimalReader().number(in: bytes).map(numbers.contains) == true
  }
}

extension DecimalReader {
  /// The number that all of `bytes` are, or nil.
  func number(in bytes: [UInt8]) -> Double? {
    let padded = bytes + [UInt8](repeating: 0, count: DelimitedBuffer.padding)
    return padded.withUnsafeBufferPointer { padded in
      guard let start = padded.baseAddress else { return nil }
      var value = 0.0
      let end = read(start, into: &value)
      return !bytes.isEmpty && end == start + bytes.count ? value : nil
    }
  }
}

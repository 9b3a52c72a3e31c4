import Foundation

/// Parses rows, each into its place among the values of all. A worker has one of its own.
final class DelimitedParser {
  /// An error in a chunk: at which byte or nil for all rows, in which column, and what it is.
  struct Failure: Error {
    let offset: Int?
    let column: Int?
    let message: String
  }

  /// What the hot loop needs of a column.
  private struct Step {
    var isNumber = false
    var isName = false
    /// The column's value in row 0, and the distance to the next row's.
    var values: UnsafeMutablePointer<Double>
    var stride = 0
    var least = -Double.greatestFiniteMagnitude
    /// The number of names that are allowed.
    var nameLimit = Int.max
  }

  private let syntax: DelimitedSyntax
  private let columns: [DelimitedColumn]
  private let missing: MissingTexts
  private let steps: UnsafeMutablePointer<Step>
  private let hasMissingNumbers: Bool
  private let reader = DecimalReader()
  /// Takes values that are passed over.
  private let nowhere = UnsafeMutablePointer<Double>.allocate(capacity: 1)
  private var scratch: [UInt8] = []
  /// The first byte of the chunk that is parsed.
  private var chunk: UnsafePointer<UInt8>?
  private(set) var missingCounts: [Int]
  /// Those of each column; empty for numbers. Behind a pointer, since a look-up in an array of a class is
  /// guarded by calls that cost as much as itself.
  private let nameTables: UnsafeMutablePointer<DelimitedNames>

  /// - Parameter columns: those of the file, in its order, at least one.
  init(_ columns: [DelimitedColumn], _ syntax: DelimitedSyntax, missing: MissingTexts) {
    self.columns = columns
    self.syntax = syntax
    self.missing = missing
    hasMissingNumbers = !missing.numbers.isEmpty
    steps = .allocate(capacity: columns.count)
    missingCounts = [Int](repeating: 0, count: columns.count)
    nameTables = .allocate(capacity: columns.count)
    nameTables.initialize(repeating: DelimitedNames(), count: columns.count)
    nowhere.initialize(to: 0)
    for (index, column) in columns.enumerated() {
      var step = Step(values: nowhere, least: column.least)
      step.nameLimit = column.nameLimit?.count ?? .max
      switch column.content {
      case .numbers: step.isNumber = true
      case .names: step.isName = true
      case nil: break
      }
      (steps + index).initialize(to: step)
    }
  }

  deinit {
    steps.deallocate()
    nameTables.deinitialize(count: columns.count)
    nameTables.deallocate()
    nowhere.deallocate()
  }

  /// The names that were found in a column.
  func names(inColumn column: Int) -> DelimitedNames { nameTables[column] }

  /// Sets where values go.
  ///
  /// - Parameters:
  ///   - matrix: row 0 of the matrix, with `width` columns.
  ///   - others: the first of the other columns, of `rows` values each.
  func target(
    matrix: UnsafeMutablePointer<Double>?, width: Int, others: UnsafeMutablePointer<Double>?,
    rows: Int
  ) {
    for (index, column) in columns.enumerated() where column.content != nil {
      switch column.place {
      case .matrix(let place):
        steps[index].values = matrix.map { $0 + place } ?? nowhere
        steps[index].stride = width
      case .other(let place):
        steps[index].values = others.map { $0 + place * rows } ?? nowhere
        steps[index].stride = 1
      }
    }
  }

  /// Gives the names in some rows, which this parser numbered as they came, their final positions.
  ///
  /// - Parameters:
  ///   - names: those of each column.
  ///   - worker: the parser's number in them.
  func rename(rows: Range<Int>, _ names: [JoinedNames?], _ worker: Int) {
    for column in columns.indices where steps[column].isName {
      guard let positions = names[column]?.positions[worker], !isOrdered(positions) else {
        continue
      }
      let (values, stride) = (steps[column].values, steps[column].stride)
      for row in rows where !values[row * stride].isNaN {
        values[row * stride] = positions[Int(values[row * stride])]
      }
    }
  }

  /// Whether positions are 0, 1, …, so that names have their final ones already.
  private func isOrdered(_ positions: [Double]) -> Bool {
    positions.enumerated().allSatisfy { Double($0) == $1 }
  }

  /// Forgets the names and counts of earlier rows.
  func reset() {
    for index in columns.indices {
      missingCounts[index] = 0
      if steps[index].isName { nameTables[index] = DelimitedNames() }
    }
  }

  /// Parses a chunk, whose rows are `rows` of the table.
  ///
  /// - Throws: ``Failure`` where a row has another number of cells, or a cell is not what its column holds.
  func parse(_ buffer: DelimitedBuffer, rows: Range<Int>) throws {
    let end = buffer.end
    chunk = UnsafePointer(buffer.bytes)
    var place = UnsafePointer(buffer.bytes)
    var row = rows.lowerBound
    let last = columns.count - 1
    while place < end {
      if place.pointee <= UInt8(ascii: " "), let next = skippedLine(place) {
        place = next
        continue
      }
      if row == rows.upperBound { break }
      let start = place
      for column in 0..<last {
        let step = steps + column
        if step.pointee.isNumber {
          var value = 0.0
          let close = reader.read(place, into: &value)
          if close.pointee == syntax.separator && close > place && isPlain(value, step) {
            step.pointee.values[row &* step.pointee.stride] = value
            place = close + 1
            continue
          }
        }
        let cell = DelimitedCell(at: place, syntax, end: end)
        if cell.endsRow { throw ragged(from: start, end: end) }
        if step.pointee.isNumber || step.pointee.isName || cell.stray != nil {
          try parse(cell, at: place, column, row)
        }
        place = cell.next
      }
      let step = steps + last
      if step.pointee.isNumber {
        var value = 0.0
        var close = reader.read(place, into: &value)
        if close > place && isPlain(value, step) {
          if close.pointee == UInt8(ascii: "\r") && close[1] == syntax.lineEnd { close += 1 }
          if close.pointee == syntax.lineEnd {
            step.pointee.values[row &* step.pointee.stride] = value
            place = close + 1
            row += 1
            continue
          }
        }
      }
      let cell = DelimitedCell(at: place, syntax, end: end)
      if !cell.endsRow { throw ragged(from: start, end: end) }
      if step.pointee.isNumber || step.pointee.isName || cell.stray != nil {
        try parse(cell, at: place, last, row)
      }
      place = cell.next
      row += 1
    }
    if row != rows.upperBound || place < end {
      throw failure(at: place, column: nil, message: "the file was changed while it was read")
    }
  }

  /// Whether a number is one that a column takes and that is not a missing value.
  @inline(__always)
  private func isPlain(_ value: Double, _ step: UnsafeMutablePointer<Step>) -> Bool {
    value >= step.pointee.least && value <= .greatestFiniteMagnitude && !hasMissingNumbers
  }

  /// The next line where this one is skipped.
  private func skippedLine(_ start: UnsafePointer<UInt8>) -> UnsafePointer<UInt8>? {
    var place = start
    while syntax.isBlank(place.pointee)
      || (place.pointee == UInt8(ascii: "\r") && syntax.lineEnd != place.pointee)
    {
      place += 1
    }
    return place.pointee == syntax.lineEnd ? place + 1 : nil
  }
}

// MARK: - Cells

extension DelimitedParser {
  /// Parses a cell of any kind.
  @inline(never)
  private func parse(
    _ cell: DelimitedCell, at place: UnsafePointer<UInt8>, _ column: Int, _ row: Int
  ) throws {
    if let stray = cell.stray {
      throw failure(
        at: stray, column: column,
        message: "expected the end of the cell behind the closing quotation mark, found "
          + quoted(UnsafeBufferPointer(start: stray, count: 1)))
    }
    if !cell.hasDoubles {
      return try parse(cell.content, isNumberAllowed: true, at: place, column, row)
    }
    // Taken out meanwhile, since the bytes are in it.
    var scratch: [UInt8] = []
    swap(&scratch, &self.scratch)
    defer { swap(&scratch, &self.scratch) }
    // A number has no quotation marks; nor does anything stand behind these bytes.
    try cell.withBytes(&scratch) { bytes in
      try parse(bytes, isNumberAllowed: false, at: place, column, row)
    }
  }

  /// Parses the bytes of a cell.
  private func parse(
    _ bytes: UnsafeBufferPointer<UInt8>, isNumberAllowed: Bool, at place: UnsafePointer<UInt8>,
    _ column: Int, _ row: Int
  ) throws {
    func refusal(_ expected: String, advice: String = "") -> Failure {
      let found = bytes.isEmpty ? "nothing" : quoted(bytes)
      return failure(
        at: place, column: column,
        message: "expected \(expected), found \(found)" + (advice.isEmpty ? "" : "; \(advice)"))
    }
    func missingValue() throws -> Double {
      if let required = columns[column].required { throw refusal(required) }
      missingCounts[column] += 1
      return .nan
    }
    func value() throws -> Double {
      if missing.contain(bytes) { return try missingValue() }
      if steps[column].isName {
        guard let position = nameTables[column].position(of: bytes, row: row) else {
          throw refusal("a text in UTF-8")
        }
        if position >= steps[column].nameLimit {
          throw Failure(
            offset: nil, column: column, message: columns[column].nameLimit?.message ?? "")
        }
        return Double(position)
      }
      guard isNumberAllowed, let value = number(bytes) else {
        throw refusal(
          columns[column].expected, advice: Self.advice(on: bytes) ?? columns[column].advice)
      }
      if missing.numbers.contains(value) { return try missingValue() }
      if !value.isFinite { throw refusal("a finite number", advice: columns[column].advice) }
      if value < steps[column].least { throw refusal(columns[column].expected) }
      return value
    }
    let step = steps[column]
    step.values[row * step.stride] = try value()
  }

  /// The number that a cell's bytes are, also an infinite one; nil where they are none. A byte that is
  /// not part of a number stands behind them.
  private func number(_ bytes: UnsafeBufferPointer<UInt8>) -> Double? {
    guard var start = bytes.baseAddress else { return nil }
    var end = start + bytes.count
    // Blanks within quotation marks.
    while start < end && syntax.isBlank(start.pointee) { start += 1 }
    while start < end && syntax.isBlank(end[-1]) { end -= 1 }
    var value = 0.0
    if start < end && reader.read(start, into: &value) == end { return value }
    return DelimitedText.infinity(UnsafeBufferPointer(start: start, count: end - start))
  }

  /// What to do about a text that looks like a number but is none.
  private static func advice(on bytes: UnsafeBufferPointer<UInt8>) -> String? {
    let kind = DelimitedText.Kind(String(decoding: bytes.prefix(64), as: UTF8.self))
    return kind == .groupedNumber ? DelimitedText.groupedAdvice : nil
  }

  /// The error of a row with another number of cells.
  private func ragged(from start: UnsafePointer<UInt8>, end: UnsafePointer<UInt8>) -> Failure {
    var cell = DelimitedCell(at: start, syntax, end: end)
    var count = 1
    while !cell.endsRow {
      cell = DelimitedCell(at: cell.next, syntax, end: end)
      count += 1
    }
    return failure(
      at: start, column: nil,
      message: "expected \(counted(columns.count, "cell")), found \(count)")
  }

  private func failure(
    at place: UnsafePointer<UInt8>, column: Int?, message: String
  ) -> Failure {
    Failure(offset: chunk.map { place - $0 } ?? 0, column: column, message: message)
  }

  private func quoted(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
    DelimitedText.quoted(String(decoding: bytes, as: UTF8.self))
  }
}

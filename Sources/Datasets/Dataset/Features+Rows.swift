import PerceptronFiles
import PerceptronLinearAlgebra

extension Features {
  /// The type of the numbers in memory.
  enum ElementType: String {
    case bytes, floats, doubles

    /// The narrowest type that holds the numbers of a kind without loss, but for integers beyond 2⁵³, which
    /// doubles round: bytes, floats for up to 16 bits and for single precision, else doubles.
    init(holding kind: NumberFormat.Kind) {
      switch kind {
      case .uint8: self = .bytes
      case .bool, .int8, .int16, .uint16, .float16, .float32: self = .floats
      case .int32, .uint32, .int64, .uint64, .float64: self = .doubles
      }
    }
  }

  /// The type of the numbers.
  var elementType: ElementType {
    switch storage {
    case .bytes: .bytes
    case .floats: .floats
    case .doubles: .doubles
    case .mapped(let rows): rows.element
    }
  }

  /// Whether the features are bytes, as those of pictures are.
  public var isBytes: Bool { elementType == .bytes }

  /// Whether rows have to be converted before they can be read.
  var isConverted: Bool {
    if case .mapped(let rows) = storage { !rows.isDirect } else { false }
  }

  /// Calls the function for the type of the numbers with a function that gives the numbers of a row, until
  /// the next row is asked for.
  @inline(__always)
  func withRows<Result>(
    bytes: ((Int) -> UnsafePointer<UInt8>) throws -> Result,
    floats: ((Int) -> UnsafePointer<Float>) throws -> Result,
    doubles: ((Int) -> UnsafePointer<Double>) throws -> Result
  ) rethrows -> Result {
    switch storage {
    case .bytes(let elements): try withRows(of: elements, bytes)
    case .floats(let elements): try withRows(of: elements, floats)
    case .doubles(let elements): try withRows(of: elements, doubles)
    case .mapped(let rows):
      switch rows.element {
      case .bytes: try withRows(of: rows, bytes)
      case .floats: try withRows(of: rows, floats)
      case .doubles: try withRows(of: rows, doubles)
      }
    }
  }

  @inline(__always)
  private func withRows<Element, Result>(
    of elements: [Element], _ body: ((Int) -> UnsafePointer<Element>) throws -> Result
  ) rethrows -> Result {
    try elements.withUnsafeBufferPointer { elements in
      guard let base = elements.baseAddress else {
        return try body { fatalError("Features: row \($0) of 0") }
      }
      return try body { base + storedRow($0) * featureCount }
    }
  }

  @inline(__always)
  private func withRows<Element: NativeNumber, Result>(
    of rows: MappedRows, _ body: ((Int) -> UnsafePointer<Element>) throws -> Result
  ) rethrows -> Result {
    if rows.isDirect {
      return try body { row in
        guard let start = rows.bytes(of: storedRow(row)).baseAddress else {
          fatalError("Features: a row without numbers")
        }
        return start.assumingMemoryBound(to: Element.self)
      }
    }
    return try withUnsafeTemporaryAllocation(of: Element.self, capacity: featureCount) { room in
      guard let base = room.baseAddress else { fatalError("Features: a row without numbers") }
      return try body { row in
        rows.read(storedRow(row), into: base)
        return UnsafePointer(base)
      }
    }
  }

  /// Calls `body` with the bytes of each row, as the type in memory has them.
  func forEachRowOfBytes(_ body: (UnsafeRawBufferPointer) throws -> Void) rethrows {
    func call<Element>(_ row: (Int) -> UnsafePointer<Element>) throws {
      for index in 0..<count {
        try body(
          UnsafeRawBufferPointer(UnsafeBufferPointer(start: row(index), count: featureCount)))
      }
    }
    try withRows(bytes: call, floats: call, doubles: call)
  }

  /// The numbers of some columns in some rows, as they came: an array for each column.
  func cells(ofColumns columns: ArraySlice<Int>, rows: [Int]) -> [[Double]] {
    func cells<Element>(
      _ row: (Int) -> UnsafePointer<Element>, _ number: (Element) -> Double
    ) -> [[Double]] {
      var cells = columns.map { _ in [Double](repeating: 0, count: rows.count) }
      for (index, place) in rows.enumerated() {
        let elements = row(place)
        for (position, column) in columns.enumerated() {
          cells[position][index] = number(elements[column])
        }
      }
      return cells
    }
    return withRows(
      bytes: { cells($0) { Double($0) } }, floats: { cells($0) { Double($0) } },
      doubles: { cells($0) { $0 } })
  }

  /// The number of a row and a column as it came.
  ///
  /// - Precondition: `row` lies within 0..<count, `column` within 0..<featureCount.
  @inline(__always)
  func number(_ row: Int, _ column: Int) -> Double {
    let stored = storedRow(row)
    return switch storage {
    case .bytes(let elements): Double(elements[stored * featureCount + column])
    case .floats(let elements): Double(elements[stored * featureCount + column])
    case .doubles(let elements): elements[stored * featureCount + column]
    case .mapped(let rows): rows.number(stored, column)
    }
  }
}

extension Features {
  /// A cell as text: a whole number, another one with six significant digits, a category's name, or
  /// `missing`.
  ///
  /// - Precondition: `row` lies within 0..<count, `column` within 0..<featureCount.
  package func cellText(row: Int, column: Int) -> String {
    let value = number(row, column)
    if value.isNaN { return "missing" }
    if let categories = columns?[column].categories {
      let place = Int(value)
      return categories.indices.contains(place) ? categories[place] : "unknown"
    }
    return value == value.rounded() && value.magnitude < 1e16
      ? "\(Int(value))" : significant(value, 6)
  }
}

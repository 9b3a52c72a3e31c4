import PerceptronFiles
import PerceptronLinearAlgebra

/// Rows of numbers in memory-mapped files, one file after the other, for data that is larger than the
/// memory. What is not stored as the machine has it is converted whenever a row is read.
public struct MappedRows: Sendable {
  /// The rows of one file.
  package struct Part: Sendable {
    let file: MappedFile
    /// The position of the first row's first byte.
    let offset: Int
    /// The number of bytes from one row to the next.
    let stride: Int
    let count: Int

    /// Rows in a file.
    ///
    /// - Parameter stride: the number of bytes from one row to the next.
    package init(_ file: MappedFile, offset: Int, stride: Int, count: Int) {
      self.file = file
      self.offset = offset
      self.stride = stride
      self.count = count
    }
  }

  private let parts: [Part]
  let format: NumberFormat
  let columnCount: Int
  /// The number of rows.
  let count: Int

  /// The rows of `parts`, each of `columnCount` numbers of a format.
  ///
  /// - Precondition: the rows lie within the files.
  package init(_ parts: [Part], of columnCount: Int, _ format: NumberFormat) {
    for part in parts {
      let last = part.offset + max(part.count - 1, 0) * part.stride + columnCount * format.size
      require(
        part.count == 0 || last <= part.file.bytes.count,
        "MappedRows: \(part.count) rows to byte \(last) of \(part.file.bytes.count)")
    }
    self.parts = parts
    self.format = format
    self.columnCount = columnCount
    count = parts.reduce(0) { $0 + $1.count }
  }

  /// The type in memory that holds the numbers.
  var element: Features.ElementType { Features.ElementType(holding: format.kind) }

  /// Whether rows can be read where they are.
  var isDirect: Bool {
    let kinds: [NumberFormat.Kind] = [.uint8, .float32, .float64]
    return kinds.contains(format.kind) && !format.isBigEndian
      && parts.allSatisfy { $0.offset % format.size == 0 && $0.stride % format.size == 0 }
  }

  /// The bytes of a row.
  ///
  /// - Precondition: `row` lies within 0..<count.
  @inline(__always)
  func bytes(of row: Int) -> UnsafeRawBufferPointer {
    var row = row
    for part in parts {
      if row < part.count {
        let start = part.offset + row * part.stride
        return UnsafeRawBufferPointer(
          rebasing: part.file.bytes[start..<start + columnCount * format.size])
      }
      row -= part.count
    }
    fatalError("MappedRows: a row beyond the \(count) there are")
  }

  /// Writes the numbers of a row to `target`.
  func read<Element: NativeNumber>(_ row: Int, into target: UnsafeMutablePointer<Element>) {
    format.convert(
      bytes(of: row), into: UnsafeMutableBufferPointer(start: target, count: columnCount))
  }

  /// A number.
  func number(_ row: Int, _ column: Int) -> Double {
    let bytes = bytes(of: row)[column * format.size..<(column + 1) * format.size]
    return withUnsafeTemporaryAllocation(of: Double.self, capacity: 1) { number in
      format.convert(UnsafeRawBufferPointer(rebasing: bytes), into: number)
      return number[0]
    }
  }
}

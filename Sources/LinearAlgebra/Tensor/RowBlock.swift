/// A view of rows of a row-major matrix, for reading: a pointer and two extents.
///
/// Layers compute on row blocks, so that a whole tensor and one worker's share of a batch go through
/// the same code. A block is valid only inside the call that provides it.
public struct RowBlock<Scalar: BLASScalar> {
  /// The first element of the first row.
  public let base: UnsafePointer<Scalar>
  /// The number of rows.
  public let rows: Int
  /// The number of elements in each row.
  public let columns: Int
  /// The distance between rows: `columns`, except in a batch that the engine pads.
  @usableFromInline package let stride: Int

  /// The block of `rows` × `columns` elements from `base` on.
  @inlinable public init(base: UnsafePointer<Scalar>, rows: Int, columns: Int) {
    self.init(base: base, rows: rows, columns: columns, stride: columns)
  }

  /// The block of rows that are `stride` apart. Only packed layers and data sets take such a block.
  @inlinable package init(
    base: UnsafePointer<Scalar>, rows: Int, columns: Int, stride: Int
  ) {
    self.base = base
    self.rows = rows
    self.columns = columns
    self.stride = stride
  }

  /// The number of elements.
  @inlinable public var count: Int { rows * columns }

  /// Rows and columns, for messages.
  public var shape: Shape { Shape(rows: rows, columns: columns) }

  @inlinable package func rows(_ range: Range<Int>) -> RowBlock {
    RowBlock(
      base: base + range.lowerBound * stride, rows: range.count, columns: columns, stride: stride)
  }

  /// Writes the sum of the rows to a tensor of `columns` elements, in place.
  package func sumRows(into sums: inout Tensor<Scalar>) {
    require(
      sums.count == columns && stride == columns,
      "sum of rows: \(shape), room for \(sums.shape)")
    sums.withUnsafeMutableElements {
      guard let sums = $0.baseAddress else { return }
      Scalar.addRows(rows: rows, columns: columns, base, into: sums)
    }
  }
}

/// A view of rows of a row-major matrix, for writing.
public struct MutableRowBlock<Scalar: BLASScalar> {
  /// The first element of the first row.
  public let base: UnsafeMutablePointer<Scalar>
  /// The number of rows.
  public let rows: Int
  /// The number of elements in each row.
  public let columns: Int
  /// The distance between rows: `columns`, except in a batch that the engine pads.
  @usableFromInline package let stride: Int

  /// The block of `rows` × `columns` elements from `base` on.
  @inlinable public init(base: UnsafeMutablePointer<Scalar>, rows: Int, columns: Int) {
    self.init(base: base, rows: rows, columns: columns, stride: columns)
  }

  @inlinable package init(
    base: UnsafeMutablePointer<Scalar>, rows: Int, columns: Int, stride: Int
  ) {
    self.base = base
    self.rows = rows
    self.columns = columns
    self.stride = stride
  }

  /// The number of elements.
  @inlinable public var count: Int { rows * columns }

  /// Rows and columns, for messages.
  public var shape: Shape { Shape(rows: rows, columns: columns) }

  @inlinable package func rows(_ range: Range<Int>) -> MutableRowBlock {
    MutableRowBlock(
      base: base + range.lowerBound * stride, rows: range.count, columns: columns, stride: stride)
  }

  /// The same rows for reading.
  @inlinable public var reading: RowBlock<Scalar> {
    RowBlock(base: UnsafePointer(base), rows: rows, columns: columns, stride: stride)
  }
}

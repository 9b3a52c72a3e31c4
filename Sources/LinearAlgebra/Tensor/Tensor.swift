/// A dense, row-major array of numbers with zero to four dimensions: a value.
///
/// Copies share their elements until one of them is written to. Other operations that share storage say so.
/// Storage is aligned to 64 bytes.
///
///     let weights: Tensor<Float> = [[1, 2], [3, 4]]
///     let scores = matmul(inputs, weights) + bias
///
/// A shape that does not fit an operation is a programming error and traps with a message that
/// names the operation and the shapes.
public struct Tensor<Scalar: BLASScalar>: Sendable {
  /// The extents along each dimension, outermost first.
  public internal(set) var shape: Shape
  @usableFromInline var storage: TensorStorage<Scalar>
  /// The position of this tensor's first element in its storage.
  @usableFromInline var offset: Int

  @usableFromInline init(shape: Shape, storage: TensorStorage<Scalar>, offset: Int) {
    self.shape = shape
    self.storage = storage
    self.offset = offset
  }

  /// A tensor whose elements `initialize` writes to a buffer, row-major.
  ///
  /// - Parameter initialize: must initialize every one of the `shape.count` elements.
  @inlinable public init(
    shape: Shape,
    initializedBy initialize: (UnsafeMutableBufferPointer<Scalar>) throws -> Void
  ) rethrows {
    let storage = TensorStorage<Scalar>(uninitializedCount: shape.count)
    try initialize(UnsafeMutableBufferPointer(start: storage.base, count: shape.count))
    self.init(shape: shape, storage: storage, offset: 0)
  }

  /// A tensor with every element equal to `value`.
  public init(shape: Shape, repeating value: Scalar) {
    self.init(shape: shape) { Scalar.fill(count: $0.count, $0.baseAddress!, with: value) }
  }

  /// A tensor of zeros.
  public static func zeros(_ shape: Shape) -> Tensor { Tensor(shape: shape, repeating: 0) }

  /// A scalar: a tensor of rank 0.
  public init(_ value: Scalar) { self.init(shape: [], repeating: value) }

  /// A tensor of elements in row-major order.
  ///
  /// - Precondition: `elements.count == shape.count`.
  public init(_ elements: some Collection<Scalar>, shape: Shape) {
    require(
      elements.count == shape.count,
      "Tensor: \(elements.count) elements for shape \(shape), which has \(shape.count)")
    self.init(shape: shape) { _ = $0.initialize(from: elements) }
  }

  /// A vector of elements.
  public init(_ elements: some Collection<Scalar>) {
    self.init(elements, shape: [elements.count])
  }

  /// A matrix of rows: `Tensor([[x, 1], [y, 1]])`.
  ///
  /// - Precondition: all rows have as many elements.
  @_disfavoredOverload
  public init(_ rows: [[Scalar]]) {
    let columns = rows.first?.count ?? 0
    if let odd = rows.firstIndex(where: { $0.count != columns }) {
      fatalError("Tensor: row \(odd) has \(rows[odd].count) elements, row 0 has \(columns)")
    }
    self.init(rows.flatMap { $0 }, shape: [rows.count, columns])
  }

  /// A tensor whose elements are another's, rounded to this scalar type where it is narrower.
  @inlinable public init<Other>(_ other: Tensor<Other>) {
    self.init(shape: other.shape) { target in
      other.withUnsafeElements { source in
        for index in source.indices {
          (target.baseAddress! + index).initialize(to: Scalar(source[index]))
        }
      }
    }
  }

  /// The number of elements.
  @inlinable public var count: Int { shape.count }
  /// The number of dimensions.
  @inlinable public var rank: Int { shape.rank }
  /// The elements in row-major order, copied.
  public var elements: [Scalar] { withUnsafeElements { Array($0) } }

  /// The same elements in the same order under another shape; nothing is copied.
  ///
  /// - Precondition: both shapes have the same number of elements.
  public func reshaped(to newShape: Shape) -> Tensor {
    require(
      newShape.count == count,
      "reshape: \(shape) has \(count) elements, \(newShape) has \(newShape.count)")
    return Tensor(shape: newShape, storage: storage, offset: offset)
  }

  func sharingRows(_ range: Range<Int>) -> Tensor {
    let rowStride = shape.rank == 1 ? 1 : shape.columnCount
    return Tensor(
      shape: Shape([range.count] + shape.dimensions.dropFirst()), storage: storage,
      offset: offset + range.lowerBound * rowStride)
  }
}

// MARK: - Memory

extension Tensor {
  /// Calls `body` with the elements in row-major order; the buffer must not escape.
  @inlinable public func withUnsafeElements<Result>(
    _ body: (UnsafeBufferPointer<Scalar>) throws -> Result
  ) rethrows -> Result {
    try withExtendedLifetime(storage) {
      try body(UnsafeBufferPointer(start: storage.base + offset, count: count))
    }
  }

  /// Calls `body` with the elements for writing, after making them this tensor's own; the buffer
  /// must not escape.
  @inlinable public mutating func withUnsafeMutableElements<Result>(
    _ body: (UnsafeMutableBufferPointer<Scalar>) throws -> Result
  ) rethrows -> Result {
    makeUnique()
    return try withExtendedLifetime(storage) {
      try body(UnsafeMutableBufferPointer(start: storage.base + offset, count: count))
    }
  }

  /// Calls `body` with this tensor as the rows of a matrix (`shape.rowCount` × `shape.columnCount`).
  @inlinable public func withRows<Result>(
    _ body: (RowBlock<Scalar>) throws -> Result
  ) rethrows -> Result {
    try withExtendedLifetime(storage) {
      try body(
        RowBlock(
          base: storage.base + offset, rows: shape.rowCount, columns: shape.columnCount))
    }
  }

  /// Calls `body` with this tensor as the rows of a matrix for writing, after making the elements
  /// this tensor's own.
  @inlinable public mutating func withMutableRows<Result>(
    _ body: (MutableRowBlock<Scalar>) throws -> Result
  ) rethrows -> Result {
    makeUnique()
    return try withExtendedLifetime(storage) {
      try body(
        MutableRowBlock(
          base: storage.base + offset, rows: shape.rowCount, columns: shape.columnCount))
    }
  }

  /// Whether nothing else refers to the storage, so that a result may take the elements' place.
  mutating func ownsElements() -> Bool { isKnownUniquelyReferenced(&storage) }

  /// Copies the elements to storage of their own unless no other tensor shares them.
  @inlinable mutating func makeUnique() {
    if isKnownUniquelyReferenced(&storage) { return }
    self = withUnsafeElements { source in
      Tensor(shape: shape) { _ = $0.initialize(from: source) }
    }
  }
}

// MARK: - Equality

extension Tensor: Equatable {
  /// Whether both have the same shape and equal elements, by the rules of floating point:
  /// NaN differs from everything, −0 equals 0.
  @inlinable public static func == (lhs: Tensor, rhs: Tensor) -> Bool {
    lhs.shape == rhs.shape
      && lhs.withUnsafeElements { left in
        rhs.withUnsafeElements { right in left.elementsEqual(right) }
      }
  }
}

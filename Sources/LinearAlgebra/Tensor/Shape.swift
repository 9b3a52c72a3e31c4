/// The extents of a tensor along its zero to four dimensions.
///
/// A shape is written as an array literal: `[200, 3072]`. It lives inline, without an allocation.
public struct Shape: Hashable, Sendable {
  /// The largest number of dimensions a tensor can have.
  public static let maximumRank = 4

  /// The number of dimensions, 0…4.
  public let rank: Int
  /// The extents, padded with ones.
  @usableFromInline let extents: (Int, Int, Int, Int)

  /// The shape with the given extents, outermost first.
  ///
  /// - Precondition: at most four extents, none negative, and an element count that fits in `Int`.
  public init(_ dimensions: some Collection<Int>) {
    require(
      dimensions.count <= Shape.maximumRank,
      "Shape: \(Array(dimensions)) has \(dimensions.count) dimensions, at most 4 are supported")
    require(
      dimensions.allSatisfy { $0 >= 0 }, "Shape: \(Array(dimensions)) has a negative extent")
    require(
      Shape.elementCount(of: dimensions) != nil,
      "Shape: the element count of \(Array(dimensions)) overflows")
    var padded = (1, 1, 1, 1)
    for (axis, extent) in dimensions.enumerated() {
      switch axis {
      case 0: padded.0 = extent
      case 1: padded.1 = extent
      case 2: padded.2 = extent
      default: padded.3 = extent
      }
    }
    rank = dimensions.count
    extents = padded
  }

  /// The shape [rows, columns], made without the array that a literal needs.
  ///
  /// - Precondition: neither is negative, and the element count fits in `Int`.
  public init(rows: Int, columns: Int) {
    require(
      rows >= 0 && columns >= 0 && !rows.multipliedReportingOverflow(by: columns).overflow,
      "Shape: \(rows) × \(columns) is no shape")
    rank = 2
    extents = (rows, columns, 1, 1)
  }

  /// The product of `dimensions`, or nil where the product of those that are not 0 does not fit in
  /// `Int`: for sizes that come from a file, before a shape is made of them.
  public static func elementCount(of dimensions: some Collection<Int>) -> Int? {
    var product = 1
    for extent in dimensions where extent != 0 {
      let (next, overflow) = product.multipliedReportingOverflow(by: extent)
      if overflow { return nil }
      product = next
    }
    return dimensions.contains(0) ? 0 : product
  }

  /// The extent along `axis`, outermost first.
  ///
  /// - Precondition: `0 ≤ axis < rank`.
  @inlinable public subscript(axis: Int) -> Int {
    require(axis >= 0 && axis < rank, "Shape: axis \(axis) of \(self), which has rank \(rank)")
    switch axis {
    case 0: return extents.0
    case 1: return extents.1
    case 2: return extents.2
    default: return extents.3
    }
  }

  /// The number of elements: the product of the extents, 1 for a scalar.
  @inlinable public var count: Int { extents.0 * extents.1 * extents.2 * extents.3 }

  /// The extents as an array, outermost first.
  public var dimensions: [Int] { (0..<rank).map { self[$0] } }

  /// The number of rows of a tensor of this shape as a matrix: its first extent, or 1 for a vector or a
  /// scalar.
  @inlinable public var rowCount: Int { rank < 2 ? 1 : extents.0 }

  /// The number of elements in a row of such a matrix.
  @inlinable public var columnCount: Int {
    rank < 2 ? extents.0 : extents.1 * extents.2 * extents.3
  }

  @usableFromInline func removing(axis: Int) -> Shape {
    var changed = dimensions
    changed.remove(at: axis)
    return Shape(changed)
  }

  /// The distance between neighbors along each axis, in row-major order.
  var strides: [Int] {
    let aligned = alignedStrides
    return (Shape.maximumRank - rank..<Shape.maximumRank).map { aligned[$0] }
  }

  /// How `axis` divides the elements: `outer` slabs of `length` rows of `inner` elements each.
  ///
  /// - Precondition: `0 ≤ axis < rank`.
  func slabs(
    at axis: Int, _ operation: String, of kind: String = "tensor"
  ) -> (outer: Int, length: Int, inner: Int) {
    checkAxis(axis, operation, of: kind)
    return (
      dimensions[..<axis].reduce(1, *), self[axis], dimensions[(axis + 1)...].reduce(1, *)
    )
  }

  /// Traps unless `0 ≤ axis < rank`.
  func checkAxis(_ axis: Int, _ operation: String, of kind: String = "tensor") {
    require(
      axis >= 0 && axis < rank,
      "\(operation): axis \(axis) of a \(kind) of shape \(self), expected one of 0..<\(rank)")
  }

  /// Whether rank and extents are the same.
  public static func == (lhs: Shape, rhs: Shape) -> Bool {
    lhs.rank == rhs.rank && lhs.extents == rhs.extents
  }

  /// Feeds rank and extents to the hasher.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(rank)
    hasher.combine(SIMD4(extents.0, extents.1, extents.2, extents.3))
  }
}

extension Shape: ExpressibleByArrayLiteral {
  /// The shape with the extents of a literal: `[rows, columns]`.
  public init(arrayLiteral dimensions: Int...) { self.init(dimensions) }
}

extension Shape: CustomStringConvertible {
  /// The extents in brackets: `[200, 3072]`.
  public var description: String { dimensions.description }
}

// MARK: - Checks

/// Traps with `message` unless `condition` holds, in every build: `precondition` drops its message
/// from optimized programs, which are the ones that meet a wrong shape after an hour.
@inlinable @inline(__always)
package func require(
  _ condition: Bool, _ message: @autoclosure () -> String,
  file: StaticString = #fileID, line: UInt = #line
) {
  if !condition { fatalError(message(), file: file, line: line) }
}

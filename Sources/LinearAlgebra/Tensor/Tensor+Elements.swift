extension Tensor {
  /// The element at `index` of a vector.
  ///
  /// - Precondition: rank 1, `0 ≤ index < count`.
  @inlinable public subscript(index: Int) -> Scalar {
    get { self[position: position((index, 0, 0, 0), used: 1)] }
    set { self[position: position((index, 0, 0, 0), used: 1)] = newValue }
  }

  /// The element in `row` and `column` of a matrix.
  ///
  /// - Precondition: rank 2, indices within the shape.
  @inlinable public subscript(row: Int, column: Int) -> Scalar {
    get { self[position: position((row, column, 0, 0), used: 2)] }
    set { self[position: position((row, column, 0, 0), used: 2)] = newValue }
  }

  /// The element at three indices of a tensor of rank 3.
  ///
  /// - Precondition: rank 3, indices within the shape.
  @inlinable public subscript(first: Int, second: Int, third: Int) -> Scalar {
    get { self[position: position((first, second, third, 0), used: 3)] }
    set { self[position: position((first, second, third, 0), used: 3)] = newValue }
  }

  /// The element at four indices of a tensor of rank 4.
  ///
  /// - Precondition: rank 4, indices within the shape.
  @inlinable public subscript(first: Int, second: Int, third: Int, fourth: Int) -> Scalar {
    get { self[position: position((first, second, third, fourth), used: 4)] }
    set { self[position: position((first, second, third, fourth), used: 4)] = newValue }
  }

  /// The element at a position in row-major order, whatever the rank.
  ///
  /// - Precondition: `0 ≤ position < count`.
  @inlinable public subscript(position position: Int) -> Scalar {
    get {
      checkPosition(position)
      return withUnsafeElements { $0[position] }
    }
    set {
      checkPosition(position)
      withUnsafeMutableElements { $0[position] = newValue }
    }
  }

  /// The leading rows `range` (elements, for a vector), sharing this tensor's storage: nothing is copied.
  ///
  /// While both live, a write to either first copies what it holds: the whole tensor, if that is written to.
  /// `tensor[10..<20]` is a copy of the rows from the start.
  ///
  /// - Precondition: rank 1 or more, `range` within the first extent.
  /// - Complexity: O(1).
  public subscript(rows range: Range<Int>) -> Tensor {
    require(rank > 0, "rows: a scalar has no rows")
    require(
      range.lowerBound >= 0 && range.upperBound <= shape[0],
      "rows: \(range) of a tensor of shape \(shape), expected a part of 0..<\(shape[0])")
    return sharingRows(range)
  }

  /// Row `index` with one dimension less, copied: a matrix's row is a vector.
  ///
  /// - Precondition: rank 2 or more, `0 ≤ index < shape[0]`.
  public func row(_ index: Int) -> Tensor {
    require(rank > 1, "row: a tensor of shape \(shape) has no rows")
    require(
      index >= 0 && index < shape[0],
      "row: row \(index) of a tensor of shape \(shape), expected one of 0..<\(shape[0])")
    return self[index..<index + 1].reshaped(to: shape.removing(axis: 0))
  }

  /// Sets every element to `value`: of a slice, `x[.all, 1].fill(with: 0)`.
  public mutating func fill(with value: Scalar) {
    update { count, _, target in
      Scalar.fill(count: count, target, with: value)
    }
  }

  /// The single element of a tensor that has only one, such as the result of `sum()`.
  ///
  /// - Precondition: `count == 1`.
  @inlinable public var scalar: Scalar {
    require(count == 1, "scalar: a tensor of shape \(shape) has \(count) elements")
    return self[position: 0]
  }

  @inlinable func checkPosition(_ position: Int) {
    require(
      position >= 0 && position < count,
      "subscript: position \(position) of a tensor of shape \(shape)")
  }

  @usableFromInline func wrongIndices(_ indices: (Int, Int, Int, Int), used: Int) -> String {
    let all = [indices.0, indices.1, indices.2, indices.3]
    let given = all[..<used].map(String.init).joined(separator: ", ")
    let problem = "subscript: [\(given)] of a tensor of shape \(shape)"
    if used == rank {
      let ranges = shape.dimensions.map { "0..<\($0)" }.joined(separator: ", ")
      return problem + ", expected [\(ranges)]"
    }
    if used > rank { return problem + ": an element has \(rank) indices" }
    let slice = given + String(repeating: ", .all", count: rank - used)
    return problem + ": an element has \(rank) indices; a slice is written [\(slice)]"
  }

  /// The row-major position of `indices`, of which the first `used` count; the rest are 0.
  @inlinable func position(_ indices: (Int, Int, Int, Int), used: Int) -> Int {
    let extents = shape.extents
    require(
      used == rank
        && indices.0 >= 0 && indices.0 < extents.0 && indices.1 >= 0 && indices.1 < extents.1
        && indices.2 >= 0 && indices.2 < extents.2 && indices.3 >= 0 && indices.3 < extents.3,
      wrongIndices(indices, used: used))
    return ((indices.0 * extents.1 + indices.1) * extents.2 + indices.2) * extents.3 + indices.3
  }
}

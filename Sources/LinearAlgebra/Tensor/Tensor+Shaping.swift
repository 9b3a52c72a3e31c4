// The same elements under another shape or in another order.

extension Tensor {
  /// The elements in row-major order as a vector; nothing is copied.
  public func flattened() -> Tensor { reshaped(to: [count]) }

  /// With a new axis of extent 1 before `axis`: NumPy's `expand_dims`. Nothing is copied.
  ///
  /// - Precondition: rank 3 at most, `0 ≤ axis ≤ rank`.
  public func expanded(axis: Int) -> Tensor {
    require(axis >= 0 && axis <= rank, "expanded: axis \(axis) of a tensor of shape \(shape)")
    var dimensions = shape.dimensions
    dimensions.insert(1, at: axis)
    return reshaped(to: Shape(dimensions))
  }

  /// Without the axes of extent 1. Nothing is copied.
  public func squeezed() -> Tensor { reshaped(to: Shape(shape.dimensions.filter { $0 != 1 })) }

  /// Without `axis`, of extent 1. Nothing is copied.
  ///
  /// - Precondition: `0 ≤ axis < rank`, and the axis's extent is 1.
  public func squeezed(axis: Int) -> Tensor {
    require(
      shape.slabs(at: axis, "squeezed").length == 1,
      "squeezed: axis \(axis) of a tensor of shape \(shape) has more or less than one entry")
    return reshaped(to: shape.removing(axis: axis))
  }

  /// The entries along `axis` in reverse order: NumPy's `flip`.
  ///
  /// - Precondition: `0 ≤ axis < rank`.
  public func flipped(axis: Int) -> Tensor {
    let extent = shape.slabs(at: axis, "flipped").length
    return slice(
      AxisSelection.stride(from: Swift.max(extent - 1, 0), to: extent == 0 ? 0 : -1, by: -1),
      axis: axis)
  }

  /// The entries along `axis` moved on by `places`, those at the end to the beginning: NumPy's `roll`.
  ///
  /// - Precondition: `0 ≤ axis < rank`.
  public func rolled(by places: Int, axis: Int) -> Tensor {
    let extent = shape.slabs(at: axis, "rolled").length
    if extent == 0 { return self }
    let start = ((-places % extent) + extent) % extent
    return concatenate(
      [slice(start..<extent, axis: axis), slice(0..<start, axis: axis)], axis: axis)
  }

  /// With its axes in another order, copied: axis `i` of the result is `axes[i]` of this tensor.
  ///
  /// - Precondition: `axes` are 0..<rank in any order.
  public func transposed(axes: [Int]) -> Tensor {
    require(
      axes.sorted() == Array(0..<rank), "transposed: axes \(axes) of a tensor of shape \(shape)")
    if axes == Array(0..<rank) { return self }
    let own = shape.dimensions
    let target = Shape(axes.map { own[$0] })
    let (strides, targetStrides) = (shape.strides, target.strides)
    // Planes of two axes: the innermost here and the innermost of the result, which may be one axis.
    let innermost = axes.firstIndex(of: rank - 1) ?? 0
    let isRun = innermost == rank - 1
    let outer = (0..<rank).filter { $0 != rank - 1 && $0 != innermost }
    return Tensor(shape: target) { result in
      withUnsafeElements { source in
        guard let source = source.baseAddress, let result = result.baseAddress else { return }
        func visit(_ rest: ArraySlice<Int>, _ from: Int, _ to: Int) {
          guard let axis = rest.first else {
            if isRun {
              (result + to).initialize(from: source + from, count: own[rank - 1])
            } else {
              Scalar.transpose(
                rows: target[rank - 1], columns: own[rank - 1], source + from,
                stride: strides[axes[rank - 1]], into: result + to,
                stride: targetStrides[innermost])
            }
            return
          }
          for index in 0..<target[axis] {
            visit(
              rest.dropFirst(), from + index * strides[axes[axis]], to + index * targetStrides[axis]
            )
          }
        }
        visit(outer[...], 0, 0)
      }
    }
  }
}

// MARK: - Diagonals

extension Tensor {
  /// The diagonal of a matrix, or one `offset` columns to the right of it, or below 0 to the left: a vector.
  ///
  /// - Precondition: rank 2.
  public func diagonal(offset: Int = 0) -> Tensor {
    require(rank == 2, "diagonal: a matrix is needed, not shape \(shape)")
    let (top, left) = (Swift.max(-offset, 0), Swift.max(offset, 0))
    let length = Swift.max(0, Swift.min(shape[0] - top, shape[1] - left))
    return Tensor((0..<length).map { self[top + $0, left + $0] })
  }

  /// The elements on and below a diagonal, zeros above it: NumPy's `tril`.
  ///
  /// - Parameter offset: which diagonal, as in ``diagonal(offset:)``.
  /// - Precondition: rank 2.
  public consuming func lowerTriangle(offset: Int = 0) -> Tensor {
    clearing { row, columns in (row + offset + 1).clamped(to: 0...columns)..<columns }
  }

  /// The elements on and above a diagonal, zeros below it: NumPy's `triu`.
  ///
  /// - Parameter offset: which diagonal, as in ``diagonal(offset:)``.
  /// - Precondition: rank 2.
  public consuming func upperTriangle(offset: Int = 0) -> Tensor {
    clearing { row, columns in 0..<(row + offset).clamped(to: 0...columns) }
  }

  private consuming func clearing(
    _ range: (_ row: Int, _ columns: Int) -> Range<Int>
  ) -> Tensor {
    var result = self
    require(result.rank == 2, "triangle: a matrix is needed, not shape \(result.shape)")
    result.withMutableRows { rows in
      for row in 0..<rows.rows {
        let cleared = range(row, rows.columns)
        (rows.base + row * rows.columns + cleared.lowerBound)
          .update(repeating: 0, count: cleared.count)
      }
    }
    return result
  }
}

extension Int {
  fileprivate func clamped(to range: ClosedRange<Int>) -> Int {
    Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
  }
}

// Reductions of all elements, or along one axis, which the result no longer has.

extension Tensor {
  /// The sum of all elements, 0 for none; added pairwise, so that millions of `Float`s keep
  /// their precision.
  public func sum() -> Scalar {
    withUnsafeElements { Scalar.sum(count: $0.count, $0.baseAddress!) }
  }

  /// The sums along `axis`: of the columns of a matrix for axis 0, of its rows for axis 1.
  ///
  /// - Precondition: `0 ≤ axis < rank`.
  public func sum(axis: Int) -> Tensor {
    reduce(axis) { slab, target in
      if slab.columns == 1 {
        target[0] = Scalar.sum(count: slab.rows, slab.base)
      } else {
        Scalar.addRows(
          rows: slab.rows, columns: slab.columns, slab.base, into: target.baseAddress!)
      }
    }
  }

  /// The sum of the squares of all elements, 0 for none.
  public func sumOfSquares() -> Scalar {
    withUnsafeElements { Scalar.dot(count: $0.count, $0.baseAddress!, $0.baseAddress!) }
  }

  /// The mean of all elements; NaN for none.
  public func mean() -> Scalar { sum() / Scalar(count) }

  /// The means along `axis`; NaN where the axis has no elements.
  ///
  /// - Precondition: `0 ≤ axis < rank`.
  public func mean(axis: Int) -> Tensor { sum(axis: axis) / Tensor(Scalar(shape[axis])) }

  /// The largest element; NaN if any element is.
  ///
  /// - Precondition: there is an element.
  public func max() -> Scalar { self[position: argmax()] }

  /// The largest elements along `axis`; NaN where any element is.
  ///
  /// - Precondition: `0 ≤ axis < rank`, and the axis is not empty.
  public func max(axis: Int) -> Tensor {
    reduceColumns(axis, named: "max") { column in
      column[Scalar.indexOfMaximum(count: column.count, column.baseAddress!)]
    }
  }

  /// The row-major position of the largest element: the first of equal ones, or the first NaN.
  ///
  /// - Precondition: there is an element.
  public func argmax() -> Int {
    precondition(count > 0, "argmax: a tensor of shape \(shape) has no elements")
    return withUnsafeElements { Scalar.indexOfMaximum(count: $0.count, $0.baseAddress!) }
  }

  /// The index of the largest element along `axis`, in the row-major order of the other axes; for
  /// a matrix of scores, `argmax(axis: 1)` is each row's predicted class.
  ///
  /// - Precondition: `0 ≤ axis < rank`, and the axis is not empty.
  public func argmax(axis: Int) -> [Int] {
    reduceColumns(axis, named: "argmax") { column in
      Scalar(Scalar.indexOfMaximum(count: column.count, column.baseAddress!))
    }.elements.map { Int($0) }
  }

  /// The row-major position of the first element that is infinite or NaN, if there is one.
  public func firstNonFinite() -> Int? {
    withUnsafeElements { Scalar.indexOfNonFinite(count: $0.count, $0.baseAddress!) }
  }
}

extension Tensor {
  private func checkAxis(_ axis: Int, _ operation: String) {
    precondition(
      axis >= 0 && axis < rank, "\(operation): axis \(axis) of a tensor of shape \(shape)")
  }

  /// Reduces `axis` by calling `body` with each slab: a matrix whose rows are the entries along the
  /// axis and whose columns are the axes after it.
  private func reduce(
    _ axis: Int, _ body: (RowBlock<Scalar>, UnsafeMutableBufferPointer<Scalar>) -> Void
  ) -> Tensor {
    checkAxis(axis, "reduction")
    var rest = shape.dimensions
    let length = rest.remove(at: axis)
    let inner = rest[axis...].reduce(1, *)
    let outer = rest[..<axis].reduce(1, *)
    return Tensor(shape: Shape(rest)) { target in
      withUnsafeElements { source in
        for slab in 0..<outer where inner > 0 {
          body(
            RowBlock(
              base: source.baseAddress! + slab * length * inner, rows: length, columns: inner),
            UnsafeMutableBufferPointer(rebasing: target[slab * inner..<(slab + 1) * inner]))
        }
      }
    }
  }

  /// Reduces `axis` by calling `body` with the elements along it, gathered where they are not
  /// neighbours.
  private func reduceColumns(
    _ axis: Int, named operation: String, _ body: (UnsafeBufferPointer<Scalar>) -> Scalar
  ) -> Tensor {
    checkAxis(axis, operation)
    precondition(shape[axis] > 0, "\(operation): axis \(axis) of shape \(shape) is empty")
    var column = [Scalar](repeating: 0, count: shape[axis])
    return reduce(axis) { slab, target in
      for index in 0..<slab.columns {
        if slab.columns == 1 {
          target[index] = body(UnsafeBufferPointer(start: slab.base, count: slab.rows))
        } else {
          for row in 0..<slab.rows { column[row] = slab.base[row * slab.columns + index] }
          target[index] = column.withUnsafeBufferPointer(body)
        }
      }
    }
  }
}

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
    // In each slab, rows are the entries along the axis and columns the axes after it.
    let (slabs, rows, columns) = split(at: axis, "sum")
    return Tensor(shape: shape.removing(axis: axis)) { target in
      withUnsafeElements { source in
        guard columns > 0, let source = source.baseAddress, let target = target.baseAddress
        else { return }
        for slab in 0..<slabs {
          let base = source + slab * rows * columns
          if columns == 1 {
            target[slab] = Scalar.sum(count: rows, base)
          } else {
            Scalar.addRows(rows: rows, columns: columns, base, into: target + slab * columns)
          }
        }
      }
    }
  }

  /// The sum of the squares of all elements, 0 for none; blocks of BLAS's dot are added pairwise.
  public func sumOfSquares() -> Scalar {
    withUnsafeElements { elements in
      elements.baseAddress.map { Scalar.sumOfSquares(count: elements.count, $0) } ?? 0
    }
  }

  /// The sum of the absolute values of all elements, 0 for none; added pairwise.
  public func absoluteSum() -> Scalar {
    withUnsafeElements { Scalar.absoluteSum(count: $0.count, $0.baseAddress!) }
  }

  /// The Euclidean norm of all elements, 0 for none; it overflows only where the result does.
  public func norm() -> Scalar {
    withUnsafeElements { Scalar.nrm2(count: $0.count, $0.baseAddress!) }
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
  @inlinable public func max(axis: Int) -> Tensor {
    let largest = alongAxis(axis, "max") {
      $0[Scalar.indexOfMaximum(count: $0.count, $0.baseAddress!)]
    }
    return Tensor(largest, shape: shape.removing(axis: axis))
  }

  /// The row-major position of the largest element: the first of equal ones, or the first NaN.
  ///
  /// - Precondition: there is an element.
  public func argmax() -> Int {
    require(count > 0, "argmax: a tensor of shape \(shape) has no elements")
    return withUnsafeElements { Scalar.indexOfMaximum(count: $0.count, $0.baseAddress!) }
  }

  /// The index of the largest element along `axis`, in the row-major order of the other axes; for
  /// a matrix of scores, `argmax(axis: 1)` is each row's predicted class.
  ///
  /// - Precondition: `0 ≤ axis < rank`, and the axis is not empty.
  @inlinable public func argmax(axis: Int) -> [Int] {
    alongAxis(axis, "argmax") { Scalar.indexOfMaximum(count: $0.count, $0.baseAddress!) }
  }

  /// The row-major position of the first element that is infinite or NaN, if there is one.
  public func firstNonFinite() -> Int? {
    withUnsafeElements { Scalar.indexOfNonFinite(count: $0.count, $0.baseAddress!) }
  }
}

extension Tensor {
  /// The results of `body` for the elements along `axis`, in the row-major order of the other axes.
  /// Elements that are not neighbors are gathered.
  @inlinable func alongAxis<Result>(
    _ axis: Int, _ operation: String, _ body: (UnsafeBufferPointer<Scalar>) -> Result
  ) -> [Result] {
    let (outer, length, inner) = split(at: axis, operation)
    require(length > 0, "\(operation): axis \(axis) of shape \(shape) is empty")
    var line = [Scalar](repeating: 0, count: length)
    var results: [Result] = []
    results.reserveCapacity(outer * inner)
    withUnsafeElements { source in
      for slab in 0..<outer {
        for column in 0..<inner {
          let start = slab * length * inner + column
          if inner == 1 {
            results.append(body(UnsafeBufferPointer(rebasing: source[start..<start + length])))
          } else {
            for entry in 0..<length { line[entry] = source[start + entry * inner] }
            results.append(line.withUnsafeBufferPointer(body))
          }
        }
      }
    }
    return results
  }

  /// The number of elements before, along and after `axis`.
  @usableFromInline func split(
    at axis: Int, _ operation: String
  ) -> (outer: Int, length: Int, inner: Int) {
    require(
      axis >= 0 && axis < rank, "\(operation): axis \(axis) of a tensor of shape \(shape)")
    let dimensions = shape.dimensions
    return (
      dimensions[..<axis].reduce(1, *), dimensions[axis], dimensions[(axis + 1)...].reduce(1, *)
    )
  }
}

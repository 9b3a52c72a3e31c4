// Running sums and products, and their reverse.

extension Tensor {
  /// The sum of each element and those before it along `axis`, added one after another.
  ///
  /// - Precondition: `0 ≤ axis < rank`.
  public func cumulativeSum(axis: Int) -> Tensor {
    running(multiplies: false, axis, "cumulativeSum")
  }

  /// The product of each element and those before it along `axis`, multiplied one after another.
  ///
  /// - Precondition: `0 ≤ axis < rank`.
  public func cumulativeProduct(axis: Int) -> Tensor {
    running(multiplies: true, axis, "cumulativeProduct")
  }

  private func running(multiplies: Bool, _ axis: Int, _ operation: String) -> Tensor {
    let lines = reduction(along: [axis], keepingDimensions: false, operation)
    return Tensor(shape: shape) { target in
      guard count > 0, let target = target.baseAddress else { return }
      withUnsafeElements { elements in
        let x = elements.baseAddress!
        lines.forEachPart { first, count, part in
          Scalar.runningLines(
            multiplies: multiplies, lines: count, count: lines.length, part,
            into: target + first * lines.length)
        } columns: { _, columns, part in
          Scalar.runningColumns(
            multiplies: multiplies, rows: lines.length, columns: columns, stride: lines.inner, part,
            into: target + (part - x))
        }
      }
    }
  }

  /// Each element along `axis` minus the one before it, as `numpy.diff`: one element fewer.
  ///
  /// - Parameter order: how often.
  /// - Precondition: `0 ≤ axis < rank`, `order ≥ 0`.
  public func difference(axis: Int, order: Int = 1) -> Tensor {
    require(order >= 0, "difference: of order \(order)")
    let (outer, length, inner) = shape.slabs(at: axis, "difference")
    if order == 0 { return self }
    var extents = shape.dimensions
    extents[axis] = Swift.max(length - 1, 0)
    let row = extents[axis] * inner
    let difference = Tensor(shape: Shape(extents)) { target in
      guard target.count > 0, let target = target.baseAddress else { return }
      withUnsafeElements { source in
        let source = source.baseAddress!
        if outer == 1 {
          return withShares(of: row, atLeast: smallestShare, inUnitsOf: 16) {
            let x = source + $0.lowerBound
            Scalar.combine(
              .subtract, count: $0.count, x + inner, .each, x, .each, into: target + $0.lowerBound)
          }
        }
        withShares(of: outer, atLeast: Swift.max(1, smallestShare / row)) {
          for slab in $0 {
            let x = source + slab * length * inner
            Scalar.combine(
              .subtract, count: row, x + inner, .each, x, .each, into: target + slab * row)
          }
        }
      }
    }
    return difference.difference(axis: axis, order: order - 1)
  }
}

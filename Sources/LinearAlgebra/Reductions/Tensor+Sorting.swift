// Order along an axis: ascending, NaN last, as in NumPy.

extension Tensor {
  /// The elements along `axis` in ascending order: −0 before 0, NaN last.
  ///
  /// - Precondition: `0 ≤ axis < rank`.
  /// - Complexity: O(count), by radix sort; short lines by sorting networks.
  public func sorted(axis: Int) -> Tensor {
    let lines = reduction(along: [axis], keepingDimensions: false, "sorted")
    return Tensor(shape: shape) { target in
      guard count > 0, let target = target.baseAddress else { return }
      lines.sort(into: target)
    }
  }

  /// The indices along `axis` of its elements in ascending order, NaN last; equal elements keep their
  /// order.
  ///
  /// - Returns: indices in the row-major order of this tensor's shape. `takingAlong(_:axis:)` takes them.
  /// - Precondition: `0 ≤ axis < rank`, and the axis has at most 2³² elements.
  /// - Complexity: O(count), by radix sort.
  public func argsort(axis: Int) -> [Int] {
    let (outer, length, inner) = shape.slabs(at: axis, "argsort")
    require(length <= 1 << 32, "argsort: axis \(axis) of shape \(shape) is above 2³²")
    if count == 0 { return [] }
    let lines = withAxisLast(axis)
    let places = [Int](unsafeUninitializedCapacity: count) { places, initialized in
      initialized = count
      let places = places.baseAddress!
      lines.withUnsafeElements { x in
        let x = x.baseAddress!
        if outer * inner == 1 && Scalar.isSharedLine(length) {
          return Scalar.argsortLongLine(count: length, x, into: places)
        }
        withShares(of: outer * inner, atLeast: Swift.max(1, smallestShare / 16 / length)) {
          Scalar.argsortLines(
            lines: $0.count, count: length, x + $0.lowerBound * length,
            into: places + $0.lowerBound * length)
        }
      }
    }
    return Self.moved(places, outer: outer, rows: inner, columns: length)
  }

  /// The `k` largest elements along `axis` in descending order, and their indices; NaN is the largest, and
  /// of equal elements the first is the larger one.
  ///
  /// - Returns: values, whose extent along `axis` is `k`, and indices in the row-major order of their
  ///   shape.
  /// - Precondition: `0 ≤ axis < rank`, and the axis has `k` elements, at most 2³².
  /// - Complexity: O(count·log(k)), by a heap.
  public func topK(_ k: Int, axis: Int) -> (values: Tensor, indices: [Int]) {
    let (outer, length, inner) = shape.slabs(at: axis, "topK")
    require(
      k >= 0 && k <= length && length <= 1 << 32,
      "topK: \(k) elements of axis \(axis) of a tensor of shape \(shape)")
    var extents = shape.dimensions
    extents[axis] = k
    let result = Shape(extents)
    if result.count == 0 { return (.zeros(result), []) }
    let lines = withAxisLast(axis)
    var indices = [Int](repeating: 0, count: result.count)
    let values = Tensor(shape: [outer * inner, k]) { values in
      let values = values.baseAddress!
      indices.withUnsafeMutableBufferPointer { indices in
        let indices = indices.baseAddress!
        lines.withUnsafeElements { x in
          let x = x.baseAddress!
          withShares(of: outer * inner, atLeast: Swift.max(1, smallestShare / 4 / length)) {
            Scalar.topLines(
              lines: $0.count, count: length, k: k, x + $0.lowerBound * length,
              values: values + $0.lowerBound * k, places: indices + $0.lowerBound * k)
          }
        }
      }
    }
    return (
      values.transposedSlabs(outer: outer, rows: inner, columns: k).reshaped(to: result),
      Self.moved(indices, outer: outer, rows: inner, columns: k)
    )
  }

  /// The elements at `indices` along `axis`: those of `argsort(axis:)` give `sorted(axis:)`.
  ///
  /// - Parameter indices: in the row-major order of the result, whose extent along the axis follows from
  ///   their number.
  /// - Precondition: `0 ≤ axis < rank`; a whole number of indices for each line, within the axis.
  public func takingAlong(_ indices: [Int], axis: Int) -> Tensor {
    let (outer, length, inner) = shape.slabs(at: axis, "takingAlong")
    let lines = outer * inner
    require(
      lines == 0 ? indices.isEmpty : indices.count % lines == 0,
      "takingAlong: \(indices.count) indices for axis \(axis) of a tensor of shape \(shape)")
    var extents = shape.dimensions
    extents[axis] = lines == 0 ? length : indices.count / lines
    let taken = extents[axis]
    return Tensor(shape: Shape(extents)) { target in
      withUnsafeElements { source in
        indices.withUnsafeBufferPointer { indices in
          withShares(of: outer * taken, atLeast: Swift.max(1, smallestShare / Swift.max(1, inner)))
          {
            let wrong = Scalar.take(
              $0, taken: taken, length: length, inner: inner, source.baseAddress!,
              indices.baseAddress!, into: target.baseAddress!)
            if let wrong {
              fatalError(
                "takingAlong: index \(wrong) of axis \(axis) of a tensor of shape \(shape)")
            }
          }
        }
      }
    }
  }
}

// MARK: - Axes moved

extension Tensor {
  /// The elements with those along `axis` beside each other.
  func withAxisLast(_ axis: Int) -> Tensor {
    let (outer, length, inner) = shape.slabs(at: axis, "axis")
    return transposedSlabs(outer: outer, rows: length, columns: inner)
  }

  /// The elements of `outer` matrices, each transposed.
  func transposedSlabs(outer: Int, rows: Int, columns: Int) -> Tensor {
    if count == 0 || rows == 1 || columns == 1 { return reshaped(to: [count]) }
    return Tensor(shape: [count]) { target in
      withUnsafeElements { source in
        for slab in 0..<outer {
          let start = slab * rows * columns
          Scalar.transpose(
            rows: rows, columns: columns, source.baseAddress! + start, stride: columns,
            into: target.baseAddress! + start, stride: rows)
        }
      }
    }
  }

  /// Indices of `outer` matrices, each transposed.
  private static func moved(_ indices: [Int], outer: Int, rows: Int, columns: Int) -> [Int] {
    if rows == 1 || columns == 1 { return indices }
    return [Int](unsafeUninitializedCapacity: indices.count) { target, initialized in
      initialized = indices.count
      indices.withUnsafeBufferPointer { source in
        // Bits are moved as numbers, which no transposition changes.
        source.baseAddress!.withMemoryRebound(to: Double.self, capacity: indices.count) { source in
          target.baseAddress!.withMemoryRebound(to: Double.self, capacity: indices.count) {
            target in
            for slab in 0..<outer {
              let start = slab * rows * columns
              Double.transpose(
                rows: rows, columns: columns, source + start, stride: columns,
                into: target + start, stride: rows)
            }
          }
        }
      }
    }
  }
}

extension Reduction {
  /// Writes the operand with each result's elements in order; `y` may be where the operand is.
  func sort(into y: UnsafeMutablePointer<Scalar>) {
    operand.withUnsafeElements { x in
      let x = x.baseAddress!
      if count == 1 && Scalar.isSharedLine(length) {
        return Scalar.sortLongLine(count: length, x, into: y)
      }
      forEachPart(cost: 16) { first, lines, x in
        Scalar.sortLines(lines: lines, count: length, x, into: y + first * length)
      } columns: { first, columns, part in
        Scalar.sortColumns(
          rows: length, columns: columns, stride: inner, part, into: y + (part - x))
      }
    }
  }
}

extension BLASScalar {
  /// Takes the elements of some rows of the result, of which there are `taken` to a slab; returns the first
  /// index that is outside the axis.
  @_specialize(where Self == Float)
  @_specialize(where Self == Double)
  fileprivate static func take(
    _ rows: Range<Int>, taken: Int, length: Int, inner: Int, _ source: UnsafePointer<Self>,
    _ indices: UnsafePointer<Int>, into target: UnsafeMutablePointer<Self>
  ) -> Int? {
    for row in rows {
      let slab = source + row / taken * length * inner
      for position in row * inner..<(row + 1) * inner {
        let index = indices[position]
        if index < 0 || index >= length { return index }
        target[position] = slab[index * inner + position - row * inner]
      }
    }
    return nil
  }
}

// Tensors of all products of two tensors' elements, of powers, and of coordinates.

/// The products of every element of `a` with every element of `b`.
///
/// - Returns: [a.count, b.count], the elements of both in row-major order.
public func outer<Scalar>(_ a: Tensor<Scalar>, _ b: Tensor<Scalar>) -> Tensor<Scalar> {
  let (rows, columns) = (a.count, b.count)
  return Tensor(shape: Shape(rows: rows, columns: columns)) { target in
    a.withUnsafeElements { a in
      b.withUnsafeElements { b in
        guard let a = a.baseAddress, let b = b.baseAddress, let target = target.baseAddress
        else { return }
        withShares(of: rows, atLeast: max(1, smallestShare / max(1, columns))) {
          for row in $0 {
            Scalar.combine(
              .multiply, count: columns, a + row, .same, b, .each, into: target + row * columns)
          }
        }
      }
    }
  }
}

/// The Kronecker product: every element of `a` times the whole of `b`, in the place of the element.
///
/// - Returns: a tensor whose extents are products of theirs; missing leading extents are 1.
public func kron<Scalar>(_ a: Tensor<Scalar>, _ b: Tensor<Scalar>) -> Tensor<Scalar> {
  func padded(_ shape: Shape, _ rank: Int) -> [Int] {
    [Int](repeating: 1, count: rank - shape.rank) + shape.dimensions
  }
  let rank = max(a.rank, b.rank)
  let shape = Shape(zip(padded(a.shape, rank), padded(b.shape, rank)).map { $0 * $1 })
  let (aSizes, bSizes) = (padded(a.shape, Shape.maximumRank), padded(b.shape, Shape.maximumRank))
  return Tensor(shape: shape) { target in
    guard target.count > 0, var next = target.baseAddress else { return }
    a.withUnsafeElements { a in
      b.withUnsafeElements { b in
        let (a, b) = (a.baseAddress!, b.baseAddress!)
        /// Calls `body` with the numbers of a row of `a` and of a row of `b` for each row of the result.
        func rows(_ axis: Int, _ aRow: Int, _ bRow: Int, _ body: (_ a: Int, _ b: Int) -> Void) {
          if axis == Shape.maximumRank - 1 { return body(aRow, bRow) }
          for i in 0..<aSizes[axis] {
            for j in 0..<bSizes[axis] {
              rows(axis + 1, aRow * aSizes[axis] + i, bRow * bSizes[axis] + j, body)
            }
          }
        }
        let (aColumns, bColumns) = (aSizes[Shape.maximumRank - 1], bSizes[Shape.maximumRank - 1])
        rows(0, 0, 0) { aRow, bRow in
          for column in 0..<aColumns {
            Scalar.combine(
              .multiply, count: bColumns, a + aRow * aColumns + column, .same, b + bRow * bColumns,
              .each, into: next)
            next += bColumns
          }
        }
      }
    }
  }
}

/// The powers of each element of `x` in a row: x^(columns − 1) to x⁰, or from x⁰ on if increasing.
///
/// - Parameters:
///   - x: [n].
///   - columns: n unless given.
/// - Returns: [n, columns].
/// - Precondition: `x` is a vector, and `columns` is not negative.
public func vander<Scalar>(
  _ x: Tensor<Scalar>, columns: Int? = nil, increasing: Bool = false
) -> Tensor<Scalar> {
  require(x.rank == 1, "vander: a vector is needed, not shape \(x.shape)")
  let columns = columns ?? x.count
  return Tensor(shape: Shape(rows: x.count, columns: columns)) { target in
    x.withUnsafeElements { x in
      for (row, number) in x.enumerated() {
        var power: Scalar = 1
        for exponent in 0..<columns {
          let column = increasing ? exponent : columns - 1 - exponent
          (target.baseAddress! + row * columns + column).initialize(to: power)
          power *= number
        }
      }
    }
  }
}

/// Which axes of ``meshgrid(_:indexing:)`` the first two vectors lie along.
public enum MeshIndexing: Sendable {
  /// Columns and rows: the first vector's elements differ along axis 1, as for plots.
  case xy
  /// Rows and columns: vector i lies along axis i.
  case ij
}

/// The coordinates of all points of a grid, one tensor for each of one to four vectors.
///
/// - Returns: tensors of one shape, whose extents are the vectors' counts, the first two exchanged for
///   ``MeshIndexing/xy``.
/// - Precondition: one to four vectors.
public func meshgrid<Scalar>(
  _ vectors: Tensor<Scalar>..., indexing: MeshIndexing = .xy
) -> [Tensor<Scalar>] {
  require(
    (1...Shape.maximumRank).contains(vectors.count) && vectors.allSatisfy { $0.rank == 1 },
    "meshgrid: one to four vectors are needed, not shapes \(vectors.map(\.shape))")
  var axes = Array(vectors.indices)
  if indexing == .xy && axes.count > 1 { axes.swapAt(0, 1) }
  let shape = Shape(axes.map { vectors[$0].count })
  return vectors.indices.map { index in
    let (outer, length, inner) = shape.slabs(at: axes[index], "meshgrid")
    return Tensor(shape: shape) { target in
      vectors[index].withUnsafeElements { vector in
        guard target.count > 0, var next = target.baseAddress else { return }
        for _ in 0..<outer {
          for position in 0..<length {
            next.initialize(repeating: vector[position], count: inner)
            next += inner
          }
        }
      }
    }
  }
}

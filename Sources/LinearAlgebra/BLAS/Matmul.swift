/// C ← alpha·op(A)·op(B) + beta·C on blocks of rows, where op transposes or not.
///
/// - Parameters:
///   - a: rows × inner, or inner × rows when transposed.
///   - b: inner × columns, or columns × inner when transposed.
///   - c: rows × columns; must not overlap `a` or `b`. With `beta` 0 its old elements are not
///     read.
/// - Precondition: the extents agree and fit in 32 bits.
public func multiply<Scalar>(
  _ a: RowBlock<Scalar>, transposeA: Bool = false,
  _ b: RowBlock<Scalar>, transposeB: Bool = false,
  into c: MutableRowBlock<Scalar>, alpha: Scalar = 1, beta: Scalar = 0
) {
  let (rows, inner) = transposeA ? (a.columns, a.rows) : (a.rows, a.columns)
  let (innerB, columns) = transposeB ? (b.columns, b.rows) : (b.rows, b.columns)
  require(
    inner == innerB,
    "matmul: \(product(a.shape, transposeA, b.shape, transposeB)): "
      + "inner dimensions \(inner) and \(innerB) differ")
  require(
    c.rows == rows && c.columns == columns,
    "matmul: \(product(a.shape, transposeA, b.shape, transposeB)) is \([rows, columns]), the result \(c.shape)"
  )
  if rows == 0 || columns == 0 { return }
  Scalar.gemm(
    transposeA: transposeA, transposeB: transposeB, rows: rows, columns: columns, inner: inner,
    alpha: alpha, a.base, strideA: max(a.columns, 1), b.base, strideB: max(b.columns, 1),
    beta: beta, c.base, strideC: c.columns)
}

/// The two shapes as a message shows them: `[200, 3072]ᵀ × [200, 50]`.
private func product(
  _ a: Shape, _ transposeA: Bool, _ b: Shape, _ transposeB: Bool
) -> String {
  func text(_ shape: Shape, _ isTransposed: Bool) -> String {
    "\(shape)\(isTransposed && shape.rank == 2 ? "ᵀ" : "")"
  }
  return "\(text(a, transposeA)) × \(text(b, transposeB))"
}

/// C ← alpha·op(A)·op(B) + beta·C for matrices, without allocating, unless `c` shares its
/// elements with another tensor.
///
/// - Parameters:
///   - a: [rows, inner], or [inner, rows] when transposed.
///   - b: [inner, columns], or [columns, inner] when transposed.
///   - c: [rows, columns]. With `beta` 0 its old elements are not read.
/// - Precondition: all three have rank 2, their extents agree and fit in 32 bits.
public func multiply<Scalar>(
  _ a: Tensor<Scalar>, transposeA: Bool = false, _ b: Tensor<Scalar>, transposeB: Bool = false,
  into c: inout Tensor<Scalar>, alpha: Scalar = 1, beta: Scalar = 0
) {
  require(
    a.rank == 2 && b.rank == 2 && c.rank == 2,
    "multiply: matrices needed, not shapes \(a.shape), \(b.shape) and \(c.shape)")
  a.withRows { a in
    b.withRows { b in
      c.withMutableRows { c in
        multiply(
          a, transposeA: transposeA, b, transposeB: transposeB, into: c, alpha: alpha, beta: beta)
      }
    }
  }
}

/// The product of two matrices, a matrix and a vector, or two vectors, as NumPy's `matmul`:
///
/// | a | b | result |
/// |---|---|---|
/// | [m, k] | [k, n] | [m, n] |
/// | [m, k] | [k] | [m] |
/// | [k] | [k, n] | [n] |
/// | [k] | [k] | [] |
///
/// - Parameters:
///   - transposeA: use aᵀ, for a matrix `a`.
///   - transposeB: use bᵀ, for a matrix `b`.
/// - Precondition: ranks 1 or 2 and equal inner extents.
public func matmul<Scalar>(
  _ a: Tensor<Scalar>, _ b: Tensor<Scalar>, transposeA: Bool = false, transposeB: Bool = false
) -> Tensor<Scalar> {
  require(
    (1...2).contains(a.rank) && (1...2).contains(b.rank),
    "matmul: matrices or vectors needed, not shapes \(a.shape) and \(b.shape)")
  let inner = a.rank == 2 && transposeA ? a.shape[0] : a.shape[a.rank - 1]
  let innerB = b.rank == 2 && transposeB ? b.shape[1] : b.shape[0]
  require(
    inner == innerB,
    "matmul: \(product(a.shape, transposeA, b.shape, transposeB)): "
      + "inner dimensions \(inner) and \(innerB) differ")
  switch (a.rank, b.rank) {
  case (2, 2):
    let shape: Shape = [a.shape[transposeA ? 1 : 0], b.shape[transposeB ? 0 : 1]]
    return Tensor(shape: shape) { c in
      let c = MutableRowBlock(base: c.baseAddress!, rows: shape[0], columns: shape[1])
      a.withRows { a in
        b.withRows { b in
          multiply(a, transposeA: transposeA, b, transposeB: transposeB, into: c)
        }
      }
    }
  case (2, 1): return product(of: a, transposed: transposeA, vector: b)
  case (1, 2): return product(of: b, transposed: !transposeB, vector: a)
  default:
    return Tensor(
      a.withUnsafeElements { a in
        b.withUnsafeElements { b in
          Scalar.sumOfProducts(count: a.count, a.baseAddress!, b.baseAddress!)
        }
      })
  }
}

/// op(A)·x with gemv, where x is as long as a row of op(A).
private func product<Scalar>(
  of a: Tensor<Scalar>, transposed: Bool, vector x: Tensor<Scalar>
) -> Tensor<Scalar> {
  var y = Tensor<Scalar>.zeros([a.shape[transposed ? 1 : 0]])
  if a.count == 0 { return y }
  a.withRows { a in
    x.withUnsafeElements { x in
      y.withUnsafeMutableElements { y in
        if y.count == 1 {
          y[0] = Scalar.sumOfProducts(count: x.count, a.base, x.baseAddress!)
          return
        }
        Scalar.gemv(
          transpose: transposed, rows: a.rows, columns: a.columns, alpha: 1, a.base,
          x.baseAddress!, beta: 0, y.baseAddress!)
      }
    }
  }
  return y
}

extension Tensor {
  /// The matrix with rows and columns exchanged, copied. Products need no copy: they take a
  /// transposed operand as it is.
  ///
  /// - Precondition: rank 2.
  public func transposed() -> Tensor {
    require(rank == 2, "transposed: a matrix is needed, not shape \(shape)")
    return Tensor(shape: [shape[1], shape[0]]) { target in
      withRows { rows in
        let target = target.baseAddress!
        let smallest = Swift.max(1, smallestShare / Swift.max(1, rows.rows))
        withShares(of: rows.columns, atLeast: smallest, inUnitsOf: 16) {
          Scalar.transpose(
            rows: rows.rows, columns: $0.count, rows.base + $0.lowerBound, stride: rows.columns,
            into: target + $0.lowerBound * rows.rows, stride: rows.rows)
        }
      }
    }
  }
}

// MARK: - Reference

/// The product of two matrices by the definition, Σₖ a[i, k]·b[k, j] summed in `Double`: the
/// reference that tests and `perceptron doctor` hold BLAS against. Slow.
///
/// - Parameters:
///   - a: [rows, inner], or [inner, rows] when transposed.
///   - b: [inner, columns], or [columns, inner] when transposed.
/// - Returns: [rows, columns].
/// - Precondition: both have rank 2 and equal inner extents.
public func naiveMatmul<Scalar>(
  _ a: Tensor<Scalar>, _ b: Tensor<Scalar>, transposeA: Bool = false, transposeB: Bool = false
) -> Tensor<Double> {
  require(
    a.rank == 2 && b.rank == 2,
    "naiveMatmul: matrices needed, not shapes \(a.shape) and \(b.shape)")
  let rows = a.shape[transposeA ? 1 : 0]
  let inner = a.shape[transposeA ? 0 : 1]
  let columns = b.shape[transposeB ? 0 : 1]
  require(
    inner == b.shape[transposeB ? 1 : 0],
    "naiveMatmul: \(a.shape) × \(b.shape): inner dimensions differ")
  let (aRow, aColumn) = transposeA ? (1, rows) : (inner, 1)
  let (bRow, bColumn) = transposeB ? (1, inner) : (columns, 1)
  var result: [Double] = []
  Tensor<Double>(a).withUnsafeElements { a in
    Tensor<Double>(b).withUnsafeElements { b in
      for i in 0..<rows {
        for j in 0..<columns {
          var (sum, k) = (0.0, 0)
          while k < inner {
            sum += a[i * aRow + k * aColumn] * b[k * bRow + j * bColumn]
            k += 1
          }
          result.append(sum)
        }
      }
    }
  }
  return Tensor(result, shape: [rows, columns])
}

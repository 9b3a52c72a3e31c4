/// The reduced QR decomposition: A = Q·R with orthonormal columns in Q and an upper triangular R
/// whose diagonal is not negative.
///
/// That makes the decomposition of a matrix of full rank the only one, and Q of a matrix of normal
/// deviates uniformly distributed (Mezzadri 2007, "How to generate random matrices from the
/// classical compact groups").
///
/// - Parameter a: [m, n], of any rank.
/// - Returns: Q [m, k] and R [k, n], where k is min(m, n).
/// - Throws: `LAPACKError.notFinite` where an element is; `LAPACKError.failed` without memory.
/// - Precondition: a matrix, whose extents fit in 32 bits.
/// - Complexity: O(m·n·k).
public func qr<Scalar>(
  _ a: Tensor<Scalar>
) throws(LAPACKError) -> (q: Tensor<Scalar>, r: Tensor<Scalar>) {
  require(a.rank == 2, "qr: a matrix is needed, not shape \(a.shape)")
  let (rows, columns) = (a.shape[0], a.shape[1])
  if let position = a.firstNonFinite() {
    throw .notFinite(
      operation: "qr", row: position / columns, column: position % columns,
      value: Double(a[position: position]))
  }
  let rank = min(rows, columns)
  if rank == 0 { return (.zeros([rows, 0]), .zeros([0, columns])) }

  var packed = a
  var factors = Tensor<Scalar>.zeros([rank])
  let info = packed.withUnsafeMutableElements { packed in
    factors.withUnsafeMutableElements {
      Scalar.geqrf(
        rows: rows, columns: columns, packed.baseAddress!, factors: $0.baseAddress!)
    }
  }
  if info != 0 { throw .failed(routine: "geqrf", info: info) }

  var r = Tensor<Scalar>.zeros([rank, columns])
  var q = Tensor<Scalar>.zeros([rows, rank])
  packed.withRows { packed in
    r.withMutableRows { r in
      for row in 0..<rank {
        let start = row * columns + row
        (r.base + start).update(from: packed.base + start, count: columns - row)
      }
    }
    q.withMutableRows { q in
      for row in 0..<rows {
        (q.base + row * rank).update(from: packed.base + row * columns, count: rank)
      }
    }
  }
  let formed = q.withUnsafeMutableElements { q in
    factors.withUnsafeElements {
      Scalar.orgqr(rows: rows, columns: rank, q.baseAddress!, factors: $0.baseAddress!)
    }
  }
  if formed != 0 { throw .failed(routine: "orgqr", info: formed) }

  makeDiagonalPositive(q: &q, r: &r)
  return (q, r)
}

/// Negates the rows of R whose diagonal element is negative, and Q's columns beside them.
private func makeDiagonalPositive<Scalar>(q: inout Tensor<Scalar>, r: inout Tensor<Scalar>) {
  let signs = Tensor((0..<r.shape[0]).map { r[$0, $0] < 0 ? -1 : 1 as Scalar })
  q *= signs
  r.withMutableRows { r in
    signs.withUnsafeElements { signs in
      for row in 0..<r.rows {
        let base = r.base + row * r.columns
        Scalar.combine(
          .multiply, count: r.columns, base, .each, signs.baseAddress! + row, .same, into: base)
      }
    }
  }
}

// MARK: - Errors

/// An error of a matrix decomposition.
public enum LAPACKError: Error, Sendable, Equatable {
  /// An element of the matrix is infinite or NaN: the operation, the element's row and column, and its
  /// value.
  case notFinite(operation: String, row: Int, column: Int, value: Double)
  /// LAPACK gave up: the routine, and its info.
  case failed(routine: String, info: Int)
  /// There are more rows and columns than the routine can count: the operation, the lesser of both, and the
  /// most that it takes.
  case tooLarge(operation: String, size: Int, limit: Int)
}

extension LAPACKError: CustomStringConvertible {
  /// One sentence that says what was expected and what came.
  public var description: String {
    switch self {
    case .notFinite(let operation, let row, let column, let value):
      "\(operation): element (\(row), \(column)) is \(value), expected a finite number"
    case .failed(let routine, let info):
      // LAPACKE_WORK_MEMORY_ERROR and LAPACKE_TRANSPOSE_MEMORY_ERROR.
      info == -1010 || info == -1011
        ? "\(routine): there is not enough memory" : "\(routine): LAPACK's info is \(info)"
    case .tooLarge(let operation, let size, let limit):
      "\(operation): \(size) rows and columns, expected at most \(limit) of either"
    }
  }
}

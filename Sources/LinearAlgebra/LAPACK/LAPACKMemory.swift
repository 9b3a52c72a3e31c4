/// The sizes that LAPACK counts in 32 bits.
enum LAPACKLimit {
  /// The largest extent.
  static let extent = Int(Int32.max)
  /// The largest number of rows of ``SymmetricEigen``, whose workspace has 1 + 6n + 2n² numbers.
  static let eigenRows = 32_766
  /// The largest lesser extent of ``SVD``, whose workspace has 4n² + 7n numbers.
  static let singularRows = 23_169
}

extension Tensor {
  /// Refuses a matrix that LAPACK cannot take, before it sees it.
  ///
  /// - Throws: `LAPACKError.tooLarge`, `LAPACKError.notFinite`.
  /// - Precondition: rank 2.
  func checkMatrix(_ operation: String, argument: String? = nil) throws(LAPACKError) {
    require(rank == 2, "\(operation): a matrix is needed, not shape \(shape)")
    try checkElements(operation, argument: argument)
  }

  /// Traps unless it is a square matrix.
  func requireSquare(_ operation: String) {
    require(
      rank == 2 && shape[0] == shape[1],
      "\(operation): a square matrix is needed, not shape \(shape)")
  }

  /// As ``checkMatrix(_:argument:)``, and that it is square.
  func checkSquare(_ operation: String, argument: String? = nil) throws(LAPACKError) {
    requireSquare(operation)
    try checkElements(operation, argument: argument)
  }

  /// As ``checkSquare(_:argument:)``, of the elements on and above the diagonal or on and below it alone.
  func checkTriangle(
    _ operation: String, argument: String, isUpper: Bool
  ) throws(LAPACKError) {
    requireSquare(operation)
    do {
      try checkElements(operation, argument: argument)
    } catch .notFinite {
      // Maybe in the other triangle.
      try (isUpper ? upperTriangle() : lowerTriangle())
        .checkElements(operation, argument: argument)
    }
  }

  /// The same of right-hand sides, [rows] or [rows, k].
  func checkRightHandSides(_ operation: String, rows: Int) throws(LAPACKError) {
    require(
      (1...2).contains(rank) && shape[0] == rows,
      "\(operation): right-hand sides of \(rows) rows are needed, not shape \(shape)")
    try checkElements(operation, argument: "b")
  }

  private func checkElements(_ operation: String, argument: String?) throws(LAPACKError) {
    for axis in 0..<rank where shape[axis] > LAPACKLimit.extent {
      throw .tooLarge(operation: operation, size: shape[axis], limit: LAPACKLimit.extent)
    }
    guard let position = firstNonFinite() else { return }
    let columns = rank == 2 ? shape[1] : 1
    throw .notFinite(
      operation: operation, argument: argument, row: position / columns,
      column: position % columns, value: Double(self[position: position]))
  }

  /// The tensor, if all of its elements are finite.
  ///
  /// - Throws: `LAPACKError.overflow` otherwise.
  consuming func demandFinite(_ operation: String) throws(LAPACKError) -> Tensor {
    if firstNonFinite() != nil { throw .overflow(operation: operation) }
    return self
  }

  /// The number of right-hand sides: 1 of a vector.
  var solutionCount: Int { rank == 2 ? shape[1] : 1 }

  /// The first `rows` rows and `columns` columns, copied.
  func leading(rows: Int, columns: Int) -> Tensor {
    if rows == shape[0] && columns == shape[1] { return self }
    return Tensor(shape: [rows, columns]) { target in
      withRows { source in
        guard let base = target.baseAddress else { return }
        for row in 0..<rows {
          (base + row * columns).initialize(
            from: source.base + row * source.columns, count: columns)
        }
      }
    }
  }
}

// MARK: - Workspaces

/// Calls `body` with uninitialized memory for `count` elements.
func withWorkspace<Element: BitwiseCopyable, Result>(
  count: Int, of type: Element.Type = Element.self,
  _ body: (UnsafeMutablePointer<Element>) -> Result
) -> Result {
  let memory = allocateAligned(count: count, of: type)
  defer { freeAligned(memory) }
  return body(memory)
}

/// Calls a routine of LAPACK for a matrix of so many elements twice: with a count of −1 for the size of its
/// workspace, then with as much.
func withQueriedWorkspace<Scalar: BLASScalar>(
  elements: Int, _ routine: (_ work: UnsafeMutablePointer<Scalar>, _ workCount: Int32) -> Int
) -> Int {
  var size: Scalar = 0
  let info = routine(&size, -1)
  if info != 0 { return info }
  // A Float may have been rounded down.
  let count = max(Int(size.nextUp.rounded(.up)), 1)
  return withWorkspace(count: count) { work in
    withFittingThreads(elements: elements) { routine(work, Int32(clamping: count)) }
  }
}

/// Calls `body`, which decomposes a matrix of so many elements, while OpenBLAS uses a single thread if the
/// matrix is small: sharing each of the many small products costs more than it saves. Up to 256 × 256, all
/// decompositions were faster alone, those of 50 to 150 rows up to twice (AVX-512).
func withFittingThreads<Result>(elements: Int, _ body: () -> Result) -> Result {
  elements > 1 << 16 ? body() : BLASLibrary.withSingleThread(body)
}

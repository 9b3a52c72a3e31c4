extension PrincipalComponents {
  /// How directions are found.
  public enum Solver: Hashable, Sendable {
    /// Exact up to 1,000 rows or columns, for a share, and for at least 80 % of all directions; else
    /// randomized. The bounds are those of scikit-learn's `svd_solver="auto"`.
    case automatic
    /// All eigenvectors of the covariance, by LAPACK's `syevr`.
    case exact
    /// The first ones from a random subspace with 10 more dimensions than directions, which is multiplied
    /// by the covariance 1 + 7 times and orthonormalized in between: Halko, Martinsson and Tropp, "Finding
    /// Structure with Randomness" (2011), algorithms 4.4 and 5.3, with the sizes of scikit-learn's
    /// `svd_solver="randomized"`. Directions of nearly equal variance are determined only up to a rotation.
    case randomized(seed: UInt64 = 0)
  }

  /// The principal components of rows.
  ///
  /// They are found by the covariance of the columns, or by the rows' products with each other where there are
  /// fewer rows than columns.
  ///
  /// - Parameters:
  ///   - rows: [rows, columns].
  ///   - count: the number of directions.
  ///   - weights: a weight for each row, finite and not negative, at least two of them above 0; nil for 1
  ///     each. Their scale does not matter.
  ///   - solver: how directions are found.
  ///   - whitening: the ε of whitening, from 0 up; nil for none.
  /// - Throws: `LAPACKError.notFinite` where an element is, or a product of elements is too large;
  ///   `LAPACKError.failed` without memory, or where the iteration does not converge;
  ///   `LAPACKError.tooLarge` where both rows and columns are more than 32,766.
  /// - Precondition: at least two rows, and no more directions than rows or columns.
  /// - Complexity: O(rows·columns·m + m³), where m is the lesser of rows and columns; without m³ if
  ///   randomized.
  public init<Scalar>(
    of rows: Tensor<Scalar>, count: Int, weights: [Double]? = nil, solver: Solver = .automatic,
    whitening: Double? = nil
  ) throws(LAPACKError) {
    try self.init(
      of: rows, .number(count), weights: weights, solver: solver, whitening: whitening)
  }

  /// The principal components of rows, as many as `count` says: see
  /// ``init(of:count:weights:solver:whitening:)``.
  public init<Scalar>(
    of rows: Tensor<Scalar>, _ count: Count, weights: [Double]? = nil,
    solver: Solver = .automatic, whitening: Double? = nil
  ) throws(LAPACKError) {
    require(rows.rank == 2, "PrincipalComponents: a matrix is needed, not shape \(rows.shape)")
    let (rowCount, columns) = (rows.shape[0], rows.shape[1])
    if case .number(let count) = count {
      require(
        rowCount >= 2 && 0...min(rowCount, columns) ~= count,
        "PrincipalComponents: \(count) directions of \(rowCount) rows of \(columns) columns, expected "
          + "2 rows or more and at most \(min(rowCount, columns)) directions")
    }
    if let weights { checkWeights(weights, rows: rowCount, Self.name) }
    try Self.checkSize(min(rowCount, columns))
    if let position = rows.firstNonFinite() {
      throw .notFinite(
        operation: Self.name, row: position / columns, column: position % columns,
        value: Double(rows[position: position]))
    }
    if columns > rowCount {
      try self.init(
        ofFew: rows, count, weights: weights, solver: solver, whitening: whitening)
      return
    }
    var moments = RowMoments(columnCount: columns)
    moments.add(Tensor<Double>(rows), weights: weights)
    try self.init(of: moments, count, solver: solver, whitening: whitening)
  }

  /// The principal components of rows whose moments were added up.
  ///
  /// - Parameters:
  ///   - moments: those of at least two rows.
  ///   - count: the number of directions, at most that of columns.
  /// - Throws: as ``init(of:count:weights:solver:whitening:)``.
  public init(
    of moments: RowMoments, _ count: Count, solver: Solver = .automatic, whitening: Double? = nil
  ) throws(LAPACKError) {
    let columns = moments.mean.count
    try Self.checkSize(columns)
    Self.checkRowCount(moments.count)
    var covariance = moments.products
    covariance *= Tensor(1 / moments.divisor)
    let found = try Self.leading(
      &covariance, count, most: min(columns, moments.count - 1), solver: solver)
    self.init(
      mean: moments.mean, directions: found.vectors, variances: found.values,
      total: found.total, whitening: whitening)
  }

  /// The components of fewer rows than columns.
  private init<Scalar>(
    ofFew rows: Tensor<Scalar>, _ count: Count, weights: [Double]?, solver: Solver,
    whitening: Double?
  ) throws(LAPACKError) {
    let (rowCount, columns) = (rows.shape[0], rows.shape[1])
    let weights = weights ?? Array(repeating: 1, count: rowCount)
    let total = weights.reduce(0, +)
    let counted = weights.count { $0 > 0 }
    Self.checkRowCount(counted)
    var centered = Tensor<Double>(rows)
    let scales = Tensor(weights.map { $0 / total }, shape: [1, rowCount])
    // Corrected by what a first, rounded mean leaves.
    var mean = BLASLibrary.withSingleThread { matmul(scales, centered) }.reshaped(to: [columns])
    centered -= mean
    let rest = BLASLibrary.withSingleThread { matmul(scales, centered) }.reshaped(to: [columns])
    centered -= rest
    mean += rest
    centered.withMutableRows { rows in
      for (row, weight) in weights.enumerated() {
        let root = weight.squareRoot()
        for column in 0..<columns { rows.base[row * columns + column] *= root }
      }
    }
    let divisor = total * Double(counted - 1) / Double(counted)
    var products = Tensor<Double>.zeros([rowCount, rowCount])
    BLASLibrary.withSingleThread {
      multiply(centered, centered, transposeB: true, into: &products, alpha: 1 / divisor)
    }
    let found = try Self.leading(&products, count, most: counted - 1, solver: solver)
    // If X·Xᵀ·u = λ·u, Xᵀ·u is an eigenvector of Xᵀ·X, and its length is √λ.
    var directions = Tensor<Double>.zeros([columns, found.values.count])
    BLASLibrary.withSingleThread {
      multiply(centered, transposeA: true, found.vectors, into: &directions)
    }
    let least = (found.values.first ?? 0) * Double(rowCount) * Double.ulpOfOne
    directions *= Tensor(
      found.values.map { $0 > least ? 1 / ($0 * divisor).squareRoot() : 0 })
    self.init(
      mean: mean, directions: directions, variances: found.values, total: found.total,
      whitening: whitening)
  }

  private init(
    mean: Tensor<Double>, directions: Tensor<Double>, variances: [Double], total: Double,
    whitening: Double?
  ) {
    var rows = directions.transposed()
    rows.makeLargestPositiveInRows()
    self.init(
      mean: mean, directions: rows.transposed(), variances: variances,
      explainedVarianceRatio: variances.map { total > 0 ? min($0 / total, 1) : 0 },
      whitening: whitening)
  }

  private static let name = "PrincipalComponents"

  /// - Parameter count: the number of rows whose weight is not 0.
  private static func checkRowCount(_ count: Int) {
    require(
      count >= 2, "PrincipalComponents: \(count) rows of a weight above 0, expected at least 2")
  }

  private static func checkSize(_ size: Int) throws(LAPACKError) {
    if size > LAPACKLimit.eigenRows {
      throw .tooLarge(operation: name, size: size, limit: LAPACKLimit.eigenRows)
    }
  }
}

// MARK: - Eigenvectors

extension PrincipalComponents {
  /// The largest eigenvalues of a matrix without negative ones, none of them below 0, in descending order.
  private typealias Leading = (values: [Double], vectors: Tensor<Double>, total: Double)

  /// The largest eigenvalues of a positive semidefinite matrix, and their eigenvectors in columns.
  ///
  /// - Parameters:
  ///   - matrix: [size, size], of which the upper triangle is read; destroyed.
  ///   - most: the number of eigenvalues that may be above 0.
  /// - Returns: also the sum of all eigenvalues.
  private static func leading(
    _ matrix: inout Tensor<Double>, _ count: Count, most: Int, solver: Solver
  ) throws(LAPACKError) -> Leading {
    // By one thread: the last bits of products may depend on how many there are.
    let found: Result<Leading, LAPACKError> = BLASLibrary.withSingleThread {
      do throws(LAPACKError) {
        return .success(try leadingAlone(&matrix, count, most: most, solver: solver))
      } catch {
        return .failure(error)
      }
    }
    return try found.get()
  }

  private static func leadingAlone(
    _ matrix: inout Tensor<Double>, _ count: Count, most: Int, solver: Solver
  ) throws(LAPACKError) -> Leading {
    let size = matrix.shape[0]
    let total = (0..<size).reduce(0) { $0 + matrix[$1, $1] }
    if !total.isFinite {
      let place = (0..<size).first { !matrix[$0, $0].isFinite } ?? 0
      throw .notFinite(
        operation: "PrincipalComponents of the covariance", row: place, column: place,
        value: matrix[place, place])
    }
    let wanted: Int? =
      switch count {
      case .all: most
      case .number(let number): number
      case .share: nil
      }
    if let wanted {
      require(
        0...size ~= wanted,
        "PrincipalComponents: \(wanted) directions of \(size) columns, expected 0 to \(size)")
    }
    if wanted == 0 { return ([], .zeros([size, 0]), total) }
    if let wanted, let seed = solver.seed(count: wanted, size: size) {
      return try randomized(matrix, wanted, seed: seed, total: total)
    }
    return try exact(&matrix, wanted ?? size, total: total) { values in
      guard case .share(let share) = count else { return values.count }
      require(share > 0 && share < 1, "PrincipalComponents: a share of \(share) of the variance")
      var sum = 0.0
      let last = values.firstIndex { value in
        sum += value
        return sum >= share * total
      }
      return min((last ?? size - 1) + 1, most)
    }
  }

  /// - Parameter kept: how many of `count` eigenvalues are wanted.
  private static func exact(
    _ matrix: inout Tensor<Double>, _ count: Int, total: Double,
    keeping kept: ([Double]) -> Int = \.count
  ) throws(LAPACKError) -> Leading {
    let size = matrix.shape[0]
    var values = Tensor<Double>.zeros([size])
    // Each vector in a row, by ascending eigenvalues.
    var vectors = Tensor<Double>.zeros([count, size])
    var found = 0
    let info = matrix.withUnsafeMutableElements { matrix in
      values.withUnsafeMutableElements { values in
        vectors.withUnsafeMutableElements { vectors in
          Double.syevr(
            size: size, largest: count, matrix.baseAddress!, values: values.baseAddress!,
            vectors: vectors.baseAddress!, found: &found)
        }
      }
    }
    if info != 0 || found != count { throw .failed(routine: "syevr", info: info) }
    // Ascending, and below 0 by rounding.
    let all = values.elements.prefix(count).reversed().map { max($0, 0) }
    let number = kept(all)
    let columns = Tensor<Double>(shape: [size, number]) { target in
      vectors.withUnsafeElements { vectors in
        for row in 0..<size {
          for column in 0..<number {
            target.initializeElement(
              at: row * number + column, to: vectors[(count - 1 - column) * size + row])
          }
        }
      }
    }
    return (Array(all.prefix(number)), columns, total)
  }

  private static func randomized(
    _ matrix: Tensor<Double>, _ count: Int, seed: UInt64, total: Double
  ) throws(LAPACKError) -> Leading {
    let size = matrix.shape[0]
    let width = min(count + 10, size)
    var random = SeededRandom(seed: seed, purpose: "components")
    var basis = Tensor<Double>.normal([size, width], using: &random)
    var product = Tensor<Double>.zeros([size, width])
    func multiply() {
      matrix.withRows { matrix in
        basis.withRows { basis in
          product.withMutableRows {
            Double.symm(
              size: size, columns: width, matrix.base, basis.base, into: $0.base)
          }
        }
      }
    }
    for _ in 0..<8 {
      multiply()
      basis = try QR(product).q
    }
    multiply()
    var small = matmul(basis, product, transposeA: true)
    let found = try exact(&small, count, total: total)
    return (found.values, matmul(basis, found.vectors), total)
  }
}

extension PrincipalComponents.Solver {
  /// The seed of a random subspace; nil for the exact solver.
  ///
  /// - Parameter size: the lesser of rows and columns.
  fileprivate func seed(count: Int, size: Int) -> UInt64? {
    switch self {
    case .exact: nil
    case .randomized(let seed): seed
    case .automatic: size <= 1000 || Double(count) >= 0.8 * Double(size) ? nil : 0
    }
  }
}

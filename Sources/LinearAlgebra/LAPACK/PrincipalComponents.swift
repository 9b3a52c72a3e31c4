/// The principal components of rows: the orthonormal directions in which they vary most, one after the
/// other, as scikit-learn's `PCA` with `svd_solver="covariance_eigh"`.
///
///     let components = try PrincipalComponents(of: activations, count: 2)
///     let plane = components.coordinates(of: activations)  // [rows, 2]
public struct PrincipalComponents: Sendable, Equatable {
  /// The mean of each column, [columns].
  public let mean: Tensor<Double>
  /// The directions in columns, [columns, count], by descending variance. The component of largest
  /// magnitude is positive. A direction without any variance may be 0.
  public let directions: Tensor<Double>
  /// The variance of the rows along each direction, divided by rows − 1.
  public let variances: [Double]
  /// The share of each direction in the sum of all columns' variances; 0 where that sum is 0.
  public let explainedShares: [Double]

  /// Finds the directions by the eigenvectors of the covariance, or of the rows' products with each other
  /// where there are fewer rows than columns.
  ///
  /// - Parameters:
  ///   - rows: [rows, columns].
  ///   - count: the number of directions.
  /// - Throws: `LAPACKError` as ``SymmetricEigen`` does, and `LAPACKError.tooLarge` where both rows and
  ///   columns are more than 32,766.
  /// - Precondition: at least two rows, and no more directions than rows or columns.
  /// - Complexity: O(rows·columns·m + m³), where m is the lesser of rows and columns.
  public init<Scalar>(of rows: Tensor<Scalar>, count: Int) throws(LAPACKError) {
    require(rows.rank == 2, "PrincipalComponents: a matrix is needed, not shape \(rows.shape)")
    let (rowCount, columns) = (rows.shape[0], rows.shape[1])
    require(
      rowCount >= 2 && 0...min(rowCount, columns) ~= count,
      "PrincipalComponents: \(count) directions of \(rowCount) rows of \(columns) columns")
    let size = min(rowCount, columns)
    if size > mostEigenRows {
      throw .tooLarge(operation: "PrincipalComponents", size: size, limit: mostEigenRows)
    }
    if let position = rows.firstNonFinite() {
      throw .notFinite(
        operation: "PrincipalComponents", row: position / columns, column: position % columns,
        value: Double(rows[position: position]))
    }
    var centered = Tensor<Double>(rows)
    mean = centered.mean(axis: 0)
    centered -= mean
    let isWide = columns > rowCount
    var products = Tensor<Double>.zeros([size, size])
    multiply(
      centered, transposeA: !isWide, centered, transposeB: isWide, into: &products,
      alpha: 1 / Double(rowCount - 1))
    let total = (0..<size).reduce(0) { $0 + products[$1, $1] }
    let eigen = try SymmetricEigen(products)
    let (values, vectors) = (eigen.values, eigen.vectors)
    // Ascending, and below 0 by rounding.
    let places = Array((0..<size).reversed().prefix(count))
    variances = places.map { max(values[position: $0], 0) }
    explainedShares = variances.map { total > 0 ? $0 / total : 0 }
    var chosen = Tensor(
      (0..<size).flatMap { row in places.map { vectors[row, $0] } }, shape: [size, count])
    if isWide {
      // If X·Xᵀ·u = λ·u, Xᵀ·u is an eigenvector of Xᵀ·X, and its length is √λ.
      var directions = Tensor<Double>.zeros([columns, count])
      multiply(centered, transposeA: true, chosen, into: &directions)
      let least = (variances.first ?? 0) * Double(size) * Double.ulpOfOne
      directions *= Tensor(
        variances.map { $0 > least ? 1 / ($0 * Double(rowCount - 1)).squareRoot() : 0 })
      makeLargestComponentPositive(&directions)
      chosen = directions
    }
    directions = chosen
  }

  /// The places of rows along the directions, [rows, count].
  ///
  /// - Parameter rows: [rows, columns], as many columns as the directions are made of.
  public func coordinates<Scalar>(of rows: Tensor<Scalar>) -> Tensor<Double> {
    var coordinates = Tensor<Double>.zeros([rows.shape.rowCount, variances.count])
    multiply(Tensor<Double>(rows) - mean, directions, into: &coordinates)
    return coordinates
  }
}

/// The principal components of rows: the orthonormal directions in which they vary most, one after the
/// other, as scikit-learn's `PCA`; a fitted value that can be saved and applied to other rows.
///
///     let components = try PrincipalComponents(of: activations, count: 2)
///     let plane = components.transform(activations)  // [rows, 2]
///
/// They are found by sums of products, whose condition is the square of the rows': directions whose standard
/// deviation is below about 10⁻⁸ of the largest are lost in rounding.
///
/// With ``whitening``, coordinates are divided by their standard deviations, so that all directions vary
/// alike.
public struct PrincipalComponents: Sendable, Equatable {
  /// The mean of each column, [columns].
  public let mean: Tensor<Double>
  /// The directions in columns, [columns, count], by descending variance. The component of largest
  /// magnitude is positive. A direction without any variance may be 0.
  public let directions: Tensor<Double>
  /// The variance of the rows along each direction, divided by rows − 1.
  public let variances: [Double]
  /// The share of each direction in the sum of all columns' variances; 0 where that sum is 0.
  public let explainedVarianceRatio: [Double]
  /// The ε of whitening, which divides each coordinate by √(variance + ε); nil for coordinates as they are.
  public let whitening: Double?

  /// The number of directions.
  public var count: Int { variances.count }
  /// The number of columns of the rows.
  public var columnCount: Int { mean.count }

  /// Components from their parts, such as those of a file.
  ///
  /// - Parameters:
  ///   - mean: [columns].
  ///   - directions: [columns, count].
  ///   - variances: count numbers; `explainedVarianceRatio` as many.
  ///   - whitening: ε, or nil for no whitening.
  /// - Precondition: the shapes agree, all numbers are finite, and variances, shares and ε are not negative.
  public init(
    mean: Tensor<Double>, directions: Tensor<Double>, variances: [Double],
    explainedVarianceRatio: [Double], whitening: Double? = nil
  ) {
    self.mean = mean
    self.directions = directions
    self.variances = variances
    self.explainedVarianceRatio = explainedVarianceRatio
    self.whitening = whitening
    if let problem = Self.problem(mean, directions, variances, explainedVarianceRatio, whitening) {
      fatalError("PrincipalComponents: \(problem)")
    }
  }

  /// What is wrong with parts, or nil.
  package static func problem(
    _ mean: Tensor<Double>, _ directions: Tensor<Double>, _ variances: [Double],
    _ explainedVarianceRatio: [Double], _ whitening: Double?
  ) -> String? {
    if mean.rank != 1 || directions.shape != [mean.count, variances.count]
      || explainedVarianceRatio.count != variances.count
    {
      return
        "means of shape \(mean.shape) and directions of shape \(directions.shape) for "
        + "\(variances.count) variances and \(explainedVarianceRatio.count) ratios"
    }
    if mean.firstNonFinite() != nil { return "a mean is not a finite number" }
    if directions.firstNonFinite() != nil { return "a direction is not finite" }
    if !(variances + explainedVarianceRatio + [whitening ?? 0]).allSatisfy({
      $0.isFinite && $0 >= 0
    }) {
      return "a variance, a share or ε is not a finite number from 0 up"
    }
    return nil
  }
}

// MARK: - Applying

extension PrincipalComponents {
  /// The factor of each coordinate: 1, or with whitening 1 / √(variance + ε), and 0 where that is infinite.
  package var factors: [Double] {
    guard let whitening else { return Array(repeating: 1, count: count) }
    return variances.map { $0 + whitening > 0 ? 1 / ($0 + whitening).squareRoot() : 0 }
  }

  /// The matrix that centered rows are multiplied by, [columns, count]: the directions, each times its
  /// factor where coordinates are whitened.
  public var projection: Tensor<Double> {
    whitening == nil ? directions : directions * Tensor(factors)
  }

  /// The coordinates of rows along the directions, [rows, count].
  ///
  /// - Parameter rows: [rows, columns].
  /// - Precondition: as many columns as ``columnCount``.
  public func transform<Scalar>(_ rows: Tensor<Scalar>) -> Tensor<Double> {
    require(
      rows.rank == 2 && rows.shape[1] == columnCount,
      "PrincipalComponents: rows of shape \(rows.shape) for directions of \(columnCount) columns")
    var coordinates = Tensor<Double>.zeros([rows.shape[0], count])
    BLASLibrary.withSingleThread {
      multiply(Tensor<Double>(rows) - mean, projection, into: &coordinates)
    }
    return coordinates
  }

  /// The rows that have these coordinates, [rows, columns]: what ``transform(_:)`` was given, without its
  /// parts across the directions.
  ///
  /// - Parameter coordinates: [rows, count].
  /// - Precondition: as many columns as ``count``.
  public func inverseTransform<Scalar>(_ coordinates: Tensor<Scalar>) -> Tensor<Double> {
    require(
      coordinates.rank == 2 && coordinates.shape[1] == count,
      "PrincipalComponents: coordinates of shape \(coordinates.shape) for \(count) directions")
    let scales = factors.map { $0 > 0 ? 1 / $0 : 0 }
    var rows = Tensor<Double>.zeros([coordinates.shape[0], columnCount])
    multiply(
      Tensor<Double>(coordinates) * Tensor(scales), directions, transposeB: true, into: &rows)
    return rows + mean
  }
}

extension PrincipalComponents: Hashable {
  /// Feeds the sizes, the variances and ε to the hasher.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(columnCount)
    hasher.combine(variances)
    hasher.combine(whitening)
  }
}

// MARK: - Coding

/// Plain numbers; `directions` row by row. A file of tensors holds many directions better.
extension PrincipalComponents: Codable {
  private enum CodingKeys: CodingKey {
    case mean, directions, variances, explainedVarianceRatio, whitening
  }

  /// Decodes the fields; throws `DecodingError` where they are not what
  /// ``init(mean:directions:variances:explainedVarianceRatio:whitening:)`` takes.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    mean = Tensor(try values.decode([Double].self, forKey: .mean))
    variances = try values.decode([Double].self, forKey: .variances)
    explainedVarianceRatio = try values.decode([Double].self, forKey: .explainedVarianceRatio)
    whitening = try values.decodeIfPresent(Double.self, forKey: .whitening)
    let numbers = try values.decode([Double].self, forKey: .directions)
    if numbers.count != mean.count * variances.count {
      throw DecodingError.dataCorruptedError(
        forKey: .directions, in: values,
        debugDescription: "expected \(variances.count) directions of \(mean.count) numbers, found "
          + "\(numbers.count) numbers")
    }
    directions = Tensor(numbers, shape: [mean.count, variances.count])
    if let problem = Self.problem(mean, directions, variances, explainedVarianceRatio, whitening) {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: problem))
    }
  }

  /// Encodes the fields.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(mean.elements, forKey: .mean)
    try values.encode(directions.elements, forKey: .directions)
    try values.encode(variances, forKey: .variances)
    try values.encode(explainedVarianceRatio, forKey: .explainedVarianceRatio)
    try values.encodeIfPresent(whitening, forKey: .whitening)
  }
}

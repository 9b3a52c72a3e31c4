// Variances and what is made of them, by two passes: means, then squares of what is left, corrected by
// what the first pass rounded away (Chan, Golub and LeVeque 1983, "Algorithms for computing the sample
// variance", equation 1.7). Equal elements have no variance, however large they are, unless their sum is
// beyond the largest number: then there is no mean, and the variance is NaN.

extension Tensor {
  /// The variance of all elements, Σ(x − mean)² / (count − correction): 0 divides by their number, 1 makes
  /// the estimate from a sample unbiased. NaN for none, where the divisor is 0, and where the sum of the elements
  /// is infinite.
  public func variance(correction: Int = 0) -> Scalar {
    wholeReduction("variance").variances(correction: correction).scalar
  }

  /// The variances along `axis`.
  ///
  /// - Precondition: `0 ≤ axis < rank`.
  public func variance(axis: Int, correction: Int = 0, keepingDimensions: Bool = false) -> Tensor {
    variance(axes: [axis], correction: correction, keepingDimensions: keepingDimensions)
  }

  /// The variances along several axes.
  ///
  /// - Precondition: axes are in 0..<rank and differ.
  public func variance(
    axes: [Int], correction: Int = 0, keepingDimensions: Bool = false
  ) -> Tensor {
    reduction(along: axes, keepingDimensions: keepingDimensions, "variance")
      .variances(correction: correction)
  }

  /// The square root of ``variance(correction:)``.
  public func standardDeviation(correction: Int = 0) -> Scalar {
    variance(correction: correction).squareRoot()
  }

  /// The standard deviations along `axis`.
  ///
  /// - Precondition: `0 ≤ axis < rank`.
  public func standardDeviation(
    axis: Int, correction: Int = 0, keepingDimensions: Bool = false
  ) -> Tensor {
    standardDeviation(axes: [axis], correction: correction, keepingDimensions: keepingDimensions)
  }

  /// The standard deviations along several axes.
  ///
  /// - Precondition: axes are in 0..<rank and differ.
  public func standardDeviation(
    axes: [Int], correction: Int = 0, keepingDimensions: Bool = false
  ) -> Tensor {
    var deviations = reduction(
      along: axes, keepingDimensions: keepingDimensions, "standardDeviation"
    ).variances(correction: correction)
    deviations.withUnsafeMutableElements {
      for index in $0.indices { $0[index].formSquareRoot() }
    }
    return deviations
  }
}

extension Reduction {
  func variances(correction: Int) -> Tensor<Scalar> {
    let count = Scalar(length)
    let divisor = Scalar(max(length - correction, 0))
    var (sums, variances) = deviations(from: means())
    sums.withUnsafeMutableElements { sums in
      variances.withUnsafeMutableElements { variances in
        for index in variances.indices {
          let squares = variances[index] - sums[index] * (sums[index] / count)
          // Rounding may leave less than nothing; NaN stays.
          variances[index] = (squares < 0 ? 0 : squares) / divisor
        }
      }
    }
    return variances
  }
}

// MARK: - Pairs of variables

extension Tensor {
  /// The covariances of a matrix's columns: rows are observations and columns variables, as for
  /// `numpy.cov(x, rowvar=False)`. For rows that come block by block, or with weights, see
  /// ``RowMoments/covariance``.
  ///
  /// - Parameter correction: what is subtracted from the number of rows in the divisor.
  /// - Returns: [columns, columns], symmetric; NaN or infinite where the divisor is 0.
  /// - Precondition: rank 2.
  public func covariance(correction: Int = 1) -> Tensor {
    require(rank == 2, "covariance: a matrix of observations is needed, not shape \(shape)")
    let divisor = Scalar(Swift.max(shape[0] - correction, 0))
    let centered = centeredColumns()
    var products = Tensor.zeros([shape[1], shape[1]])
    let (rows, columns) = (shape[0], shape[1])
    if columns == 0 { return products }
    centered.withUnsafeElements { x in
      products.withUnsafeMutableElements { products in
        let products = products.baseAddress!
        if rows > 0 {
          Scalar.gram(rows: rows, columns: columns, x.baseAddress!, into: products)
        }
        Scalar.combine(
          .divide, count: columns * columns, products, .each, [divisor], .same, into: products)
        Scalar.mirrorTriangle(isUpper: true, size: columns, products)
      }
    }
    return products
  }

  /// The correlations of a matrix's columns: rows are observations and columns variables, as for
  /// `numpy.corrcoef(x, rowvar=False)`.
  ///
  /// - Returns: [columns, columns], symmetric, within −1…1; NaN for a column whose elements are equal.
  /// - Precondition: rank 2.
  public func correlation() -> Tensor {
    require(rank == 2, "correlation: a matrix of observations is needed, not shape \(shape)")
    // Columns of length 1 first: the squares of tiny and of huge ones have no place in the type.
    var columns = centeredColumns()
    columns /= columns.norm(axis: 0)
    let size = shape[1]
    var products = Tensor.zeros([size, size])
    if count == 0 { return products / 0 }
    columns.withUnsafeElements { x in
      products.withUnsafeMutableElements { products in
        let products = products.baseAddress!
        Scalar.gram(rows: shape[0], columns: size, x.baseAddress!, into: products)
        Scalar.mirrorTriangle(isUpper: true, size: size, products)
      }
    }
    products.clip(to: -1...1)
    for column in 0..<size where !products[column, column].isNaN {
      products[column, column] = 1
    }
    return products
  }

  /// The columns minus their means, which are corrected so that equal elements become 0.
  private func centeredColumns() -> Tensor {
    let reduction = reduction(along: [0], keepingDimensions: false, "covariance")
    var means = reduction.means()
    let sums = reduction.deviations(from: means).sums
    let (rows, columns) = (shape[0], shape[1])
    means.withUnsafeMutableElements { means in
      sums.withUnsafeElements { sums in
        for index in means.indices { means[index] += sums[index] / Scalar(rows) }
      }
    }
    return Tensor(shape: shape) { target in
      withUnsafeElements { x in
        means.withUnsafeElements { means in
          guard let x = x.baseAddress, let target = target.baseAddress else { return }
          withShares(of: rows, atLeast: Swift.max(1, smallestShare / Swift.max(1, columns))) {
            for row in $0 {
              Scalar.combine(
                .subtract, count: columns, x + row * columns, .each, means.baseAddress!, .each,
                into: target + row * columns)
            }
          }
        }
      }
    }
  }
}

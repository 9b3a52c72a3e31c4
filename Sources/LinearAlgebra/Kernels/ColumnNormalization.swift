/// What columns are normalized by: a mean and a variance for each.
public struct ColumnMoments<Scalar: LayerKernels> {
  /// The mean of each column.
  public let mean: UnsafePointer<Scalar>
  /// The variance of each column.
  public let variance: UnsafePointer<Scalar>
  /// What is added to the variance before the root is taken.
  public let epsilon: Scalar

  /// The given moments.
  public init(
    mean: UnsafePointer<Scalar>, variance: UnsafePointer<Scalar>, epsilon: Scalar
  ) {
    self.mean = mean
    self.variance = variance
    self.epsilon = epsilon
  }

  /// 1 / √(variance + epsilon) of a column.
  @inlinable @inline(__always)
  func factor(_ column: Int) -> Scalar { 1 / (variance[column] + epsilon).squareRoot() }

  /// The same from a later column on.
  @inlinable @inline(__always)
  func dropping(_ columns: Int) -> ColumnMoments {
    ColumnMoments(mean: mean + columns, variance: variance + columns, epsilon: epsilon)
  }
}

// Documented at the requirements.
// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
extension BLASScalar {
  @inlinable public static func columnMoments(
    rows: Int, columns: Int, _ x: UnsafePointer<Self>, mean: UnsafeMutablePointer<Self>,
    variance: UnsafeMutablePointer<Self>
  ) {
    let count = Self(max(rows, 1))
    addRows(rows: rows, columns: columns, x, into: mean)
    for column in 0..<columns { mean[column] /= count }
    // The mean is taken off before squaring: the mean of the squares minus the mean's square would
    // leave nothing but rounding where the mean is large.
    fill(count: columns, variance, with: 0)
    for row in 0..<rows {
      let x = x + row * columns
      for column in 0..<columns {
        let deviation = x[column] - mean[column]
        variance[column] += deviation * deviation
      }
    }
    for column in 0..<columns { variance[column] /= count }
  }

  @inlinable public static func normalizeColumns(
    rows: Int, columns: Int, _ x: UnsafePointer<Self>, _ moments: ColumnMoments<Self>,
    gamma: UnsafePointer<Self>, beta: UnsafePointer<Self>, into y: UnsafeMutablePointer<Self>
  ) {
    forEachStrip(of: columns) { start, width, scale, _, _ in
      let (moments, gamma, beta) = (moments.dropping(start), gamma + start, beta + start)
      let mean = moments.mean
      for column in 0..<width { scale[column] = gamma[column] * moments.factor(column) }
      for row in 0..<rows {
        let offset = row * columns + start
        transform(count: width, x + offset, into: y + offset) {
          ($1 - mean[$0]) * scale[$0] + beta[$0]
        }
      }
    }
  }

  @inlinable public static func normalizeColumnsGammaGradient(
    rows: Int, columns: Int, _ x: UnsafePointer<Self>, _ moments: ColumnMoments<Self>,
    upstream: UnsafePointer<Self>, into gradient: UnsafeMutablePointer<Self>
  ) {
    let mean = moments.mean
    fill(count: columns, gradient, with: 0)
    for row in 0..<rows {
      let (x, upstream) = (x + row * columns, upstream + row * columns)
      for column in 0..<columns {
        gradient[column] += upstream[column] * (x[column] - mean[column])
      }
    }
    for column in 0..<columns { gradient[column] *= moments.factor(column) }
  }

  @inlinable public static func normalizeColumnsGradient(
    rows: Int, columns: Int, _ x: UnsafePointer<Self>, _ moments: ColumnMoments<Self>,
    areOwn: Bool, gamma: UnsafePointer<Self>, upstream: UnsafePointer<Self>,
    into gradient: UnsafeMutablePointer<Self>
  ) {
    let count = Self(rows)
    forEachStrip(of: columns) { start, width, scale, slope, shift in
      let (moments, x, gamma) = (moments.dropping(start), x + start, gamma + start)
      let (upstream, gradient, mean) = (upstream + start, gradient + start, moments.mean)
      for column in 0..<width { scale[column] = gamma[column] * moments.factor(column) }
      if !areOwn {
        for row in 0..<rows {
          let offset = row * columns
          transform(count: width, upstream + offset, into: gradient + offset) { $1 * scale[$0] }
        }
        return
      }
      // What moving the mean and the variance takes back: the mean of upstream, and x̂ times the
      // mean of upstream·x̂ (Ioffe and Szegedy 2015, section 3).
      addProducts(
        rows: rows, columns: width, stride: columns, x, mean: mean, upstream: upstream,
        products: slope, sums: shift)
      for column in 0..<width {
        let factor = moments.factor(column)
        slope[column] *= factor * factor / count
        shift[column] /= count
      }
      for row in 0..<rows {
        let offset = row * columns
        let x = x + offset
        transform(count: width, upstream + offset, into: gradient + offset) {
          ($1 - shift[$0] - (x[$0] - mean[$0]) * slope[$0]) * scale[$0]
        }
      }
    }
  }

  /// Σ upstream·(x − mean) and Σ upstream of each column; rows are `stride` elements apart.
  @inlinable static func addProducts(
    rows: Int, columns: Int, stride: Int, _ x: UnsafePointer<Self>, mean: UnsafePointer<Self>,
    upstream: UnsafePointer<Self>, products: UnsafeMutablePointer<Self>,
    sums: UnsafeMutablePointer<Self>
  ) {
    fill(count: columns, products, with: 0)
    fill(count: columns, sums, with: 0)
    for row in 0..<rows {
      let (x, upstream) = (x + row * stride, upstream + row * stride)
      for column in 0..<columns {
        products[column] += upstream[column] * (x[column] - mean[column])
        sums[column] += upstream[column]
      }
    }
  }

  /// Calls `body` for strips of columns so narrow that three rows of scratch fit on the stack.
  @inlinable @inline(__always)
  static func forEachStrip(
    of columns: Int,
    _ body: (
      _ start: Int, _ width: Int, UnsafeMutablePointer<Self>, UnsafeMutablePointer<Self>,
      UnsafeMutablePointer<Self>
    ) -> Void
  ) {
    withUnsafeTemporaryAllocation(of: Self.self, capacity: stripWidth) { first in
      withUnsafeTemporaryAllocation(of: Self.self, capacity: stripWidth) { second in
        withUnsafeTemporaryAllocation(of: Self.self, capacity: stripWidth) { third in
          guard let first = first.baseAddress, let second = second.baseAddress,
            let third = third.baseAddress
          else { return }
          for start in stride(from: 0, to: columns, by: stripWidth) {
            body(start, min(stripWidth, columns - start), first, second, third)
          }
        }
      }
    }
  }
}

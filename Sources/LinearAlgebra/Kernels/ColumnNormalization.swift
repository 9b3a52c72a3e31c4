/// A mean and a variance for each column, by which columns are normalized.
package struct ColumnMoments<Scalar: BLASScalar> {
  let mean: UnsafePointer<Scalar>
  let variance: UnsafePointer<Scalar>
  /// Added to the variance before the root is taken.
  let epsilon: Scalar

  package init(
    mean: UnsafePointer<Scalar>, variance: UnsafePointer<Scalar>, epsilon: Scalar
  ) {
    (self.mean, self.variance, self.epsilon) = (mean, variance, epsilon)
  }

  /// 1 / √(variance + epsilon) of a column.
  @inline(__always)
  func factor(_ column: Int) -> Scalar { 1 / (variance[column] + epsilon).squareRoot() }

  /// The same from a later column on.
  @inline(__always)
  func dropping(_ columns: Int) -> ColumnMoments {
    ColumnMoments(mean: mean + columns, variance: variance + columns, epsilon: epsilon)
  }
}

extension BLASScalar {
  /// The mean of each column and its biased variance; both are 0 where there are no rows.
  ///
  /// The corrected two-pass algorithm (Chan, Golub and LeVeque 1983): what rounding left in the sum of
  /// the deviations corrects the variance and the mean. So a constant column has its number as the mean,
  /// and a variance of 0, also where the sum of its rows was rounded.
  @_specialize(where Self == Float)
  @_specialize(where Self == Double)
  package static func columnMoments(
    rows: Int, columns: Int, _ x: UnsafePointer<Self>, mean: UnsafeMutablePointer<Self>,
    variance: UnsafeMutablePointer<Self>
  ) {
    let count = Self(max(rows, 1))
    addRows(rows: rows, columns: columns, x, into: mean)
    for column in 0..<columns { mean[column] /= count }
    forEachStrip(of: columns) { start, width, deviations, squares, _ in
      let (x, mean, variance) = (x + start, mean + start, variance + start)
      fill(count: width, deviations, with: 0)
      fill(count: width, squares, with: 0)
      for row in 0..<rows {
        let x = x + row * columns
        for column in 0..<width {
          let deviation = x[column] - mean[column]
          deviations[column] += deviation
          squares[column] += deviation * deviation
        }
      }
      for column in 0..<width {
        let correction = deviations[column] / count
        mean[column] += correction
        variance[column] = max(squares[column] - deviations[column] * correction, 0) / count
      }
    }
  }

  /// y = x̂·gamma + beta, where x̂ = (x − mean) / √(variance + epsilon), everything but x and y by
  /// column; `y` may be `x`.
  @_specialize(where Self == Float)
  @_specialize(where Self == Double)
  package static func normalizeColumns(
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

  /// The gradient of `normalizeColumns` for gamma, Σ upstream·x̂; that for beta is `addRows`.
  @_specialize(where Self == Float)
  @_specialize(where Self == Double)
  package static func normalizeColumnsGammaGradient(
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

  /// The gradient of `normalizeColumns` for x, whose own moments they are or not; `gradient` may be
  /// `upstream`.
  @_specialize(where Self == Float)
  @_specialize(where Self == Double)
  package static func normalizeColumnsGradient(
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
  static func addProducts(
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
  @inline(__always)
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

// Documented at the requirements.
// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
extension BLASScalar {
  @inlinable public static func clamp(
    count: Int, _ x: UnsafeMutablePointer<Self>, to limit: Self
  ) {
    // Both comparisons fail for NaN, which stays.
    for index in 0..<count {
      let value = x[index]
      let bounded = value > limit ? limit : value
      x[index] = bounded < -limit ? -limit : bounded
    }
  }

  @inlinable public static func limitColumnNorms(
    rows: Int, columns: Int, _ x: UnsafeMutablePointer<Self>, to limit: Double
  ) {
    for start in stride(from: 0, to: columns, by: stripWidth) {
      limitStripNorms(
        rows: rows, columns: min(stripWidth, columns - start), stride: columns, x + start,
        to: limit)
    }
  }

  /// Limits the norms of a strip's columns, whose rows are `stride` elements apart.
  @inlinable static func limitStripNorms(
    rows: Int, columns: Int, stride: Int, _ x: UnsafeMutablePointer<Self>, to limit: Double
  ) {
    withUnsafeTemporaryAllocation(of: Double.self, capacity: stripWidth) { sums in
      guard let sums = sums.baseAddress else { return }
      Double.fill(count: columns, sums, with: 0)
      for row in 0..<rows {
        let line = x + row * stride
        // Squares of single-precision numbers do not overflow here.
        for column in 0..<columns { sums[column] += Double(line[column]) * Double(line[column]) }
      }
      var isAbove = false
      for column in 0..<columns {
        let norm = sums[column].squareRoot()
        let exceeds = norm > limit && norm < .infinity
        sums[column] = exceeds ? limit / norm : 1
        isAbove = isAbove || exceeds
      }
      if !isAbove { return }
      for row in 0..<rows {
        let line = x + row * stride
        for column in 0..<columns { line[column] = Self(Double(line[column]) * sums[column]) }
      }
    }
  }
}

// Documented at the requirements.
// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
extension BLASScalar {
  @inlinable public static func countOfLabelsAmongLargest(
    _ k: Int, rows: Int, columns: Int, _ x: UnsafePointer<Self>, labels: UnsafePointer<Int>
  ) -> Int {
    var count = 0
    for row in 0..<rows {
      let before = countBefore(labels[row], columns: columns, x + row * columns)
      count += before < k ? 1 : 0
    }
    return count
  }

  /// How many elements of a row come before the one at `place` in the order of `indexOfMaximum`.
  @inlinable @inline(__always)
  static func countBefore(_ place: Int, columns: Int, _ x: UnsafePointer<Self>) -> Int {
    let own = x[place]
    var count = 0
    if own.isNaN {
      for index in 0..<place { count += x[index].isNaN ? 1 : 0 }
    } else {
      // Negated, so that NaN comes before.
      for index in 0..<place { count += x[index] < own ? 0 : 1 }
      for index in place..<columns { count += x[index] <= own ? 0 : 1 }
    }
    return count
  }
}

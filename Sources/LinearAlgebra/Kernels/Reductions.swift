internal import CPerceptronKernels

// Sums are pairwise: blocks are summed by eight independent lanes and the blocks' sums as a
// balanced tree, so the rounding error grows with the logarithm of the count (Higham 1993,
// "The accuracy of floating point summation") and not with the count.

/// The number of elements in a block of a pairwise sum.
private let sumBlock = 256

/// The number of columns summed at a time: their partial sums fit on the stack.
let stripWidth = 128

extension BLASScalar {
  /// Σ x, added pairwise; 0 for no elements.
  package static func sum(count: Int, _ x: UnsafePointer<Self>) -> Self {
    var sum: Self = 0
    ckernels_line_sums(kernelType, 1, count, x, &sum)
    return sum
  }

  /// The number of elements in the first half of such a sum of more than `sumBlock` elements: a multiple
  /// of the block, so that the tree does not depend on alignment.
  static func halfOfSum(count: Int) -> Int { (count / 2 + sumBlock - 1) / sumBlock * sumBlock }

  /// Σ |x|, added pairwise; 0 for no elements.
  @_specialize(where Self == Float)
  @_specialize(where Self == Double)
  package static func absoluteSum(count: Int, _ x: UnsafePointer<Self>) -> Self {
    if count > sumBlock {
      let half = halfOfSum(count: count)
      return absoluteSum(count: half, x) + absoluteSum(count: count - half, x + half)
    }
    return laneSum(count: count) { index in
      let lanes = lanes(x, index)
      return lanes.replacing(with: -lanes, where: lanes .< 0)
    } one: { index in
      x[index].magnitude
    }
  }

  /// The first index of the largest element, or of the first NaN where there is one.
  package static func indexOfMaximum(count: Int, _ x: UnsafePointer<Self>) -> Int {
    var place = 0
    ckernels_line_places(kernelType, false, 1, count, x, &place)
    return place
  }

  /// The first index of an element that is infinite or NaN.
  package static func indexOfNonFinite(count: Int, _ x: UnsafePointer<Self>) -> Int? {
    var place = 0
    ckernels_find_not_finite(kernelType, count, x, &place)
    return place < count ? place : nil
  }

  /// The largest sum of magnitudes in a column of a matrix, or of a symmetric one of which the lower triangle
  /// and the diagonal are read: its 1-norm, 0 of no elements and NaN where a column has NaN.
  static func oneNorm(
    rows: Int, columns: Int, isSymmetric: Bool = false, _ x: UnsafePointer<Self>
  ) -> Self {
    if rows == 0 || columns == 0 { return 0 }
    return withWorkspace(count: columns, of: Self.self) { sums in
      if isSymmetric {
        ckernels_symmetric_magnitudes(kernelType, columns, x, sums)
      } else {
        ckernels_column_magnitudes(kernelType, rows, columns, x, sums)
      }
      return sums[indexOfMaximum(count: columns, sums)]
    }
  }

  /// The sum of each column of a matrix, added pairwise over blocks of rows.
  package static func addRows(
    rows: Int, columns: Int, _ x: UnsafePointer<Self>, into sums: UnsafeMutablePointer<Self>
  ) {
    ckernels_add_rows(kernelType, rows, columns, x, sums)
  }

  /// Σx², 0 for no elements: dot products of blocks, added pairwise.
  package static func sumOfSquares(count: Int, _ x: UnsafePointer<Self>) -> Self {
    sumOfProducts(count: count, x, x)
  }

  /// Σx·y, 0 for no elements: dot products of blocks, added pairwise.
  package static func sumOfProducts(
    count: Int, _ x: UnsafePointer<Self>, _ y: UnsafePointer<Self>
  ) -> Self {
    let block = 1 << 14
    if count <= block { return dot(count: count, x, y) }
    let half = count / 2
    return sumOfProducts(count: half, x, y) + sumOfProducts(count: count - half, x + half, y + half)
  }

  /// The number of rows of a matrix in which fewer than `k` elements come before the one at the
  /// row's label: those that are larger, or equal and further left; NaN counts as larger than any
  /// number.
  @_specialize(where Self == Float)
  @_specialize(where Self == Double)
  package static func countOfLabelsAmongLargest(
    _ k: Int, rows: Int, columns: Int, _ x: UnsafePointer<Self>, labels: UnsafePointer<Int>
  ) -> Int {
    var count = 0
    for row in 0..<rows {
      let before = countBefore(labels[row], columns: columns, x + row * columns)
      count += before < k ? 1 : 0
    }
    return count
  }

  /// The number of elements of a row that come before the one at `place` in the order of `indexOfMaximum`.
  @inline(__always)
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

  /// Eight elements from `index` on.
  @inline(__always)
  static func lanes(_ x: UnsafePointer<Self>, _ index: Int) -> SIMD8<Self> {
    UnsafeRawPointer(x + index).loadUnaligned(as: SIMD8<Self>.self)
  }

  /// The sum of `count` terms, made eight at a time and the rest one at a time: in lanes, because
  /// the compiler may not reorder a sum of floating-point numbers.
  @inline(__always)
  static func laneSum(
    count: Int, _ eight: (_ index: Int) -> SIMD8<Self>, one: (_ index: Int) -> Self
  ) -> Self {
    var lanes = SIMD8<Self>(repeating: 0)
    var index = 0
    while index + 8 <= count {
      lanes += eight(index)
      index += 8
    }
    var total = lanes.sum()
    while index < count {
      total += one(index)
      index += 1
    }
    return total
  }
}

// MARK: - Lines and columns

// Lines are contiguous and one after another; the elements of a column are `stride` apart.

extension BLASScalar {
  static func lineSums(
    lines: Int, count: Int, _ x: UnsafePointer<Self>, into sums: UnsafeMutablePointer<Self>
  ) {
    ckernels_line_sums(kernelType, lines, count, x, sums)
  }

  static func columnSums(
    rows: Int, columns: Int, stride: Int, _ x: UnsafePointer<Self>,
    into sums: UnsafeMutablePointer<Self>
  ) {
    ckernels_column_sums(kernelType, rows, columns, stride, x, sums)
  }

  static func lineSquares(
    lines: Int, count: Int, _ x: UnsafePointer<Self>, into squares: UnsafeMutablePointer<Self>
  ) {
    ckernels_line_squares(kernelType, lines, count, x, squares)
  }

  static func lineProducts(
    lines: Int, count: Int, _ x: UnsafePointer<Self>, into products: UnsafeMutablePointer<Self>
  ) {
    ckernels_line_products(kernelType, lines, count, x, products)
  }

  static func columnProducts(
    rows: Int, columns: Int, stride: Int, _ x: UnsafePointer<Self>,
    into products: UnsafeMutablePointer<Self>
  ) {
    ckernels_column_products(kernelType, rows, columns, stride, x, products)
  }

  /// Σ(x − shift) and Σ(x − shift)².
  static func lineDeviations(
    lines: Int, count: Int, _ x: UnsafePointer<Self>, shifts: UnsafePointer<Self>,
    into sums: UnsafeMutablePointer<Self>, _ squares: UnsafeMutablePointer<Self>
  ) {
    ckernels_line_terms(kernelType, 0, lines, count, x, shifts, sums, squares)
  }

  static func columnDeviations(
    rows: Int, columns: Int, stride: Int, _ x: UnsafePointer<Self>, shifts: UnsafePointer<Self>,
    into sums: UnsafeMutablePointer<Self>, _ squares: UnsafeMutablePointer<Self>
  ) {
    ckernels_column_terms(kernelType, 0, rows, columns, stride, x, shifts, sums, squares)
  }

  /// Σ e^(x − shift).
  static func lineExponentials(
    lines: Int, count: Int, _ x: UnsafePointer<Self>, shifts: UnsafePointer<Self>,
    into sums: UnsafeMutablePointer<Self>
  ) {
    ckernels_line_terms(kernelType, 1, lines, count, x, shifts, sums, nil)
  }

  static func columnExponentials(
    rows: Int, columns: Int, stride: Int, _ x: UnsafePointer<Self>, shifts: UnsafePointer<Self>,
    into sums: UnsafeMutablePointer<Self>
  ) {
    ckernels_column_terms(kernelType, 1, rows, columns, stride, x, shifts, sums, nil)
  }

  /// The least sum of squares whose terms did not lose digits to underflow, with room to spare.
  static var leastSafeSquares: Self { leastNormalMagnitude / (ulpOfOne * ulpOfOne) }

  static func lineExtremes(
    smallest: Bool, lines: Int, count: Int, _ x: UnsafePointer<Self>,
    into extremes: UnsafeMutablePointer<Self>
  ) {
    ckernels_line_extremes(kernelType, smallest, lines, count, x, extremes)
  }

  static func columnExtremes(
    smallest: Bool, rows: Int, columns: Int, stride: Int, _ x: UnsafePointer<Self>,
    into extremes: UnsafeMutablePointer<Self>
  ) {
    ckernels_column_extremes(kernelType, smallest, rows, columns, stride, x, extremes)
  }

  static func linePlaces(
    smallest: Bool, lines: Int, count: Int, _ x: UnsafePointer<Self>,
    into places: UnsafeMutablePointer<Int>
  ) {
    ckernels_line_places(kernelType, smallest, lines, count, x, places)
  }

  static func columnPlaces(
    smallest: Bool, rows: Int, columns: Int, stride: Int, _ x: UnsafePointer<Self>,
    into places: UnsafeMutablePointer<Int>
  ) {
    ckernels_column_places(kernelType, smallest, rows, columns, stride, x, places)
  }

  /// Running sums or products.
  static func runningLines(
    multiplies: Bool, lines: Int, count: Int, _ x: UnsafePointer<Self>,
    into y: UnsafeMutablePointer<Self>
  ) {
    ckernels_running_lines(kernelType, multiplies, lines, count, x, y)
  }

  static func runningColumns(
    multiplies: Bool, rows: Int, columns: Int, stride: Int, _ x: UnsafePointer<Self>,
    into y: UnsafeMutablePointer<Self>
  ) {
    ckernels_running_columns(kernelType, multiplies, rows, columns, stride, x, y)
  }
}

extension BLASScalar {
  /// Σx², 0 for no elements: dot products of blocks, added pairwise.
  package static func sumOfSquares(count: Int, _ x: UnsafePointer<Self>) -> Self {
    let block = 1 << 14
    if count <= block { return dot(count: count, x, x) }
    let half = count / 2
    return sumOfSquares(count: half, x) + sumOfSquares(count: count - half, x + half)
  }
}

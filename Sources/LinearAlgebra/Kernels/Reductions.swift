// Sums are pairwise: blocks are summed by eight independent lanes and the blocks' sums as a
// balanced tree, so the rounding error grows with the logarithm of the count (Higham 1993,
// "The accuracy of floating point summation") and not with the count.

/// How many elements a pairwise sum adds up in one go.
@usableFromInline let sumBlock = 256

/// How many columns are summed at a time: their partial sums fit on the stack.
@usableFromInline let stripWidth = 128

// Documented at the requirements.
// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
extension BLASScalar {
  @inlinable public static func sum(count: Int, _ x: UnsafePointer<Self>) -> Self {
    if count > sumBlock {
      // Halved at a multiple of the block, so that the tree does not depend on alignment.
      let half = (count / 2 + sumBlock - 1) / sumBlock * sumBlock
      return sum(count: half, x) + sum(count: count - half, x + half)
    }
    var lanes = SIMD8<Self>(repeating: 0)
    var index = 0
    while index + 8 <= count {
      lanes += UnsafeRawPointer(x + index).loadUnaligned(as: SIMD8<Self>.self)
      index += 8
    }
    var total = lanes.sum()
    while index < count {
      total += x[index]
      index += 1
    }
    return total
  }

  @inlinable public static func sumOfMagnitudes(count: Int, _ x: UnsafePointer<Self>) -> Self {
    if count > sumBlock {
      let half = (count / 2 + sumBlock - 1) / sumBlock * sumBlock
      return sumOfMagnitudes(count: half, x) + sumOfMagnitudes(count: count - half, x + half)
    }
    return laneSum(count: count) { index in
      let lanes = lanes(x, index)
      return lanes.replacing(with: -lanes, where: lanes .< 0)
    } one: { index in
      x[index].magnitude
    }
  }

  @inlinable public static func indexOfMaximum(count: Int, _ x: UnsafePointer<Self>) -> Int {
    var best = 0
    for index in 0..<count {
      if x[index].isNaN { return index }
      if x[index] > x[best] { best = index }
    }
    return best
  }

  @inlinable public static func indexOfNonFinite(count: Int, _ x: UnsafePointer<Self>) -> Int? {
    // A finite number times 0 is 0, anything else gives NaN; lanes, because the compiler may not
    // reorder a sum of floating-point numbers.
    var probe = SIMD8<Self>(repeating: 0)
    var index = 0
    while index + 8 <= count {
      probe += UnsafeRawPointer(x + index).loadUnaligned(as: SIMD8<Self>.self) * 0
      index += 8
    }
    let checked = probe.sum() == 0 ? index : 0
    return (checked..<count).first { !x[$0].isFinite }
  }
}

// Medians and quantiles, by NumPy's linear method: quantile q of n elements in order lies at q·(n − 1),
// between two elements on the line that joins them. NaN where an element is NaN, and for no elements.

extension Tensor {
  /// The median of all elements: the middle one in order, or the mean of the two middle ones.
  public func median() -> Scalar {
    wholeReduction("median").medians().scalar
  }

  /// The medians along `axis`.
  ///
  /// - Precondition: `0 ≤ axis < rank`.
  public func median(axis: Int, keepingDimensions: Bool = false) -> Tensor {
    median(axes: [axis], keepingDimensions: keepingDimensions)
  }

  /// The medians along several axes.
  ///
  /// - Precondition: axes are in 0..<rank and differ.
  public func median(axes: [Int], keepingDimensions: Bool = false) -> Tensor {
    reduction(along: axes, keepingDimensions: keepingDimensions, "median").medians()
  }

  /// The quantile at probability `share`, 0…1, of all elements.
  ///
  /// - Precondition: `share` is in 0…1.
  /// - Complexity: O(count), as of all medians and quantiles.
  public func quantile(_ share: Double) -> Scalar {
    wholeReduction("quantile").quantiles([share])[0]
  }

  /// The quantiles at probability `share` along `axis`.
  ///
  /// - Precondition: `share` is in 0…1; `0 ≤ axis < rank`.
  public func quantile(_ share: Double, axis: Int, keepingDimensions: Bool = false) -> Tensor {
    quantile(share, axes: [axis], keepingDimensions: keepingDimensions)
  }

  /// The quantiles at probability `share` along several axes.
  ///
  /// - Precondition: `share` is in 0…1; axes are in 0..<rank and differ.
  public func quantile(_ share: Double, axes: [Int], keepingDimensions: Bool = false) -> Tensor {
    let reduction = reduction(along: axes, keepingDimensions: keepingDimensions, "quantile")
    return reduction.quantiles([share]).reshaped(to: reduction.shape)
  }

  /// Several quantiles of all elements, in the order of `shares`.
  ///
  /// - Returns: [shares.count].
  /// - Precondition: `shares` are in 0…1.
  public func quantiles(_ shares: [Double]) -> Tensor {
    wholeReduction("quantiles").quantiles(shares)
  }

  /// Several quantiles along `axis`.
  ///
  /// - Returns: a tensor whose first extent is that of `shares`, before those that are left.
  /// - Precondition: `shares` are in 0…1; `0 ≤ axis < rank`; the result has rank 4 at most.
  public func quantiles(
    _ shares: [Double], axis: Int, keepingDimensions: Bool = false
  ) -> Tensor {
    let reduction = reduction(along: [axis], keepingDimensions: keepingDimensions, "quantiles")
    return reduction.quantiles(shares)
      .reshaped(to: Shape([shares.count] + reduction.shape.dimensions))
  }
}

extension Reduction {
  func medians() -> Tensor<Scalar> {
    let middle = length / 2
    let pairs = selecting([length % 2 == 0 ? middle - 1 : middle, middle])
    return Tensor(shape: shape) { target in
      pairs.withUnsafeElements { pairs in
        for result in 0..<count {
          (target.baseAddress! + result).initialize(
            to: Scalar.mean(pairs[result], pairs[count + result]))
        }
      }
    }
  }

  /// The quantiles of each result, one after another: [shares.count × count].
  func quantiles(_ shares: [Double]) -> Tensor<Scalar> {
    for share in shares {
      require(share >= 0 && share <= 1, "quantile: \(share) is not a share from 0 to 1")
    }
    let positions = shares.map { $0 * Double(max(length - 1, 0)) }
    let below = positions.map { Int($0) }
    let selected = selecting(below + below.map { min($0 + 1, max(length - 1, 0)) })
    return Tensor(shape: [shares.count * count]) { target in
      selected.withUnsafeElements { selected in
        for (index, position) in positions.enumerated() {
          let share = Scalar(position - Double(below[index]))
          for result in 0..<count {
            let low = selected[index * count + result]
            let high = selected[(shares.count + index) * count + result]
            (target.baseAddress! + index * count + result).initialize(
              to: Scalar.interpolated(low, high, share))
          }
        }
      }
    }
  }

  /// The elements at `places` in the order of each result's elements: [places.count × count], NaN where
  /// an element is or where there is none.
  private func selecting(_ places: [Int]) -> Tensor<Scalar> {
    let selected = Tensor<Scalar>(shape: [places.count * count], repeating: .nan)
    if length == 0 || count == 0 { return selected }
    var result = selected
    if isLong {
      let found = operand.withUnsafeElements {
        Scalar.select(places, count: length, $0.baseAddress!)
      }
      return found.map { Tensor($0) } ?? selected
    }
    let sorted = Tensor<Scalar>(shape: operand.shape) { sort(into: $0.baseAddress!) }
    result.withUnsafeMutableElements { result in
      sorted.withUnsafeElements { sorted in
        for slab in 0..<outer {
          for column in 0..<inner {
            let start = slab * length * inner + column
            // NaN is last.
            if sorted[start + (length - 1) * inner].isNaN { continue }
            for (index, place) in places.enumerated() {
              result[index * count + slab * inner + column] = sorted[start + place * inner]
            }
          }
        }
      }
    }
    return result
  }
}

extension BLASScalar {
  /// The mean of two numbers, also where their sum overflows.
  fileprivate static func mean(_ a: Self, _ b: Self) -> Self {
    if a == b { return a }
    let sum = a + b
    return sum.isFinite ? sum / 2 : a / 2 + b / 2
  }

  /// The point between two numbers in order, from the nearer end, as NumPy computes it; an infinite one
  /// where one of them is.
  fileprivate static func interpolated(_ low: Self, _ high: Self, _ share: Self) -> Self {
    if share == 0 || low == high { return low }
    let difference = high - low
    if !difference.isFinite {
      if low.isFinite != high.isFinite { return low.isFinite ? high : low }
      return low * (1 - share) + high * share
    }
    return share < 0.5 ? low + difference * share : high - difference * (1 - share)
  }
}

// How often numbers occur.

extension Tensor {
  /// The distinct elements in ascending order; all NaN are one, and come last.
  ///
  /// - Complexity: O(count), by radix sort.
  public func unique() -> Tensor { uniqueCounts().values }

  /// The distinct elements in ascending order, and how often each occurs; all NaN are one, and come
  /// last.
  public func uniqueCounts() -> (values: Tensor, counts: [Int]) {
    let sorted = reshaped(to: [count]).sorted(axis: 0)
    return sorted.withUnsafeElements { sorted in
      var (values, ends): ([Scalar], [Int]) = ([], [])
      Scalar.findRuns(sorted, values: &values, ends: &ends)
      for index in ends.indices.dropFirst().reversed() { ends[index] -= ends[index - 1] }
      return (Tensor(values), ends)
    }
  }

  /// The distinct elements in ascending order, and for each element in row-major order the index of its
  /// value among them; all NaN are one, and come last.
  public func uniqueInverse() -> (values: Tensor, inverse: [Int]) {
    let order = reshaped(to: [count]).argsort(axis: 0)
    let sorted = reshaped(to: [count]).takingAlong(order, axis: 0)
    return sorted.withUnsafeElements { sorted in
      var (values, ends): ([Scalar], [Int]) = ([], [])
      Scalar.findRuns(sorted, values: &values, ends: &ends)
      let inverse = [Int](unsafeUninitializedCapacity: sorted.count) { inverse, initialized in
        initialized = sorted.count
        var start = 0
        for (index, end) in ends.enumerated() {
          for position in start..<end { inverse[order[position]] = index }
          start = end
        }
      }
      return (Tensor(values), inverse)
    }
  }

  /// The numbers of elements in `bins` bins of equal width, by NumPy's rules: a bin contains its left
  /// edge, the last one both. NaN and elements outside the range are in none.
  ///
  /// - Parameter range: that of the elements unless given, half a unit to both sides of it where all are
  ///   equal, or more where numbers of their size have no such fractions; 0…1 where there are none.
  /// - Returns: the counts, and the `bins + 1` edges.
  /// - Precondition: `bins ≥ 1`; the range is finite, and wide enough for edges that ascend.
  public func histogram(
    bins: Int = 10, range: ClosedRange<Scalar>? = nil
  ) -> (counts: [Int], edges: Tensor) {
    require(bins >= 1, "histogram: \(bins) bins, at least 1 is needed")
    var low = range?.lowerBound ?? (count == 0 ? 0 : min())
    var high = range?.upperBound ?? (count == 0 ? 1 : max())
    require(
      low.isFinite && high.isFinite && (high - low).isFinite,
      "histogram: the range from \(low) to \(high) is not finite")
    if low == high {
      let reach = Swift.max(0.5, low.ulp * Scalar(bins))
      (low, high) = (low - reach, high + reach)
    }
    let edges = Tensor.linspace(from: low, to: high, count: bins + 1)
    require(
      (Scalar(bins) / (high - low)).isFinite && (edges[1...] .> edges[..<bins]).all(),
      "histogram: the range from \(low) to \(high) is too narrow for \(bins) bins")
    let limits = (low, high)
    let partCounts = Locked<[[Int]]>([])
    withUnsafeElements { elements in
      edges.withUnsafeElements { edges in
        withShares(of: elements.count, atLeast: smallestShare / 4) { share in
          let counts = Scalar.histogram(
            UnsafeBufferPointer(rebasing: elements[share]), limits.0, limits.1, edges)
          partCounts.withLock { $0.append(counts) }
        }
      }
    }
    let counts = partCounts.withLock { parts in
      (0..<bins).map { bin in parts.reduce(0) { $0 + $1[bin] } }
    }
    return (counts, edges)
  }
}

extension BLASScalar {
  /// The distinct numbers of an ordered sequence, and where the run of each ends.
  @_specialize(where Self == Float)
  @_specialize(where Self == Double)
  fileprivate static func findRuns(
    _ sorted: UnsafeBufferPointer<Self>, values: inout [Self], ends: inout [Int]
  ) {
    for position in sorted.indices {
      let (number, end) = (sorted[position], position + 1)
      if end < sorted.count {
        let next = sorted[end]
        if next == number || (next.isNaN && number.isNaN) { continue }
      }
      values.append(number)
      ends.append(end)
    }
  }

  @_specialize(where Self == Float)
  @_specialize(where Self == Double)
  fileprivate static func histogram(
    _ elements: UnsafeBufferPointer<Self>, _ low: Self, _ high: Self,
    _ edges: UnsafeBufferPointer<Self>
  ) -> [Int] {
    let bins = edges.count - 1
    let scale = Double(bins) / (high.asDouble - low.asDouble)
    return [Int](unsafeUninitializedCapacity: bins) { counts, initialized in
      counts.initialize(repeating: 0)
      initialized = bins
      for element in elements where element >= low && element <= high {
        // A guess that rounding may put one bin off.
        var bin = min(Int((element.asDouble - low.asDouble) * scale), bins - 1)
        if element < edges[bin] {
          bin -= 1
        } else if bin < bins - 1 && element >= edges[bin + 1] {
          bin += 1
        }
        counts[bin] += 1
      }
    }
  }
}

// MARK: - Whole numbers

/// How often each of the numbers from 0 to the largest occurs in `values`.
///
/// - Parameter minimumCount: the least number of results.
/// - Precondition: no value is negative.
public func bincount(_ values: [Int], minimumCount: Int = 0) -> [Int] {
  var counts = [Int](repeating: 0, count: countOfBins(values, minimumCount))
  for value in values { counts[value] += 1 }
  return counts
}

/// The sum of the weights of each of the numbers from 0 to the largest in `values`.
///
/// - Parameters:
///   - weights: one for each value.
///   - minimumCount: the least number of results.
/// - Precondition: no value is negative, and there are as many weights as values.
public func bincount<Scalar>(
  _ values: [Int], weights: Tensor<Scalar>, minimumCount: Int = 0
) -> Tensor<Scalar> {
  require(
    weights.shape == [values.count],
    "bincount: weights of shape \(weights.shape) for \(values.count) values")
  var sums = Tensor<Scalar>.zeros([countOfBins(values, minimumCount)])
  sums.withUnsafeMutableElements { sums in
    weights.withUnsafeElements { weights in
      for (value, weight) in zip(values, weights) { sums[value] += weight }
    }
  }
  return sums
}

private func countOfBins(_ values: [Int], _ minimumCount: Int) -> Int {
  require(minimumCount >= 0, "bincount: at least \(minimumCount) results")
  if let least = values.min() { require(least >= 0, "bincount: the value \(least) is negative") }
  return max(minimumCount, values.max().map { $0 + 1 } ?? 0)
}

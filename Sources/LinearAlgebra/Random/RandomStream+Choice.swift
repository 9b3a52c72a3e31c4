// Drawing some of many, with the numbers that NumPy's `RandomState.choice` gives for `NumPyRandom`.

extension RandomStream {
  /// `count` of the integers 0..<total in random order: `RandomState.choice(total, count, replace, p)`.
  ///
  /// - Parameters:
  ///   - weights: what the integers' probabilities are proportional to; all the same unless given.
  ///   - replacing: whether an integer may be drawn again.
  /// - Precondition: `count ≥ 0`; there is something to choose from, without replacing as much as is
  ///   drawn. There are `total` weights, finite, none negative, and not all 0; without replacing, as
  ///   many as are drawn are above 0.
  public mutating func choose(
    _ count: Int, of total: Int, weights: [Double]? = nil, replacing: Bool = false
  ) -> [Int] {
    require(
      count >= 0 && total >= 0 && (count == 0 || total > 0) && (replacing || count <= total),
      "choose: \(count) of \(total)"
        + (replacing ? ", replacing" : ", expected 0 to \(total) where replacing is false"))
    if let weights {
      checkWeights(weights, count, of: total, replacing: replacing)
      return replacing
        ? (0..<count).map { _ in uniform() }.map(Choice(weights).index)
        : chooseDistinct(count, weights)
    }
    if count == 0 { return [] }
    return replacing
      ? (0..<count).map { _ in index(below: total) } : Array(permutation(total)[..<count])
  }

  /// Draws as many as are missing, keeps the first of equal ones, and draws again without them.
  private mutating func chooseDistinct(_ count: Int, _ weights: [Double]) -> [Int] {
    var (weights, chosen): ([Double], [Int]) = (weights, [])
    while chosen.count < count {
      let drawn = (chosen.count..<count).map { _ in uniform() }
      let choice = Choice(weights)
      for index in drawn.map(choice.index) where weights[index] > 0 {
        chosen.append(index)
        weights[index] = 0
      }
    }
    return chosen
  }

  private func checkWeights(
    _ weights: [Double], _ count: Int, of total: Int, replacing: Bool
  ) {
    require(weights.count == total, "choose: \(weights.count) weights for \(total) integers")
    if let index = weights.firstIndex(where: { !($0 >= 0 && $0.isFinite) }) {
      fatalError("choose: weight \(weights[index]) of \(index) is negative or not finite")
    }
    let possible = weights.count { $0 > 0 }
    require(
      count == 0 || possible >= (replacing ? 1 : count),
      "choose: \(count) of \(total), of which \(possible) have a weight above 0")
    require(weights.reduce(0, +).isFinite, "choose: the sum of the weights overflows")
  }
}

/// The cumulative shares of weights.
private struct Choice {
  private let shares: [Double]

  init(_ weights: [Double]) {
    var sum = 0.0
    let sums = weights.map {
      sum += $0
      return sum
    }
    shares = sums.map { $0 / sum }
  }

  /// The first index whose cumulative share is above `uniform`.
  func index(_ uniform: Double) -> Int {
    var (low, high) = (0, shares.count)
    while low < high {
      let middle = (low + high) / 2
      if shares[middle] <= uniform { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

import PerceptronLinearAlgebra

/// Halton's sequence: a coordinate is a point's number written in a prime base, mirrored at the
/// point (Halton, 1960). The seed's scrambling puts the digits of each place in an order of its own
/// (Owen, "A randomized Halton algorithm in R", 2017), which makes every point uniform by itself
/// and breaks the stripes that large bases show.
struct HaltonSequence {
  /// The most dimensions; larger bases would need too many points to fill an axis.
  static let dimensionLimit = primes.count

  /// For each dimension and place, the digits in their order.
  private let digits: [[[Int]]]

  /// The sequence in so many dimensions, scrambled where there is a seed.
  ///
  /// - Precondition: `dimensions` is in 1...``dimensionLimit``.
  init(dimensions: Int, seed: UInt64?) {
    precondition((1...Self.dimensionLimit).contains(dimensions), "Halton: \(dimensions) dimensions")
    digits = (0..<dimensions).map { dimension in
      let base = Self.primes[dimension]
      var random = seed.map {
        SeededRandom(seed: $0, purpose: "Halton search", index: UInt64(dimension))
      }
      return (0..<Self.places(in: base)).map { _ in
        random?.permutation(base) ?? Array(0..<base)
      }
    }
  }

  /// The point with a number, each coordinate in 0..<1.
  subscript(index: Int) -> [Double] {
    digits.enumerated().map { dimension, places in
      let base = Self.primes[dimension]
      var rest = index
      var weight = 1.0
      var sum = 0.0
      for order in places {
        weight /= Double(base)
        sum += Double(order[rest % base]) * weight
        rest /= base
      }
      return min(sum, 1.0.nextDown)
    }
  }

  /// How many digits tell a Double's 53 bits apart.
  private static func places(in base: Int) -> Int {
    var count = 0
    var reach = 1.0
    while reach < 0x1p53 {
      reach *= Double(base)
      count += 1
    }
    return count
  }

  private static let primes = [
    2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97,
    101, 103, 107, 109, 113, 127, 131,
  ]
}

import PerceptronLinearAlgebra

/// Sobol's sequence: of its first 2ᵏ points, one lies in each of 2ᵏ equal parts of every axis.
///
/// The direction numbers are those of Joe and Kuo, "Constructing Sobol sequences with better
/// two-dimensional projections" (SIAM J. Sci. Comput. 30, 2008), their file `new-joe-kuo-6.21201`.
/// A seed scrambles them by the method of Matoušek ("On the L2-discrepancy for anchored boxes", J.
/// Complexity 14, 1998): a random lower triangular matrix times the bits of a coordinate, and a
/// digital shift. Both keep the property above, and the shift makes every single point uniform. The
/// first point is kept: without it, the sequence loses its balance (Owen,
/// "On dropping the first Sobol' point", 2020).
struct SobolSequence {
  static let dimensionLimit = primitive.count + 1
  /// The bits of a coordinate: those of a Double's significand.
  private static let bits = 53

  /// [dimensions][bits of a point's number]: the direction numbers.
  private var directions: [[UInt64]]
  private var shifts: [UInt64]

  /// Creates a sequence, scrambled if there is a seed.
  ///
  /// - Precondition: `dimensions` is in 1...``dimensionLimit``.
  init(dimensions: Int, seed: UInt64?) {
    precondition((1...Self.dimensionLimit).contains(dimensions), "Sobol: \(dimensions) dimensions")
    directions = (0..<dimensions).map(Self.directions)
    shifts = Array(repeating: 0, count: dimensions)
    guard let seed else { return }
    for dimension in 0..<dimensions {
      var random = SeededRandom(
        seed: seed, purpose: "Sobol search", index: UInt64(dimension))
      let rows = (0..<Self.bits).map { row in
        // Bits above the diagonal are 0, those on it 1; the first row is the highest bit's.
        let diagonal = UInt64(1) << UInt64(Self.bits - 1 - row)
        return (random.next() >> 11) & ~(diagonal &* 2 &- 1) & Self.mask | diagonal
      }
      directions[dimension] = directions[dimension].map { Self.product(rows, $0) }
      shifts[dimension] = random.next() >> 11
    }
  }

  /// The point at an index, each coordinate in 0..<1.
  subscript(index: Int) -> [Double] {
    // Antonov and Saleev (1979): Gray code changes the order of the points only, within each 2ᵏ.
    let gray = UInt64(index ^ (index >> 1))
    return zip(directions, shifts).map { directions, shift in
      var sum = shift
      var rest = gray
      while rest != 0 {
        sum ^= directions[rest.trailingZeroBitCount]
        rest &= rest - 1
      }
      return Double(sum) * 0x1p-53
    }
  }

  private static let mask: UInt64 = 1 << 53 - 1

  /// The matrix with these rows times a vector of bits, modulo 2.
  private static func product(_ rows: [UInt64], _ vector: UInt64) -> UInt64 {
    rows.reduce(0) { $0 << 1 | UInt64(($1 & vector).nonzeroBitCount & 1) }
  }

  /// The direction numbers of a dimension before scrambling, by equations 2 and 3 of Joe and Kuo
  /// (2008).
  private static func directions(of dimension: Int) -> [UInt64] {
    var numbers: [UInt64] = []
    if dimension == 0 {
      numbers = Array(repeating: 1, count: bits)
    } else {
      let (polynomial, initial) = primitive[dimension - 1]
      let degree = initial.count
      numbers = initial
      for index in degree..<bits {
        var number = numbers[index - degree] ^ numbers[index - degree] << UInt64(degree)
        for power in 1..<max(degree, 1) where polynomial >> (degree - power) & 1 == 1 {
          number ^= numbers[index - power] << UInt64(power)
        }
        numbers.append(number)
      }
    }
    return numbers.enumerated().map { $1 << UInt64(bits - 1 - $0) }
  }

  /// From the second dimension on: a primitive polynomial, its coefficients as bits, and the first
  /// numbers m. Copyright 2008 Stephen Joe and Frances Y. Kuo, who let others use them under a
  /// BSD-style license.
  private static let primitive: [(polynomial: Int, initial: [UInt64])] = [
    (3, [1]),
    (7, [1, 3]),
    (11, [1, 3, 1]),
    (13, [1, 1, 1]),
    (19, [1, 1, 3, 3]),
    (25, [1, 3, 5, 13]),
    (37, [1, 1, 5, 5, 17]),
    (41, [1, 1, 5, 5, 5]),
    (47, [1, 1, 7, 11, 19]),
    (55, [1, 1, 5, 1, 1]),
    (59, [1, 1, 1, 3, 11]),
    (61, [1, 3, 5, 5, 31]),
    (67, [1, 3, 3, 9, 7, 49]),
    (91, [1, 1, 1, 15, 21, 21]),
    (97, [1, 3, 1, 13, 27, 49]),
    (103, [1, 1, 1, 15, 7, 5]),
    (109, [1, 3, 1, 15, 13, 25]),
    (115, [1, 1, 5, 5, 19, 61]),
    (131, [1, 3, 7, 11, 23, 15, 103]),
    (137, [1, 3, 7, 13, 13, 15, 69]),
    (143, [1, 1, 3, 13, 7, 35, 63]),
    (145, [1, 3, 5, 9, 1, 25, 53]),
    (157, [1, 3, 1, 13, 9, 35, 107]),
    (167, [1, 3, 1, 5, 27, 61, 31]),
    (171, [1, 1, 5, 11, 19, 41, 61]),
    (185, [1, 3, 5, 3, 3, 13, 69]),
    (191, [1, 1, 7, 13, 1, 19, 1]),
    (193, [1, 3, 7, 5, 13, 19, 59]),
    (203, [1, 1, 3, 9, 25, 29, 41]),
    (211, [1, 3, 5, 13, 23, 1, 55]),
    (213, [1, 3, 7, 3, 13, 59, 17]),
  ]
}

/// Halton's sequence: a coordinate is the point's number written in a prime base and mirrored at
/// the radix point (Halton, 1960). A seed permutes the digits of each place (Owen, "A randomized
/// Halton algorithm in R", 2017), which makes every single point uniform and removes the stripes of
/// large bases.
struct HaltonSequence {
  /// The maximum number of dimensions; larger bases would need too many points to fill an axis.
  static let dimensionLimit = primes.count

  /// [dimensions][places]: the permuted digits.
  private let digits: [[[Int]]]

  /// Creates a sequence, scrambled if there is a seed.
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

  /// The point at an index, each coordinate in 0..<1.
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

  /// The number of digits that cover a Double's 53 bits.
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

import PerceptronLinearAlgebra

/// Sobol's sequence: of its first 2ᵏ points, one lies in each of 2ᵏ equal parts of every axis.
///
/// The direction numbers are those of Joe and Kuo, "Constructing Sobol sequences with better
/// two-dimensional projections" (SIAM J. Sci. Comput. 30, 2008), their file `new-joe-kuo-6.21201`.
/// A seed scrambles them as Matoušek does ("On the L2-discrepancy for anchored boxes", J.
/// Complexity 14, 1998): a random lower triangular matrix times the bits of a coordinate, and a
/// digital shift. Both keep what the first line says, and the shift makes every point uniform by
/// itself. The first point is not left out: without it, the others do not balance each other (Owen,
/// "On dropping the first Sobol' point", 2020).
struct SobolSequence {
  /// The most dimensions.
  static let dimensionLimit = primitive.count + 1
  /// As many as a Double has.
  private static let bits = 53

  /// For each dimension, what each bit of a point's number adds.
  private var directions: [[UInt64]]
  /// The digital shift of each dimension.
  private var shifts: [UInt64]

  /// The sequence in so many dimensions, scrambled where there is a seed.
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

  /// The point with a number, each coordinate in 0..<1.
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

  /// The numbers of a dimension that is not scrambled, by equations 2 and 3 of Joe and Kuo (2008).
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

/// A reproducible stream of random numbers: what initializers and batch samplers draw from.
///
/// ``SeededRandom`` is the fast one; ``NumPyRandom`` reproduces NumPy's legacy `RandomState`.
public protocol RandomStream: RandomNumberGenerator, Sendable {
  /// A number uniform in [0, 1) with 53 random bits.
  mutating func uniform() -> Double

  /// A standard normal deviate.
  mutating func normal() -> Double

  /// An integer uniform in 0..<bound.
  ///
  /// - Precondition: `bound ≥ 1`.
  mutating func index(below bound: Int) -> Int

  /// The integers 0..<count in random order.
  ///
  /// - Precondition: `count ≥ 0`.
  mutating func permutation(_ count: Int) -> [Int]

  /// Indices uniform in 0..<bound, repeats allowed, written to `indices`: a mini-batch drawn
  /// with replacement.
  ///
  /// - Precondition: `bound ≥ 1`.
  mutating func choose(below bound: Int, into indices: inout [Int])
}

extension RandomStream {
  /// Indices uniform in 0..<bound, repeats allowed, drawn one by one.
  ///
  /// - Precondition: `bound ≥ 1`.
  @inlinable public mutating func choose(below bound: Int, into indices: inout [Int]) {
    for position in indices.indices { indices[position] = index(below: bound) }
  }

  /// A number uniform in [0, 1): ``uniform()`` rounded to `Scalar`, or the largest number below 1 where
  /// it would be rounded to 1.
  @inlinable public mutating func uniform<Scalar: BLASScalar>(as scalar: Scalar.Type) -> Scalar {
    min(Scalar(uniform()), Scalar(1).nextDown)
  }

  /// The integers 0..<count in random order.
  ///
  /// - Precondition: `count ≥ 0`.
  @inlinable public mutating func permutation(_ count: Int) -> [Int] {
    require(count >= 0, "permutation: of \(count) integers")
    var order = Array(0..<count)
    shuffle(&order)
    return order
  }

  /// Puts `elements` in random order, by Fisher and Yates from the last to the first.
  @inlinable public mutating func shuffle<Element>(_ elements: inout [Element]) {
    for last in stride(from: elements.count - 1, to: 0, by: -1) {
      elements.swapAt(last, index(below: last + 1))
    }
  }
}

extension Tensor {
  /// A tensor of normal deviates times `standardDeviation` plus `mean`, drawn in row-major order.
  @inlinable public static func normal(
    _ shape: Shape, mean: Double = 0, standardDeviation: Double = 1,
    using random: inout some RandomStream
  ) -> Tensor {
    Tensor(shape: shape) { target in
      for index in target.indices {
        (target.baseAddress! + index).initialize(
          to: Scalar(mean + standardDeviation * random.normal()))
      }
    }
  }

  /// A tensor of numbers uniform in `range`, drawn in row-major order.
  ///
  /// - Precondition: the range is not empty, and its width is finite.
  @inlinable public static func uniform(
    _ shape: Shape, in range: Range<Scalar>, using random: inout some RandomStream
  ) -> Tensor {
    let low = Double(range.lowerBound)
    let width = Double(range.upperBound) - low
    require(width > 0 && width.isFinite, "uniform: the range \(range) is empty or not finite")
    return Tensor(shape: shape) { target in
      for index in target.indices {
        let number = Scalar(low + width * random.uniform())
        // Rounding may reach the bound.
        (target.baseAddress! + index).initialize(
          to: number < range.upperBound ? number : range.upperBound.nextDown)
      }
    }
  }

  /// A tensor of whole numbers uniform in `range`, drawn in row-major order.
  ///
  /// - Precondition: the range is not empty and has at most `Int.max` numbers, which the scalar type
  ///   can represent.
  @inlinable public static func integers(
    _ shape: Shape, in range: Range<Int>, using random: inout some RandomStream
  ) -> Tensor {
    let largest = Scalar(1 / Scalar.ulpOfOne) * 2
    require(
      !range.isEmpty && !range.upperBound.subtractingReportingOverflow(range.lowerBound).overflow,
      "integers: the range \(range) is empty or too large")
    require(
      Scalar(range.lowerBound).magnitude <= largest
        && Scalar(range.upperBound - 1).magnitude <= largest,
      "integers: the range \(range) has numbers that \(Scalar.self) cannot represent")
    return Tensor(shape: shape) { target in
      for index in target.indices {
        (target.baseAddress! + index).initialize(
          to: Scalar(range.lowerBound + random.index(below: range.count)))
      }
    }
  }

  /// A tensor of numbers uniform in [0, 1), drawn in row-major order.
  @inlinable public static func uniform(_ shape: Shape, using random: inout some RandomStream)
    -> Tensor
  {
    Tensor(shape: shape) { target in
      for index in target.indices {
        (target.baseAddress! + index).initialize(to: random.uniform(as: Scalar.self))
      }
    }
  }
}

/// Marsaglia's polar method for normal deviates, which come in pairs: as in NumPy's legacy generator, one
/// is kept until the next call.
struct PolarNormal: Sendable, Hashable, Codable {
  private(set) var kept: Double?

  mutating func next(uniform: () -> Double) -> Double {
    if let value = kept {
      kept = nil
      return value
    }
    while true {
      let x = 2 * uniform() - 1
      let y = 2 * uniform() - 1
      let squaredRadius = x * x + y * y
      if squaredRadius >= 1 || squaredRadius == 0 { continue }
      let factor = (-2 * Double.logarithm(squaredRadius) / squaredRadius).squareRoot()
      kept = factor * x
      return factor * y
    }
  }
}

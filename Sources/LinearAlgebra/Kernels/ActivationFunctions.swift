/// A function of one number that a layer applies to each of its inputs.
public enum ActivationFunction: Sendable, Equatable {
  /// x above 0, else slope·x.
  case leakyReLU(slope: Double)
  /// The hyperbolic tangent.
  case tanh
  /// 1 / (1 + e⁻ˣ).
  case sigmoid
  /// x·Φ(x), where Φ is the normal distribution's cumulative function.
  case gelu
}

/// Which of a function's two sides its slope is computed from.
public enum SlopeSource: Sendable {
  /// x.
  case input
  /// The function's value.
  case output
}

extension ActivationFunction {
  /// What the slope is computed from.
  public var slopeReads: SlopeSource { self == .gelu ? .input : .output }
}

// Documented at the requirements.
// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
extension BLASScalar {
  @inlinable public static func activate(
    _ function: ActivationFunction, count: Int, _ x: UnsafePointer<Self>,
    into y: UnsafeMutablePointer<Self>
  ) {
    switch function {
    case .leakyReLU(let slope):
      let slope = Self(slope)
      // A product with a chosen factor, because a store only where x is below 0 is not vectorised.
      transform(count: count, x, into: y) { $1 * ($1 > 0 ? 1 : slope) }
    case .tanh: transform(count: count, x, into: y) { hyperbolicTangent($1) }
    case .sigmoid: transform(count: count, x, into: y) { sigmoid($1) }
    case .gelu: transform(count: count, x, into: y) { $1 * normalDistribution($1) }
    }
  }

  @inlinable public static func activationGradient(
    _ function: ActivationFunction, count: Int, read: UnsafePointer<Self>,
    upstream: UnsafePointer<Self>, into gradient: UnsafeMutablePointer<Self>
  ) {
    switch function {
    case .leakyReLU(let slope):
      let slope = Self(slope)
      transform(count: count, upstream, into: gradient) { $1 * (read[$0] > 0 ? 1 : slope) }
    case .tanh:
      // Not 1 − y², which loses what is left of it near ±1.
      transform(count: count, upstream, into: gradient) { $1 * ((1 - read[$0]) * (1 + read[$0])) }
    case .sigmoid:
      transform(count: count, upstream, into: gradient) { $1 * (read[$0] * (1 - read[$0])) }
    case .gelu:
      let height: Self = 0.3989422804014326779  // 1 / √(2π)
      transform(count: count, upstream, into: gradient) {
        let x = read[$0]
        return $1 * (normalDistribution(x) + x * (height * exponential(-x * x / 2)))
      }
    }
  }

  /// 1 / (1 + e⁻ˣ). Far below 0 the exponential is infinite and the result 0, as it should be.
  @inlinable @inline(__always)
  static func sigmoid(_ x: Self) -> Self { 1 / (1 + exponential(-x)) }

  /// The share of normal deviates below x: by erfc, because 1 + erf loses what is left of it far
  /// below 0.
  @inlinable @inline(__always)
  static func normalDistribution(_ x: Self) -> Self {
    complementaryErrorFunction(x * -0.7071067811865475244) / 2
  }

  /// y = apply(index, x), element by element; `y` may be `x`, for which there is a loop of its own:
  /// where two pointers might overlap, the vectorised loop is behind a check that equal pointers
  /// fail.
  @inlinable @inline(__always)
  static func transform(
    count: Int, _ x: UnsafePointer<Self>, into y: UnsafeMutablePointer<Self>,
    _ apply: (_ index: Int, _ x: Self) -> Self
  ) {
    if x == UnsafePointer(y) {
      for index in 0..<count { y[index] = apply(index, y[index]) }
    } else {
      for index in 0..<count { y[index] = apply(index, x[index]) }
    }
  }
}

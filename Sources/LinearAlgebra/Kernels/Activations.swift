internal import CPerceptronKernels

/// A function of one number that a layer applies to each of its inputs.
public enum ActivationFunction: Sendable {
  /// max(x, 0).
  case relu
  /// x above 0, else slope·x.
  case leakyReLU(slope: Double)
  /// The hyperbolic tangent.
  case tanh
  /// 1 / (1 + e⁻ˣ).
  case sigmoid
  /// x·Φ(x), where Φ is the normal distribution's cumulative function.
  case gelu
  /// Any other function, with its slope, both of x: called for each element, so slower than those that
  /// have kernels.
  case custom(
    value: @Sendable (_ x: Double) -> Double, slope: @Sendable (_ x: Double) -> Double)
}

/// What the slope of an activation function is computed from.
public enum SlopeSource: Sendable {
  /// x.
  case input
  /// The function's value.
  case output
}

extension ActivationFunction {
  /// What the slope is computed from.
  public var slopeReads: SlopeSource {
    switch self {
    case .relu, .leakyReLU, .tanh, .sigmoid: .output
    case .gelu, .custom: .input
    }
  }

  /// Whether the function has a kink at 0.
  public var hasKinkAtZero: Bool {
    switch self {
    case .relu, .leakyReLU: true
    case .tanh, .sigmoid, .gelu, .custom: false
    }
  }
}

// MARK: - Kernels

extension BLASScalar {
  /// y = function(x), element by element; `y` may be `x`.
  @_specialize(where Self == Float)
  @_specialize(where Self == Double)
  package static func activate(
    _ function: ActivationFunction, count: Int, _ x: UnsafePointer<Self>,
    into y: UnsafeMutablePointer<Self>
  ) {
    switch function {
    case .relu: ckernels_relu(kernelType, count, x, y)
    case .leakyReLU(let slope): ckernels_leaky_relu(kernelType, count, slope, x, y)
    case .tanh: ckernels_tanh(kernelType, count, x, y)
    case .sigmoid: ckernels_sigmoid(kernelType, count, x, y)
    case .gelu: ckernels_gelu(kernelType, count, x, y)
    case .custom(let value, _): transform(count: count, x, into: y) { Self(value($1.asDouble)) }
    }
  }

  /// The upstream gradient times the function's slope, which is computed from what the function
  /// ``ActivationFunction/slopeReads``; `gradient` may be `upstream`.
  @_specialize(where Self == Float)
  @_specialize(where Self == Double)
  package static func activationGradient(
    _ function: ActivationFunction, count: Int, read: UnsafePointer<Self>,
    upstream: UnsafePointer<Self>, into gradient: UnsafeMutablePointer<Self>
  ) {
    switch function {
    case .relu: ckernels_relu_gradient(kernelType, count, read, upstream, gradient)
    case .leakyReLU(let slope):
      ckernels_leaky_relu_gradient(kernelType, count, slope, read, upstream, gradient)
    case .tanh: ckernels_tanh_gradient(kernelType, count, read, upstream, gradient)
    case .sigmoid: ckernels_sigmoid_gradient(kernelType, count, read, upstream, gradient)
    case .gelu: ckernels_gelu_gradient(kernelType, count, read, upstream, gradient)
    case .custom(_, let slope):
      transform(count: count, upstream, into: gradient) { $1 * Self(slope(read[$0].asDouble)) }
    }
  }

  /// Factors that drop a share `rate` of the elements, 0, and make up for it in the others,
  /// 1 / (1 − rate). Each is a function of the seed and the element's position alone, of which
  /// `first` is that of the first one.
  package static func dropoutFactors(
    count: Int, from first: Int, rate: Double, seed: UInt64,
    into factors: UnsafeMutablePointer<Self>
  ) {
    // Below 2⁶⁴, because a rate below 1 is at most 1 − 2⁻⁵³. The seed is mixed once before the
    // positions are added: seeds that are a step apart, as those of neighboring layers are, would
    // otherwise give the same factors one place further.
    ckernels_dropout_factors(
      kernelType, count, 1 / (1 - rate), UInt64(rate * 0x1p64),
      SplitMix64.mix(seed) &+ SplitMix64.step &* UInt64(truncatingIfNeeded: first), factors)
  }
}

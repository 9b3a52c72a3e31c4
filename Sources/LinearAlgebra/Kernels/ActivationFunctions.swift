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

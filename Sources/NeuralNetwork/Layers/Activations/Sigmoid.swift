import PerceptronLinearAlgebra

/// The logistic function of each input, 1 / (1 + e⁻ˣ). NaN passes through.
///
/// The backward pass needs the output y: the slope is y·(1 − y).
public struct Sigmoid<Scalar: BLASScalar>: ActivationLayer {
  /// The layer; it has no parameters.
  public init() {}

  /// 1 / (1 + e⁻ˣ).
  public var function: ActivationFunction { .sigmoid }

  /// `sigmoid`.
  public var specification: LayerSpecification? { .sigmoid }
}

/// The hyperbolic tangent of each input. NaN passes through.
///
/// The backward pass needs the output y: the slope is 1 − y².
public struct Tanh<Scalar: BLASScalar>: ActivationLayer {
  /// The layer; it has no parameters.
  public init() {}

  /// The hyperbolic tangent.
  public var function: ActivationFunction { .tanh }

  /// `tanh`.
  public var specification: LayerSpecification? { .tanh }
}

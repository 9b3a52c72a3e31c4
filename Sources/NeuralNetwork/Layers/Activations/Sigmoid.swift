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

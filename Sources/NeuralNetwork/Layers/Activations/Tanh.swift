import PerceptronLinearAlgebra

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

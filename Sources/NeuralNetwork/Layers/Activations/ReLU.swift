import PerceptronLinearAlgebra

/// The rectified linear unit: max(x, 0), element by element. NaN passes through.
///
/// The backward pass needs the output; the gradient at 0 is taken as 0.
public struct ReLU<Scalar: BLASScalar>: ActivationLayer {
  /// The layer; it has no parameters.
  public init() {}

  /// max(x, 0).
  public var function: ActivationFunction { .relu }

  /// `relu`.
  public var specification: LayerSpecification? { .relu }
}

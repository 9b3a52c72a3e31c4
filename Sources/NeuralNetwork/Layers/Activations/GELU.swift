import PerceptronLinearAlgebra

/// The Gaussian error linear unit of each input, x·Φ(x), where Φ is the normal distribution's
/// cumulative function (Hendrycks and Gimpel 2016): the exact one, not its approximation by tanh.
/// NaN passes through.
///
/// The backward pass needs the input: the slope is Φ(x) + x·φ(x), where φ is the normal density.
public struct GELU<Scalar: BLASScalar>: ActivationLayer {
  /// The layer; it has no parameters.
  public init() {}

  /// x·Φ(x).
  public var function: ActivationFunction { .gelu }

  /// `gelu`.
  public var specification: LayerSpecification? { .gelu }
}

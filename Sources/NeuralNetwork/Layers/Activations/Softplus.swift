import Foundation
import PerceptronLinearAlgebra

/// The softplus of each input, ln(1 + eˣ), a smooth rectifier (Dugas and others 2001). NaN passes
/// through.
///
/// The backward pass needs the input: the slope is 1 / (1 + e⁻ˣ).
public struct Softplus<Scalar: BLASScalar>: ActivationLayer {
  /// The layer; it has no parameters.
  public init() {}

  /// ln(1 + eˣ), computed so that the exponential does not overflow.
  public var function: ActivationFunction {
    .custom(
      value: { ($0 < 0 ? 0 : $0) + log1p(exp(-$0.magnitude)) }, slope: { 1 / (1 + exp(-$0)) })
  }

  /// `softplus`.
  public var specification: LayerSpecification? { .softplus }
}

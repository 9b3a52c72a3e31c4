import PerceptronLinearAlgebra

/// The leaky rectified linear unit: x above 0, else slope·x (Maas, Hannun and Ng 2013). NaN passes
/// through.
///
/// The slope is above 0, so that the output has the input's sign and the backward pass needs the
/// output alone; the gradient at 0 is taken as the slope.
public struct LeakyReLU<Scalar: BLASScalar>: ActivationLayer {
  /// The factor of negative inputs.
  public let slope: Double

  /// The layer with a slope for negative inputs; it has no parameters.
  ///
  /// - Precondition: `slope` is above 0 and finite.
  public init(slope: Double = 0.01) {
    self.slope = slope
    specification?.requireValid()
    require(
      Scalar(slope) > 0 && Scalar(slope).isFinite,
      "LeakyReLU: slope \(slope) is 0 or not finite in \(Scalar.self), expected a number above 0")
  }

  /// x above 0, else slope·x.
  public var function: ActivationFunction { .leakyReLU(slope: slope) }

  /// `leakyReLU`, with the slope.
  public var specification: LayerSpecification? { .leakyReLU(slope: slope) }
}

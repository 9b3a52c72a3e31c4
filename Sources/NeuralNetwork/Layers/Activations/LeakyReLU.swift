import PerceptronLinearAlgebra

/// The leaky rectifier: x above 0, else slope·x (Maas, Hannun and Ng 2013). NaN passes through.
///
/// The slope is above 0, so that the output has the input's sign and the backward pass needs the
/// output alone; the gradient at 0 is taken as the slope.
public struct LeakyReLU<Scalar: BLASScalar>: ActivationLayer {
  /// What inputs below 0 are multiplied by.
  public let slope: Double

  /// The rectifier with a slope below 0; it has no parameters.
  ///
  /// - Precondition: `slope` is above 0 and finite.
  public init(slope: Double = 0.01) {
    self.slope = slope
    specification?.requireValid()
    require(
      Scalar(slope) > 0 && Scalar(slope).isFinite,
      "LeakyReLU: a slope of \(slope) is none in \(Scalar.self)")
  }

  /// x above 0, else slope·x.
  public var function: ActivationFunction { .leakyReLU(slope: slope) }
  /// Yes.
  public var hasKinkAtZero: Bool { true }

  /// `leakyReLU`, with the slope.
  public var specification: LayerSpecification? { .leakyReLU(slope: slope) }

  /// The same layer in another scalar type.
  public func converted<Other: BLASScalar>(to scalar: Other.Type) -> any Layer<Other> {
    LeakyReLU<Other>(slope: slope)
  }
}

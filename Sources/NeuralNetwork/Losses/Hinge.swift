import PerceptronLinearAlgebra

/// The multi-class hinge of CS231n: the mean over rows of Σⱼ max(0, scoreⱼ − score of the label + 1),
/// over all classes j but the label. It knows no probabilities.
public struct Hinge<Scalar: BLASScalar>: MarginLoss {
  /// The loss; it has no parameters.
  public init() {}

  /// No.
  public var isSquared: Bool { false }

  /// `hinge`.
  public var specification: LossSpecification? { .hinge }

  /// The same loss in another scalar type.
  public func converted<Other: BLASScalar>(to scalar: Other.Type) -> any Loss<Other> {
    Hinge<Other>()
  }
}

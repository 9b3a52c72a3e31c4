import PerceptronLinearAlgebra

/// The multi-class hinge with squared margins: the mean over rows of
/// Σⱼ max(0, scoreⱼ − score of the label + 1)², over all classes j but the label. It knows no
/// probabilities.
public struct SquaredHinge<Scalar: BLASScalar>: MarginLoss {
  /// The loss; it has no parameters.
  public init() {}

  /// Yes.
  public var isSquared: Bool { true }

  /// `squaredHinge`.
  public var specification: LossSpecification? { .squaredHinge }

  /// The same loss in another scalar type.
  public func converted<Other: BLASScalar>(to scalar: Other.Type) -> any Loss<Other> {
    SquaredHinge<Other>()
  }
}

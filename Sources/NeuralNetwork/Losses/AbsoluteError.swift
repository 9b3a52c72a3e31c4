import PerceptronLinearAlgebra

/// The mean over all outputs of |output − target|, as PyTorch's `L1Loss`.
///
/// The backward pass needs the signs of the differences; that of 0 is taken as 0.
public struct AbsoluteError<Scalar: BLASScalar>: ValueLoss {
  /// The loss; it has no parameters.
  public init() {}

  /// Half way from 0 to 1.
  public var threshold: Scalar { 0.5 }
  /// One.
  public var slope: Scalar { 1 }

  /// Writes the differences' signs, and the mean of each row's magnitudes.
  public func forward(
    outputs: RowBlock<Scalar>, targets: TargetBlock<Scalar>,
    kept signs: MutableRowBlock<Scalar>, losses: UnsafeMutableBufferPointer<Scalar>
  ) {
    writeDifferences(targets, for: outputs, to: signs, losses: losses)
    let columns = outputs.columns
    for row in 0..<outputs.rows {
      let sum = Scalar.sumOfMagnitudes(count: columns, signs.base + row * columns)
      losses[row] = sum / Scalar(columns)
    }
    Scalar.signs(count: signs.count, signs.reading.base, into: signs.base)
  }

  /// The differences.
  public func kinks(outputs: Tensor<Scalar>, targets: Targets<Scalar>) -> Tensor<Scalar>? {
    var numbers = Tensor<Scalar>.zeros(outputs.shape)
    targets.withBlock { targets in
      numbers.withMutableRows { targets.write(for: "AbsoluteError", to: $0) }
    }
    return outputs - numbers
  }

  /// `absoluteError`.
  public var specification: LossSpecification? { .absoluteError }

  /// The same loss in another scalar type.
  public func converted<Other: BLASScalar>(to scalar: Other.Type) -> any Loss<Other> {
    AbsoluteError<Other>()
  }
}

import PerceptronLinearAlgebra

/// The mean over all outputs of (output − target)², as PyTorch's `MSELoss`.
///
/// The backward pass needs the differences.
public struct SquaredError<Scalar: BLASScalar>: ValueLoss {
  /// The loss; it has no parameters.
  public init() {}

  /// Half way from 0 to 1.
  public var threshold: Scalar { 0.5 }
  /// Two.
  public var slope: Scalar { 2 }

  /// Writes the differences, and the mean of each row's squares.
  public func forward(
    outputs: RowBlock<Scalar>, targets: TargetBlock<Scalar>,
    kept differences: MutableRowBlock<Scalar>, losses: UnsafeMutableBufferPointer<Scalar>
  ) {
    writeDifferences(targets, for: outputs, to: differences, losses: losses)
    let columns = outputs.columns
    for row in 0..<outputs.rows {
      let difference = UnsafePointer(differences.base + row * columns)
      losses[row] = Scalar.dot(count: columns, difference, difference) / Scalar(columns)
    }
  }

  /// `squaredError`.
  public var specification: LossSpecification? { .squaredError }

  /// The same loss in another scalar type.
  public func converted<Other: BLASScalar>(to scalar: Other.Type) -> any Loss<Other> {
    SquaredError<Other>()
  }
}

import PerceptronLinearAlgebra

/// The Huber loss, as PyTorch's `HuberLoss`: the mean over all outputs of ½d² where |d| ≤ δ, else of
/// δ(|d| − ½δ), with d = output − target. It is the squared error of small differences, and grows only
/// linearly with large ones (Huber 1964).
///
/// The slopes, d limited to −δ...δ, are saved for the backward pass.
public struct Huber<Scalar: BLASScalar>: ValueLoss {
  /// δ, the difference from which on the loss grows linearly.
  public let delta: Double

  /// The loss; it has no parameters.
  ///
  /// - Precondition: `delta` is above 0 and finite, also as a `Float`.
  public init(delta: Double = 1) {
    self.delta = delta
    specification?.requireValid()
  }

  /// Half way from 0 to 1.
  public var threshold: Scalar { 0.5 }
  /// 1, times the difference within −δ...δ.
  public var slope: Scalar { 1 }

  /// Writes the slopes, and the mean of each row's losses.
  public func forward(
    outputs: RowBlock<Scalar>, targets: TargetBlock<Scalar>, saved slopes: MutableRowBlock<Scalar>,
    losses: UnsafeMutableBufferPointer<Scalar>
  ) {
    writeDifferences(targets, for: outputs, to: slopes, losses: losses)
    let (columns, delta) = (outputs.columns, Scalar(delta))
    for row in 0..<outputs.rows {
      // With c for d within −δ...δ, both pieces are ½c² + δ(|d| − |c|).
      let slope = slopes.base + row * columns
      let whole = Scalar.absoluteSum(count: columns, slope)
      Scalar.clip(
        count: columns, from: -delta, through: delta, slope, into: slope, workers: 1)
      let excess = whole - Scalar.absoluteSum(count: columns, slope)
      let squares = Scalar.dot(count: columns, UnsafePointer(slope), UnsafePointer(slope))
      losses[row] = (squares / 2 + delta * excess) / Scalar(columns)
    }
  }

  /// `huber`, with its delta.
  public var specification: LossSpecification? { .huber(delta: delta) }
}

import Foundation
import PerceptronLinearAlgebra

/// The mean over all outputs of ln cosh(output − target): about half the squared error near 0, and the
/// absolute error less ln 2 far from it.
///
/// The hyperbolic tangents of the differences are saved for the backward pass.
public struct LogCosh<Scalar: BLASScalar>: ValueLoss {
  /// The loss; it has no parameters.
  public init() {}

  /// Half way from 0 to 1.
  public var threshold: Scalar { 0.5 }
  /// 1, times the hyperbolic tangent.
  public var slope: Scalar { 1 }

  /// Writes the differences' hyperbolic tangents, and the mean of each row's losses.
  public func forward(
    outputs: RowBlock<Scalar>, targets: TargetBlock<Scalar>, saved: MutableRowBlock<Scalar>,
    losses: UnsafeMutableBufferPointer<Scalar>
  ) {
    writeDifferences(targets, for: outputs, to: saved, losses: losses)
    let columns = outputs.columns
    for row in 0..<outputs.rows {
      var sum = 0.0
      for place in row * columns..<(row + 1) * columns {
        let size = Double(saved.base[place]).magnitude
        // ln cosh x = |x| + ln(1 + e^(−2|x|)) − ln 2, which does not overflow.
        sum += size + log1p(exp(-2 * size)) - log(2)
      }
      losses[row] = Scalar(sum / Double(columns))
    }
    Scalar.activate(.tanh, count: saved.count, saved.reading.base, into: saved.base)
  }

  /// `logCosh`.
  public var specification: LossSpecification? { .logCosh }
}

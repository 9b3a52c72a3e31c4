import PerceptronLinearAlgebra

/// Binary cross-entropy of each output's sigmoid p: the mean over all outputs of
/// −target·ln p − (1 − target)·ln(1 − p), as PyTorch's `BCEWithLogitsLoss`.
///
/// A single output tells class 0 from class 1: p is the probability of class 1. Several outputs are
/// each a class against the rest, and their probabilities need not add up to 1. With values of 0 and 1
/// as targets they are several independent labels, of which a row may have none or all. The loss is
/// computed from the outputs themselves, so that those of ±1e30 give finite losses.
///
/// p − target is saved for the backward pass.
public struct LogisticLoss<Scalar: BLASScalar>: ValueLoss {
  /// The loss; it has no parameters.
  public init() {}

  /// 0, where the sigmoid is ½.
  public var threshold: Scalar { 0 }
  /// 1.
  public var slope: Scalar { 1 }

  /// Writes p − target, and the mean of each row's losses.
  public func forward(
    outputs: RowBlock<Scalar>, targets: TargetBlock<Scalar>, saved: MutableRowBlock<Scalar>,
    losses: UnsafeMutableBufferPointer<Scalar>
  ) {
    writeTargets(targets, for: outputs, to: saved, losses: losses)
    guard let losses = losses.baseAddress else { return }
    Scalar.logisticCrossEntropy(
      rows: outputs.rows, columns: outputs.columns, outputs.base, targets: saved.base,
      losses: losses)
  }

  /// The sigmoid of each output; for a single one, 1 − p and p.
  public func probabilities(of outputs: Tensor<Scalar>) -> Tensor<Scalar>? {
    let (rows, columns) = (outputs.shape.rowCount, outputs.shape.columnCount)
    var sides = outputs
    if columns == 1 {
      // 1 − p is the sigmoid of the output's negative: taken off 1, a small one would be lost.
      sides = Tensor(outputs.elements.flatMap { [-$0, $0] }, shape: [rows, 2])
    }
    return sides.sigmoid
  }

  /// `logistic`.
  public var specification: LossSpecification? { .logistic }
}

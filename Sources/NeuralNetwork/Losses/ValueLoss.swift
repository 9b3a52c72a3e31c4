import PerceptronLinearAlgebra

/// A loss that holds each output against a number: a mean over the outputs of a row, so that the
/// loss of a batch is the mean over all of its outputs.
///
/// Labels become numbers: 1 in the label's column and 0 in the others. A single output has the label
/// itself as its number, so it tells class 0 from class 1.
public protocol ValueLoss<Scalar>: Loss {
  /// Above which output a single one says class 1.
  var threshold: Scalar { get }
  /// How many times what `forward` keeps an output's own loss rises with it.
  var slope: Scalar { get }
}

extension ValueLoss {
  /// Writes `slope`·kept / (outputs in a row · normalizer).
  public func backward(
    kept: RowBlock<Scalar>, targets: TargetBlock<Scalar>, normalizer: Scalar,
    into gradient: MutableRowBlock<Scalar>
  ) {
    require(
      gradient.shape == kept.shape, "\(Self.self): kept \(kept.shape), room for \(gradient.shape)")
    withUnsafePointer(to: slope / (Scalar(kept.columns) * normalizer)) {
      Scalar.combine(
        .multiply, count: kept.count, kept.base, .each, $0, .same, into: gradient.base)
    }
  }

  /// Two where there is a single output, else one for each output.
  public func classCount(outputSize: Int) -> Int { outputSize == 1 ? 2 : outputSize }

  /// The place of the largest output; of a single one, whether it is above the threshold.
  public func classes(of outputs: Tensor<Scalar>) -> [Int] {
    if outputs.shape.columnCount != 1 { return outputs.argmax(axis: 1) }
    return outputs.elements.map { $0 > threshold ? 1 : 0 }
  }

  /// Checks the extents of `forward`, and writes the targets where it keeps its numbers.
  func writeTargets(
    _ targets: TargetBlock<Scalar>, for outputs: RowBlock<Scalar>,
    to kept: MutableRowBlock<Scalar>, losses: UnsafeMutableBufferPointer<Scalar>
  ) {
    require(
      kept.shape == outputs.shape && losses.count == outputs.rows,
      "\(Self.self): outputs \(outputs.shape), room for \(kept.shape) and \(losses.count) losses")
    targets.write(for: "\(Self.self)", to: kept)
  }

  /// The same, and takes them off the outputs.
  func writeDifferences(
    _ targets: TargetBlock<Scalar>, for outputs: RowBlock<Scalar>,
    to kept: MutableRowBlock<Scalar>, losses: UnsafeMutableBufferPointer<Scalar>
  ) {
    writeTargets(targets, for: outputs, to: kept, losses: losses)
    Scalar.combine(
      .subtract, count: kept.count, outputs.base, .each, UnsafePointer(kept.base), .each,
      into: kept.base)
  }
}

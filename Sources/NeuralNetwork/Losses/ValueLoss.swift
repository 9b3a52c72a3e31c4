import PerceptronLinearAlgebra

/// A loss that compares each output with a number: a mean over the outputs of a row, so that the loss
/// of a batch is the mean over all of its outputs.
///
/// Labels become numbers: 1 in the label's column and 0 in the others. A single output has the label
/// itself as its number, so it tells class 0 from class 1.
public protocol ValueLoss<Scalar>: Loss {
  /// The output of a single-output network above which it predicts class 1.
  var threshold: Scalar { get }
  /// The slope of an output's own loss is this factor times the number that `forward` saved for it.
  var slope: Scalar { get }
}

extension ValueLoss {
  /// Writes `slope`·saved / (outputs in a row · normalizer).
  public func backward(
    saved: RowBlock<Scalar>, targets: TargetBlock<Scalar>, normalizer: Scalar,
    into gradient: MutableRowBlock<Scalar>
  ) {
    require(
      gradient.shape == saved.shape,
      "\(Self.self): saved \(saved.shape), room for \(gradient.shape)")
    withUnsafePointer(to: slope / (Scalar(saved.columns) * normalizer)) {
      Scalar.combine(
        .multiply, count: saved.count, saved.base, .each, $0, .same, into: gradient.base)
    }
  }

  /// True: labels become numbers, and numbers are taken as they are.
  public var takesValues: Bool { true }

  /// Two where there is a single output, else one for each output.
  public func classCount(outputSize: Int) -> Int { outputSize == 1 ? 2 : outputSize }

  /// The place of the largest output; of a single one, whether it is above the threshold.
  public func classes(of outputs: Tensor<Scalar>) -> [Int] {
    if outputs.shape.columnCount != 1 { return outputs.argmax(axis: 1) }
    return outputs.elements.map { $0 > threshold ? 1 : 0 }
  }

  /// Checks the extents of `forward`, and writes the targets to `saved`.
  func writeTargets(
    _ targets: TargetBlock<Scalar>, for outputs: RowBlock<Scalar>,
    to saved: MutableRowBlock<Scalar>, losses: UnsafeMutableBufferPointer<Scalar>
  ) {
    require(
      saved.shape == outputs.shape && losses.count == outputs.rows,
      "\(Self.self): outputs \(outputs.shape), room for \(saved.shape) and \(losses.count) losses")
    targets.write(for: "\(Self.self)", to: saved)
  }

  /// Writes outputs − targets to `saved`.
  func writeDifferences(
    _ targets: TargetBlock<Scalar>, for outputs: RowBlock<Scalar>,
    to saved: MutableRowBlock<Scalar>, losses: UnsafeMutableBufferPointer<Scalar>
  ) {
    writeTargets(targets, for: outputs, to: saved, losses: losses)
    Scalar.combine(
      .subtract, count: saved.count, outputs.base, .each, UnsafePointer(saved.base), .each,
      into: saved.base)
  }
}

extension Loss {
  /// The output above which a label is predicted, and by a single output the second of two classes.
  package var outputThreshold: Scalar { (self as? any ValueLoss<Scalar>)?.threshold ?? 0 }

  /// Whether a network of `outputSize` outputs has a single one, which tells two classes apart.
  package func hasTwoSides(outputSize: Int) -> Bool {
    outputSize == 1 && classCount(outputSize: 1) == 2
  }
}

/// The mean over all outputs of (output − target)², as PyTorch's `MSELoss`.
///
/// The differences are saved for the backward pass.
public struct SquaredError<Scalar: BLASScalar>: ValueLoss {
  /// The loss; it has no parameters.
  public init() {}

  /// Half way from 0 to 1.
  public var threshold: Scalar { 0.5 }
  /// 2, the slope of a square.
  public var slope: Scalar { 2 }

  /// Writes the differences, and the mean of each row's squares.
  public func forward(
    outputs: RowBlock<Scalar>, targets: TargetBlock<Scalar>,
    saved differences: MutableRowBlock<Scalar>, losses: UnsafeMutableBufferPointer<Scalar>
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
}

/// The mean over all outputs of |output − target|, as PyTorch's `L1Loss`.
///
/// The signs of the differences are saved for the backward pass; the sign of 0 is 0.
public struct AbsoluteError<Scalar: BLASScalar>: ValueLoss {
  /// The loss; it has no parameters.
  public init() {}

  /// Half way from 0 to 1.
  public var threshold: Scalar { 0.5 }
  /// 1, times the sign.
  public var slope: Scalar { 1 }

  /// Writes the differences' signs, and the mean of each row's magnitudes.
  public func forward(
    outputs: RowBlock<Scalar>, targets: TargetBlock<Scalar>,
    saved signs: MutableRowBlock<Scalar>, losses: UnsafeMutableBufferPointer<Scalar>
  ) {
    writeDifferences(targets, for: outputs, to: signs, losses: losses)
    let columns = outputs.columns
    for row in 0..<outputs.rows {
      let sum = Scalar.absoluteSum(count: columns, signs.base + row * columns)
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
}

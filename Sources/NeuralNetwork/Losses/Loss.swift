import PerceptronLinearAlgebra

/// A loss: a function of each row's outputs and target. The loss of a batch is the sum of its rows'
/// losses divided by a normalizer, by default the number of rows.
///
/// Where rows have weights, each row's loss and gradient is multiplied by the row's weight after
/// `forward` and `backward`, which therefore leave weights alone. The normalizer is by default the sum
/// of the weights.
public protocol Loss<Scalar>: Sendable, Equatable {
  /// The type of all numbers.
  associatedtype Scalar: BLASScalar

  /// Writes each row's loss, and saves what the backward pass needs.
  ///
  /// - Parameters:
  ///   - outputs: rows × outputs.
  ///   - targets: as many rows of targets.
  ///   - saved: rows × outputs; other memory than `outputs`, so that targets can be written to it.
  ///   - losses: one per row.
  /// - Precondition: extents agree, labels are classes.
  func forward(
    outputs: RowBlock<Scalar>, targets: TargetBlock<Scalar>, saved: MutableRowBlock<Scalar>,
    losses: UnsafeMutableBufferPointer<Scalar>)

  /// Writes the gradient of the batch's loss with respect to the outputs.
  ///
  /// - Parameters:
  ///   - saved: what `forward` saved, rows × outputs.
  ///   - targets: as given to `forward`.
  ///   - normalizer: of the whole batch, of which these rows may be a share.
  ///   - gradient: rows × outputs; may be the same memory as `saved`.
  func backward(
    saved: RowBlock<Scalar>, targets: TargetBlock<Scalar>, normalizer: Scalar,
    into gradient: MutableRowBlock<Scalar>)

  /// The divisor of the sum of the rows' losses, each multiplied by the row's weight if there are any.
  func normalizer(of targets: TargetBlock<Scalar>, rows: Int) -> Scalar

  /// Numbers whose signs select a piece of a function with kinks, such as the margins of a hinge, for
  /// gradient checks; nil for a smooth loss.
  func kinks(outputs: Tensor<Scalar>, targets: Targets<Scalar>) -> Tensor<Scalar>?

  /// Whether a number for each output may be its target; labels always may.
  var takesValues: Bool { get }
  /// The number of classes of `outputSize` outputs.
  func classCount(outputSize: Int) -> Int
  /// The class of each row of outputs.
  func classes(of outputs: Tensor<Scalar>) -> [Int]
  /// The probability of each class, [rows, classes], or nil if the loss has none.
  func probabilities(of outputs: Tensor<Scalar>) -> Tensor<Scalar>?

  /// The loss's kind and settings as files hold them; nil for a loss that files cannot hold.
  var specification: LossSpecification? { get }
  /// The loss's name in summaries and messages.
  var name: String { get }
  /// The same loss in another scalar type.
  func converted<Other: BLASScalar>(to scalar: Other.Type) -> any Loss<Other>
}

extension Loss {
  /// Nil: files do not hold the loss. One of your own states
  /// ``LossSpecification/custom(name:settings:)`` once it is registered.
  public var specification: LossSpecification? { nil }
  /// The specification's text, or the type's name.
  public var name: String { specification.map { "\($0)" } ?? "\(Self.self)" }
  /// The loss of the same specification. Traps for a loss that has none and does not implement it.
  public func converted<Other: BLASScalar>(to scalar: Other.Type) -> any Loss<Other> {
    guard let specification else {
      fatalError("\(name): this loss does not implement its conversion to \(Other.self)")
    }
    return specification.makeLoss()
  }

  /// The sum of the rows' weights, or the number of rows without weights.
  public func normalizer(of targets: TargetBlock<Scalar>, rows: Int) -> Scalar {
    targets.totalWeight(rows: rows)
  }
  /// Nil: the loss is smooth.
  public func kinks(outputs: Tensor<Scalar>, targets: Targets<Scalar>) -> Tensor<Scalar>? { nil }
  /// False: targets are labels.
  public var takesValues: Bool { false }
  /// One for each output.
  public func classCount(outputSize: Int) -> Int { outputSize }
  /// The place of the largest output, the first of equal ones; of the first NaN where there is one.
  public func classes(of outputs: Tensor<Scalar>) -> [Int] { outputs.argmax(axis: 1) }
  /// Nil: the loss has no probabilities.
  public func probabilities(of outputs: Tensor<Scalar>) -> Tensor<Scalar>? { nil }

  /// The loss of a batch from the sum of its rows' losses: NaN where the normalizer is 0, as for no rows
  /// and where rows or labels all have the weight 0.
  package func mean(ofSum sum: Scalar, _ targets: TargetBlock<Scalar>, rows: Int) -> Scalar {
    // The sign that a quotient of zeros has means nothing, but is printed.
    (sum / normalizer(of: targets, rows: rows)).withoutNaNSign
  }

  /// Whether the other loss is of the same type and equal.
  func isEqual(to other: any Loss<Scalar>) -> Bool { (other as? Self) == self }

  /// The loss of a batch of outputs, [rows, outputs]; NaN for no rows, and for rows whose weights are all
  /// 0, as in PyTorch.
  public func callAsFunction(_ outputs: Tensor<Scalar>, _ targets: Targets<Scalar>) -> Scalar {
    let sum = rowLosses(outputs, targets).sum()
    return targets.withBlock { mean(ofSum: sum, $0, rows: targets.rowCount) }
  }

  /// The loss of each row times its weight, [rows], before anything is divided.
  public func rowLosses(_ outputs: Tensor<Scalar>, _ targets: Targets<Scalar>) -> Tensor<Scalar> {
    lossesAndSaved(outputs, targets).losses
  }

  /// The gradient of the batch's loss with respect to the outputs, in their shape; NaN where the loss has
  /// no normalizer, for rows whose weights are all 0.
  public func gradient(_ outputs: Tensor<Scalar>, _ targets: Targets<Scalar>) -> Tensor<Scalar> {
    var gradient = lossesAndSaved(outputs, targets).saved
    targets.withBlock { targets in
      gradient.withMutableRows {
        let normalizer = normalizer(of: targets, rows: $0.rows)
        backward(saved: $0.reading, targets: targets, normalizer: normalizer, into: $0)
        targets.applyWeights(toRowsOf: $0, normalizer: normalizer)
      }
    }
    return gradient
  }

  func lossesAndSaved(
    _ outputs: Tensor<Scalar>, _ targets: Targets<Scalar>
  ) -> (losses: Tensor<Scalar>, saved: Tensor<Scalar>) {
    var saved = Tensor<Scalar>.zeros(outputs.shape)
    var losses = Tensor<Scalar>.zeros([outputs.shape.rowCount])
    outputs.withRows { outputs in
      saved.withMutableRows { saved in
        losses.withUnsafeMutableElements { losses in
          targets.withBlock {
            forward(outputs: outputs, targets: $0, saved: saved, losses: losses)
            $0.applyWeights(to: losses)
          }
        }
      }
    }
    return (losses, saved)
  }
}

import PerceptronLinearAlgebra

/// A loss of the margins by which wrong classes come too close to the label's:
/// max(0, scoreⱼ − score of the label + 1) for each other class j, as in Crammer and Singer (2001)
/// and in CS231n, but for the sum over j instead of the largest.
///
/// The margins are saved for the backward pass.
public protocol MarginLoss<Scalar>: Loss {
  /// Whether the margins are squared before they are summed.
  var isSquared: Bool { get }
}

extension MarginLoss {
  /// Writes each row's margins and their sum, or that of their squares.
  public func forward(
    outputs scores: RowBlock<Scalar>, targets: TargetBlock<Scalar>,
    saved margins: MutableRowBlock<Scalar>, losses: UnsafeMutableBufferPointer<Scalar>
  ) {
    require(
      margins.shape == scores.shape && losses.count == scores.rows,
      "\(name): scores \(scores.shape), room for \(margins.shape) and \(losses.count) losses"
    )
    let labels = targets.labels(
      for: "\(Self.self)", rows: scores.rows, classes: scores.columns)
    guard let labels = labels.baseAddress, let losses = losses.baseAddress else { return }
    Scalar.hinge(
      rows: scores.rows, columns: scores.columns, scores.base, labels: labels,
      isSquared: isSquared, margins: margins.base, losses: losses)
  }

  /// Writes, divided by the normalizer, 1 for each class whose margin is above 0, or twice the
  /// margin where margins are squared; and at the label minus the sum of these.
  public func backward(
    saved margins: RowBlock<Scalar>, targets: TargetBlock<Scalar>, normalizer: Scalar,
    into gradient: MutableRowBlock<Scalar>
  ) {
    require(
      gradient.shape == margins.shape,
      "\(Self.self): margins \(margins.shape), room for \(gradient.shape)")
    let labels = targets.labels(
      for: "\(Self.self)", rows: margins.rows, classes: margins.columns)
    guard let labels = labels.baseAddress else { return }
    Scalar.hingeGradient(
      rows: margins.rows, columns: margins.columns, margins: margins.base, labels: labels,
      isSquared: isSquared, normalizer: normalizer, into: gradient.base)
  }

  /// scoreⱼ − score of the label + 1, also where it is below 0.
  public func kinks(outputs scores: Tensor<Scalar>, targets: Targets<Scalar>) -> Tensor<Scalar>? {
    guard case .labels(let labels) = targets.kind else { return nil }
    var margins = scores
    let classes = scores.shape.columnCount
    for (row, label) in labels.enumerated() {
      let labeled = scores[position: row * classes + label]
      for place in row * classes..<(row + 1) * classes {
        margins[position: place] += 1 - labeled
      }
    }
    return margins
  }
}

/// The multi-class hinge of CS231n: the mean over rows of Σⱼ max(0, scoreⱼ − score of the label + 1),
/// over all classes j but the label. It has no probabilities.
public struct Hinge<Scalar: BLASScalar>: MarginLoss {
  /// The loss; it has no parameters.
  public init() {}

  /// False: the margins are summed.
  public var isSquared: Bool { false }

  /// `hinge`.
  public var specification: LossSpecification? { .hinge }
}

/// The multi-class hinge with squared margins: the mean over rows of
/// Σⱼ max(0, scoreⱼ − score of the label + 1)², over all classes j but the label. It has no
/// probabilities.
public struct SquaredHinge<Scalar: BLASScalar>: MarginLoss {
  /// The loss; it has no parameters.
  public init() {}

  /// True: the squared margins are summed.
  public var isSquared: Bool { true }

  /// `squaredHinge`.
  public var specification: LossSpecification? { .squaredHinge }
}

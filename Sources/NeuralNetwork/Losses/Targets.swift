import PerceptronLinearAlgebra

/// The targets of a network's outputs, and optionally a weight for each row.
///
/// Weights act in the same way on every loss: each row's loss and gradient is multiplied by the row's
/// weight, and the mean divides by the sum of the weights instead of the number of rows. A row of
/// weight 0 has a loss and a gradient of 0, whatever its outputs; where all weights are 0, the batch's
/// loss and gradient are NaN.
public struct Targets<Scalar: BLASScalar>: Sendable {
  /// The targets themselves, in one of two forms.
  public enum Kind: Sendable {
    /// A class for each row.
    case labels([Int])
    /// A number for each output: [rows, outputs].
    case values(Tensor<Scalar>)
  }

  /// Classes or numbers.
  public let kind: Kind
  /// A weight for each row, or nil if all are 1.
  public let weights: [Scalar]?

  /// Targets with a weight for each row.
  ///
  /// - Precondition: there are as many weights as rows, all finite and not negative.
  public init(_ kind: Kind, weights: [Scalar]? = nil) {
    (self.kind, self.weights) = (kind, weights)
    guard let weights else { return }
    require(weights.count == rowCount, "Targets: \(weights.count) weights for \(rowCount) rows")
    for (row, weight) in weights.enumerated() where !(weight >= 0 && weight.isFinite) {
      fatalError("Targets: weight \(weight) of row \(row), expected 0 or a finite number above 0")
    }
  }

  /// A class for each row, and a weight for each row.
  ///
  /// - Precondition: as for ``init(_:weights:)``.
  public static func labels(_ labels: [Int], weights: [Scalar]? = nil) -> Targets {
    Targets(.labels(labels), weights: weights)
  }

  /// A number for each output, [rows, outputs], and a weight for each row.
  ///
  /// - Precondition: as for ``init(_:weights:)``.
  public static func values(_ values: Tensor<Scalar>, weights: [Scalar]? = nil) -> Targets {
    Targets(.values(values), weights: weights)
  }

  /// The number of rows.
  public var rowCount: Int {
    switch kind {
    case .labels(let labels): labels.count
    case .values(let values): values.shape.rowCount
    }
  }

  /// Calls `body` with the targets as a block; it must not escape.
  public func withBlock<Result>(_ body: (TargetBlock<Scalar>) throws -> Result) rethrows -> Result {
    guard let weights else { return try withBlock(weights: nil, body) }
    return try weights.withUnsafeBufferPointer { try withBlock(weights: $0.baseAddress, body) }
  }

  private func withBlock<Result>(
    weights: UnsafePointer<Scalar>?, _ body: (TargetBlock<Scalar>) throws -> Result
  ) rethrows -> Result {
    switch kind {
    case .labels(let labels):
      try labels.withUnsafeBufferPointer { try body(.labels($0, weights: weights)) }
    case .values(let values):
      try values.withRows { try body(.values($0, weights: weights)) }
    }
  }
}

/// A view of the targets of a block of rows, and of their weights.
public struct TargetBlock<Scalar: BLASScalar> {
  /// The targets themselves, in one of two forms.
  public enum Kind {
    /// A class for each row.
    case labels(UnsafeBufferPointer<Int>)
    /// A number for each output, rows × outputs.
    case values(RowBlock<Scalar>)
  }

  /// Classes or numbers.
  public let kind: Kind
  /// A weight for each row, finite and not negative, or nil if all are 1. A loss need not apply them:
  /// networks do so after its forward and backward passes.
  public let weights: UnsafePointer<Scalar>?

  /// A view of targets; `weights` points to one for each row.
  public init(_ kind: Kind, weights: UnsafePointer<Scalar>? = nil) {
    (self.kind, self.weights) = (kind, weights)
  }

  /// A class for each row, and a weight for each row.
  public static func labels(
    _ labels: UnsafeBufferPointer<Int>, weights: UnsafePointer<Scalar>? = nil
  ) -> TargetBlock {
    TargetBlock(.labels(labels), weights: weights)
  }

  /// A number for each output, rows × outputs, and a weight for each row.
  public static func values(
    _ values: RowBlock<Scalar>, weights: UnsafePointer<Scalar>? = nil
  ) -> TargetBlock {
    TargetBlock(.values(values), weights: weights)
  }

  /// The targets of some of the rows.
  func rows(_ range: Range<Int>) -> TargetBlock {
    let weights = weights.map { $0 + range.lowerBound }
    return switch kind {
    case .labels(let labels):
      .labels(UnsafeBufferPointer(rebasing: labels[range]), weights: weights)
    case .values(let values): .values(values.rows(range), weights: weights)
    }
  }

  /// The labels, for a loss that takes nothing else; checked.
  func labels(
    for loss: @autoclosure () -> String, rows: Int, classes: Int
  ) -> UnsafeBufferPointer<Int> {
    guard case .labels(let labels) = kind else {
      fatalError("\(loss()): expected a class for each row, found a number for each output")
    }
    Self.check(labels, for: loss(), rows: rows, classes: classes)
    return labels
  }

  /// Traps unless there is a label for each of `rows`, each in 0..<classes.
  private static func check(
    _ labels: UnsafeBufferPointer<Int>, for loss: @autoclosure () -> String, rows: Int,
    classes: Int
  ) {
    require(labels.count == rows, "\(loss()): \(labels.count) labels for \(rows) rows")
    for row in labels.indices where labels[row] < 0 || labels[row] >= classes {
      fatalError("\(loss()): label \(labels[row]) of row \(row) is not one of \(classes) classes")
    }
  }

  /// Writes a target for each output, rows × outputs. A label becomes a 1 at its place among 0; where
  /// there is a single output, its target is the label itself, 0 or 1.
  ///
  /// - Precondition: as many rows and columns as in `outputs`, labels within the classes.
  func write(for loss: @autoclosure () -> String, to block: MutableRowBlock<Scalar>) {
    switch kind {
    case .values(let values):
      require(
        values.shape == block.shape,
        "\(loss()): targets \(values.shape) for outputs \(block.shape)")
      block.base.update(from: values.base, count: values.count)
    case .labels(let labels):
      let isSingle = block.columns == 1
      Self.check(labels, for: loss(), rows: block.rows, classes: isSingle ? 2 : block.columns)
      Scalar.fill(count: block.count, block.base, with: 0)
      for (row, label) in labels.enumerated() {
        if isSingle {
          block.base[row] = Scalar(label)
        } else {
          block.base[row * block.columns + label] = 1
        }
      }
    }
  }
}

import PerceptronLinearAlgebra

/// The targets of a network's outputs.
public enum Targets<Scalar: BLASScalar>: Sendable {
  /// A class for each row.
  case labels([Int])
  /// A number for each output: [rows, outputs].
  case values(Tensor<Scalar>)

  /// The number of rows.
  public var rowCount: Int {
    switch self {
    case .labels(let labels): labels.count
    case .values(let values): values.shape.rowCount
    }
  }

  /// Calls `body` with the targets as a block; it must not escape.
  public func withBlock<Result>(_ body: (TargetBlock<Scalar>) throws -> Result) rethrows -> Result {
    switch self {
    case .labels(let labels):
      try labels.withUnsafeBufferPointer { try body(.labels($0)) }
    case .values(let values):
      try values.withRows { try body(.values($0)) }
    }
  }
}

/// A view of the targets of a block of rows.
public enum TargetBlock<Scalar: BLASScalar> {
  /// A class for each row.
  case labels(UnsafeBufferPointer<Int>)
  /// A number for each output, rows × outputs.
  case values(RowBlock<Scalar>)

  /// The targets of some of the rows.
  func rows(_ range: Range<Int>) -> TargetBlock {
    switch self {
    case .labels(let labels): .labels(UnsafeBufferPointer(rebasing: labels[range]))
    case .values(let values): .values(values.rows(range))
    }
  }

  /// The labels, for a loss that takes nothing else; checked.
  func labels(
    for loss: @autoclosure () -> String, rows: Int, classes: Int
  ) -> UnsafeBufferPointer<Int> {
    guard case .labels(let labels) = self else {
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
    switch self {
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

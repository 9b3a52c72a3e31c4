import PerceptronLinearAlgebra

/// A data set with its preprocessing, from which batches of one scalar type are gathered.
public struct PreparedDataset<Scalar: BLASScalar>: Sendable {
  /// The raw examples.
  public let dataset: Dataset
  /// Their features, which are preprocessed as they are gathered.
  public let features: PreparedFeatures<Scalar>
  /// The scaled numbers, or the labels, of all rows, row by row; empty for classes.
  package let values: [Scalar]
  /// The number of columns of ``values``; 0 for classes.
  package let valueColumns: Int
  /// The weight of each row; nil where all count the same.
  package let weights: [Scalar]?

  /// A data set whose features are preprocessed as they are gathered.
  ///
  /// - Precondition: the mean, if there is one, has one number per feature, and the scaling of targets one
  ///   per column.
  public init(_ dataset: Dataset, with preprocessing: Preprocessing) {
    self.init(dataset, PreparedFeatures(dataset.features, with: preprocessing))
  }

  private init(_ dataset: Dataset, _ prepared: PreparedFeatures<Scalar>) {
    self.dataset = dataset
    features = prepared
    let preprocessing = prepared.preprocessing
    let values = dataset.targets.values ?? []
    valueColumns = dataset.schema.kind == .classes ? 0 : dataset.schema.names.count
    if let scaling = preprocessing.targets, dataset.schema.kind == .numbers {
      self.values = scaling.scaled(values).map { Scalar($0) }
    } else {
      self.values = values.map { Scalar($0) }
    }
    // Only their ratios count: the largest becomes 1 where single precision might not hold them.
    let largest = dataset.weights?.max() ?? 1
    let unit = (1e-12...1e12).contains(largest) || largest == 0 ? 1 : largest
    weights = dataset.weights.map { $0.map { Scalar($0 / unit) } }
  }

  /// The examples at `indices` in that order, repeats allowed, with the same preprocessing.
  ///
  /// - Precondition: every index lies within 0..<count.
  public func subset(rows indices: [Int]) -> PreparedDataset {
    PreparedDataset(dataset.subset(rows: indices), features.subset(rows: indices))
  }

  /// The features' preprocessing.
  public var preprocessing: Preprocessing { features.preprocessing }
  /// The number of examples.
  public var count: Int { dataset.count }
  /// The number of features of an example after preprocessing.
  public var featureCount: Int { features.featureCount }
  /// The kind of the targets and their names.
  public var schema: TargetSchema { dataset.schema }
  /// The number of classes; 0 where the targets are not classes.
  public var classCount: Int { dataset.classCount }
  /// The class of each example.
  ///
  /// - Precondition: the targets are classes.
  public var labels: [Int] { dataset.labels }
}

extension Dataset {
  /// This data set with its preprocessing, for batches of type `Scalar`.
  ///
  /// - Precondition: the mean, if there is one, has one number per feature.
  public func prepared<Scalar: BLASScalar>(
    with preprocessing: Preprocessing, as scalar: Scalar.Type = Scalar.self
  ) -> PreparedDataset<Scalar> {
    PreparedDataset(self, with: preprocessing)
  }
}

// MARK: - Batches

extension PreparedDataset {
  /// Gathers a batch into a tensor; nothing is allocated unless the targets' elements are shared.
  ///
  /// - Precondition: as for the buffers of ``gather(_:into:labels:)``.
  public func gather(
    _ rows: [Int], into target: inout Tensor<Scalar>, labels classes: inout [Int]
  ) {
    rows.withUnsafeBufferPointer { rows in
      classes.withUnsafeMutableBufferPointer { classes in
        target.withMutableRows { gather(rows, into: $0, labels: classes) }
      }
    }
  }

  /// Writes the examples at `rows`, preprocessed, to the rows of `target`, and their classes to
  /// `labels`, in that order: one worker's share of a batch. Nothing is allocated.
  ///
  /// - Precondition: `target` has `rows.count` rows of `featureCount` and `labels` as many elements;
  ///   every index lies within 0..<count.
  public func gather(
    _ rows: UnsafeBufferPointer<Int>, into target: MutableRowBlock<Scalar>,
    labels classes: UnsafeMutableBufferPointer<Int>
  ) {
    require(
      classes.count == rows.count, "gather: \(rows.count) rows into \(classes.count) labels")
    features.gather(rows, into: target)
    gatherLabels(of: rows, into: classes)
  }

  /// Writes the classes of the examples at `rows`, in that order. Nothing is allocated.
  package func gatherLabels(
    of rows: UnsafeBufferPointer<Int>, into classes: UnsafeMutableBufferPointer<Int>
  ) {
    let labels = dataset.labels
    for index in rows.indices { classes[index] = labels[rows[index]] }
  }

  /// Writes the scaled numbers, or the labels, of the examples at `rows`: rows × columns. Nothing is
  /// allocated.
  package func gatherValues(
    of rows: UnsafeBufferPointer<Int>, into target: UnsafeMutablePointer<Scalar>
  ) {
    let columns = valueColumns
    values.withUnsafeBufferPointer { values in
      guard let base = values.baseAddress else { return }
      for (index, row) in rows.enumerated() {
        (target + index * columns).update(from: base + row * columns, count: columns)
      }
    }
  }

  /// Writes the weights of the examples at `rows`, if there are any. Nothing is allocated.
  package func gatherWeights(
    of rows: UnsafeBufferPointer<Int>, into target: UnsafeMutablePointer<Scalar>
  ) {
    guard let weights else { return }
    for (index, row) in rows.enumerated() { target[index] = weights[row] }
  }

  /// The features of the examples `range`, preprocessed: [range.count, featureCount].
  ///
  /// - Precondition: `range` lies within 0..<count.
  public func block(_ range: Range<Int>) -> Tensor<Scalar> { features.block(range) }

  /// Calls `body` with all examples in order, at most `size` at a time.
  ///
  /// - Parameter body: takes the preprocessed rows and their classes.
  /// - Precondition: `size ≥ 1`, and the targets are classes.
  public func forEachBlock(
    of size: Int, _ body: (Tensor<Scalar>, ArraySlice<Int>) throws -> Void
  ) rethrows {
    let labels = labels
    try features.forEachBlock(of: size) { try body($1, labels[$0]) }
  }
}

extension PreparedDataset: CustomStringConvertible, CustomReflectable {
  /// What the data set is, what its features become and how: `600 rows of [2] bytes, 2 classes, as
  /// Float, divided by 255.0, less a mean`.
  public var description: String { "\(dataset), \(features.treatment)" }

  /// The data set's sizes and the divisor, without the numbers, labels and the mean.
  public var customMirror: Mirror {
    Mirror(self, children: ["dataset": dataset, "treatment": features.treatment])
  }
}

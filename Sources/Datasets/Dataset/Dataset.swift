import Foundation
import PerceptronFiles
import PerceptronLinearAlgebra

/// Examples with their targets: a class for each, numbers, or several labels.
///
/// A value. Selections of examples share the features of the whole, in their original type: bytes stay
/// bytes until a batch is gathered (``PreparedDataset``).
public struct Dataset: Sendable {
  /// One row of numbers per example.
  public let features: Features
  /// The targets, in the order of the rows.
  public let targets: DatasetTargets
  /// The weight of each example in losses and metrics, finite and 0 or more; nil where all count the
  /// same.
  public let weights: [Double]?
  /// A group for each example, such as its patient: splits keep a group together. Nil for none.
  public let groups: [Int]?

  /// Examples with these features and targets.
  ///
  /// - Parameters:
  ///   - targets: one for each row of `features`.
  ///   - weights: the weight of each row, or nil.
  ///   - groups: the group of each row, or nil.
  /// - Precondition: as many targets, weights and groups as rows; classes lie within their names, numbers
  ///   are finite, labels are 0 or 1, weights are finite and 0 or more.
  public init(
    _ features: Features, targets: DatasetTargets, weights: [Double]? = nil, groups: [Int]? = nil
  ) {
    func demand(_ count: Int?, _ what: String) {
      require(
        count ?? features.count == features.count,
        "Dataset: \(features.count) rows of features and \(count ?? 0) \(what)")
    }
    targets.check()
    demand(targets.count, targets.schema.kind == .classes ? "labels" : "targets")
    demand(weights?.count, "weights")
    demand(groups?.count, "groups")
    if let row = weights?.firstIndex(where: { !($0 >= 0 && $0 < .infinity) }) {
      fatalError(
        "Dataset: the weight \(weights?[row] ?? 0) of row \(row), expected a finite number from 0 up"
      )
    }
    self.init(checked: features, targets: targets, weights: weights, groups: groups)
  }

  /// Examples with these features and classes.
  ///
  /// - Parameters:
  ///   - labels: one class per row of `features`.
  ///   - classNames: the classes' names, or nil to call the ones in `labels` "0", "1", ….
  /// - Precondition: as many labels as rows, each 0..<classNames.count.
  public init(_ features: Features, labels: [Int], classNames: [String]? = nil) {
    let names = classNames ?? Dataset.numbered((labels.max() ?? -1) + 1)
    self.init(features, targets: .classes(labels, names: names))
  }

  /// Examples in the rows of a tensor, whose elements are copied.
  ///
  /// - Parameter features: one example per row: [count, …]. The others are those of the initializer above.
  /// - Precondition: rank 2 or more, as many labels as rows, each 0..<classNames.count.
  public init<Scalar: BLASScalar>(
    _ features: Tensor<Scalar>, labels: [Int], classNames: [String]? = nil
  ) {
    self.init(Features(features), labels: labels, classNames: classNames)
  }

  private init(
    checked features: Features, targets: DatasetTargets, weights: [Double]?, groups: [Int]?
  ) {
    self.features = features
    self.targets = targets
    self.weights = weights
    self.groups = groups
  }

  /// The names "0", "1", … of `count` classes.
  static func numbered(_ count: Int) -> [String] { (0..<count).map(String.init) }

  /// The number of examples.
  public var count: Int { features.count }
  /// The kind of the targets and their names.
  public var schema: TargetSchema { targets.schema }

  /// The class of each example, 0..<classCount.
  ///
  /// - Precondition: the targets are classes.
  public var labels: [Int] {
    guard case .classes(let labels, _) = targets else {
      fatalError("Dataset: the targets are \(schema), not classes")
    }
    return labels
  }

  /// The classes' names; empty where the targets are not classes.
  public var classNames: [String] {
    if case .classes(_, let names) = targets { names } else { [] }
  }
  /// The number of features of an example.
  public var featureCount: Int { features.featureCount }
  /// The number of classes; 0 where the targets are not classes.
  public var classCount: Int { classNames.count }
  /// The extents of one example, such as `[28, 28]`.
  public var exampleShape: [Int] { features.exampleShape }
  /// The shape of an example as a picture, if it is one.
  public var image: ImageShape? { features.image }

  /// The number of examples of each class, in the order of the classes.
  ///
  /// - Complexity: O(`count`).
  /// - Precondition: the targets are classes.
  public var classCounts: [Int] {
    var counts = [Int](repeating: 0, count: classCount)
    for label in labels { counts[label] += 1 }
    return counts
  }

  /// The same examples with other names for the classes, such as those of a model.
  ///
  /// - Complexity: O(`count`), to check the labels; features and labels are shared.
  /// - Precondition: a name for every class that occurs.
  public func naming(classes names: [String]) -> Dataset {
    Dataset(
      features, targets: .classes(labels, names: names), weights: weights, groups: groups)
  }

  /// The examples `range`, sharing the features; the targets are copied.
  ///
  /// - Complexity: O(`range.count`).
  /// - Precondition: `range` lies within 0..<count.
  public subscript(rows range: Range<Int>) -> Dataset {
    Dataset(
      checked: features[rows: range], targets: targets.subset(rows: range),
      weights: weights.map { Array($0[range]) }, groups: groups.map { Array($0[range]) })
  }

  /// The examples at `indices` in that order, repeats allowed, sharing the features; the targets
  /// are copied.
  ///
  /// - Complexity: O(`indices.count`).
  /// - Precondition: every index lies within 0..<count.
  public func subset(rows indices: [Int]) -> Dataset {
    Dataset(
      checked: features.subset(rows: indices), targets: targets.subset(rows: indices),
      weights: weights.map { all in indices.map { all[$0] } },
      groups: groups.map { all in indices.map { all[$0] } })
  }
}

extension Dataset {
  /// The examples of each class, in their order.
  ///
  /// - Complexity: O(`count`).
  public var rowsByClass: [[Int]] {
    var rows = [[Int]](repeating: [], count: classCount)
    for (row, label) in labels.enumerated() { rows[label].append(row) }
    return rows
  }

  /// Up to `count` examples of each class, drawn at random without repeats, in the order in which they
  /// are drawn. A larger count begins with the same examples.
  ///
  /// - Complexity: O(`self.count`).
  /// - Precondition: `count` is 0 or more.
  public func sampleRows(
    perClass count: Int, using random: inout some RandomStream
  ) -> [[Int]] {
    require(count >= 0, "sampleRows: \(count) of each class, expected 0 or more")
    return rowsByClass.map { rows in
      random.permutation(rows.count).prefix(count).map { rows[$0] }
    }
  }
}

extension Dataset {
  /// The fingerprint of the data: the SHA-256 digest of the rows in their order, each in its original
  /// bytes, then of the targets, and of weights and groups where there are any.
  ///
  /// - Complexity: O(the features' bytes).
  package func digest() throws -> String {
    try SHA256.digest { add in
      try features.forEachRowOfBytes(add)
      switch targets {
      case .classes(let labels, _): try labels.withUnsafeBytes(add)
      case .numbers(let values, _), .labels(let values, _): try values.withUnsafeBytes(add)
      }
      try weights?.withUnsafeBytes(add)
      try groups?.withUnsafeBytes(add)
    }
  }
}

// Neither `print` nor a debugger lists the numbers: there may be hundreds of millions.
extension Dataset: CustomStringConvertible, CustomReflectable {
  /// What the features and the targets are: `600 rows of [2] doubles, 2 classes`.
  public var description: String {
    "\(features), \(schema)" + (weights == nil ? "" : ", weighted")
  }

  /// The features' sizes and the targets' kind and names, without the numbers and labels.
  public var customMirror: Mirror {
    Mirror(self, children: ["features": features, "schema": schema])
  }
}

/// A size or value that does not fit the data.
public struct DatasetError: Error, Hashable, Sendable {
  /// What was requested, and what there is.
  public var message: String

  /// An error with a text.
  public init(_ message: String) { self.message = message }
}

extension DatasetError: CustomStringConvertible, LocalizedError {
  /// The text.
  public var description: String { message }
  /// The same as ``description``.
  public var errorDescription: String? { message }
}

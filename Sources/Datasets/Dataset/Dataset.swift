import Foundation
import PerceptronFiles
import PerceptronLinearAlgebra

/// Labeled examples: features, one class per example, and the classes' names.
///
/// A value. Selections of examples share the features of the whole, in their original type: bytes stay
/// bytes until a batch is gathered (``PreparedDataset``).
public struct Dataset: Sendable {
  /// One row of numbers per example.
  public let features: Features
  /// The class of each example, 0..<classCount.
  public let labels: [Int]
  /// The classes' names.
  public let classNames: [String]

  /// Examples with these features and classes.
  ///
  /// - Parameters:
  ///   - labels: one class per row of `features`.
  ///   - classNames: the classes' names, or nil to call the ones in `labels` "0", "1", ….
  /// - Precondition: as many labels as rows, each 0..<classNames.count.
  public init(_ features: Features, labels: [Int], classNames: [String]? = nil) {
    require(
      features.count == labels.count,
      "Dataset: \(features.count) rows of features and \(labels.count) labels")
    let names = classNames ?? Dataset.numbered((labels.max() ?? -1) + 1)
    if let wrong = labels.first(where: { $0 < 0 || $0 >= names.count }) {
      fatalError("Dataset: the label \(wrong) of \(names.count) classes")
    }
    self.init(checked: features, labels: labels, classNames: names)
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

  private init(checked features: Features, labels: [Int], classNames: [String]) {
    self.features = features
    self.labels = labels
    self.classNames = classNames
  }

  /// The names "0", "1", … of `count` classes.
  static func numbered(_ count: Int) -> [String] { (0..<count).map(String.init) }

  /// The number of examples.
  public var count: Int { labels.count }
  /// The number of features of an example.
  public var featureCount: Int { features.featureCount }
  /// The number of classes.
  public var classCount: Int { classNames.count }
  /// The extents of one example, such as `[28, 28]`.
  public var exampleShape: [Int] { features.exampleShape }
  /// The shape of an example as a picture, if it is one.
  public var image: ImageShape? { features.image }

  /// The number of examples of each class, in the order of the classes.
  ///
  /// - Complexity: O(`count`).
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
    Dataset(features, labels: labels, classNames: names)
  }

  /// The examples `range`, sharing the features; the labels are copied.
  ///
  /// - Complexity: O(`range.count`).
  /// - Precondition: `range` lies within 0..<count.
  public subscript(rows range: Range<Int>) -> Dataset {
    let rows = features[rows: range]
    return Dataset(checked: rows, labels: Array(labels[range]), classNames: classNames)
  }

  /// The examples at `indices` in that order, repeats allowed, sharing the features; the labels are
  /// copied.
  ///
  /// - Complexity: O(`indices.count`).
  /// - Precondition: every index lies within 0..<count.
  public func subset(rows indices: [Int]) -> Dataset {
    let rows = features.subset(rows: indices)
    return Dataset(checked: rows, labels: indices.map { labels[$0] }, classNames: classNames)
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
  /// bytes, and then of the labels.
  ///
  /// - Complexity: O(the features' bytes).
  package func digest() throws -> String {
    try SHA256.digest { add in
      try features.forEachRowOfBytes(add)
      try labels.withUnsafeBytes(add)
    }
  }
}

// Neither `print` nor a debugger lists the numbers: there may be hundreds of millions.
extension Dataset: CustomStringConvertible, CustomReflectable {
  /// What the features are and how many classes there are: `600 rows of [2] doubles, 2 classes`.
  public var description: String {
    "\(features), " + (classCount == 1 ? "1 class" : "\(classCount) classes")
  }

  /// The features' sizes and the class names, without the numbers and labels.
  public var customMirror: Mirror {
    Mirror(self, children: ["features": features, "classNames": classNames])
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

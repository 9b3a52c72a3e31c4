import PerceptronFiles
import PerceptronLinearAlgebra

/// What the targets of a data set are, and so what a network learns to predict.
public enum TargetKind: String, Codable, CaseIterable, Sendable {
  /// One class of several for each row.
  case classes
  /// One or several numbers for each row: regression.
  case numbers
  /// Several labels that are each true or false, independent of each other.
  case labels
}

/// The kind of some targets and their names: what remains of them in a model.
public struct TargetSchema: Codable, Hashable, Sendable {
  /// The kind of the targets.
  public var kind: TargetKind
  /// The names of the classes, of the columns of numbers, or of the labels.
  public var names: [String]

  /// Creates a schema.
  public init(_ kind: TargetKind, names: [String]) { (self.kind, self.names) = (kind, names) }

  /// The schema of classes with these names.
  public static func classes(_ names: [String]) -> TargetSchema { .init(.classes, names: names) }
}

extension TargetSchema: CustomStringConvertible {
  /// The number of classes, columns or labels: `10 classes`, `a number`, `3 numbers`, `5 labels`.
  public var description: String {
    switch (kind, names.count) {
    case (.classes, 1): "1 class"
    case (.classes, let count): "\(count) classes"
    case (.numbers, 1): "a number"
    case (.numbers, let count): "\(count) numbers"
    case (.labels, 1): "1 label"
    case (.labels, let count): "\(count) labels"
    }
  }
}

/// The targets of the rows of a data set.
public enum DatasetTargets: Hashable, Sendable {
  /// A class for each row, 0..<names.count.
  case classes([Int], names: [String])
  /// A finite number for each row and name, row by row.
  case numbers([Double], names: [String])
  /// 0 or 1 for each row and name, row by row.
  case labels([Double], names: [String])

  /// The kind and the names.
  public var schema: TargetSchema {
    switch self {
    case .classes(_, let names): .init(.classes, names: names)
    case .numbers(_, let names): .init(.numbers, names: names)
    case .labels(_, let names): .init(.labels, names: names)
    }
  }

  /// The numbers or labels of all rows, row by row, or nil for classes.
  public var values: [Double]? {
    switch self {
    case .classes: nil
    case .numbers(let values, _), .labels(let values, _): values
    }
  }

  /// The number of rows.
  public var count: Int {
    switch self {
    case .classes(let labels, _): labels.count
    case .numbers(let values, let names), .labels(let values, let names):
      names.isEmpty ? 0 : values.count / names.count
    }
  }

  /// Traps unless the targets are what the case says.
  func check() {
    let names = schema.names
    switch self {
    case .classes(let labels, _):
      if let wrong = labels.first(where: { $0 < 0 || $0 >= names.count }) {
        fatalError("Dataset: the label \(wrong) of \(names.count) classes")
      }
    case .numbers(let values, _), .labels(let values, _):
      require(
        !names.isEmpty && values.count % names.count == 0,
        "Dataset: \(values.count) values in \(names.count) columns")
      let isLabel = schema.kind == .labels
      let wrong = values.firstIndex { isLabel ? $0 != 0 && $0 != 1 : !$0.isFinite }
      if let wrong {
        let (row, column) = wrong.quotientAndRemainder(dividingBy: names.count)
        fatalError(
          "Dataset: the target \(values[wrong]) in row \(row), column \(column), expected "
            + (isLabel ? "0 or 1" : "a finite number"))
      }
    }
  }

  /// The targets of some rows, in that order.
  func subset(rows: some Sequence<Int>) -> DatasetTargets {
    switch self {
    case .classes(let labels, let names): return .classes(rows.map { labels[$0] }, names: names)
    case .numbers(let values, let names):
      return .numbers(Self.subset(rows, of: values, names.count), names: names)
    case .labels(let values, let names):
      return .labels(Self.subset(rows, of: values, names.count), names: names)
    }
  }

  private static func subset(
    _ rows: some Sequence<Int>, of values: [Double], _ columns: Int
  ) -> [Double] {
    rows.flatMap { values[$0 * columns..<($0 + 1) * columns] }
  }
}

import Foundation
import PerceptronLinearAlgebra

/// The steps of a ``Preprocessing``, put together for each column of some features, so that a row is
/// prepared in one pass: (ln(1 + x) or x, less a shift) / divisor, and ones for categories.
package struct ColumnPlan: Sendable {
  /// What a feature that networks see was made of.
  struct Place {
    enum Meaning {
      case number, indicator, other
      case category(String)
    }
    /// The column as it came.
    var column: Int
    var meaning: Meaning
  }

  /// A column of numbers.
  package struct Number: Sendable {
    package var source: Int
    /// The first of its features.
    package var target = 0
    /// Whether the feature behind it tells whether the cell is missing.
    package var hasIndicator = false
    /// The number for missing cells; NaN where they are not allowed.
    package var fill = Double.nan
    package var isLogarithm = false
    package var shift = 0.0
    package var divisor = 1.0

    /// What becomes of a cell: (ln(1 + x) or x, less the shift) / divisor.
    @inline(__always)
    package func prepared(_ cell: Double) -> Double {
      ((isLogarithm ? log1p(cell) : cell) - shift) / divisor
    }
  }

  /// A column of categories.
  package struct Category: Sendable {
    package var source: Int
    /// The first of its features.
    package var target = 0
    /// The number of its features.
    package var count: Int
    /// Its known categories, the first of its features.
    var known: [String]
    package var knownCount: Int { known.count }
    /// Which of its features each category of the data is; −1 for an unknown one.
    package var features: [Int]
    package var unknown: UnknownCategory

    /// Whether a cell is the position of a category of the data.
    func isPosition(_ cell: Double) -> Bool {
      Int(exactly: cell).map(features.indices.contains) ?? false
    }

    /// Whether the category at a position is unknown, and has no feature for others.
    func isUnknown(_ position: Int) -> Bool { features[position] < 0 }
  }

  package private(set) var numbers: [Number] = []
  package private(set) var categories: [Category] = []
  private(set) var layout: [Place] = []
  /// The number of features that networks see.
  var outputCount: Int { layout.count }
  /// Whether every column is one of numbers that stays in its place.
  package var isInPlace: Bool {
    categories.isEmpty && numbers.allSatisfy { $0.target == $0.source }
  }

  /// Whether a number takes the place of a missing one in every column of numbers.
  package var fillsMissing: Bool { numbers.allSatisfy { !$0.fill.isNaN } }
  /// Whether logarithms are taken.
  private(set) var hasLogarithms = false

  /// The plan for features with the columns of a table.
  init(_ preprocessing: Preprocessing, columns: [FeatureColumn]) {
    self.init(preprocessing, columnCount: columns.count, columns: columns)
  }

  /// - Parameter columns: those of the data at hand; nil where it is no table.
  init(_ preprocessing: Preprocessing, columnCount: Int, columns: [FeatureColumn]?) {
    var columnNumbers = (0..<columnCount).map { Number(source: $0) }
    var known: [Int: (names: [String], unknown: UnknownCategory)] = [:]
    for step in preprocessing.steps {
      func scale(_ columns: [Int], _ shifts: [Double], _ divisors: [Double]) {
        for (index, column) in columns.enumerated() {
          let (shift, divisor) = (shifts[index], divisors[index])
          columnNumbers[column].shift += shift * columnNumbers[column].divisor
          columnNumbers[column].divisor *= divisor
        }
      }
      switch step {
      case .divide(let divisor):
        for column in 0..<columnCount { columnNumbers[column].divisor *= divisor }
      case .subtract(let mean):
        scale(Array(0..<columnCount), mean, Array(repeating: 1, count: columnCount))
      case .standardize(let columns, let means, let deviations): scale(columns, means, deviations)
      case .minMax(let columns, let minima, let ranges): scale(columns, minima, ranges)
      case .log(let columns):
        hasLogarithms = hasLogarithms || !columns.isEmpty
        for column in columns { columnNumbers[column].isLogarithm = true }
      case .impute(let columns, let values, let indicated):
        for (column, value) in zip(columns, values) { columnNumbers[column].fill = value }
        for column in indicated { columnNumbers[column].hasIndicator = true }
      case .oneHot(let columns, let categories, let unknown):
        for (column, names) in zip(columns, categories) { known[column] = (names, unknown) }
      }
    }
    for column in 0..<columnCount {
      if let (names, unknown) = known[column] {
        append(column, names, unknown, of: columns?[column].categories ?? [])
      } else {
        columnNumbers[column].target = layout.count
        layout.append(Place(column: column, meaning: .number))
        if columnNumbers[column].hasIndicator {
          layout.append(Place(column: column, meaning: .indicator))
        }
        numbers.append(columnNumbers[column])
      }
    }
  }

  private mutating func append(
    _ column: Int, _ known: [String], _ unknown: UnknownCategory, of found: [String]
  ) {
    let positions = Dictionary(uniqueKeysWithValues: zip(known, known.indices))
    let other = unknown == .other ? known.count : -1
    categories.append(
      Category(
        source: column, target: layout.count, count: known.count + (unknown == .other ? 1 : 0),
        known: known, features: found.map { positions[$0] ?? other }, unknown: unknown))
    layout += known.map { Place(column: column, meaning: .category($0)) }
    if unknown == .other { layout.append(Place(column: column, meaning: .other)) }
  }

  /// Writes a prepared row.
  ///
  /// - Parameters:
  ///   - row: the cells of a row, as many as columns.
  ///   - target: ``outputCount`` numbers.
  @inline(__always)
  func write<Element, Scalar: BLASScalar>(
    _ row: UnsafePointer<Element>, _ number: (Element) -> Double,
    to target: UnsafeMutablePointer<Scalar>
  ) {
    numbers.withUnsafeBufferPointer { numbers in
      for column in numbers {
        var cell = number(row[column.source])
        if column.hasIndicator { target[column.target + 1] = cell.isNaN ? 1 : 0 }
        if cell.isNaN { cell = column.fill }
        target[column.target] = Scalar(column.prepared(cell))
      }
    }
    for column in categories {
      let features = target + column.target
      features.update(repeating: 0, count: column.count)
      let cell = number(row[column.source])
      if cell.isNaN { continue }
      let feature = column.features[Int(cell)]
      if feature >= 0 { features[feature] = 1 }
    }
  }
}

extension Preprocessing {
  /// What the steps make of each of `columnCount` columns, whatever categories the data at hand has.
  package func plan(columnCount: Int) -> ColumnPlan {
    ColumnPlan(self, columnCount: columnCount, columns: nil)
  }

  /// The columns of the table that it was fitted to, with the categories that have features of their own, in
  /// the order of these; nil where the features are not those of a table.
  package var knownColumns: [FeatureColumn]? {
    guard var known = columns else { return nil }
    for case .oneHot(let places, let categories, _) in steps {
      for (place, names) in zip(places, categories) { known[place].categories = names }
    }
    return known
  }
}

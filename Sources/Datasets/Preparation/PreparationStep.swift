import PerceptronFiles

/// A step of preprocessing: what becomes of the numbers of some columns.
///
/// Columns are counted from 0 among the features as they came. All steps see the columns in that order;
/// what makes several columns of one (indicators of missing cells, categories) puts them in its place.
public enum PreparationStep: Hashable, Codable, Sendable {
  /// x / divisor in all columns of numbers: 255 scales bytes to 0…1.
  case divide(by: Double)
  /// x − mean in all columns of numbers, with a mean for each column.
  case subtract([Double])
  /// Missing cells become a number, one for each of `columns`. With `indicators`, columns that had missing
  /// cells when the step was fitted, `indicated`, get a further column that is 1 where a cell is missing,
  /// and 0 otherwise.
  case impute(columns: [Int], values: [Double], indicated: [Int])
  /// ln(1 + x) in `columns`, of which no number may be −1 or less.
  case log(columns: [Int])
  /// (x − mean) / deviation in `columns`.
  case standardize(columns: [Int], means: [Double], deviations: [Double])
  /// (x − minimum) / range in `columns`: 0…1 over the rows that the step was fitted to.
  case minMax(columns: [Int], minima: [Double], ranges: [Double])
  /// A column of zeros and a single 1 for each category, in place of each of `columns`.
  ///
  /// A missing cell has zeros only. `categories` are those known of each column; `unknown` says what any
  /// other becomes.
  case oneHot(columns: [Int], categories: [[String]], unknown: UnknownCategory)
}

/// What becomes of a category that the training rows did not have.
public enum UnknownCategory: String, Codable, CaseIterable, Sendable {
  /// An error that names it.
  case error
  /// Zeros only, as for a missing cell; such cells are counted.
  case ignore
  /// A column of its own, shared with the categories of fewer than ``leastRows`` training rows. Without any
  /// such category this is ``ignore``.
  case other

  /// The number of training rows that a category of its own has at least with ``other``.
  public static let leastRows = 5
}

extension PreparationStep {
  /// The columns that the step is about; nil for all.
  public var columns: [Int]? {
    switch self {
    case .divide, .subtract: nil
    case .impute(let columns, _, _), .log(let columns), .standardize(let columns, _, _),
      .minMax(let columns, _, _), .oneHot(let columns, _, _):
      columns
    }
  }

  /// The place in the order of steps on one column.
  private var rank: Int {
    switch self {
    case .impute: 0
    case .log: 1
    case .divide, .subtract, .standardize, .minMax, .oneHot: 2
    }
  }

  /// What is wrong with a list of steps, or nil.
  ///
  /// - Parameter columnCount: the number of columns, where it is known.
  static func problem(_ steps: [PreparationStep], columnCount: Int?) -> String? {
    var last: [Int: Int] = [:]
    var isScaled = false
    for step in steps {
      if let problem = step.problem(columnCount: columnCount) { return problem }
      if isScaled && step.rank < 2 { return "\(step.name) after the scaling of all columns" }
      isScaled = isScaled || step.columns == nil
      for column in step.columns ?? [] {
        if step.rank < last[column] ?? 0 || (step.rank < 2 && last[column] == step.rank) {
          return "column \(column): \(step.name) after a later step"
        }
        last[column] = step.rank
      }
    }
    return nil
  }

  private func problem(columnCount: Int?) -> String? {
    let columns = columns ?? []
    if let wrong = columns.first(where: { $0 < 0 || $0 >= columnCount ?? .max }) {
      return "\(name): column \(wrong) of \(columnCount ?? 0)"
    }
    if Set(columns).count != columns.count { return "\(name): a column stands twice" }
    func mismatch(_ counts: Int...) -> String? {
      counts.allSatisfy { $0 == columns.count }
        ? nil : "\(name): \(columns.count) columns with \(counts) values"
    }
    func unfit(_ values: [Double], _ what: String, positive: Bool = false) -> String? {
      guard let index = values.firstIndex(where: { !$0.isFinite || (positive && $0 <= 0) }) else {
        return nil
      }
      return
        "the \(what) of feature \(self.columns.map { $0[index] } ?? index) is not a finite number"
        + (positive ? " above 0" : "")
    }
    switch self {
    case .divide(let divisor):
      return divisor.isFinite && divisor > 0 ? nil : "the divisor \(divisor) is not above 0"
    case .subtract(let mean):
      return columnCount.flatMap {
        mean.count == $0 ? nil : "a mean of \(mean.count) numbers for \($0) features"
      } ?? unfit(mean, "mean")
    case .impute(_, let values, let indicated):
      if !Set(indicated).isSubset(of: columns) {
        return "\(name): an indicator of a column without a value"
      }
      return mismatch(values.count) ?? unfit(values, "value for missing cells")
    case .log: return nil
    case .standardize(_, let means, let deviations):
      return mismatch(means.count, deviations.count) ?? unfit(means, "mean")
        ?? unfit(deviations, "deviation", positive: true)
    case .minMax(_, let minima, let ranges):
      return mismatch(minima.count, ranges.count) ?? unfit(minima, "minimum")
        ?? unfit(ranges, "range", positive: true)
    case .oneHot(_, let categories, _):
      return mismatch(categories.count)
        ?? (categories.allSatisfy { Set($0).count == $0.count }
          ? nil : "\(name): a category stands twice")
    }
  }

  /// The name of the step, such as `impute`.
  public var name: String {
    switch self {
    case .divide: "divide"
    case .subtract: "subtract"
    case .impute: "impute"
    case .log: "log"
    case .standardize: "standardize"
    case .minMax: "min-max"
    case .oneHot: "one-hot"
    }
  }
}

extension PreparationStep {
  /// What becomes of a column in words; nil where the step is not about it.
  func text(of column: Int) -> String? {
    func number(_ value: Double) -> String { significant(value, 4) }
    var index = column
    if let columns {
      guard let found = columns.firstIndex(of: column) else { return nil }
      index = found
    }
    switch self {
    case .divide(let divisor): return "divided by \(number(divisor))"
    case .subtract(let mean): return "less \(number(mean[index]))"
    case .impute(_, let values, let indicated):
      let filled = "missing cells become \(number(values[index]))"
      return indicated.contains(column) ? filled + " and are indicated" : filled
    case .log: return "logarithm ln(1 + x)"
    case .standardize(_, let means, let deviations):
      let (mean, deviation) = (number(means[index]), number(deviations[index]))
      return "standardized (mean \(mean), deviation \(deviation))"
    case .minMax(_, let minima, let ranges):
      let (least, largest) = (number(minima[index]), number(minima[index] + ranges[index]))
      return "scaled from \(least) … \(largest) to 0 … 1"
    case .oneHot(_, let categories, let unknown):
      let names = categories[index]
      let shown = names.prefix(8).joined(separator: ", ")
      let rest = (names.count > 8 ? ", …" : "") + (unknown == .other ? ", or other" : "")
      return "\(names.count) \(names.count == 1 ? "category" : "categories"): \(shown)\(rest)"
    }
  }
}

import Foundation
import PerceptronFiles
import PerceptronLinearAlgebra

extension Preprocessing {
  /// The preprocessing of a data set with a divisor, the mean of the divided features where `subtractMean`
  /// is set, what `columns` chooses, and the principal components that `projection` chooses, by what the
  /// rows say. Nothing else is seen: fit it to the training rows.
  ///
  /// - Means and standard deviations (divided by the sum of weights, as scikit-learn's `StandardScaler`)
  ///   go by the weights of the rows, in double precision; means are exact for bytes without weights.
  ///   Minima, medians and most frequent numbers are those of the rows whose weight is not 0. A constant
  ///   column has the deviation and the range 1.
  /// - Every column of numbers of a table gets a number for missing cells, whether it has any or not:
  ///   the next table may. Medians and most frequent numbers are of at most a million rows, evenly spaced.
  /// - Categories are those that occur in the rows whose weight is not 0.
  /// - Targets that are numbers are standardized.
  /// - Principal components are those of the features that all steps have made.
  ///
  /// - Throws: ``DatasetError`` where a feature is infinite or, unless missing cells are filled, not a number
  ///   (with its row and column), a sum overflows, a logarithm is not a number, a column for logarithms
  ///   is not in the table, or there are no examples to fit it to; and as ``components(of:_:)``.
  /// - Precondition: the divisor is finite and above 0.
  public static func fitted(
    to dataset: Dataset, divisor: Double = 1, subtractMean: Bool = false,
    columns: ColumnPreparation = ColumnPreparation(), projection: ProjectionSettings? = nil
  ) throws -> Preprocessing {
    let features = dataset.features
    let isImputed = features.columns != nil && columns.imputation != nil
    try features.checkFinite(allowingMissing: isImputed)
    var fitting = PreprocessingFit(
      dataset: dataset, divisor: divisor, subtractsMean: subtractMean, settings: columns)
    let hasCategories = features.columns?.contains { $0.categories != nil } ?? false
    let fitted = Preprocessing(
      steps: try fitting.fit(), columns: features.columns,
      magnitude: hasCategories ? nil : features.magnitude,
      targets: try TargetScaling(fittedTo: dataset))
    guard let projection else { return fitted }
    return fitted.projecting(onto: try fitted.components(of: dataset, projection))
  }
}

/// The steps of preprocessing as they are fitted one after the other.
private struct PreprocessingFit {
  let dataset: Dataset
  let divisor: Double
  let subtractsMean: Bool
  let settings: ColumnPreparation
  private var steps: [PreparationStep] = []

  init(dataset: Dataset, divisor: Double, subtractsMean: Bool, settings: ColumnPreparation) {
    self.dataset = dataset
    self.divisor = divisor
    self.subtractsMean = subtractsMean
    self.settings = settings
  }

  private var features: Features { dataset.features }
  /// The columns of numbers.
  private var numbers: [Int] {
    (0..<features.featureCount).filter { features.columns?[$0].categories == nil }
  }

  mutating func fit() throws -> [PreparationStep] {
    if features.columns != nil, let imputation = settings.imputation {
      try impute(by: imputation)
    }
    try takeLogarithms()
    if divisor != 1 { steps.append(.divide(by: divisor)) }
    if subtractsMean { try subtractMean() }
    switch settings.scaling {
    case .none: break
    case .standard: try standardize()
    case .minMax: try scaleToRange()
    }
    encodeCategories()
    return steps
  }

  private mutating func impute(by imputation: ColumnPreparation.Imputation) throws {
    let columns = numbers
    if columns.isEmpty { return }
    let rows = rows(atMost: Self.mostRows)
    var indicated: [Int] = []
    var values: [Double] = []
    // A pass over the rows for many columns: they may lie in a mapped file.
    for start in stride(from: 0, to: columns.count, by: 64) {
      let some = columns[start..<min(start + 64, columns.count)]
      for (column, all) in zip(some, features.cells(ofColumns: some, rows: rows)) {
        let cells = all.filter { !$0.isNaN }
        let hasMissing =
          cells.count < rows.count
          || (rows.count == Self.mostRows && hasMissingCell(column))
        if hasMissing && settings.indicatesMissing { indicated.append(column) }
        values.append(imputation.value(of: cells) ?? 0)
      }
    }
    steps.append(.impute(columns: columns, values: values, indicated: indicated))
  }

  /// The most rows that medians and most frequent numbers are taken of.
  private static let mostRows = 1_000_000

  private func hasMissingCell(_ column: Int) -> Bool {
    (0..<features.count).contains {
      dataset.weights?[$0] != 0 && features.number($0, column).isNaN
    }
  }

  /// Up to `limit` rows whose weight is not 0, evenly spaced.
  private func rows(atMost limit: Int) -> [Int] {
    (0..<features.count).filter { dataset.weights?[$0] != 0 }.evenlySpaced(atMost: limit)
  }

  private mutating func takeLogarithms() throws {
    if settings.logColumns.isEmpty { return }
    let names = features.columns?.map(\.name) ?? Dataset.numbered(features.featureCount)
    let columns = try settings.logColumns.map { name -> Int in
      guard let column = names.firstIndex(of: name) else {
        throw DatasetError(
          "expected a column named \(name) to take logarithms of, found "
            + names.prefix(20).joined(separator: ", ") + (names.count > 20 ? ", …" : ""))
      }
      if features.columns?[column].categories != nil {
        throw DatasetError("column \(name) has categories, expected numbers to take logarithms of")
      }
      return column
    }
    for case .impute(let filled, let values, _) in steps {
      for (column, value) in zip(filled, values) where columns.contains(column) && value <= -1 {
        throw DatasetError(
          "missing cells of column \(names[column]) become \(wholeOrPlain(value)), expected a number "
            + "above -1 to take the logarithm ln(1 + x) of")
      }
    }
    steps.append(.log(columns: columns.sorted()))
    try features.checkLogarithms(of: columns)
  }

  private mutating func subtractMean() throws {
    if features.count == 0 { throw DatasetError("the mean of no examples") }
    let mean: [Double]
    if steps.allSatisfy({ if case .divide = $0 { true } else { false } }) {
      let scale = dataset.weights?.reduce(0, +) ?? Double(features.count)
      let sums = dataset.weights.map(features.columnSums(weights:)) ?? features.columnSums()
      mean = sums.map { $0 / scale / divisor }
    } else {
      mean = weightedMeans { _, number in number }
    }
    if let column = mean.firstIndex(where: { !$0.isFinite }) {
      throw DatasetError("the sum of the features in column \(column) is too large")
    }
    steps.append(.subtract(mean))
  }

  private mutating func standardize() throws {
    let columns = numbers
    if columns.isEmpty { return }
    if features.count == 0 { throw DatasetError("the mean of no examples") }
    if dataset.weights?.allSatisfy({ $0 == 0 }) ?? false {
      throw DatasetError("no training row has a weight above 0")
    }
    // Of a second pass, the mean of what the first one leaves: numbers may be much larger than they differ.
    var first = [Double?](repeating: nil, count: features.featureCount)
    var isConstant = [Bool](repeating: true, count: features.featureCount)
    let rough = weightedMeans { column, number in
      isConstant[column] = isConstant[column] && number == first[column] ?? number
      first[column] = number
      return number
    }
    let rest = weightedMeans { column, number in number - rough[column] }
    let means = rough.indices.map { column in
      (isConstant[column] ? first[column] : nil) ?? rough[column] + rest[column]
    }
    let spreads = weightedMeans { column, number in
      (number - means[column]) * (number - means[column])
    }.map { $0.squareRoot() }
    if let column = columns.first(where: { !means[$0].isFinite || !spreads[$0].isFinite }) {
      throw DatasetError("the features \(name(column)) are too large to standardize; divide them")
    }
    steps.append(
      .standardize(
        columns: columns, means: columns.map { means[$0] },
        deviations: columns.map { spreads[$0] > 0 ? spreads[$0] : 1 }))
  }

  private mutating func scaleToRange() throws {
    let columns = numbers
    if columns.isEmpty { return }
    if features.count == 0 { throw DatasetError("the range of no examples") }
    var lowest = [Double](repeating: .infinity, count: features.featureCount)
    var highest = lowest.map { -$0 }
    forEachRow { row, numbers in
      if dataset.weights?[row] == 0 { return }
      for column in columns {
        lowest[column] = min(lowest[column], numbers[column])
        highest[column] = max(highest[column], numbers[column])
      }
    }
    let ranges = columns.map { highest[$0] - lowest[$0] }
    if let wrong = ranges.firstIndex(where: { !$0.isFinite }) {
      throw DatasetError(
        "the features \(name(columns[wrong])) are too far apart to scale; divide them")
    }
    steps.append(
      .minMax(
        columns: columns, minima: columns.map { lowest[$0] },
        ranges: ranges.map { $0 > 0 ? $0 : 1 }))
  }

  private mutating func encodeCategories() {
    guard let table = features.columns else { return }
    let columns = table.indices.filter { table[$0].categories != nil }
    if columns.isEmpty { return }
    let rule = settings.unknownCategory
    let counts = columns.map { column in
      var counts = [Int](repeating: 0, count: table[column].categories?.count ?? 0)
      for row in 0..<features.count where dataset.weights?[row] != 0 {
        let cell = features.number(row, column)
        if !cell.isNaN { counts[Int(cell)] += 1 }
      }
      return counts
    }
    // A feature for other categories that is never 1 would keep its first, random weights.
    let isRare: (Int) -> Bool = { $0 > 0 && $0 < UnknownCategory.leastRows }
    let hasOther = counts.map { rule == .other && $0.contains(where: isRare) }
    for (isOther, unknown) in [(false, rule == .other ? .ignore : rule), (true, .other)] {
      let chosen = columns.indices.filter { hasOther[$0] == isOther }
      if chosen.isEmpty { continue }
      let categories = chosen.map { index in
        (table[columns[index]].categories ?? []).enumerated().filter { position, _ in
          let count = counts[index][position]
          return count > 0 && !(isOther && isRare(count))
        }.map(\.element)
      }
      steps.append(
        .oneHot(columns: chosen.map { columns[$0] }, categories: categories, unknown: unknown))
    }
  }

  private func name(_ column: Int) -> String {
    features.columns?[column].name ?? "in column \(column)"
  }

  /// The weighted mean over the rows of a function of each column's number, after the steps so far; 0 for
  /// columns of categories.
  private func weightedMeans(_ function: (_ column: Int, _ number: Double) -> Double) -> [Double] {
    let columns = numbers
    var sums = [Double](repeating: 0, count: features.featureCount)
    forEachRow { row, numbers in
      let weight = dataset.weights?[row] ?? 1
      if weight == 0 { return }
      for column in columns { sums[column] += weight * function(column, numbers[column]) }
    }
    let total = dataset.weights?.reduce(0, +) ?? Double(features.count)
    return sums.map { $0 / total }
  }

  /// Calls `body` with each row after the steps so far, of which none makes columns.
  private func forEachRow(_ body: (Int, UnsafeBufferPointer<Double>) -> Void) {
    let before = steps.map { step in
      if case .impute(let columns, let values, _) = step {
        PreparationStep.impute(columns: columns, values: values, indicated: [])
      } else {
        step
      }
    }
    let prepared = features.prepared(with: Preprocessing(steps: before), as: Double.self)
    prepared.forEachBlock(of: 256) { range, block in
      block.withUnsafeElements { elements in
        for (index, row) in range.enumerated() {
          let start = index * features.featureCount
          body(
            row, UnsafeBufferPointer(rebasing: elements[start..<start + features.featureCount]))
        }
      }
    }
  }
}

extension ColumnPreparation.Imputation {
  /// The number for missing cells by the others; nil where there are none.
  fileprivate func value(of cells: [Double]) -> Double? {
    if case .constant(let number) = self { return number }
    if cells.isEmpty { return nil }
    switch self {
    case .constant(let number): return number
    case .median: return PerceptronFiles.median(cells)
    case .mean:
      // Scaled, so that the sum of large numbers does not overflow.
      return cells.reduce(0) { $0 + $1 / Double(cells.count) }
    case .mostFrequent:
      let sorted = cells.sorted()
      var (best, count, start) = (sorted[0], 0, 0)
      for index in sorted.indices
      where index + 1 == sorted.count || sorted[index + 1] != sorted[index] {
        if index + 1 - start > count { (best, count) = (sorted[index], index + 1 - start) }
        start = index + 1
      }
      return best
    }
  }
}

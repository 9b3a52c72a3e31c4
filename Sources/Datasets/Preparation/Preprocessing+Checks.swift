import PerceptronFiles

/// Cells of a column whose categories the training rows did not have.
public struct UnknownCategories: Hashable, Sendable, CustomStringConvertible {
  /// The name of the column.
  public var column: String
  /// The number of cells.
  public var count: Int
  /// The category of the first.
  public var example: String

  /// `3 cells of column city have categories that the training rows did not have, such as Oslo`.
  public var description: String {
    "\(counted(count, "cell")) of column \(column) \(count == 1 ? "has a category" : "have categories") "
      + "that the training rows did not have, such as \(example)"
  }
}

extension Preprocessing {
  /// Checks that features can be prepared: finite numbers, missing cells only where they are filled,
  /// logarithms of numbers above −1, categories that are known unless others are allowed.
  ///
  /// - Returns: the columns with categories that the training rows did not have.
  /// - Throws: ``DatasetError`` with the row and the column.
  /// - Precondition: as for ``PreparedFeatures/init(_:with:)``.
  @discardableResult
  public func check(_ features: Features) throws -> [UnknownCategories] {
    let plan = ColumnPlan(self, columnCount: features.featureCount, columns: features.columns)
    try features.checkFinite(allowingMissing: plan.fillsMissing && features.columns != nil)
    try features.checkLogarithms(of: plan.numbers.filter(\.isLogarithm).map(\.source))
    return try plan.categories.compactMap { try unknownCategories($0, of: features) }
  }

  /// The columns of its table, those of categories with one more that stands for all others; nil where there is
  /// no table.
  package var columnsWithOther: [FeatureColumn]? {
    columns?.map { column in
      guard let categories = column.categories else { return column }
      var other = "another"
      while categories.contains(other) { other += "'" }
      return FeatureColumn(name: column.name, categories: categories + [other])
    }
  }

  /// Checks numbers of the columns ``columnsWithOther``: that each of categories is missing, or the position
  /// of one.
  ///
  /// - Throws: ``DatasetError`` with the row and the column.
  package func checkCategories(of features: Features) throws {
    let plan = ColumnPlan(self, columnCount: features.featureCount, columns: features.columns)
    for column in plan.categories {
      for row in 0..<features.count {
        let cell = features.number(row, column.source)
        if cell.isNaN || column.isPosition(cell) { continue }
        let (name, last) = (features.columns?[column.source].name ?? "", column.features.count - 1)
        throw DatasetError(
          "row \(row), column \(name): expected the position of a category, below \(last), "
            + "or \(last) for any other, found \(wholeOrPlain(cell))")
      }
    }
  }

  private func unknownCategories(
    _ column: ColumnPlan.Category, of features: Features
  ) throws -> UnknownCategories? {
    // Rare categories of the training rows are no surprise where they have a feature for others.
    guard let found = features.columns?[column.source], let names = found.categories,
      names.indices.contains(where: column.isUnknown)
    else { return nil }
    var result = UnknownCategories(column: found.name, count: 0, example: "")
    for row in 0..<features.count {
      let cell = features.number(row, column.source)
      if cell.isNaN || !column.isUnknown(Int(cell)) { continue }
      let name = names[Int(cell)]
      if column.unknown == .error {
        throw DatasetError(
          "row \(row), column \(found.name): expected one of the categories of the training rows, "
            + "\(column.known.prefix(10).joined(separator: ", "))"
            + (column.known.count > 10 ? ", …" : "") + "; found \(name)")
      }
      if result.count == 0 { result.example = name }
      result.count += 1
    }
    return result.count == 0 ? nil : result
  }

  /// What keeps the steps from making `outputCount` features of `columnCount`, or nil.
  package func problem(making outputCount: Int, of columnCount: Int) -> String? {
    if let problem = PreparationStep.problem(steps, columnCount: columnCount) { return problem }
    for case .oneHot(let encoded, _, _) in steps {
      if let column = encoded.first(where: { columns?[$0].categories == nil }) {
        return "one-hot: column \(column) has no categories"
      }
    }
    let made = self.outputCount(of: columnCount)
    return made == outputCount
      ? nil : "\(columnCount) columns become \(made) features, expected \(outputCount)"
  }

  /// A warning about features that seem to be scaled differently from those it was fitted to, such as
  /// bytes divided by 255 beforehand; nil if the magnitudes are within a factor of ten, 0, or not known.
  public func scaleMismatch(with features: Features) -> String? {
    guard let magnitude, magnitude > 0, let found = features.magnitude, found > 0,
      max(found / magnitude, magnitude / found) >= 10
    else { return nil }
    return "a row's largest feature is about \(significant(found, 3)), and was about "
      + "\(significant(magnitude, 3)) in the training rows"
      + (divisor == 1 ? "" : ", which were then divided by \(significant(divisor, 6))")
      + ": the rows given seem to be scaled differently"
  }
}

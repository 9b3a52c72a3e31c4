import PerceptronFiles

/// A column of targets.
struct TableTarget: Sendable {
  let name: String
  /// Numbers, or positions in `categories`; none is missing.
  let values: ArraySlice<Double>
  /// The names of the categories; nil for numbers.
  let categories: [String]?
}

extension Table {
  /// The most different whole numbers that are taken for classes.
  static let mostNumberedClasses = 20

  /// The rows with their targets.
  ///
  /// | targets | without a task | other tasks |
  /// |---|---|---|
  /// | a column of categories | classes | `labels`, of two |
  /// | a column of at most 20 different whole numbers | classes, named by the numbers | `numbers`, `labels` |
  /// | a column of other numbers | numbers | `classes`, of whole numbers |
  /// | several columns of 0 and 1, false and true, or no and yes | labels | `numbers`, of numbers |
  /// | several other columns of numbers | numbers | |
  ///
  /// - Parameter task: what the targets are, or nil to decide by their values.
  /// - Complexity: O(`rowCount`) and the number of targets; the features are shared.
  /// - Throws: `FileError` where no target was chosen, or a value is not what the task needs.
  public func dataset(task: TargetKind? = nil) throws -> Dataset {
    if targets.isEmpty {
      let names = columns.filter { $0.role != .ignored }.map(\.name)
      throw FileError(
        path,
        "expected a column of targets to be chosen (`target`), found the columns "
          + names.prefix(20).joined(separator: ", ")
          + (names.count > 20 ? " and \(names.count - 20) more" : ""))
    }
    let found = try targets.count == 1 ? single(targets[0], task) : several(task)
    return Dataset(features, targets: found, weights: weights, groups: groups)
  }

  /// The targets of one column.
  private func single(_ target: TableTarget, _ task: TargetKind?) throws -> DatasetTargets {
    switch task ?? target.customaryTask {
    case .classes:
      if let names = target.categories {
        return .classes(target.values.map { Int($0) }, names: names)
      }
      return try numberedClasses(target)
    case .numbers: return .numbers(Array(try numbers(target)), names: [target.name])
    case .labels: return .labels(try labels(target), names: [target.name])
    }
  }

  /// The targets of several columns.
  private func several(_ task: TargetKind?) throws -> DatasetTargets {
    let names = targets.map(\.name)
    let areLabels = targets.allSatisfy { $0.labelValues != nil }
    switch task ?? (areLabels ? .labels : .numbers) {
    case .classes:
      throw FileError(
        path,
        "expected one column of targets to make classes of, found \(names.joined(separator: ", "))")
    case .numbers: return .numbers(rows(try targets.map(numbers)), names: names)
    case .labels: return .labels(rows(try targets.map { try labels($0)[...] }), names: names)
    }
  }

  /// Columns as rows.
  private func rows(_ columns: [ArraySlice<Double>]) -> [Double] {
    [Double](unsafeUninitializedCapacity: rowCount * columns.count) { rows, count in
      for (column, values) in columns.enumerated() {
        for (row, value) in values.enumerated() { rows[row * columns.count + column] = value }
      }
      count = rowCount * columns.count
    }
  }

  private func numbers(_ target: TableTarget) throws -> ArraySlice<Double> {
    guard let names = target.categories else { return target.values }
    throw refusal(target, "numbers", names.first { DelimitedText.Kind($0) != .number })
  }

  private func labels(_ target: TableTarget) throws -> [Double] {
    if let isTrue = target.labelValues { return target.values.map { isTrue[$0] ?? 0 } }
    let expected = "labels, each 0 or 1, false or true, or no or yes"
    if let names = target.categories { throw refusal(target, expected, names.first) }
    let other = target.values.first { $0 != 0 && $0 != 1 }
    throw refusal(target, expected, other.map(wholeOrPlain))
  }

  /// Classes named by whole numbers.
  private func numberedClasses(_ target: TableTarget) throws -> DatasetTargets {
    let expected = "classes, at most \(IDX.largestLabel + 1) whole numbers"
    if let other = target.values.first(where: { Int(exactly: $0) == nil }) {
      throw refusal(target, expected, plain(other))
    }
    let numbers = Set(target.values).sorted()
    if numbers.count > IDX.largestLabel + 1 {
      throw refusal(target, expected, "\(grouped(numbers.count)) different ones")
    }
    let positions = Dictionary(uniqueKeysWithValues: zip(numbers, numbers.indices))
    return .classes(
      target.values.map { positions[$0] ?? 0 }, names: numbers.map { "\(Int($0))" })
  }

  private func refusal(
    _ target: TableTarget, _ expected: String, _ found: String?
  ) -> FileError {
    FileError(path, "column \(target.name): expected \(expected), found \(found ?? "others")")
  }
}

extension TableTarget {
  /// What one column is without a task.
  fileprivate var customaryTask: TargetKind {
    if categories != nil { return .classes }
    var different: Set<Double> = []
    for value in values where !different.contains(value) {
      different.insert(value)
      if Int(exactly: value) == nil || different.count > Table.mostNumberedClasses {
        return .numbers
      }
    }
    return .classes
  }

  /// For each value whether it is true, 0 or 1; nil where the column is not one of labels.
  fileprivate var labelValues: [Double: Double]? {
    guard let categories else {
      return values.allSatisfy { $0 == 0 || $0 == 1 } ? [0: 0, 1: 1] : nil
    }
    let pairs = [["0", "1"], ["false", "true"], ["no", "yes"], ["n", "y"], ["f", "t"]]
    let texts = categories.map { $0.lowercased() }
    guard texts.count <= 2, Set(texts).count == texts.count,
      let pair = pairs.first(where: { pair in texts.allSatisfy { pair.contains($0) } })
    else { return nil }
    return Dictionary(
      uniqueKeysWithValues: texts.enumerated().map { (Double($0), $1 == pair[1] ? 1 : 0) })
  }
}

import PerceptronFiles

extension Dataset {
  /// The same examples with targets of another kind, where their values allow it.
  ///
  /// - Classes become the numbers of the classes, in a column named "value"; two classes a label, named as
  ///   the second class, which is 1 for its rows.
  /// - One column of whole numbers from 0 to 65,535, or one label, become classes named "0", "1", ….
  /// - Labels become numbers, and numbers that are all 0 or 1 labels, with the same names.
  ///
  /// - Complexity: O(`count`) and the number of columns; the features are shared.
  /// - Throws: ``DatasetError`` with the value and its row where a value does not allow it, and for
  ///   several columns as classes and more than two classes as labels.
  public func converted(to kind: TargetKind) throws -> Dataset {
    if kind == schema.kind { return self }
    return Dataset(
      features, targets: try targets.converted(to: kind), weights: weights, groups: groups)
  }
}

extension Dataset {
  /// The same examples with the classes, numbers or labels in the order of a schema, such as a model's, where
  /// their names are its own, or of classes among them; else as they are.
  ///
  /// - Complexity: O(`count`) where the order differs; the features are shared.
  public func matching(_ schema: TargetSchema) -> Dataset {
    if let same = reordered(as: schema) { return same }
    guard case .classes(let labels, let names) = targets, schema.kind == .classes,
      names != schema.names
    else { return self }
    let positions = Dictionary(zip(schema.names, schema.names.indices)) { first, _ in first }
    let known = names.compactMap { positions[$0] }
    if known.count != names.count { return self }
    return Dataset(
      features, targets: .classes(labels.map { known[$0] }, names: schema.names),
      weights: weights, groups: groups)
  }
}

extension Dataset {
  /// The same numbers or labels in the order of a schema of the same names; nil where that does not apply.
  private func reordered(as schema: TargetSchema) -> Dataset? {
    guard let values = targets.values, self.schema.kind == schema.kind,
      self.schema.names != schema.names
    else { return nil }
    let names = self.schema.names
    let order = schema.names.compactMap { names.firstIndex(of: $0) }
    if order.count != names.count || Set(order).count != names.count { return nil }
    let sorted = (0..<count).flatMap { row in order.map { values[row * names.count + $0] } }
    return Dataset(
      features,
      targets: schema.kind == .numbers
        ? .numbers(sorted, names: schema.names) : .labels(sorted, names: schema.names),
      weights: weights, groups: groups)
  }
}

extension DatasetFiles {
  /// Both sets with targets of a kind, as ``Dataset/converted(to:)``; nil for those that they have.
  func converted(to kind: TargetKind?) throws -> DatasetFiles {
    guard let kind else { return self }
    var files = self
    files.training = try training?.converted(to: kind)
    files.test = try test?.converted(to: kind)
    return files
  }
}

extension DatasetTargets {
  fileprivate func converted(to kind: TargetKind) throws -> DatasetTargets {
    switch (self, kind) {
    case (.classes, .classes), (.numbers, .numbers), (.labels, .labels): return self
    case (.classes(let classes, _), .numbers):
      return .numbers(classes.map { Double($0) }, names: ["value"])
    case (.classes(let classes, let names), .labels):
      if names.count != 2 {
        throw DatasetError("expected two classes to make a label of, found \(schema)")
      }
      return .labels(classes.map { Double($0) }, names: [names[1]])
    case (.labels(let values, let names), .numbers): return .numbers(values, names: names)
    case (.numbers(let values, let names), .labels):
      try requireAll(values, names, "a label, 0 or 1") { $0 == 0 || $0 == 1 }
      return .labels(values, names: names)
    case (.numbers(let values, let names), .classes), (.labels(let values, let names), .classes):
      if names.count != 1 {
        throw DatasetError("expected one column of targets to make classes of, found \(schema)")
      }
      try requireAll(values, names, "a class, a whole number from 0 to \(IDX.largestLabel)") {
        $0 >= 0 && $0 <= Double(IDX.largestLabel) && $0 == $0.rounded()
      }
      let classes = values.map { Int($0) }
      let count = schema.kind == .labels ? 2 : (classes.max() ?? -1) + 1
      return .classes(classes, names: Dataset.numbered(count))
    }
  }

  private func requireAll(
    _ values: [Double], _ names: [String], _ expected: String, _ isFit: (Double) -> Bool
  ) throws {
    guard let wrong = values.firstIndex(where: { !isFit($0) }) else { return }
    let (row, column) = wrong.quotientAndRemainder(dividingBy: names.count)
    throw DatasetError(
      "expected \(expected), found \(wholeOrPlain(values[wrong])) in row \(row), column "
        + names[column])
  }
}

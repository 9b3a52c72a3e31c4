import PerceptronFiles

/// The numbers of an array of targets, from which classes, numbers or labels are made.
///
/// | elements | shape | without a task | other tasks |
/// |---|---|---|---|
/// | integers, truth values | [rows], [rows, 1] | classes | `numbers`, `labels` |
/// | integers, truth values | [rows, columns] | labels, if all are 0 or 1 | `numbers`, `classes` if one is 1 in each row |
/// | floats | [rows], [rows, 1] | classes if all are whole, with up to 20 values; else a number | `classes`, `numbers`, `labels` |
/// | floats | [rows, columns] | labels if all are 0 or 1, else numbers | `labels`, `numbers`, `classes` if one is 1 in each row |
///
/// NumPy makes floats of all numbers of an array where one is a float: so whole numbers are looked at.
struct NumPyTargets {
  /// The most values of floats that are taken for classes.
  private static let mostFloatClasses = 20
  /// The most classes: memory grows with their number.
  private static let mostClasses = IDX.largestLabel + 1

  let array: NumPyArray
  /// Row by row.
  let values: [Double]
  /// The number of targets of a row.
  let columnCount: Int

  private var isFloating: Bool { array.format.kind.isFloating }

  /// Reads an array.
  ///
  /// - Parameter column: the column that is learned, counted from 0; nil for all.
  /// - Throws: `FileError` where it cannot be read, is not of rank 1 or with columns, or has no such column.
  init(_ array: NumPyArray, column: Int?) throws {
    let shape = array.shape
    if shape.isEmpty || shape.count > 2 || shape.dropFirst().contains(0) {
      throw array.error("expected targets, of rank 1 or with columns, found the shape \(shape)")
    }
    let count = shape.count == 1 ? 1 : shape[1]
    let values = try array.doubles()
    self.array = array
    guard let column else {
      (self.values, columnCount) = (values, count)
      return
    }
    if !(0..<count).contains(column) {
      throw array.error(
        "expected a column \(column), counted from 0, found \(counted(count, "column"))")
    }
    self.values = stride(from: column, to: values.count, by: count).map { values[$0] }
    columnCount = 1
  }

  /// The targets of the parts of a data set.
  ///
  /// Classes are numbered from 0 where they are integers from 0 on, as those of IDX files; else they are
  /// named by their values, sorted: −1 and 1 are the classes "-1" and "1".
  ///
  /// - Parameters:
  ///   - parts: with the same number of columns; at least one.
  ///   - task: what the targets are, or nil to find it out by the first `deciding` parts.
  ///   - classNames: the classes that are expected, such as those of a model.
  /// - Returns: the targets of each part, with the same names.
  /// - Throws: `FileError` where a target is not what the task needs, with its row.
  static func convert(
    _ parts: [NumPyTargets], task: TargetKind?, deciding: Int, classNames: [String]?
  ) throws -> [DatasetTargets] {
    let names = Dataset.numbered(parts[0].columnCount)
    switch task ?? kind(of: Array(parts.prefix(deciding))) {
    case .numbers:
      return try parts.map { part in
        try part.require("a finite number") { $0.isFinite }
        return .numbers(part.values, names: part.columnCount == 1 ? ["value"] : names)
      }
    case .labels:
      let advice = task == nil ? IDX.needsTask : ""
      return try parts.map { part in
        try part.require("labels, each 0 or 1", advice: advice) { $0 == 0 || $0 == 1 }
        return .labels(part.values, names: names)
      }
    case .classes: return try classes(parts.map { try $0.classValues() }, parts, classNames)
    }
  }

  /// What targets are by themselves.
  private static func kind(of parts: [NumPyTargets]) -> TargetKind {
    let isFloating = parts.contains { $0.isFloating }
    if parts[0].columnCount > 1 {
      let areLabels = parts.allSatisfy { $0.values.allSatisfy { $0 == 0 || $0 == 1 } }
      return isFloating && !areLabels ? .numbers : .labels
    }
    if !isFloating { return .classes }
    var found: Set<Double> = []
    for value in parts.lazy.flatMap(\.values) {
      if !isClass(value) { return .numbers }
      found.insert(value)
      if found.count > mostFloatClasses { return .numbers }
    }
    return .classes
  }

  /// Whether a number is whole, and exact as a double.
  private static func isClass(_ value: Double) -> Bool {
    value == value.rounded() && value.magnitude < 0x1p53
  }

  /// Throws unless all values fit.
  private func require(
    _ expected: String, advice: String = "", _ isFit: (Double) -> Bool
  ) throws {
    guard let wrong = values.firstIndex(where: { !isFit($0) }) else { return }
    let (row, column) = wrong.quotientAndRemainder(dividingBy: columnCount)
    throw array.error(
      "row \(row)\(columnCount > 1 ? ", column \(column)" : ""): expected \(expected), found "
        + wholeOrPlain(values[wrong]) + advice)
  }

  // MARK: - Classes

  /// The value of each row's class; the position of the 1 in rows of columns.
  private func classValues() throws -> [Double] {
    if columnCount == 1 {
      try require("a class, a whole number", Self.isClass)
      return values
    }
    try require("one 1 and else 0 in each row, for classes") { $0 == 0 || $0 == 1 }
    return try stride(from: 0, to: values.count, by: columnCount).map { start in
      let row = values[start..<start + columnCount]
      guard let one = row.firstIndex(of: 1), row.reduce(0, +) == 1 else {
        throw array.error(
          "row \(start / columnCount): expected one 1 and else 0, for classes, found "
            + "\(Int(row.reduce(0, +))) that are 1")
      }
      return Double(one - start)
    }
  }

  private static func classes(
    _ values: [[Double]], _ parts: [NumPyTargets], _ expected: [String]?
  ) throws -> [DatasetTargets] {
    let found = Set(values.joined()).sorted()
    let (isFloating, columns) = (parts.contains { $0.isFloating }, parts[0].columnCount)
    if let expected {
      let positions = try positions(of: found, in: expected, array: parts[0].array)
      return values.map { .classes($0.compactMap { positions[$0] }, names: expected) }
    }
    let last = found.last ?? -1
    if columns > 1 || !isFloating && found.first ?? 0 == 0 && last < Double(mostClasses) {
      let names = Dataset.numbered(columns > 1 ? columns : Int(last) + 1)
      return values.map { .classes($0.map { Int($0) }, names: names) }
    }
    if found.count > mostClasses {
      throw parts[0].array.error(
        "expected at most \(mostClasses) classes, found \(found.count); choose the task `numbers` "
          + "where they are numbers")
    }
    let positions = Dictionary(uniqueKeysWithValues: zip(found, found.indices))
    let names = found.map(wholeOrPlain)
    return values.map { .classes($0.compactMap { positions[$0] }, names: names) }
  }

  /// The positions of classes among those expected: by their names, or by their numbers where the names are
  /// no numbers themselves.
  private static func positions(
    of found: [Double], in names: [String], array: NumPyArray
  ) throws -> [Double: Int] {
    var known: [Double: Int] = [:]
    for (position, name) in names.enumerated() where Double(name) != nil {
      known[Double(name) ?? 0] = position
    }
    if known.isEmpty {
      known = Dictionary(uniqueKeysWithValues: names.indices.map { (Double($0), $0) })
    }
    if let other = found.first(where: { known[$0] == nil }) {
      let list = names.prefix(10).joined(separator: ", ") + (names.count > 10 ? ", …" : "")
      throw array.error(
        "expected one of the classes \(list), or their numbers, found \(wholeOrPlain(other))")
    }
    return known
  }
}

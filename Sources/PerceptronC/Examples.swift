import CPerceptronInterface
import PerceptronDatasets
import PerceptronFiles

extension Dataset {
  /// The examples of a caller, whose features stay where they are.
  ///
  /// - Throws: ``ArgumentError`` where a field is not as the header has it, with the row.
  init(_ examples: perceptron_examples) throws {
    let count = try checkedCount(examples.row_count, "row_count")
    if count < 1 { throw ArgumentError("row_count is \(count), expected at least 1") }
    let rows = BorrowedRows(
      start: try required(examples.features, "features"), type: examples.type, count: count,
      columnCount: try checkedCount(examples.column_count, "column_count"))
    var features = try rows.features(columns: nil)
    if examples.column_names != nil {
      let names = try Self.names(
        examples.column_names, count: examples.column_count, "column_names")
      features = try rows.features(columns: names.map { FeatureColumn(name: $0) })
    }
    self.init(
      features, targets: try Self.targets(of: examples), weights: try Self.weights(of: examples))
  }

  private static func names(
    _ pointer: UnsafePointer<UnsafePointer<CChar>?>?, count: Int, _ argument: String
  ) throws -> [String] {
    let names = try texts(pointer, count: count, argument)
    var found: Set<String> = []
    if let twice = names.first(where: { !found.insert($0).inserted }) {
      throw ArgumentError("\(argument) has \(twice) twice")
    }
    return names
  }

  private static func targets(of examples: perceptron_examples) throws -> DatasetTargets {
    if try checkedCount(examples.name_count, "name_count") == 0 {
      throw ArgumentError("name_count is 0, expected at least 1")
    }
    let names = try names(examples.names, count: examples.name_count, "names")
    let kind = try TargetKind(examples.kind)
    if kind == .classes {
      let classes = UnsafeBufferPointer(
        start: try required(examples.classes, "classes"), count: examples.row_count)
      if let row = classes.firstIndex(where: { $0 < 0 || $0 >= names.count }) {
        throw ArgumentError(
          "row \(row): expected a class from 0 to \(names.count - 1), found \(classes[row])")
      }
      return .classes(classes.map { Int($0) }, names: names)
    }
    let values = Array(
      UnsafeBufferPointer(
        start: try required(examples.values, "values"), count: examples.row_count * names.count))
    let isLabels = kind == .labels
    if let wrong = values.firstIndex(where: { isLabels ? $0 != 0 && $0 != 1 : !$0.isFinite }) {
      throw ArgumentError(
        "row \(wrong / names.count), \(names[wrong % names.count]): expected "
          + (isLabels ? "0 or 1" : "a finite number") + ", found \(wholeOrPlain(values[wrong]))")
    }
    return isLabels ? .labels(values, names: names) : .numbers(values, names: names)
  }

  private static func weights(of examples: perceptron_examples) throws -> [Double]? {
    guard let start = examples.weights else { return nil }
    let weights = Array(UnsafeBufferPointer(start: start, count: examples.row_count))
    if let row = weights.firstIndex(where: { !($0.isFinite && $0 >= 0) }) {
      throw ArgumentError(
        "row \(row): expected a weight, finite and 0 or more, found \(wholeOrPlain(weights[row]))")
    }
    if weights.allSatisfy({ $0 == 0 }) {
      throw ArgumentError("expected a weight above 0, found only 0")
    }
    return weights
  }
}

import Foundation
import PerceptronFiles
import PerceptronLinearAlgebra

extension IDX {
  /// Reads targets.
  ///
  /// | elements | extents | without a task | other tasks |
  /// |---|---|---|---|
  /// | floating | [rows] | one number | `classes`, `labels` |
  /// | floating | [rows, columns] | numbers | `labels` |
  /// | integers | [rows] | classes | `numbers`, `labels` |
  /// | integers | [rows, columns] | labels, if all are 0 or 1 | `numbers` |
  ///
  /// A single column of numbers is named "value"; several columns, labels and classes "0", "1", ….
  ///
  /// - Parameters:
  ///   - task: what the targets are, or nil to decide by the type and the extents.
  ///   - classCount: the number of classes where it is known; classes are below it.
  ///   - column: the only column that is read, from 0, as if the file had rank 1: in QMNIST's labels of
  ///     eight columns, the first is the class. Nil for all columns.
  /// - Throws: `FileError` where the file cannot be read, is not a whole IDX file of rank 1 or 2, has no
  ///   such column, or a target is not what the task needs: a finite number; 0 or 1; a class, which is a
  ///   whole number from 0, below `classCount` or 65,536. Its byte is named.
  public static func readTargets(
    _ path: String, task: TargetKind? = nil, classCount: Int? = nil, column: Int? = nil
  ) throws -> DatasetTargets {
    let file = try IDXFile(path: path)
    var columns = try columnCount(of: file)
    if let column {
      if !(0..<columns ~= column) {
        throw file.reader.error(
          "expected targets with a column \(column), counted from 0, found "
            + counted(columns, "column"), at: 4)
      }
      columns = 1
    }
    switch task ?? file.customaryTask(ofColumn: column) {
    case .classes:
      if column == nil {
        try requireVector(file, of: "labels", advice: needsColumn(of: columns))
      }
      let labels = try readClasses(file, classCount: classCount, column: column)
      return .classes(labels, names: Dataset.numbered(classCount ?? (labels.max() ?? -1) + 1))
    case .numbers:
      let names = columns == 1 ? ["value"] : Dataset.numbered(columns)
      return .numbers(try readFinite(file, column: column), names: names)
    case .labels:
      let advice = task == nil ? needsColumn(of: columns) + needsTask : ""
      let values = try file.numbers(column: column) { value in
        value == 0 || value == 1
          ? nil : "expected labels, each 0 or 1, found \(wholeOrPlain(value))\(advice)"
      }
      return .labels(values, names: Dataset.numbered(columns))
    }
  }

  /// The end of the message about integers in columns that are not all 0 or 1.
  package static let needsTask = "; choose the task `numbers` where they are numbers"

  /// The end of the message about several columns, of which one may be meant.
  private static func needsColumn(of count: Int) -> String {
    count == 1 ? "" : "; choose one of the \(count) columns where that is the label"
  }

  /// Reads labels: whole numbers of any size, in a file of rank 1.
  ///
  /// - Parameter classCount: the number of classes where it is known; labels are below it.
  /// - Throws: `FileError` where the file cannot be read, is not a whole IDX file of rank 1, or
  ///   has a label that is negative or too large, whose byte is named.
  public static func readLabels(_ path: String, classCount: Int? = nil) throws -> [Int] {
    let file = try IDXFile(path: path)
    try requireVector(file, of: "labels")
    try requireIntegers(file, of: "labels")
    return try readClasses(file, classCount: classCount)
  }

  /// Reads numbers of any type, in a file of rank 1.
  ///
  /// - Throws: `FileError` where the file cannot be read, is not a whole IDX file of rank 1, or has a
  ///   number that is infinite or NaN, whose byte is named.
  public static func readNumbers(_ path: String) throws -> [Double] {
    let file = try IDXFile(path: path)
    try requireVector(file, of: "numbers")
    return try readFinite(file)
  }

  /// Reads the weights of rows: numbers of any type, in a file of rank 1.
  ///
  /// - Throws: `FileError` where the file cannot be read, is not a whole IDX file of rank 1, or has a
  ///   weight that is negative, infinite or NaN, whose byte is named.
  public static func readWeights(_ path: String) throws -> [Double] {
    let file = try IDXFile(path: path)
    try requireVector(file, of: "weights")
    return try file.numbers { value in
      value >= 0 && value.isFinite
        ? nil : "expected a weight, finite and 0 or more, found \(wholeOrPlain(value))"
    }
  }

  /// Reads the groups of rows: integers of any type and value, in a file of rank 1.
  ///
  /// - Throws: `FileError` where the file cannot be read, or is not a whole IDX file of rank 1 with
  ///   integers.
  public static func readGroups(_ path: String) throws -> [Int] {
    let file = try IDXFile(path: path)
    try requireVector(file, of: "groups")
    try requireIntegers(file, of: "groups")
    return try file.numbers { _ in nil }.map { Int($0) }
  }

  /// Data sets of which the training set gets the weights and the groups of two IDX files.
  ///
  /// - Parameters:
  ///   - weights: the file's path, or its name within the folder `source`; nil for none.
  ///   - groups: likewise.
  /// - Throws: `FileError` where a file cannot be read or has not as many elements as there are rows.
  static func adding(
    weights: String?, groups: String?, to files: DatasetFiles, of source: String
  ) throws -> DatasetFiles {
    guard weights != nil || groups != nil, let training = files.training else { return files }
    func read<Value>(
      _ file: String?, _ what: String, _ read: (String) throws -> [Value]
    ) throws -> [Value]? {
      guard let file else { return nil }
      let inner = join(source, file)
      let isInner = !file.hasPrefix("/") && FileManager.default.fileExists(atPath: inner)
      let path = isInner ? inner : file
      let values = try read(path)
      if values.count != training.count {
        throw FileError(
          path, atByte: 4,
          "expected a \(what) for each of the \(training.count) training rows, found "
            + "\(values.count)")
      }
      return values
    }
    let weights = try read(weights, "weight") { path in
      let weights = try readWeights(path)
      if !weights.isEmpty && weights.allSatisfy({ $0 == 0 }) {
        throw FileError(path, "expected a weight above 0, found only 0")
      }
      return weights
    }
    var complete = files
    complete.training = Dataset(
      training.features, targets: training.targets, weights: weights ?? training.weights,
      groups: try read(groups, "group", readGroups) ?? training.groups)
    return complete
  }

  private static func readFinite(_ file: IDXFile, column: Int? = nil) throws -> [Double] {
    try file.numbers(column: column) {
      $0.isFinite ? nil : "expected a finite number, found \(wholeOrPlain($0))"
    }
  }

  private static func readClasses(
    _ file: IDXFile, classCount: Int?, column: Int? = nil
  ) throws -> [Int] {
    let bound = classCount ?? largestLabel + 1
    let labels = try file.numbers(column: column) { value in
      if value >= 0 && value < Double(bound) && value == value.rounded() { return nil }
      return "expected a label from 0 to \(bound - 1), found \(wholeOrPlain(value))"
    }
    return labels.map { Int($0) }
  }

  /// The number of targets of a row.
  private static func columnCount(of file: IDXFile) throws -> Int {
    let extents = file.extents
    if extents.count > 2 || extents.dropFirst().contains(0) {
      throw file.reader.error(
        "expected targets, of rank 1 or with columns, found the extents \(extents)", at: 4)
    }
    return extents.count == 1 ? 1 : extents[1]
  }

  private static func requireVector(
    _ file: IDXFile, of what: String, advice: String = ""
  ) throws {
    if file.extents.count != 1 {
      throw file.reader.error(
        "expected \(what), of rank 1, found the extents \(file.extents)\(advice)", at: 4)
    }
  }

  private static func requireIntegers(_ file: IDXFile, of what: String) throws {
    if file.type.isFloating {
      throw file.reader.error("expected \(what), which are integers, found \(file.type)", at: 2)
    }
  }
}

extension IDXFile {
  /// What targets are by their type and extents, or those of one of their columns.
  fileprivate func customaryTask(ofColumn column: Int?) -> TargetKind {
    if type.isFloating { return .numbers }
    return extents.count == 1 || column != nil ? .classes : .labels
  }

  /// The elements as doubles, which represent every type exactly.
  ///
  /// - Parameters:
  ///   - column: the column of a file of rank 2 that is returned, or nil for all elements.
  ///   - problem: what is wrong with a returned element, or nil; the error names its byte.
  /// - Precondition: the file has such a column.
  fileprivate func numbers(
    column: Int? = nil, _ problem: (Double) -> String?
  ) throws -> [Double] {
    let start = reader.offset
    let numbers: [Double] =
      switch type {
      case .uint8: try bytes().map { Double($0) }
      case .int8: try elements { (bits: Int8) in Double(bits) }
      case .int16: try elements { (bits: Int16) in Double(bits) }
      case .int32: try elements { (bits: Int32) in Double(bits) }
      case .float32: try elements { (bits: UInt32) in Double(Float(bitPattern: bits)) }
      case .float64: try elements { (bits: UInt64) in Double(bitPattern: bits) }
      }
    let step = column == nil ? 1 : extents.dropFirst().first ?? 1
    let places = stride(from: column ?? 0, to: numbers.count, by: step)
    for place in places {
      if let problem = problem(numbers[place]) {
        throw reader.error(problem, at: start + place * type.size)
      }
    }
    return step == 1 ? numbers : places.map { numbers[$0] }
  }
}

/// A whole number without a fraction, any other with all its digits.
package func wholeOrPlain(_ value: Double) -> String {
  Int(exactly: value).map { "\($0)" } ?? plain(value)
}

// MARK: - Writing

extension IDX {
  /// Writes targets, uncompressed: classes as ``write(labels:to:)`` does, numbers as doubles, labels as
  /// bytes with columns. ``readTargets(_:task:classCount:column:)`` reads them back without a task.
  ///
  /// - Throws: `FileError` where the file cannot be written, its name promises compression, or a class
  ///   is above 65,535.
  public static func write(_ targets: DatasetTargets, to path: String) throws {
    switch targets {
    case .classes(let labels, _): try write(labels: labels, to: path)
    case .numbers(let values, let names):
      let extents = names.count == 1 ? [values.count] : [targets.count, names.count]
      try write(values.map(\.bitPattern.bigEndian), as: .float64, extents, to: path)
    case .labels(let values, let names):
      try write(values.map { UInt8($0) }, as: .uint8, [targets.count, names.count], to: path)
    }
  }

  /// Writes numbers such as the weights of rows, uncompressed, as doubles.
  ///
  /// - Throws: `FileError` where the file cannot be written, or its name promises compression.
  public static func write(numbers: [Double], to path: String) throws {
    try write(numbers.map(\.bitPattern.bigEndian), as: .float64, [numbers.count], to: path)
  }

  /// Writes the groups of rows, uncompressed, as 32-bit integers.
  ///
  /// - Throws: `FileError` where the file cannot be written, its name promises compression, or a group
  ///   is not within 32 bits.
  public static func write(groups: [Int], to path: String) throws {
    if let wrong = groups.first(where: { Int32(exactly: $0) == nil }) {
      throw FileError(path, "cannot write the group \(wrong), which needs more than 32 bits")
    }
    try write(groups.map { Int32($0).bigEndian }, as: .int32, [groups.count], to: path)
  }

  private static func write<Bits>(
    _ elements: [Bits], as type: IDXFile.ElementType, _ extents: [Int], to path: String
  ) throws {
    let head = try header(type, extents, path: path)
    try AtomicFile.write(to: path) { file in
      try file.write(head)
      try elements.withUnsafeBytes { try file.write($0) }
    }
  }
}

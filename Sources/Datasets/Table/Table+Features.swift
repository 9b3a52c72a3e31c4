import PerceptronFiles

extension Table {
  /// Reads the features that a model takes from a further file.
  ///
  /// - Parameters:
  ///   - columns: the model's columns. They are found by name and have their types; other columns are
  ///     passed over. Categories get the names that the file has.
  ///   - options: how cells are written; its choices of columns do not matter.
  /// - Returns: the columns in the order of `columns`.
  /// - Throws: `FileError` where the file cannot be read, lacks a column, or a cell is not what its column
  ///   holds.
  package static func features(
    readingFrom path: String, columns: [FeatureColumn], options: ReadingOptions = .none
  ) throws -> Features {
    let file = try DelimitedFile(
      path: path, hints: options.hints(path: path, names: columns.map(\.name)))
    let plan = try FeaturePlan(file.names, path: path, columns)
    return plan.features(try file.read(plan.columns, width: columns.count))
  }
}

/// The features that a model takes, read block by block from a file or a pipe.
///
///     let blocks = try FeatureBlocks(descriptor: 0, name: "standard input", columns: columns)
///     while let features = try blocks.next() { … }
package final class FeatureBlocks {
  private let blocks: DelimitedBlocks
  private let plan: FeaturePlan

  /// Reads the beginning of an open descriptor, which stays the caller's: at least its first row.
  ///
  /// - Parameters:
  ///   - name: what errors call it.
  ///   - columns: the model's columns, as for ``Table/features(readingFrom:columns:options:)``.
  ///   - byPosition: whether the file's columns are these in this order, whatever their names.
  ///   - blockSize: the bytes that a block is made of at most, unless a row is longer.
  package init(
    descriptor: Int32, name: String, columns: [FeatureColumn], byPosition: Bool = false,
    options: ReadingOptions = .none, blockSize: Int = 1 << 20
  ) throws {
    let hints = try options.hints(path: name, names: columns.map(\.name))
    blocks = try DelimitedBlocks(
      descriptor: descriptor, name: name, hints: hints, blockSize: blockSize)
    plan = try FeaturePlan(blocks.sample.names, path: name, columns, byPosition: byPosition)
  }

  /// Reads the beginning of a file, plain or gzipped.
  package init(
    path: String, columns: [FeatureColumn], byPosition: Bool = false,
    options: ReadingOptions = .none, blockSize: Int = 1 << 20
  ) throws {
    let hints = try options.hints(path: path, names: columns.map(\.name))
    blocks = try DelimitedBlocks(path: path, hints: hints, blockSize: blockSize)
    plan = try FeaturePlan(blocks.sample.names, path: path, columns, byPosition: byPosition)
  }

  /// The features of the next rows, at least one; nil at the end. Categories get the names that the block
  /// has.
  package func next() throws -> Features? {
    try blocks.next(plan.columns, width: plan.expected.count).map(plan.features)
  }
}

/// How the columns of a file become the features that are expected.
private struct FeaturePlan {
  let columns: [DelimitedColumn]
  let expected: [FeatureColumn]
  /// The column of the file for each that is expected.
  private let found: [Int]

  init(
    _ names: [String], path: String, _ expected: [FeatureColumn], byPosition: Bool = false
  ) throws {
    if byPosition {
      if names.count != expected.count {
        throw FileError(
          path, "expected \(counted(expected.count, "column")), found \(names.count)")
      }
      found = Array(names.indices)
    } else {
      var given = [TableColumn.Role?](repeating: nil, count: names.count)
      found = try ColumnIndex(names, path: path).columns(expected, given: &given)
    }
    var columns = names.map { DelimitedColumn(name: $0) }
    for (place, column) in found.enumerated() {
      columns[column].content =
        expected[place].categories == nil ? .numbers : .names(isSorted: true)
      columns[column].place = .matrix(place)
      columns[column].expected = "a number, as in the rows that the model was trained on"
      columns[column].advice = "name it as a missing value (`missing`)"
    }
    self.columns = columns
    self.expected = expected
  }

  func features(_ table: DelimitedTable) -> Features {
    Features(
      .doubles(table.matrix), exampleShape: [expected.count],
      columns: zip(expected, found).map { known, column in
        FeatureColumn(name: known.name, categories: table.names[column])
      })
  }
}

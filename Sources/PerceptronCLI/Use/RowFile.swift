import Perceptron
import PerceptronCommandSupport

/// Files of rows to predict.
enum RowFile {
  /// Whether a file is a table by its name, or standard input, which has one.
  static func isTable(_ file: String) -> Bool {
    file == "-" || DatasetLibrary.Format.csv.fits(fileNamed: file)
  }

  /// Calls `body` with the features of successive rows of a file; those of a table piece by piece.
  ///
  /// - Parameter model: what the model takes.
  static func forEachBlock(
    of file: String, like model: ExpectedFeatures, _ options: ReadingOptions,
    _ body: (Features) throws -> Void
  ) throws {
    guard isTable(file), let columns = model.columns ?? model.positions else {
      return try body(DatasetLibrary.readFeatures(file, like: model, options: options).features)
    }
    let byPosition = model.columns == nil
    let blocks =
      try file == "-"
      ? FeatureBlocks(
        descriptor: 0, name: "standard input", columns: columns, byPosition: byPosition,
        options: options)
      : FeatureBlocks(path: file, columns: columns, byPosition: byPosition, options: options)
    while let features = try blocks.next() {
      try body(model.columns == nil ? features.withoutColumns : features)
    }
  }
}

/// The cells with categories that a model does not know, over many blocks of rows.
struct UnknownCount {
  private var columns: [String: UnknownCategories] = [:]

  mutating func add(_ found: [UnknownCategories]) {
    for unknown in found {
      columns[unknown.column, default: unknown].count +=
        columns[unknown.column] == nil ? 0 : unknown.count
    }
  }

  /// A sentence for each column.
  var warnings: [String] { columns.values.map(\.description).sorted() }
}

/// Predictions as a table (CSV) with a header.
struct PredictionTable {
  private let schema: TargetSchema
  private let withProbabilities: Bool

  init(_ schema: TargetSchema, withProbabilities: Bool) {
    (self.schema, self.withProbabilities) = (schema, withProbabilities)
  }

  /// The names of the columns, without a line end: `class` and, with probabilities, those of the classes; or
  /// those of the numbers or labels.
  var header: String {
    let names = schema.kind == .classes ? ["class"] : schema.names
    let more = schema.kind == .classes && withProbabilities ? schema.names : []
    return line([names + more])
  }

  /// A line for each row, without the last line end. Probabilities have the fewest digits that tell them apart
  /// in the model's precision.
  func rows<Scalar: BLASScalar>(_ found: Predictions, as _: Scalar.Type) -> String {
    func texts(_ numbers: [Double]) -> [String] { numbers.map { "\(Scalar($0))" } }
    let chances = withProbabilities ? found.probabilities : nil
    return line(
      (0..<found.count).map { row in
        let probabilities = chances.map { texts($0.row(row).elements.map { Double($0) }) }
        switch schema.kind {
        case .classes: return [schema.names[found.classes[row]]] + (probabilities ?? [])
        // In their own units, of which single precision may not hold the digits.
        case .numbers: return (found.values?.row(row).elements ?? []).map(plain)
        case .labels:
          return probabilities
            ?? (found.values?.row(row).elements ?? []).map { $0 == 1 ? "1" : "0" }
        }
      })
  }

  private func line(_ rows: [[String]]) -> String { String(CSV.text(rows).dropLast()) }
}

extension ExpectedFeatures {
  /// The columns of a model that was not trained on a table, by their positions in one; nil where the number
  /// is not known.
  var positions: [FeatureColumn]? {
    count.map { (1...$0).map { FeatureColumn(name: "\($0)") } }
  }
}

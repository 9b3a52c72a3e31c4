public import CPerceptronInterface
import PerceptronDatasets
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining

/// Predicts rows of floats.
@c @implementation
public func perceptron_predict_float(
  _ model: OpaquePointer!, _ rows: UnsafePointer<Float>!, _ rowCount: Int,
  _ found: UnsafePointer<perceptron_predictions>!
) -> CInt {
  predict(model, rows, PERCEPTRON_FLOAT, rowCount, found)
}

/// Predicts rows of doubles.
@c @implementation
public func perceptron_predict_double(
  _ model: OpaquePointer!, _ rows: UnsafePointer<Double>!, _ rowCount: Int,
  _ found: UnsafePointer<perceptron_predictions>!
) -> CInt {
  predict(model, rows, PERCEPTRON_DOUBLE, rowCount, found)
}

/// Predicts rows of bytes.
@c @implementation
public func perceptron_predict_bytes(
  _ model: OpaquePointer!, _ rows: UnsafePointer<UInt8>!, _ rowCount: Int,
  _ found: UnsafePointer<perceptron_predictions>!
) -> CInt {
  predict(model, rows, PERCEPTRON_BYTES, rowCount, found)
}

private func predict(
  _ model: OpaquePointer?, _ rows: UnsafeRawPointer?, _ type: perceptron_type, _ rowCount: Int,
  _ found: UnsafePointer<perceptron_predictions>?
) -> CInt {
  catching(-1) {
    let model = try Handle.object(model, as: Model.self)
    let found = try required(found, "found").pointee
    if rowCount == 0 { return 0 }
    let rows = BorrowedRows(
      start: try required(rows, "rows"), type: type, count: rowCount,
      columnCount: model.inputCount)
    try model.refuseMissing(found)
    switch model.model {
    case .float(let trained): try trained.predict(rows, into: found)
    case .double(let trained): try trained.predict(rows, into: found)
    }
    return 0
  }
}

extension Model {
  /// Refuses what the model does not predict.
  fileprivate func refuseMissing(_ found: perceptron_predictions) throws {
    func refuse(_ isWanted: Bool, _ isThere: Bool, _ what: String) throws {
      if isWanted && !isThere {
        throw ArgumentError("the model predicts \(schema), without \(what)")
      }
    }
    try refuse(found.classes != nil, schema.kind == .classes, "classes")
    try refuse(found.values != nil, schema.kind != .classes, "values")
    try refuse(
      found.probabilities != nil, hasProbabilities,
      "probabilities" + (schema.kind == .numbers ? "" : ": its loss has none"))
  }
}

extension TrainedModel {
  /// The number of rows predicted at a time, so that memory stays bounded.
  private var blockSize: Int { 8192 }

  fileprivate func predict(_ rows: BorrowedRows, into found: perceptron_predictions) throws {
    if let columns = preprocessing.columns { try rows.checkCategories(of: columns) }
    let features = try rows.features(columns: preprocessing.columns.map(Self.withOther))
    try preprocessing.check(features)
    for start in stride(from: 0, to: rows.count, by: blockSize) {
      let range = start..<min(start + blockSize, rows.count)
      let some = network.predictions(
        of: features[rows: range].prepared(with: preprocessing), as: schema)
      if let position = some.outputs.firstNonFinite() {
        throw DatasetError(
          "row \(start + position / some.outputs.shape[1]): the "
            + (schema.kind == .numbers ? "outputs" : "scores") + " are not finite")
      }
      some.write(to: found, from: start)
    }
  }

  /// Columns whose categories have one more for all others.
  private static func withOther(_ columns: [FeatureColumn]) -> [FeatureColumn] {
    columns.map { column in
      guard let categories = column.categories else { return column }
      var other = "another"
      while categories.contains(other) { other += "'" }
      return FeatureColumn(name: column.name, categories: categories + [other])
    }
  }
}

extension Predictions {
  /// Copies what is wanted behind the first `start` rows.
  fileprivate func write(to found: perceptron_predictions, from start: Int) {
    if let classes = found.classes {
      for (row, index) in self.classes.enumerated() { classes[start + row] = Int64(index) }
    }
    copy(values, to: found.values, from: start)
    copy(probabilities, to: found.probabilities, from: start)
    copy(outputs, to: found.scores, from: start)
  }

  private func copy(
    _ numbers: Tensor<Double>?, to target: UnsafeMutablePointer<Double>?, from start: Int
  ) {
    guard let numbers, let target else { return }
    numbers.withUnsafeElements { elements in
      guard let base = elements.baseAddress else { return }
      (target + start * numbers.shape.columnCount).update(from: base, count: elements.count)
    }
  }
}

// MARK: - Rows of the caller

/// Rows of numbers that the caller keeps during a call.
struct BorrowedRows {
  let start: UnsafeRawPointer
  let type: perceptron_type
  let count: Int
  let columnCount: Int

  /// The rows where they are, without a copy.
  ///
  /// - Throws: ``ArgumentError`` for numbers of no type, sizes too large, and an address that is not aligned.
  func features(columns: [FeatureColumn]?) throws -> Features {
    let kind: NumberFormat.Kind
    switch type {
    case PERCEPTRON_FLOAT: kind = .float32
    case PERCEPTRON_DOUBLE: kind = .float64
    case PERCEPTRON_BYTES: kind = .uint8
    default: throw ArgumentError("type is \(type.rawValue), expected a perceptron_type")
    }
    let stride = columnCount.multipliedReportingOverflow(by: kind.size)
    let size = count.multipliedReportingOverflow(by: stride.partialValue)
    if count < 0 || columnCount < 1 || stride.overflow || size.overflow {
      throw ArgumentError("\(count) rows of \(columnCount) features, expected 1 or more")
    }
    if UInt(bitPattern: start) % UInt(kind.size) != 0 {
      throw ArgumentError("the features are not aligned as \(kind.rawValue) has to be")
    }
    let bytes = UnsafeRawBufferPointer(start: start, count: size.partialValue)
    let part = MappedRows.Part(
      MappedFile(borrowing: bytes), offset: 0, stride: stride.partialValue, count: count)
    let rows = MappedRows([part], of: columnCount, NumberFormat(kind))
    return Features(.mapped(rows), exampleShape: [columnCount], columns: columns)
  }
}

extension BorrowedRows {
  /// Throws ``DatasetError`` unless each category is missing, the position of one, or their number.
  fileprivate func checkCategories(of columns: [FeatureColumn]) throws {
    for (index, column) in columns.enumerated() {
      guard let last = column.categories?.count else { continue }
      for row in 0..<count {
        let cell = number(row, index)
        if cell.isNaN || cell == cell.rounded() && cell >= 0 && cell <= Double(last) { continue }
        throw DatasetError(
          "row \(row), column \(column.name): expected the position of a category, below \(last), or "
            + "\(last) for any other, found \(wholeOrPlain(cell))")
      }
    }
  }

  private func number(_ row: Int, _ column: Int) -> Double {
    let place = row * columnCount + column
    return switch type {
    case PERCEPTRON_FLOAT: Double(start.assumingMemoryBound(to: Float.self)[place])
    case PERCEPTRON_BYTES: Double(start.assumingMemoryBound(to: UInt8.self)[place])
    default: start.assumingMemoryBound(to: Double.self)[place]
    }
  }
}

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
      start: try required(rows, "rows"), type: type, count: try checkedCount(rowCount, "row_count"),
      columnCount: model.inputCount)
    try model.refuseMissing(found)
    try model.predictor.predict(rows, into: found)
    return 0
  }
}

extension Model {
  /// Refuses what the model does not predict.
  fileprivate func refuseMissing(_ found: perceptron_predictions) throws {
    func refuse(_ isWanted: Bool, _ isThere: Bool, _ what: @autoclosure () -> String) throws {
      if isWanted && !isThere {
        throw ArgumentError("the model predicts \(schema), without \(what())")
      }
    }
    try refuse(found.classes != nil, schema.kind == .classes, "classes")
    try refuse(found.values != nil, schema.kind != .classes, "values")
    try refuse(
      found.probabilities != nil, hasProbabilities,
      "probabilities" + (schema.kind == .numbers ? "" : ": its loss has none"))
  }
}

/// A model of either precision that predicts rows of the caller.
protocol AnyPredictor: Sendable {
  func predict(_ rows: BorrowedRows, into found: perceptron_predictions) throws
}

/// A model's predictions: a few rows one after the other, many of them by workers.
final class ModelPredictor<Scalar: BLASScalar>: AnyPredictor {
  private let model: TrainedModel<Scalar>
  private let parameterCount: Int
  /// Made when it is first needed, since it has a copy of the weights.
  private let made = Locked<RowPredictor<Scalar>?>(nil)
  /// Memory that no thread uses at the moment.
  private let idle = Locked<[RowPredictor<Scalar>.Workspace]>([])

  init(_ model: TrainedModel<Scalar>) {
    self.model = model
    parameterCount = model.network.summary.parameterCount
  }

  /// Whether rows take less time one after the other. Each reads all parameters again, but a pass of many rows
  /// has to be set up, which takes as long as 32 rows of a small network, or as 4 million multiply-adds.
  private func areFew(_ count: Int) -> Bool {
    count == 1 || count <= 32 && parameterCount <= 4_000_000 / count
  }

  /// The number of rows predicted at a time, so that memory stays bounded.
  private static var blockSize: Int { 8192 }

  // Else each call looks up the types' metadata, a fifth of a small network's row.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  func predict(_ rows: BorrowedRows, into found: perceptron_predictions) throws {
    let predictor = made.withLock { made in
      let predictor = made ?? RowPredictor(model)
      made = predictor
      return predictor
    }
    if areFew(rows.count), (try? predictFew(rows, by: predictor, into: found)) != nil { return }
    // Also where one of a few is refused: all of them are checked, and the error names the row.
    try predictMany(rows, by: predictor, into: found)
  }

  private func predictFew(
    _ rows: BorrowedRows, by predictor: RowPredictor<Scalar>, into found: perceptron_predictions
  ) throws {
    let workspace = idle.withLock { $0.popLast() } ?? predictor.makeWorkspace()
    defer { idle.withLock { $0.append(workspace) } }
    for index in 0..<rows.count {
      try predictor.predict(try rows.row(index), in: workspace)
      workspace.last.write(to: found, at: index)
    }
  }

  private func predictMany(
    _ rows: BorrowedRows, by predictor: RowPredictor<Scalar>, into found: perceptron_predictions
  ) throws {
    let preprocessing = model.preprocessing
    let features = try rows.features(columns: preprocessing.columnsWithOther)
    try preprocessing.checkCategories(of: features)
    try preprocessing.check(features)
    for start in stride(from: 0, to: rows.count, by: Self.blockSize) {
      let range = start..<min(start + Self.blockSize, rows.count)
      let some = predictor.predictions(of: features[rows: range].prepared(with: preprocessing))
      if let position = some.outputs.firstNonFinite() {
        throw DatasetError(
          "row \(start + position / some.outputs.shape[1]): the "
            + (model.schema.kind == .numbers ? "outputs" : "scores") + " are not finite")
      }
      some.write(to: found, from: start)
    }
  }
}

extension RowPrediction {
  /// Copies what is wanted as a row.
  fileprivate func write(to found: perceptron_predictions, at row: Int) {
    found.classes?[row] = Int64(classIndex)
    copy(values, to: found.values, at: row)
    copy(probabilities, to: found.probabilities, at: row)
    copy(outputs, to: found.scores, at: row)
  }

  private func copy(_ numbers: [Double], to target: UnsafeMutablePointer<Double>?, at row: Int) {
    guard let target else { return }
    for (index, number) in numbers.enumerated() { target[row * numbers.count + index] = number }
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
    let (kind, size) = try checkedKindAndSize()
    let stride = columnCount * kind.size
    let bytes = UnsafeRawBufferPointer(start: start, count: size)
    let part = MappedRows.Part(
      MappedFile(borrowing: bytes), offset: 0, stride: stride, count: count)
    let rows = MappedRows([part], of: columnCount, NumberFormat(kind))
    return Features(.mapped(rows), exampleShape: [columnCount], columns: columns)
  }

  /// A row where it is.
  ///
  /// - Throws: ``ArgumentError`` as ``features(columns:)``.
  func row(_ index: Int) throws -> BorrowedRow {
    _ = try checkedKindAndSize()
    let place = index * columnCount
    return switch type {
    case PERCEPTRON_FLOAT: .floats(start.assumingMemoryBound(to: Float.self) + place)
    case PERCEPTRON_BYTES: .bytes(start.assumingMemoryBound(to: UInt8.self) + place)
    default: .doubles(start.assumingMemoryBound(to: Double.self) + place)
    }
  }

  /// The kind of numbers, and the number of bytes of all rows.
  private func checkedKindAndSize() throws -> (kind: NumberFormat.Kind, size: Int) {
    let kind: NumberFormat.Kind
    switch type {
    case PERCEPTRON_FLOAT: kind = .float32
    case PERCEPTRON_DOUBLE: kind = .float64
    case PERCEPTRON_BYTES: kind = .uint8
    default: throw ArgumentError("type is \(type.rawValue), expected a perceptron_type")
    }
    let stride = columnCount.multipliedReportingOverflow(by: kind.size)
    let size = count.multipliedReportingOverflow(by: stride.partialValue)
    if columnCount < 1 {
      throw ArgumentError("\(count) rows of \(columnCount) features, expected 1 or more")
    }
    if stride.overflow || size.overflow {
      throw ArgumentError("\(count) rows of \(columnCount) features are more than memory can have")
    }
    if UInt(bitPattern: start) % UInt(kind.size) != 0 {
      throw ArgumentError("the features are not aligned as \(kind.rawValue) has to be")
    }
    return (kind, size.partialValue)
  }
}

import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// Predicts one row at a time: the preprocessing, the network and what its loss makes of the outputs, without
/// allocating memory, on any number of threads at once.
///
///     let predictor = RowPredictor(try TrainedModel<Float>(readingFrom: "model.safetensors"))
///     let workspace = predictor.makeWorkspace()  // one for each thread
///     for pixels in pictures {
///       let found = try predictor.predict(pixels, in: workspace)
///       print(found.classIndex, found.probabilities)
///     }
///
/// Making one packs the weights once. It never changes, and all threads share it. Predictions are those of
/// ``PerceptronNeuralNetwork/Network/predictions(of:as:workers:)`` to the bit; with principal components, or
/// products by BLAS, to rounding.
///
/// Of a table, a row has a number for each of the preprocessing's columns. A missing cell is NaN, and a category
/// its position among the column's categories, or their number for any other category.
public final class RowPredictor<Scalar: BLASScalar>: Sendable {
  /// What is predicted.
  public let schema: TargetSchema
  /// The number of features of a row.
  public let featureCount: Int
  private let preparation: RowPreparation<Scalar>
  private let rows: RowNetwork<Scalar>
  private let reading: RowReading<Scalar>
  private let scaling: TargetScaling?

  /// Packs the weights of a model.
  public init(_ model: TrainedModel<Scalar>) {
    schema = model.schema
    featureCount = model.featureCount
    preparation = RowPreparation(model.preprocessing, featureCount: featureCount)
    rows = RowNetwork(model.network)
    reading = RowReading(model.network.loss, outputCount: model.network.outputSize)
    scaling = model.preprocessing.targets
  }

  /// The network.
  public var network: Network<Scalar> { rows.network }

  /// Whether there are probabilities, which numbers have none of, and losses such as a hinge neither.
  public var hasProbabilities: Bool {
    switch schema.kind {
    case .classes: reading.hasProbabilities
    case .numbers: false
    case .labels: reading.hasLabelProbabilities
    }
  }

  /// Memory for predictions, for one thread at a time.
  public func makeWorkspace() -> Workspace { Workspace(for: self) }

  /// The memory of one thread's predictions.
  public final class Workspace {
    fileprivate let owner: RowPredictor
    /// The prepared row, the blocks of the pass and the probabilities.
    fileprivate let memory: AlignedBuffer<Scalar>
    fileprivate let row: UnsafeMutablePointer<Scalar>
    fileprivate let pass: UnsafeMutablePointer<Scalar>
    fileprivate let probabilities: UnsafeMutablePointer<Scalar>
    fileprivate let scratch: AlignedBuffer<UInt8>
    fileprivate var prediction: RowPrediction
    fileprivate var activations: [Scalar] = []

    fileprivate init(for owner: RowPredictor) {
      self.owner = owner
      let line = 64 / MemoryLayout<Scalar>.stride
      func room(_ count: Int) -> Int { (count + line - 1) / line * line }
      let (rowCount, passCount) = (room(owner.network.inputSize), room(owner.rows.memoryCount))
      let outputCount = owner.network.outputSize
      memory = AlignedBuffer(
        count: rowCount + passCount + max(owner.reading.classCount, outputCount), repeating: 0)
      row = memory.base
      pass = row + rowCount
      probabilities = pass + passCount
      scratch = AlignedBuffer(count: owner.preparation.scratchSize, repeating: 0)
      func zeros(_ isThere: Bool, _ count: Int) -> [Double] {
        Array(repeating: 0, count: isThere ? count : 0)
      }
      let isClassifier = owner.schema.kind == .classes
      prediction = RowPrediction(
        outputs: zeros(true, outputCount), classIndex: 0,
        probabilities: zeros(
          owner.hasProbabilities, isClassifier ? owner.reading.classCount : outputCount),
        values: zeros(!isClassifier, outputCount))
    }
  }
}

/// What is predicted of one row, in double precision and, of numbers, in the targets' own units.
public struct RowPrediction: Sendable, Equatable {
  /// The network's outputs.
  public fileprivate(set) var outputs: [Double]
  /// The predicted class; 0 unless classes are predicted.
  public fileprivate(set) var classIndex: Int
  /// The probability of each class or label; empty for numbers and for losses without probabilities, such as
  /// a hinge.
  public fileprivate(set) var probabilities: [Double]
  /// The predicted numbers, or 1 for each predicted label and 0 for others; empty for classes.
  public fileprivate(set) var values: [Double]
}

// MARK: - Predictions

extension RowPredictor {
  /// The prediction for a row as it came, which is prepared as the training data was.
  ///
  /// Its arrays are the workspace's own: they stay what they are, and only where one is still held does the
  /// next prediction allocate another.
  ///
  /// - Parameters:
  ///   - row: ``featureCount`` bytes, floats or doubles.
  ///   - workspace: of this predictor, used by no other thread meanwhile.
  /// - Throws: `DatasetError` where a feature is not allowed, as a missing one that nothing takes the place
  ///   of, and where the outputs are not finite.
  @discardableResult
  public func predict<Number: FeatureNumber>(
    _ row: UnsafeBufferPointer<Number>, in workspace: Workspace
  ) throws -> RowPrediction {
    try predict(borrowed(row), in: workspace)
    return workspace.prediction
  }

  /// The prediction for a row of an array, as for an unsafe buffer.
  @discardableResult
  public func predict<Number: FeatureNumber>(
    _ row: [Number], in workspace: Workspace
  ) throws -> RowPrediction {
    try row.withUnsafeBufferPointer { try predict($0, in: workspace) }
  }

  /// The prediction for a row of a span, as for an unsafe buffer.
  @discardableResult
  public func predict<Number: FeatureNumber>(
    _ row: Span<Number>, in workspace: Workspace
  ) throws -> RowPrediction {
    try row.withUnsafeBufferPointer { try predict($0, in: workspace) }
  }

  /// The outputs of the layer at a position for a row as it came: the activations of hidden units at
  /// ``PerceptronNeuralNetwork/Network/hiddenLayers``.
  ///
  /// - Parameters: as for ``predict(_:in:)-(UnsafeBufferPointer<Number>,_)``; the array is the workspace's own
  ///   likewise.
  /// - Throws: `DatasetError` where a feature is not allowed.
  /// - Precondition: there is such a layer.
  public func activations<Number: FeatureNumber>(
    of row: UnsafeBufferPointer<Number>, afterLayer position: Int, in workspace: Workspace
  ) throws -> [Scalar] {
    let layers = network.layers
    require(
      layers.indices.contains(position),
      "RowPredictor: activations after layer \(position) of \(layers.count)")
    let outputs = try forward(borrowed(row), through: position, in: workspace)
    if workspace.activations.count != outputs.count {
      workspace.activations = Array(outputs)
    } else {
      for index in outputs.indices { workspace.activations[index] = outputs[index] }
    }
    return workspace.activations
  }

  /// The activations for a row of an array, as for an unsafe buffer.
  public func activations<Number: FeatureNumber>(
    of row: [Number], afterLayer position: Int, in workspace: Workspace
  ) throws -> [Scalar] {
    try row.withUnsafeBufferPointer {
      try activations(of: $0, afterLayer: position, in: workspace)
    }
  }

  private func borrowed<Number: FeatureNumber>(_ row: UnsafeBufferPointer<Number>) -> BorrowedRow {
    guard let start = row.baseAddress, row.count == featureCount else {
      fatalError("RowPredictor: a row of \(row.count) features, expected \(featureCount)")
    }
    return BorrowedRow(start)
  }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  private func forward(
    _ row: BorrowedRow, through layer: Int, in workspace: Workspace
  ) throws -> UnsafeBufferPointer<Scalar> {
    require(workspace.owner === self, "RowPredictor: a workspace of another predictor")
    try preparation.check(row)
    preparation.prepare(row, into: workspace.row, scratch: workspace.scratch.base)
    return rows.forward(workspace.row, through: layer, in: workspace.pass)
  }

  /// Leaves the prediction in the workspace.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  package func predict(_ row: BorrowedRow, in workspace: Workspace) throws {
    let outputs = try forward(row, through: network.layers.count - 1, in: workspace)
    guard let base = outputs.baseAddress else { return }
    if Scalar.indexOfNonFinite(count: outputs.count, base) != nil {
      throw DatasetError(
        "the \(schema.kind == .numbers ? "outputs" : "scores") are not finite")
    }
    for index in outputs.indices {
      workspace.prediction.outputs[index] = Double(outputs[index])
    }
    switch schema.kind {
    case .classes:
      workspace.prediction.classIndex = reading.classIndex(of: base)
      if reading.hasProbabilities {
        reading.writeProbabilities(of: base, into: workspace.probabilities)
        workspace.copyProbabilities()
      }
    case .numbers:
      for index in outputs.indices {
        let output = Double(outputs[index])
        workspace.prediction.values[index] =
          scaling.map { output * $0.deviations[index] + $0.means[index] } ?? output
      }
    case .labels:
      for index in outputs.indices {
        workspace.prediction.values[index] = reading.isLabel(outputs[index]) ? 1 : 0
      }
      if reading.hasLabelProbabilities {
        reading.writeLabelProbabilities(of: base, into: workspace.probabilities)
        workspace.copyProbabilities()
      }
    }
  }
}

extension RowPredictor {
  /// The predictions for many rows, as
  /// ``PerceptronNeuralNetwork/Network/predictions(of:as:workers:)``, by the weights that are packed already.
  ///
  /// - Parameter features: rows as they came, with the model's preprocessing.
  package func predictions(of features: PreparedFeatures<Scalar>) -> Predictions {
    let predictor = Predictor(
      for: [(network, rows.packed)], rowCount: min(Network<Scalar>.blockSize, features.count))
    return Predictions(
      network.outputs(of: features, by: predictor), loss: network.loss, schema: schema,
      scaling: scaling)
  }
}

extension RowPredictor.Workspace {
  /// The last prediction.
  package var last: RowPrediction { prediction }

  fileprivate func copyProbabilities() {
    for index in prediction.probabilities.indices {
      prediction.probabilities[index] = Double(probabilities[index])
    }
  }
}

// MARK: - Models

extension TrainedModel {
  /// The outputs of the layer at a position for rows as they came, [rows, outputs of the layer]: the
  /// activations of hidden units at ``PerceptronNeuralNetwork/Network/hiddenLayers``.
  ///
  /// - Precondition: there is such a layer, and the features are those of the preprocessing.
  public func activations(of features: Features, afterLayer position: Int) -> Tensor<Scalar> {
    network.truncated(afterLayer: position).outputs(
      of: features.prepared(with: preprocessing), workers: nil)
  }
}

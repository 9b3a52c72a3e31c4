import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// The loss and some metrics of a network on a data set, by its weights where it has any.
public struct Evaluation: Equatable, Sendable {
  /// The number of rows evaluated.
  public let count: Int
  /// The loss of the rows, without any penalty; NaN for no rows. Of numbers it is that of the scaled
  /// targets.
  public let loss: Double
  /// The metrics.
  public let metrics: MetricValues

  /// The share of rows whose class, or whose labels all, are predicted; NaN for no rows and for numbers.
  public var accuracy: Double { metrics[.accuracy] ?? .nan }

  /// The value of a metric, which may be the loss; nil where it was not measured or is not defined.
  public subscript(metric: Metric) -> Double? { metric == .loss ? loss : metrics[metric] }

  init(count: Int, loss: Double, metrics: MetricValues) {
    self.count = count
    self.loss = loss
    self.metrics = metrics
  }
}

/// As `{"count": 10, "loss": 0.5, "accuracy": 0.9}`, each metric under its name.
extension Evaluation: Codable {
  private enum CodingKeys: CodingKey { case count, loss }

  /// Decodes an evaluation with the metrics that are known.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    count = try values.decode(Int.self, forKey: .count)
    loss = try values.decode(Double.self, forKey: .loss)
    metrics = try MetricValues(from: decoder)
  }

  /// Encodes an evaluation.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(count, forKey: .count)
    try values.encode(loss, forKey: .loss)
    try metrics.encode(to: encoder)
  }
}

extension Network {
  /// The number of rows evaluated at a time, so that memory stays bounded.
  static var blockSize: Int { 1024 }

  /// Calls `body` with the outputs and labels of all rows in order, a block at a time, so that
  /// memory stays bounded.
  ///
  /// - Parameters:
  ///   - workers: the number of threads that share a block, 1 to 256 but no more than rows, or nil
  ///     for as many as suit the work; the outputs are the same.
  ///   - body: takes outputs, [rows, outputs], and as many labels.
  /// - Precondition: the data has this network's input size, and targets that are classes, no more than
  ///   its own.
  public func forEachBlockOfOutputs(
    of data: PreparedDataset<Scalar>, workers: Int? = nil,
    _ body: (Tensor<Scalar>, [Int]) throws -> Void
  ) rethrows {
    requireFit(data, "data")
    let labels = data.labels
    try forEachBlockOfRows(in: data.features, workers: workers) { rows, outputs in
      try body(outputs, Array(labels[rows]))
    }
  }

  /// Calls `body` with the rows of each block in order and their outputs, [rows, outputs].
  ///
  /// - Precondition: `features` are of as many numbers as the network has inputs.
  func forEachBlockOfRows(
    in features: PreparedFeatures<Scalar>, workers: Int?,
    _ body: (Range<Int>, Tensor<Scalar>) throws -> Void
  ) rethrows {
    require(
      features.featureCount == inputSize,
      "Network: rows of \(features.featureCount) features, the network has \(inputSize) inputs")
    try predictor(rows: features.count, workers: workers).forEachBlockOfNetworks(in: features) {
      try body($0, $1[0])
    }
  }

  /// The outputs of all rows, gathered and preprocessed block by block.
  ///
  /// - Parameters:
  ///   - features: rows as they came, of as many numbers as the network has inputs.
  ///   - workers: as for ``forEachBlockOfOutputs(of:workers:_:)``.
  /// - Returns: [rows, outputs].
  public func outputs(
    of features: PreparedFeatures<Scalar>, workers: Int? = nil
  ) -> Tensor<Scalar> {
    outputs(of: features, by: predictor(rows: features.count, workers: workers))
  }

  /// The outputs of all rows by a predictor for this network.
  func outputs(
    of features: PreparedFeatures<Scalar>, by predictor: Predictor<Scalar>
  ) -> Tensor<Scalar> {
    require(
      features.featureCount == inputSize,
      "Network: rows of \(features.featureCount) features, the network has \(inputSize) inputs")
    var outputs: [Scalar] = []
    outputs.reserveCapacity(features.count * outputSize)
    predictor.forEachBlockOfNetworks(in: features) { outputs += $1[0].elements }
    return Tensor(outputs, shape: [features.count, outputSize])
  }

  /// The loss of each row times its weight, without the penalty, gathered and preprocessed block by block.
  ///
  /// - Precondition: the data has this network's input size, and targets that fit its outputs.
  public func rowLosses(on data: PreparedDataset<Scalar>, workers: Int? = nil) -> [Scalar] {
    requireFit(data, "data")
    var losses: [Scalar] = []
    losses.reserveCapacity(data.count)
    forEachBlockOfRows(in: data.features, workers: workers) { rows, outputs in
      losses += loss.rowLosses(outputs, data.targets(rows)).elements
    }
    return losses
  }

  /// The class of each row, gathered and preprocessed block by block: where the score is highest, the
  /// first of equal ones.
  ///
  /// - Parameters:
  ///   - features: rows as they came, of as many numbers as the network has inputs.
  ///   - workers: as for ``forEachBlockOfOutputs(of:workers:_:)``.
  public func predict(_ features: PreparedFeatures<Scalar>, workers: Int? = nil) -> [Int] {
    var classes: [Int] = []
    classes.reserveCapacity(features.count)
    forEachBlockOfRows(in: features, workers: workers) { classes += loss.classes(of: $1) }
    return classes
  }

  /// The loss and some metrics on a data set, computed block by block.
  ///
  /// - Parameters:
  ///   - metrics: what to measure, or nil for ``Metric/defaults(for:)``.
  ///   - workers: as for ``forEachBlockOfOutputs(of:workers:_:)``.
  /// - Precondition: the data has this network's input size, and targets that suit its outputs.
  public func evaluate(
    on data: PreparedDataset<Scalar>, metrics: [Metric]? = nil, workers: Int? = nil
  ) -> Evaluation {
    requireFit(data, "data")
    return predictor(rows: data.count, workers: workers).evaluate(on: data, metrics: metrics)[0]
  }

  func predictor(rows: Int, workers: Int?) -> Predictor<Scalar> {
    Predictor(for: self, rowCount: min(Self.blockSize, rows), workers: workers)
  }

  /// Traps unless `data` can go through this network.
  func requireFit(_ data: PreparedDataset<Scalar>, _ what: String) {
    require(
      data.featureCount == inputSize,
      "Network: \(what) has \(data.featureCount) features, the network \(inputSize) inputs")
    requireFit(data.schema, what)
  }

  /// Traps unless the outputs can be targets of a kind.
  func requireFit(_ schema: TargetSchema, _ what: String) {
    let count = schema.names.count
    if schema.kind == .classes {
      return require(
        count <= classCount,
        "Network: \(what) has \(count) classes, the network \(classCount)")
    }
    require(
      loss.takesValues,
      "Network: \(what) has \(schema) for each row, which the loss \(loss.name) does not take")
    require(
      count == outputSize,
      "Network: \(what) has \(schema) for each row, the network \(outputSize) outputs")
  }
}

extension Predictor {
  /// Calls `body` with the rows of each block in order and every network's outputs, [rows, outputs] each.
  func forEachBlockOfNetworks(
    in data: PreparedFeatures<Scalar>, _ body: (Range<Int>, [Tensor<Scalar>]) throws -> Void
  ) rethrows {
    // Each worker gathers the rows that it takes through the layers, as many as stay in its own cache.
    let (stride, most) = (inputStride, gatheredRows)
    let room = (0..<workers).map { _ in AlignedBuffer<Scalar>(count: most * stride, repeating: 0) }
    for start in Swift.stride(from: 0, to: data.count, by: Network<Scalar>.blockSize) {
      let block = start..<min(start + Network<Scalar>.blockSize, data.count)
      let outputs = outputs(rowCount: block.count, most: most) { rows, worker in
        let target = MutableRowBlock(
          base: room[worker].base, rows: rows.count, columns: data.featureCount, stride: stride)
        data.copy(start + rows.lowerBound..<start + rows.upperBound, into: target)
        return target.reading
      }
      try body(block, outputs)
    }
  }

  /// The loss and some metrics of each network on a data set, computed block by block.
  ///
  /// - Parameter metrics: what to measure, or nil for the defaults of the targets' kind.
  func evaluate(
    on data: PreparedDataset<Scalar>, metrics: [Metric]? = nil
  ) -> [Evaluation] {
    let metrics = metrics ?? Metric.defaults(for: data.schema.kind)
    // The accuracy needs no outputs of all rows at once.
    let isCounted = metrics == [.accuracy] && data.schema.kind == .classes && data.weights == nil
    var sums = losses.map { _ in (right: 0, loss: 0.0, weight: 0.0, outputs: [Scalar]()) }
    forEachBlockOfNetworks(in: data.features) { rows, outputs in
      let targets = data.targets(rows)
      for (index, loss) in losses.enumerated() {
        sums[index].loss += Double(loss.rowLosses(outputs[index], targets).sum())
        sums[index].weight += Double(
          targets.withBlock { loss.normalizer(of: $0, rows: rows.count) })
        if isCounted, case .labels(let labels) = targets.kind {
          sums[index].right += zip(loss.classes(of: outputs[index]), labels).count { $0 == $1 }
        } else {
          sums[index].outputs += outputs[index].elements
        }
      }
    }
    return zip(losses, sums).map { loss, sums in
      let values: MetricValues
      if data.count == 0 {
        values = MetricValues()
      } else if isCounted {
        values = [.accuracy: Double(sums.right) / Double(data.count)]
      } else {
        let columns = sums.outputs.count / data.count
        let found = Predictions(
          Tensor(sums.outputs, shape: [data.count, columns]), loss: loss, schema: data.schema,
          scaling: data.preprocessing.targets)
        values = data.values(of: metrics, for: found)
      }
      return Evaluation(
        count: data.count, loss: (sums.loss / sums.weight).withoutNaNSign, metrics: values)
    }
  }
}

extension PreparedDataset {
  /// The targets of the rows `range`, with their weights.
  package func targets(_ range: Range<Int>) -> Targets<Scalar> {
    let weights = weights.map { Array($0[range]) }
    if schema.kind == .classes { return .labels(Array(labels[range]), weights: weights) }
    let columns = schema.names.count
    return .values(
      Tensor(
        values[range.lowerBound * columns..<range.upperBound * columns],
        shape: [range.count, columns]), weights: weights)
  }

  /// Metrics of the predictions of all rows.
  func values(of metrics: [Metric], for found: Predictions) -> MetricValues {
    var values = MetricValues()
    if count == 0 { return values }
    for metric in metrics where metric != .loss {
      values[metric] = metric.value(
        of: found, targets: dataset.targets, weights: dataset.weights)
    }
    return values
  }
}

extension TwoLayerNet {
  /// Accuracy and mean cross-entropy on a data set, computed block by block.
  ///
  /// - Precondition: the data has this network's input size and no more classes than it.
  public func evaluate(on data: PreparedDataset<Scalar>) -> Evaluation {
    network.evaluate(on: data)
  }
}

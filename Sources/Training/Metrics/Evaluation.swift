import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// The accuracy and loss of a network on a data set.
public struct Evaluation: Codable, Equatable, Sendable {
  /// The share of rows whose label is predicted; NaN for no rows.
  public let accuracy: Double
  /// The loss of the rows, without any penalty; NaN for no rows.
  public let loss: Double
  /// The number of rows evaluated.
  public let count: Int
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
  /// - Precondition: the data has this network's input size and no more classes than it.
  public func forEachBlockOfOutputs(
    of data: PreparedDataset<Scalar>, workers: Int? = nil,
    _ body: (Tensor<Scalar>, [Int]) throws -> Void
  ) rethrows {
    requireFit(data, "data")
    let predictor = predictor(rows: data.count, workers: workers)
    try predictor.forEachBlock(of: data.features) { rows, outputs in
      try body(outputs[0], Array(data.labels[rows]))
    }
  }

  /// The class of each row, gathered and preprocessed block by block: where the score is highest, the
  /// first of equal ones.
  ///
  /// - Parameters:
  ///   - features: rows as they came, of as many numbers as the network has inputs.
  ///   - workers: as for ``forEachBlockOfOutputs(of:workers:_:)``.
  public func predict(_ features: PreparedFeatures<Scalar>, workers: Int? = nil) -> [Int] {
    require(
      features.featureCount == inputSize,
      "Network: rows of \(features.featureCount) features, the network has \(inputSize) inputs")
    var classes: [Int] = []
    classes.reserveCapacity(features.count)
    predictor(rows: features.count, workers: workers).forEachBlock(of: features) {
      classes += loss.classes(of: $1[0])
    }
    return classes
  }

  /// Accuracy and mean loss on a data set, computed block by block.
  ///
  /// - Parameter workers: as for ``forEachBlockOfOutputs(of:workers:_:)``.
  /// - Precondition: the data has this network's input size and no more classes than it.
  public func evaluate(on data: PreparedDataset<Scalar>, workers: Int? = nil) -> Evaluation {
    requireFit(data, "data")
    return predictor(rows: data.count, workers: workers).evaluate(on: data)[0]
  }

  private func predictor(rows: Int, workers: Int?) -> Predictor<Scalar> {
    Predictor(for: self, rowCount: min(Self.blockSize, rows), workers: workers)
  }

  /// Traps unless `data` can go through this network.
  func requireFit(_ data: PreparedDataset<Scalar>, _ what: String) {
    require(
      data.featureCount == inputSize,
      "Network: \(what) has \(data.featureCount) features, the network \(inputSize) inputs")
    require(
      data.classCount <= classCount,
      "Network: \(what) has \(data.classCount) classes, the network \(classCount)")
  }
}

extension Predictor {
  /// Calls `body` with each network's outputs of all rows in order, a block at a time, and which rows
  /// these are.
  func forEachBlock(
    of data: PreparedFeatures<Scalar>, _ body: (Range<Int>, [Tensor<Scalar>]) throws -> Void
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

  /// Accuracy and mean loss of each network on a data set, computed block by block.
  func evaluate(on data: PreparedDataset<Scalar>) -> [Evaluation] {
    var sums = losses.map { _ in (right: 0, loss: 0.0, weight: 0.0) }
    forEachBlock(of: data.features) { rows, outputs in
      let labels = Array(data.labels[rows])
      let targets = Targets<Scalar>.labels(labels)
      for (index, loss) in losses.enumerated() {
        sums[index].right += zip(loss.classes(of: outputs[index]), labels).count { $0 == $1 }
        sums[index].loss += Double(loss.rowLosses(outputs[index], targets).sum())
        sums[index].weight += Double(
          targets.withBlock { loss.normalizer(of: $0, rows: labels.count) })
      }
    }
    return sums.map {
      Evaluation(
        accuracy: Double($0.right) / Double(data.count), loss: $0.loss / $0.weight,
        count: data.count)
    }
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

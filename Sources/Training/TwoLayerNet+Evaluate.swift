import Datasets
import LinearAlgebra
import NeuralNetwork

/// How well a network does on a data set.
public struct Evaluation: Codable, Equatable, Sendable {
  /// The share of rows whose label has the highest score; NaN for no rows.
  public let accuracy: Double
  /// The mean cross-entropy of the rows, without any penalty; NaN for no rows.
  public let loss: Double
  /// How many rows were evaluated.
  public let count: Int
}

extension TwoLayerNet {
  /// How many rows are evaluated at a time, so that memory stays bounded.
  private static var blockSize: Int { 1000 }

  /// Accuracy and mean cross-entropy on a data set, computed block by block.
  ///
  /// - Precondition: the data has this network's input size and no more classes than it.
  public func evaluate(on data: PreparedDataset<Scalar>) -> Evaluation {
    requireFit(data, "data")
    var right = 0
    var totalLoss = 0.0
    data.forEachBlock(of: Self.blockSize) { rows, labels in
      let labels = Array(labels)
      let scores = scores(of: rows)
      right += zip(scores.argmax(axis: 1), labels).count { $0 == $1 }
      totalLoss +=
        Double(SoftmaxLoss().forward(scores: scores, labels: labels).loss) * Double(labels.count)
    }
    let count = Double(data.count)
    return Evaluation(accuracy: Double(right) / count, loss: totalLoss / count, count: data.count)
  }

  /// The share of rows whose label has the highest score.
  ///
  /// - Parameters:
  ///   - x: [rows, inputs].
  ///   - labels: a class for each row.
  public func accuracy(on x: Tensor<Scalar>, labels: [Int]) -> Double {
    require(
      x.shape.rowCount == labels.count,
      "accuracy: \(labels.count) labels for data of shape \(x.shape)")
    return Double(zip(predict(x), labels).count { $0 == $1 }) / Double(labels.count)
  }
}

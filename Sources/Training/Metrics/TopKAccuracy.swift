import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// The share of rows whose label is among the `k` classes of the highest scores; NaN for no rows.
///
/// Of equal scores the lower class comes first, and NaN comes before every number, as in
/// ``Tensor/argmax(axis:)``: so with a `k` of 1 it is the accuracy of the predicted classes. With a
/// `k` of at least the number of classes it is 1.
///
/// - Parameters:
///   - k: how many classes may be named, at least 1.
///   - scores: [rows, classes]; probabilities give the same.
///   - labels: a class for each row.
public func topKAccuracy<Scalar>(
  _ k: Int, of scores: Tensor<Scalar>, labels: [Int]
) -> Double {
  Double(countAmongTop(k, of: scores, labels: labels)) / Double(labels.count)
}

extension Network {
  /// The share of rows whose label is among the `k` likeliest classes, computed block by block; NaN
  /// for no rows. Ties and NaN are as in ``topKAccuracy(_:of:labels:)``.
  ///
  /// - Parameters:
  ///   - k: how many classes may be named, at least 1.
  ///   - data: rows of this network's input size, of no more classes than it.
  ///   - workers: as for ``forEachBlockOfOutputs(of:workers:_:)``.
  public func topKAccuracy(
    _ k: Int, on data: PreparedDataset<Scalar>, workers: Int? = nil
  ) -> Double {
    if k == 1 { return accuracy(on: data, workers: workers) }
    var right = 0
    forEachBlockOfOutputs(of: data, workers: workers) { outputs, labels in
      // Where one output tells two classes apart, two may be named: all.
      right += k >= classCount ? labels.count : countAmongTop(k, of: outputs, labels: labels)
    }
    return Double(right) / Double(data.count)
  }
}

/// In how many rows the label is among the `k` classes of the highest scores.
func countAmongTop<Scalar>(_ k: Int, of scores: Tensor<Scalar>, labels: [Int]) -> Int {
  require(k >= 1, "topKAccuracy: the top \(k) classes, expected at least 1")
  let (rows, classes) = (scores.shape.rowCount, scores.shape.columnCount)
  require(
    rows == labels.count, "topKAccuracy: \(labels.count) labels for scores \(scores.shape)")
  if let row = labels.firstIndex(where: { $0 < 0 || $0 >= classes }) {
    fatalError("topKAccuracy: label \(labels[row]) of row \(row) is not one of \(classes) classes")
  }
  return scores.withRows { block in
    labels.withUnsafeBufferPointer { labels in
      guard let labels = labels.baseAddress else { return 0 }
      return Scalar.countOfLabelsAmongLargest(
        k, rows: rows, columns: classes, block.base, labels: labels)
    }
  }
}

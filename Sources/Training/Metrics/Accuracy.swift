import PerceptronDatasets
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// The share of rows whose label is predicted; NaN for no rows.
///
/// - Parameters:
///   - predicted: the class that is predicted for each row.
///   - labels: the class that each row has, as many.
public func accuracy(of predicted: [Int], labels: [Int]) -> Double {
  require(
    predicted.count == labels.count,
    "accuracy: \(labels.count) labels for \(predicted.count) predictions")
  let right = Double(zip(predicted, labels).count { $0 == $1 })
  return (right / Double(labels.count)).withoutNaNSign
}

// MARK: - Confidence interval

/// The interval in which the accuracy on all rows of a kind lies with 95 % confidence, judging by some
/// rows that were drawn at random: Wilson, "Probable Inference, the Law of Succession, and Statistical
/// Inference" (1927).
///
/// With p the accuracy on n rows and z = 1.96 it is (p + z²/2n ± z√(p(1 − p)/n + z²/4n²)) / (1 + z²/n).
///
/// - Parameters:
///   - accuracy: the accuracy on some rows.
///   - rowCount: the number of rows.
/// - Returns: nil for no rows, and for an accuracy outside 0...1.
public func accuracyInterval(_ accuracy: Double, rowCount: Int) -> ClosedRange<Double>? {
  guard rowCount > 0, (0...1).contains(accuracy) else { return nil }
  return wilsonInterval(accuracy, rows: Double(rowCount))
}

/// The accuracy's interval as text, such as `95 % interval 0.8770–0.8896`; nil where there is none.
package func accuracyIntervalText(_ accuracy: Double, rowCount: Int) -> String? {
  accuracyInterval(accuracy, rowCount: rowCount).map {
    "95 % interval \(decimal($0.lowerBound, 4))–\(decimal($0.upperBound, 4))"
  }
}

// MARK: - Top-k accuracy

/// The share of rows whose label is among the `k` classes of the highest scores; NaN for no rows.
///
/// Of equal scores the lower class comes first, and NaN comes before every number, as in
/// ``Tensor/argmax(axis:)``: so with a `k` of 1 it is the accuracy of the predicted classes. With a
/// `k` of at least the number of classes it is 1.
///
/// - Parameters:
///   - k: the number of classes that may be named, at least 1.
///   - scores: [rows, classes]; probabilities give the same.
///   - labels: a class for each row.
public func topKAccuracy<Scalar>(_ k: Int, of scores: Tensor<Scalar>, labels: [Int]) -> Double {
  (Double(countAmongTop(k, of: scores, labels: labels)) / Double(labels.count)).withoutNaNSign
}

extension Network {
  /// The share of rows whose label is predicted: that of ``evaluate(on:metrics:workers:)``.
  public func accuracy(on data: PreparedDataset<Scalar>, workers: Int? = nil) -> Double {
    evaluate(on: data, workers: workers).accuracy
  }

  /// The share of rows whose label is among the `k` most probable classes, computed block by block; NaN
  /// for no rows. Ties and NaN are as in ``topKAccuracy(_:of:labels:)``.
  ///
  /// - Parameters:
  ///   - k: the number of classes that may be named, at least 1.
  ///   - data: rows of this network's input size, of no more classes than it.
  ///   - workers: as for ``forEachBlockOfOutputs(of:workers:_:)``.
  public func topKAccuracy(
    _ k: Int, on data: PreparedDataset<Scalar>, workers: Int? = nil
  ) -> Double {
    var right = 0
    forEachBlockOfOutputs(of: data, workers: workers) { outputs, labels in
      if k == 1 {
        right += zip(loss.classes(of: outputs), labels).count { $0 == $1 }
        return
      }
      // Where one output tells two classes apart, two may be named: all.
      right += k >= classCount ? labels.count : countAmongTop(k, of: outputs, labels: labels)
    }
    return (Double(right) / Double(data.count)).withoutNaNSign
  }
}

private func countAmongTop<Scalar>(_ k: Int, of scores: Tensor<Scalar>, labels: [Int]) -> Int {
  require(k >= 1, "topKAccuracy: the top \(k) classes, expected at least 1")
  let (rows, classes) = (scores.shape.rowCount, scores.shape.columnCount)
  require(rows == labels.count, "topKAccuracy: \(labels.count) labels for scores \(scores.shape)")
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

import PerceptronDatasets
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
  return Double(zip(predicted, labels).count { $0 == $1 }) / Double(labels.count)
}

extension Network {
  /// The share of rows whose label is predicted, computed block by block; NaN for no rows.
  ///
  /// - Parameter workers: as for ``forEachBlockOfOutputs(of:workers:_:)``.
  /// - Precondition: the data has this network's input size and no more classes than it.
  public func accuracy(on data: PreparedDataset<Scalar>, workers: Int? = nil) -> Double {
    var right = 0
    forEachBlockOfOutputs(of: data, workers: workers) { outputs, labels in
      right += zip(loss.classes(of: outputs), labels).count { $0 == $1 }
    }
    return Double(right) / Double(data.count)
  }
}

import Foundation
import PerceptronDatasets
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// What is best predicted without looking at a row, as scikit-learn's `DummyClassifier` and `DummyRegressor`: the
/// most frequent class with the classes' shares as its probabilities, the mean of numbers, and of each label
/// whether more than half of the rows have it; all by the rows' weights.
public struct ConstantBaseline<Scalar: BLASScalar>: Sendable {
  /// The share of each class or label, or the mean of each column of numbers in its own unit, [outputs].
  public let values: Tensor<Double>
  /// A layer whose weights are 0.
  public let network: Network<Scalar>

  /// What is best predicted of some rows.
  ///
  /// - Precondition: some row has a weight above 0.
  public init(_ training: PreparedDataset<Scalar>) {
    let targets = training.dataset.targets
    let columns = targets.schema.names.count
    var sums = [Double](repeating: 0, count: columns)
    var total = 0.0
    for row in 0..<training.count {
      let weight = training.dataset.weights?[row] ?? 1
      total += weight
      switch targets {
      case .classes(let labels, _): sums[labels[row]] += weight
      case .numbers(let values, _), .labels(let values, _):
        for column in 0..<columns { sums[column] += weight * values[row * columns + column] }
      }
    }
    require(total > 0, "ConstantBaseline: no training row has a weight above 0")
    values = Tensor(sums.map { $0 / total })
    // The logarithm of 0 would make other scores NaN.
    func logarithm(_ share: Double) -> Double { log(max(share, 1e-30)) }
    let (outputs, loss): ([Double], any Loss<Scalar>) =
      switch targets.schema.kind {
      case .classes: (values.elements.map(logarithm), SoftmaxLoss())
      case .labels:
        (values.elements.map { logarithm($0) - logarithm(1 - $0) }, LogisticLoss())
      case .numbers:
        (
          values.elements.enumerated().map { column, mean in
            guard let scaling = training.preprocessing.targets else { return mean }
            return (mean - scaling.means[column]) / scaling.deviations[column]
          }, SquaredError()
        )
      }
    network = Network(
      inputSize: training.featureCount,
      layers: [
        Affine(
          weights: .zeros([training.featureCount, columns]),
          bias: Tensor(outputs.map { Scalar($0) }))
      ], loss: loss)
  }
}

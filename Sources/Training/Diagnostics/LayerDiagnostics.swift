import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// How the numbers of a batch stand at one layer of a network.
public struct LayerDiagnostics: Codable, Sendable, Equatable {
  /// The layer's position, counted from 0.
  public let index: Int
  /// The layer with its settings, such as `relu`.
  public let name: String
  /// How many numbers a row of its output has.
  public let outputSize: Int
  /// The mean and the standard deviation of its output over the batch.
  public let activationMean: Double, activationDeviation: Double
  /// The mean and the standard deviation of the loss's gradient with respect to its output.
  public let gradientMean: Double, gradientDeviation: Double
  /// Of a ReLU, how many units are 0 for every row of the batch: they get no gradient. Nil for other
  /// layers.
  public let deadCount: Int?

  /// Of a ReLU, the share of units that are 0 for every row of the batch; nil for other layers.
  public var deadShare: Double? { deadCount.map { Double($0) / Double(outputSize) } }

  /// A layer's values.
  ///
  /// - Parameters:
  ///   - output: what it makes of the batch, [rows, outputs], at least one row.
  ///   - gradient: the loss's gradient with respect to that, in the same shape.
  init<Scalar>(
    index: Int, layer: any Layer<Scalar>, output: Tensor<Scalar>, gradient: Tensor<Scalar>
  ) {
    self.index = index
    name = layer.name
    outputSize = output.shape.columnCount
    (activationMean, activationDeviation) = Self.moments(of: output)
    (gradientMean, gradientDeviation) = Self.moments(of: gradient)
    // A ReLU's outputs are not negative, so a sum of 0 is a sum of zeros.
    deadCount =
      layer is ReLU<Scalar>
      ? output.sum(axis: 0).withUnsafeElements { $0.count { $0 == 0 } } : nil
  }

  private static func moments<Scalar>(
    of tensor: Tensor<Scalar>
  ) -> (mean: Double, deviation: Double) {
    let mean = tensor.mean()
    let variance = Double((tensor - Tensor(mean)).sumOfSquares()) / Double(tensor.count)
    return (Double(mean), variance.squareRoot())
  }
}

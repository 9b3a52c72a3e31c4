import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// Several trained networks that predict together: the probability of a class is the mean of the
/// members' probabilities. Members may differ in everything but inputs and classes.
///
/// Its ``network`` has the members in a single layer and can be used wherever a network can, such as in
/// `TrainedModel`.
public struct Ensemble<Scalar: BLASScalar>: Sendable {
  /// The networks, at least one.
  public let members: [Network<Scalar>]
  /// The network that puts out the logarithms of the mean probabilities; see ``EnsembleLayer``.
  public let network: Network<Scalar>

  /// An ensemble of networks.
  ///
  /// - Throws: `InvalidSetting` where there is none, where the numbers of inputs or classes differ, or
  ///   where a loss has no probabilities, as a hinge.
  public init(_ members: [Network<Scalar>]) throws {
    let layer = try EnsembleLayer(members)
    self.members = members
    network = Network(inputSize: members[0].inputSize, layers: [layer])
  }

  /// The mean of the members' probabilities of each class.
  ///
  /// - Parameter x: [rows, inputs].
  /// - Returns: [rows, classes].
  public func predictProbabilities(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
    var result = network.outputs(of: x)
    result.withMutableRows {
      Scalar.softmax(rows: $0.rows, columns: $0.columns, $0.reading.base, into: $0.base, sums: nil)
    }
    return result
  }

  /// The most probable class of each row, the first of equal ones.
  ///
  /// - Parameter x: [rows, inputs].
  public func predict(_ x: Tensor<Scalar>) -> [Int] { network.predict(x) }

  /// Accuracy and mean cross-entropy −ln(probability of the label) of the mean probabilities,
  /// computed block by block.
  ///
  /// - Precondition: the data has the members' input size and no more classes than they.
  public func evaluate(on data: PreparedDataset<Scalar>) -> Evaluation {
    network.evaluate(on: data)
  }
}

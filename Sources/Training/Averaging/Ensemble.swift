import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// Several trained networks that predict together: the probability of a class or label is the mean of
/// the members' probabilities, a number the mean of their numbers. Members may differ in everything but
/// inputs and classes or outputs.
///
/// Its ``network`` has the members in a single layer and can be used wherever a network can, such as in
/// `TrainedModel`.
public struct Ensemble<Scalar: BLASScalar>: Sendable {
  /// The networks, at least one.
  public let members: [Network<Scalar>]
  /// The network that puts out the mean; see ``EnsembleLayer``.
  public let network: Network<Scalar>

  /// An ensemble of networks.
  ///
  /// - Parameter kind: what is predicted.
  /// - Throws: `InvalidSetting` where there is none, where the numbers of inputs or classes differ, or
  ///   where a loss does not suit: a hinge has no probabilities, and softmax predicts no numbers.
  public init(_ members: [Network<Scalar>], predicting kind: TargetKind = .classes) throws {
    let layer = try EnsembleLayer(members, mean: kind.ensembleMean)
    self.members = members
    network =
      kind == .classes
      ? Network(inputSize: members[0].inputSize, layers: [layer])
      : Network(inputSize: members[0].inputSize, layers: [layer], loss: members[0].loss)
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

  /// The loss and the default metrics of the mean, computed block by block: of classes the mean
  /// cross-entropy −ln(probability of the label).
  ///
  /// - Precondition: the data has the members' input size and targets that suit them.
  public func evaluate(on data: PreparedDataset<Scalar>) -> Evaluation {
    network.evaluate(on: data)
  }
}

extension TargetKind {
  /// What an ensemble has the mean of.
  var ensembleMean: EnsembleMean {
    switch self {
    case .classes: .probabilities
    case .numbers: .outputs
    case .labels: .labelProbabilities
    }
  }
}

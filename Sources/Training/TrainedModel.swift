import Datasets
import Foundation
import LinearAlgebra
import NeuralNetwork
import Serialization

/// A network with everything that is needed to predict with it: how its inputs are prepared and
/// what its classes are called.
///
/// Saved as a safetensors file: tensors `W1`, `b1`, `W2`, … in the network's precision, and in the
/// metadata the architecture, the preprocessing and the class names as JSON.
public struct TrainedModel<Scalar: BLASScalar>: Sendable, Equatable {
  /// The network.
  public var network: Network<Scalar>
  /// What is done to features before they enter the network.
  public var preprocessing: Preprocessing
  /// A name for each class.
  public var classNames: [String]

  /// The given network, preprocessing and names.
  ///
  /// - Precondition: a name for each class, and a mean, if any, for each input.
  public init(network: Network<Scalar>, preprocessing: Preprocessing, classNames: [String]) {
    require(
      classNames.count == network.classCount,
      "TrainedModel: \(classNames.count) class names for \(network.classCount) classes")
    require(
      preprocessing.mean.map { $0.count == network.inputSize } ?? true,
      "TrainedModel: a mean of \(preprocessing.mean?.count ?? 0) features for \(network.inputSize) inputs"
    )
    self.network = network
    self.preprocessing = preprocessing
    self.classNames = classNames
  }

  /// The given two-layer network, preprocessing and names.
  ///
  /// - Precondition: a name for each class, and a mean, if any, for each input.
  public init(network: TwoLayerNet<Scalar>, preprocessing: Preprocessing, classNames: [String]) {
    self.init(
      network: network.network, preprocessing: preprocessing, classNames: classNames)
  }
}

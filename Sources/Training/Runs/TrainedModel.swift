import PerceptronDatasets
import Foundation
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronFiles

/// A network with everything that is needed to predict with it: how its inputs are prepared and
/// what its classes are called.
///
/// Saved as a safetensors file: tensors `W1`, `b1`, `W2`, … in the network's precision, and in the
/// metadata the architecture, the preprocessing, the class names and, of pictures, their shape as JSON.
public struct TrainedModel<Scalar: BLASScalar>: Sendable, Equatable {
  /// The network.
  public var network: Network<Scalar>
  /// What is done to features before they enter the network.
  public var preprocessing: Preprocessing
  /// A name for each class.
  public var classNames: [String]
  /// How the inputs lie in a picture, or nil where they are none or where that is not known.
  public var image: ImageShape?

  /// The given network, preprocessing and names.
  ///
  /// - Parameter image: how the inputs lie in a picture, if they do.
  /// - Precondition: a name for each class, a mean, if any, for each input, and a picture, if any, of
  ///   as many features as inputs.
  public init(
    network: Network<Scalar>, preprocessing: Preprocessing, classNames: [String],
    image: ImageShape? = nil
  ) {
    require(
      classNames.count == network.classCount,
      "TrainedModel: \(classNames.count) class names for \(network.classCount) classes")
    require(
      preprocessing.mean.map { $0.count == network.inputSize } ?? true,
      "TrainedModel: a mean of \(preprocessing.mean?.count ?? 0) features for \(network.inputSize) inputs"
    )
    require(
      image.map { $0.featureCount == network.inputSize } ?? true,
      "TrainedModel: pictures of \(image?.featureCount ?? 0) features for \(network.inputSize) inputs"
    )
    self.network = network
    self.preprocessing = preprocessing
    self.classNames = classNames
    self.image = image
  }

  /// The given two-layer network, preprocessing and names.
  ///
  /// - Parameter image: how the inputs lie in a picture, if they do.
  /// - Precondition: a name for each class, a mean, if any, for each input, and a picture, if any, of
  ///   as many features as inputs.
  public init(
    network: TwoLayerNet<Scalar>, preprocessing: Preprocessing, classNames: [String],
    image: ImageShape? = nil
  ) {
    self.init(
      network: network.network, preprocessing: preprocessing, classNames: classNames, image: image)
  }
}

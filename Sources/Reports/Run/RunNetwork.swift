import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronVisualization

/// What the page of a run shows of its network.
public struct RunNetwork: Sendable, Hashable {
  /// What the units of the first layer look for.
  public enum FirstLayer: Sendable, Hashable {
    /// A picture of each unit's weights over the inputs.
    case pictures([Image])
    /// Why there are no pictures, in a sentence.
    case notDrawn(String)
  }

  /// How many numbers were trained.
  public var parameterCount: Int
  /// What the units of the first layer look for.
  public var firstLayer: FirstLayer

  /// The given figures and pictures.
  public init(parameterCount: Int, firstLayer: FirstLayer) {
    self.parameterCount = parameterCount
    self.firstLayer = firstLayer
  }

  /// What is shown of the given network.
  ///
  /// - Parameter image: how its inputs lie in a picture, or nil where they are none.
  /// - Precondition: a picture has as many features as the network inputs.
  public init<Scalar: BLASScalar>(_ network: Network<Scalar>, image: ImageShape?) {
    parameterCount = network.summary.parameterCount
    guard let image else {
      firstLayer = .notDrawn(
        "The weights of the first layer are not drawn: its inputs are not known to be pictures.")
      return
    }
    guard let pictures = network.firstLayerImages(image) else {
      firstLayer = .notDrawn(
        "The weights of the first layer are not drawn: no layer has weights over the inputs in "
          + "their places.")
      return
    }
    firstLayer = .pictures(pictures)
  }
}

import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

extension Network {
  /// What the units of the first affine layer look for: a picture of each unit's weights over the
  /// inputs, in the units' order, each scaled by itself as ``Image/init(_:shape:range:)`` does.
  ///
  /// - Parameters:
  ///   - shape: how the inputs lie in a picture.
  ///   - count: the most pictures, those of the first units.
  /// - Returns: nil where no layer has weights over the inputs: there is no such layer, or one before
  ///   it may move the inputs from their places, as a layer of your own may.
  /// - Precondition: `shape` has as many features as the network inputs.
  public func firstLayerImages(_ shape: ImageShape, most count: Int = .max) -> [Image]? {
    require(
      shape.featureCount == inputSize,
      "firstLayerImages: pictures of \(shape.featureCount) features for \(inputSize) inputs")
    guard let index = layers.firstIndex(where: { $0 is Affine<Scalar> }),
      layers[..<index].allSatisfy({ $0.specification != nil })
    else { return nil }
    let weights = layers[index].parameter(at: 0)
    let (elements, units) = (weights.elements, weights.shape[1])
    return (0..<min(units, max(count, 0))).map { unit in
      Image((0..<inputSize).map { elements[$0 * units + unit] }, shape: shape)
    }
  }
}

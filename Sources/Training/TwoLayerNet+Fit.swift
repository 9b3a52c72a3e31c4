import Datasets
import LinearAlgebra
import NeuralNetwork

extension TwoLayerNet {
  /// Traps unless `data` can go through this network.
  func requireFit(_ data: PreparedDataset<Scalar>, _ what: String) {
    require(
      data.featureCount == inputSize,
      "TwoLayerNet: \(what) has \(data.featureCount) features, the network \(inputSize) inputs")
    require(
      data.classCount <= classCount,
      "TwoLayerNet: \(what) has \(data.classCount) classes, the network \(classCount)")
  }
}

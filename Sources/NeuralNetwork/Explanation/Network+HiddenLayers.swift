import PerceptronLinearAlgebra

extension Network {
  /// The layers up to the one at a position, with it, as a network whose outputs are that layer's.
  ///
  ///     let activations = network.truncated(afterLayer: network.hiddenLayers[0]).outputs(of: x)
  ///
  /// It shares the memory of the parameters until one of both changes. It keeps the loss, which means
  /// nothing for hidden activations.
  ///
  /// - Precondition: there is such a layer.
  public func truncated(afterLayer position: Int) -> Network {
    require(
      layers.indices.contains(position),
      "Network: truncated after layer \(position) of \(layers.count)")
    return Network(inputSize: inputSize, layers: Array(layers[...position]), loss: loss)
  }

  /// The positions of the layers whose outputs are the activations of hidden units, from the input to
  /// the output: of each affine layer but the last, the first activation function above it, or, without
  /// one, the last layer below the next affine layer.
  ///
  /// Empty for linear networks, and for ensembles, whose networks have hidden layers of their own.
  public var hiddenLayers: [Int] {
    let affine = layers.indices.filter { layers[$0] is Affine<Scalar> }
    return zip(affine, affine.dropFirst()).map { own, next in
      (own..<next).first { layers[$0] is any ActivationLayer<Scalar> } ?? next - 1
    }
  }
}

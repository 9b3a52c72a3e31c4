import PerceptronNeuralNetwork

/// An estimate of the operations and memory of training a network.
package struct TrainingCost {
  package let inputSize: Int
  package let layers: [LayerSpecification]
  package let batchSize: Int
  /// Bytes of a number.
  package let scalarSize: Int
  /// The number of tensors of each parameter's shape, each with its packed twin.
  package var copies: Int

  /// The cost of a network that has no optimizer, with `copies` tensors of each parameter's shape.
  package init(
    inputSize: Int, layers: [LayerSpecification], batchSize: Int, scalarSize: Int, copies: Int
  ) {
    self.inputSize = inputSize
    self.layers = layers
    self.batchSize = batchSize
    self.scalarSize = scalarSize
    self.copies = copies
  }

  package init(
    inputSize: Int, layers: [LayerSpecification], scalarSize: Int, _ settings: TrainerSettings
  ) {
    let own = 1 + settings.optimizer.stateCount + (settings.averageDecay == nil ? 0 : 1)
    self.init(
      inputSize: inputSize, layers: layers, batchSize: settings.batchSize,
      scalarSize: scalarSize, copies: 2 * own)
  }

  private var products: [(inputs: Double, outputs: Double)] {
    var width = Double(inputSize)
    return layers.compactMap { layer in
      guard case .affine(let outputs) = layer else { return nil }
      defer { width = Double(outputs) }
      return (width, Double(outputs))
    }
  }

  /// The operations of an iteration's products forward; those for the weights' gradients have as many.
  package var forwardOperations: Double { operations(of: products[...]) }

  /// The operations of an iteration's products for the inputs' gradients, which the first layer has
  /// none of.
  package var inputGradientOperations: Double { operations(of: products.dropFirst()) }

  /// The operations of all products of an iteration.
  package var operations: Double { 2 * forwardOperations + inputGradientOperations }

  /// A multiplication and an addition for each row and weight.
  private func operations(of products: ArraySlice<(inputs: Double, outputs: Double)>) -> Double {
    products.reduce(0) { $0 + 2 * Double(batchSize) * $1.inputs * $1.outputs }
  }

  /// The bytes of the parameters and their optimizer state, as a `Double`, which cannot overflow.
  package var parameterBytes: Double {
    Double(scalarSize * copies) * products.reduce(0) { $0 + ($1.inputs + 1) * $1.outputs }
  }

  /// The bytes of a batch on its way through the layers and back, without its features.
  package var activationBytes: Double {
    Double(scalarSize) * Double(batchSize) * 2 * products.reduce(0) { $0 + $1.outputs }
  }

  /// The output size of the widest layer.
  package var widest: Double { products.map(\.outputs).max() ?? 0 }
}

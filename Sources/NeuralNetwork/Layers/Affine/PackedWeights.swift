import PerceptronLinearAlgebra

/// The parameters of a network's large affine layers, packed: what passes over many rows read, and
/// what steps of training change, while the network itself keeps the numbers of the last
/// ``unpack(into:)``. What an optimizer keeps for these parameters can stand in the same order.
package final class PackedWeights<Scalar: BLASScalar> {
  /// Who computes products with them.
  package let path: ProductPath
  /// Which layers are packed, from the lowest to the highest.
  package let layers: [Int]
  /// Of each layer of the network, its parameters; nil where it is not packed.
  package let table: UnsafeMutableBufferPointer<PackedLayer<Scalar>?>
  private let memory: AlignedBuffer<Scalar>
  /// How many numbers there are, with what is between rows.
  package let count: Int

  /// Zeros for the large affine layers of a network.
  ///
  /// - Parameter path: who computes products with them.
  package init(zerosFor network: Network<Scalar>, path: ProductPath = .chosen) {
    var (layers, sizes): ([Int], [(inputs: Int, outputs: Int)]) = ([], [])
    for (index, layer) in network.layers.enumerated() {
      guard let affine = layer as? Affine<Scalar>,
        // What is not packed is computed on the path of the process.
        path != .chosen
          || path.products(inputs: affine.inputSize, outputs: affine.outputSize) != .small
      else { continue }
      layers.append(index)
      sizes.append((affine.inputSize, affine.outputSize))
    }
    self.path = path
    self.layers = layers
    count = sizes.reduce(0) { sum, size in
      sum + size.outputs * PackedLayer<Scalar>.stride(columns: size.inputs)
        + PackedLayer<Scalar>.stride(columns: size.outputs)
    }
    memory = AlignedBuffer(count: count, repeating: 0)
    table = .allocate(capacity: network.layers.count)
    table.initialize(repeating: nil)
    var next = memory.base
    for (layer, size) in zip(layers, sizes) {
      let bias = next + size.outputs * PackedLayer<Scalar>.stride(columns: size.inputs)
      table[layer] = PackedLayer(
        weights: next, bias: bias, inputs: size.inputs, outputs: size.outputs, path: path)
      next = bias + PackedLayer<Scalar>.stride(columns: size.outputs)
    }
  }

  /// The parameters of a network.
  package convenience init(of network: Network<Scalar>, path: ProductPath = .chosen) {
    self.init(zerosFor: network, path: path)
    pack { network.layers[$0].parameter(at: $1) }
  }

  deinit { table.deallocate() }

  /// All numbers, in an order that depends on the network's shape alone.
  package var base: UnsafeMutablePointer<Scalar> { memory.base }
}

extension PackedWeights {
  /// Copies the tensors of the packed layers' weights [inputs, outputs] and biases from elsewhere.
  ///
  /// - Parameter tensor: the one of a layer at a position, 0 for the weights and 1 for the bias.
  package func pack(_ tensor: (_ layer: Int, _ position: Int) -> Tensor<Scalar>) {
    for index in layers {
      guard let layer = table[index] else { continue }
      tensor(index, 0).withRows {
        require(
          $0.rows == layer.inputs && $0.columns == layer.outputs,
          "PackedWeights: layer \(index) has weights \($0.shape), expected [\(layer.inputs), \(layer.outputs)]"
        )
        Scalar.transpose(
          rows: layer.inputs, columns: layer.outputs, $0.base, stride: layer.outputs,
          into: layer.weights, stride: layer.stride)
      }
      tensor(index, 1).withUnsafeElements {
        guard let source = $0.baseAddress else { return }
        layer.bias.update(from: source, count: layer.outputs)
      }
    }
  }

  /// Copies a packed layer's weights, position 0, or bias, position 1, to a tensor of their shape.
  package func unpack(layer index: Int, position: Int, into tensor: inout Tensor<Scalar>) {
    guard let layer = table[index] else { return }
    tensor.withUnsafeMutableElements {
      guard let target = $0.baseAddress else { return }
      if position == 0 {
        Scalar.transpose(
          rows: layer.outputs, columns: layer.inputs, layer.weights, stride: layer.stride,
          into: target, stride: layer.outputs)
      } else {
        target.update(from: layer.bias, count: layer.outputs)
      }
    }
  }

  /// Copies all of them into a network of the same shape.
  package func unpack(into network: inout Network<Scalar>) {
    network.updateParameters { place, parameter in
      unpack(layer: place.layer, position: place.position, into: &parameter)
    }
  }
}

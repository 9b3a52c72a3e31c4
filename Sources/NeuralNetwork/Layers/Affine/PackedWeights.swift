import PerceptronLinearAlgebra

/// The parameters of a network's large affine layers, packed: passes over many rows read them and
/// training steps update them, while the network itself holds those of the last ``unpack(into:)``. An
/// optimizer's state for these parameters can have the same layout.
package final class PackedWeights<Scalar: BLASScalar> {
  /// The code that computes products with them.
  package let path: ProductPath
  /// The positions of the packed layers, ascending.
  package let layers: [Int]
  /// The parameters of each layer of the network; nil if it is not packed.
  package let table: UnsafeMutableBufferPointer<PackedLayer<Scalar>?>
  private let memory: AlignedBuffer<Scalar>
  /// The number of scalars, padding included.
  package let count: Int

  /// Zeros for the large affine layers of a network.
  package init(zerosFor network: Network<Scalar>, path: ProductPath = .chosen) {
    var (layers, sizes): ([Int], [(inputs: Int, outputs: Int)]) = ([], [])
    for (index, layer) in network.layers.enumerated() {
      guard let affine = layer as? Affine<Scalar>,
        // The path of the process computes with layers that are not packed.
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

  /// Copies each packed layer's weights [inputs, outputs], position 0, and bias, position 1, from tensors.
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

/// An affine layer's parameters in the layout that products read: the weights of each output are
/// contiguous, in rows that do not share cache sets. The memory belongs to a ``PackedWeights``.
package struct PackedLayer<Scalar: BLASScalar> {
  /// Outputs × inputs, rows ``stride`` apart.
  package let weights: UnsafeMutablePointer<Scalar>
  /// One for each output.
  package let bias: UnsafeMutablePointer<Scalar>
  package let inputs: Int
  package let outputs: Int
  package let path: ProductPath

  /// The distance between the weights of one output and the next.
  package var stride: Int { Self.stride(columns: inputs) }

  /// The distance between rows of `columns` numbers: whole cache lines, and not a multiple of 4 KiB, at
  /// which all rows would share the same few sets of the first cache.
  package static func stride(columns: Int) -> Int {
    let line = 64 / MemoryLayout<Scalar>.stride
    let whole = (columns + line - 1) / line * line
    return whole % (64 * line) == 0 ? whole + line : whole
  }

  /// Writes input · weightsᵀ + bias, rows × outputs; the input is rows × inputs.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  func forward(_ input: RowBlock<Scalar>, into output: MutableRowBlock<Scalar>) {
    require(
      input.columns == inputs && output.rows == input.rows && output.columns == outputs,
      "Affine: input \(input.shape), weights [\(inputs), \(outputs)], room for \(output.shape)")
    switch path {
    case .kernels:
      Scalar.dense(
        rows: input.rows, inputs: inputs, outputs: outputs, input.base, xStride: input.stride,
        weights: weights, stride: stride, bias: bias, into: output.base)
    case .blas:
      Scalar.fillRows(rows: output.rows, columns: outputs, output.base, with: bias)
      if output.count == 0 { return }
      Scalar.gemm(
        transposeA: false, transposeB: true, rows: input.rows, columns: outputs, inner: inputs,
        alpha: 1, input.base, strideA: input.stride, weights, strideB: stride, beta: 1,
        output.base, strideC: outputs)
    }
  }

  /// Writes upstream · weights, rows × inputs; the upstream gradient is rows × outputs.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  func inputGradient(_ upstream: RowBlock<Scalar>, into gradient: MutableRowBlock<Scalar>) {
    require(
      upstream.columns == outputs && gradient.rows == upstream.rows
        && gradient.columns == inputs,
      "Affine: upstream \(upstream.shape), weights [\(inputs), \(outputs)], room for \(gradient.shape)"
    )
    switch path {
    case .kernels:
      Scalar.denseInputGradient(
        rows: upstream.rows, inputs: inputs, outputs: outputs, upstream: upstream.base,
        weights: weights, stride: stride, into: gradient.base)
    case .blas:
      if gradient.count == 0 { return }
      Scalar.gemm(
        transposeA: false, transposeB: false, rows: upstream.rows, columns: inputs,
        inner: outputs, alpha: 1, upstream.base, strideA: outputs, weights, strideB: stride,
        beta: 0, gradient.base, strideC: inputs)
    }
  }

  /// target ← alpha·G + beta·target for a part of G, the gradient upstreamᵀ · input of the weights.
  /// With `beta` 0 the old target is not read.
  ///
  /// - Parameters:
  ///   - input: batch × inputs.
  ///   - upstream: batch × outputs.
  ///   - rows: the outputs of the part.
  ///   - columns: the inputs of the part.
  ///   - target: as many rows × columns, rows ``stride`` apart.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  package func weightGradient(
    input: RowBlock<Scalar>, upstream: RowBlock<Scalar>, rows: Range<Int>, columns: Range<Int>,
    into target: UnsafeMutablePointer<Scalar>, alpha: Scalar = 1, beta: Scalar = 0
  ) {
    require(
      input.rows == upstream.rows && input.columns == inputs && upstream.columns == outputs
        && rows.lowerBound >= 0 && rows.upperBound <= outputs
        && columns.lowerBound >= 0 && columns.upperBound <= inputs,
      "weight gradient: input \(input.shape), upstream \(upstream.shape), part [\(rows), \(columns)]"
    )
    if rows.isEmpty || columns.isEmpty { return }
    let (x, factors) = (input.base + columns.lowerBound, upstream.base + rows.lowerBound)
    switch path {
    case .kernels:
      Scalar.denseWeightGradient(
        rows: input.rows, inputs: columns.count, outputs: rows.count, x, xStride: input.stride,
        upstream: factors, upstreamStride: outputs, alpha: alpha, beta: beta, into: target,
        stride: stride)
    case .blas:
      Scalar.gemm(
        transposeA: true, transposeB: false, rows: rows.count, columns: columns.count,
        inner: input.rows, alpha: alpha, factors, strideA: outputs, x, strideB: input.stride,
        beta: beta, target, strideC: stride)
    }
  }
}

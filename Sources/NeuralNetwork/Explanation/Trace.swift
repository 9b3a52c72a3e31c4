import PerceptronLinearAlgebra

/// Every number of one example's way through a network: forward, and, where its target is known, the
/// loss and all gradients, as at inference.
///
///     let trace = network.trace(of: x[rows: 0..<1], .labels([3]))
///     print(trace.layers[0].output, trace.backward?.loss ?? .nan)
public struct Trace<Scalar: BLASScalar>: Sendable {
  /// A layer's forward pass.
  public struct LayerPass: Sendable {
    /// The layer's name, such as `relu`.
    public let name: String
    /// [inputs of the layer].
    public let input: Tensor<Scalar>
    /// [outputs of the layer].
    public let output: Tensor<Scalar>
  }

  /// The loss and its gradients.
  public struct Backward: Sendable {
    /// The example's own loss, without the penalty and without its weight.
    public let loss: Scalar
    /// The loss's gradient with respect to each layer's output, in the order of the layers. The last
    /// is that with respect to the network's outputs: p − y for softmax cross-entropy.
    public let upstream: [Tensor<Scalar>]
    /// The loss's gradient with respect to the input, [inputs].
    public let input: Tensor<Scalar>
    /// The loss's gradient for every parameter, in its shape and under its name.
    public let gradients: Parameters<Scalar>
  }

  /// The layers' passes, from the input to the output.
  public let layers: [LayerPass]
  /// The probability of each class or label; nil where the loss has none.
  public let probabilities: Tensor<Scalar>?
  /// The loss and its gradients; nil where no target was given.
  public let backward: Backward?

  /// The example, [inputs].
  public var input: Tensor<Scalar> { layers[0].input }
  /// The outputs before the loss, [outputs]: the scores of each class, or the numbers predicted.
  public var outputs: Tensor<Scalar> { layers[layers.count - 1].output }
}

extension Network {
  /// Follows one example through the network, as at inference: dropout passes everything on, and
  /// batch normalization uses its running statistics.
  ///
  /// - Parameters:
  ///   - row: [inputs] or [1, inputs].
  ///   - targets: the example's target, or nil to follow it forward only. A weight does not count.
  /// - Precondition: with a target, no layer is an ``EnsembleLayer``, which has no backward pass.
  public func trace(of row: Tensor<Scalar>, _ targets: Targets<Scalar>? = nil) -> Trace<Scalar> {
    let x = requireRow(row, "trace")
    let inputs = layerInputs(of: x)
    let outputs = inputs[layers.count]
    let passes = layers.indices.map { index in
      Trace<Scalar>.LayerPass(
        name: layers[index].name, input: inputs[index].vector, output: inputs[index + 1].vector)
    }
    return Trace(
      layers: passes, probabilities: loss.probabilities(of: outputs)?.vector,
      backward: targets.map { backward(from: inputs, Targets($0.kind)) })
  }

  /// The loss and the gradients of the batch of one row that was followed forward.
  private func backward(
    from inputs: [Tensor<Scalar>], _ targets: Targets<Scalar>
  ) -> Trace<Scalar>.Backward {
    let outputs = inputs[layers.count]
    var upstream = loss.gradient(outputs, targets)
    var upstreams: [Tensor<Scalar>] = []
    var gradients: [[Tensor<Scalar>]] = []
    for index in layers.indices.reversed() {
      let result = layers[index].backward(upstream: upstream, input: inputs[index])
      upstreams.append(upstream.vector)
      gradients.append(result.parameters.map(\.tensor))
      upstream = result.input
    }
    gradients.reverse()
    return Trace.Backward(
      loss: loss(outputs, targets), upstream: upstreams.reversed(), input: upstream.vector,
      gradients: Parameters(parameterPlaces.map { ($0.name, gradients[$0.layer][$0.position]) }))
  }

  /// A batch and the outputs of each layer, [rows, …] each: the input of layer k is at k, and the
  /// network's outputs are last.
  func layerInputs(of x: Tensor<Scalar>) -> [Tensor<Scalar>] {
    var inputs = [x]
    for layer in layers { inputs.append(layer.forward(inputs[inputs.count - 1])) }
    return inputs
  }

  /// A single example as a batch, [1, inputs].
  func requireRow(_ row: Tensor<Scalar>, _ operation: String) -> Tensor<Scalar> {
    require(
      row.shape == [inputSize] || row.shape == [1, inputSize],
      "\(operation): an example of shape \(row.shape), expected [\(inputSize)]")
    return row.reshaped(to: [1, inputSize])
  }
}

extension Affine {
  /// What each input adds to a unit's sum: input·weight, [inputs]. Their sum and the unit's bias are
  /// the unit's output.
  ///
  /// - Parameter input: [inputs] or [1, inputs].
  /// - Precondition: `unit` is one of the outputs.
  public func contributions(of input: Tensor<Scalar>, toUnit unit: Int) -> Tensor<Scalar> {
    require(
      input.count == inputSize && (0..<outputSize).contains(unit),
      "contributions: input \(input.shape) to unit \(unit) of weights \(weights.shape)")
    let units = outputSize
    return Tensor(shape: [inputSize]) { products in
      input.withUnsafeElements { input in
        weights.withUnsafeElements { weights in
          for index in input.indices {
            products[index] = input[index] * weights[index * units + unit]
          }
        }
      }
    }
  }
}

extension Tensor {
  /// The same elements as a vector.
  var vector: Tensor { reshaped(to: [count]) }
}

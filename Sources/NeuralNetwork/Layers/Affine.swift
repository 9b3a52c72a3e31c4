import LinearAlgebra

/// The fully connected layer: output = input · weights + bias, row by row.
///
/// The backward pass needs the forward pass's input, which the caller keeps.
public struct Affine<Scalar: BLASScalar>: Sendable, Equatable {
  /// [inputs, outputs].
  public var weights: Tensor<Scalar>
  /// [outputs].
  public var bias: Tensor<Scalar>

  /// The gradients of a loss with respect to the layer's parameters, each in its parameter's shape.
  public struct Gradients: Sendable, Equatable {
    /// [inputs, outputs].
    public var weights: Tensor<Scalar>
    /// [outputs].
    public var bias: Tensor<Scalar>

    /// Room for the gradients of `layer`, all zero.
    public init(for layer: Affine) {
      weights = .zeros(layer.weights.shape)
      bias = .zeros(layer.bias.shape)
    }
  }

  /// The layer with the given parameters.
  ///
  /// - Precondition: `weights` is [inputs, outputs] and `bias` [outputs].
  public init(weights: Tensor<Scalar>, bias: Tensor<Scalar>) {
    require(
      weights.rank == 2 && bias.shape == [weights.shape[1]],
      "Affine: weights \(weights.shape) need a bias of one element per column, not \(bias.shape)")
    self.weights = weights
    self.bias = bias
  }

  /// A layer with weights of `scale` times a normal deviate, drawn in row-major order, and a bias
  /// of zeros.
  public init(
    inputSize: Int, outputSize: Int, scale: Double, using random: inout some RandomStream
  ) {
    self.init(
      weights: .normal([inputSize, outputSize], standardDeviation: scale, using: &random),
      bias: .zeros([outputSize]))
  }

  /// How many numbers a row of input has.
  public var inputSize: Int { weights.shape[0] }
  /// How many numbers a row of output has.
  public var outputSize: Int { weights.shape[1] }
}

// MARK: - The layer's mathematics, on blocks of rows

extension Affine {
  /// Writes input · weights + bias.
  ///
  /// - Parameters:
  ///   - input: rows × inputs.
  ///   - output: rows × outputs; must not overlap `input`.
  /// - Precondition: all extents agree.
  public func forward(_ input: RowBlock<Scalar>, into output: MutableRowBlock<Scalar>) {
    require(
      weights.rank == 2 && input.columns == inputSize && bias.rank == 1 && bias.count == outputSize
        && output.rows == input.rows && output.columns == outputSize,
      "Affine: input \(input.shape), weights \(weights.shape), bias \(bias.shape), room for \(output.shape)"
    )
    bias.withUnsafeElements { bias in
      guard let bias = bias.baseAddress else { return }
      for row in 0..<output.rows {
        (output.base + row * output.columns).update(from: bias, count: output.columns)
      }
    }
    weights.withRows { multiply(input, $0, into: output, beta: 1) }
  }

  /// Writes the parameters' gradients: inputᵀ · upstream for the weights, the sum of upstream's
  /// rows for the bias.
  ///
  /// - Parameters:
  ///   - upstream: the loss's gradient with respect to the output, rows × outputs.
  ///   - input: what `forward` was given, rows × inputs.
  ///   - gradients: room for them, in the parameters' shapes.
  /// - Precondition: all extents agree.
  public func parameterGradients(
    upstream: RowBlock<Scalar>, input: RowBlock<Scalar>, into gradients: inout Gradients
  ) {
    require(
      gradients.bias.count == upstream.columns,
      "Affine: upstream \(upstream.shape), room for a bias of \(gradients.bias.shape)")
    gradients.weights.withMutableRows {
      multiply(input, transposeA: true, upstream, into: $0)
    }
    gradients.bias.withUnsafeMutableElements {
      guard let sums = $0.baseAddress else { return }
      Scalar.addRows(
        rows: upstream.rows, columns: upstream.columns, upstream.base, into: sums)
    }
  }

  /// Writes the input's gradient, upstream · weightsᵀ.
  ///
  /// - Parameters:
  ///   - upstream: the loss's gradient with respect to the output, rows × outputs.
  ///   - gradient: rows × inputs; must not overlap `upstream`.
  /// - Precondition: all extents agree.
  public func inputGradient(
    upstream: RowBlock<Scalar>, into gradient: MutableRowBlock<Scalar>
  ) {
    weights.withRows { multiply(upstream, $0, transposeB: true, into: gradient) }
  }
}

// MARK: - The same on tensors

extension Affine {
  /// Input · weights + bias.
  ///
  /// - Parameter input: [rows, inputs].
  /// - Returns: [rows, outputs].
  public func forward(_ input: Tensor<Scalar>) -> Tensor<Scalar> {
    var output = Tensor<Scalar>.zeros([input.shape.rowCount, outputSize])
    input.withRows { input in
      output.withMutableRows { forward(input, into: $0) }
    }
    return output
  }

  /// The gradients of the parameters and of the input.
  ///
  /// - Parameters:
  ///   - upstream: the loss's gradient with respect to the output, [rows, outputs].
  ///   - input: what `forward` was given, [rows, inputs].
  /// - Returns: the parameters' gradients, and the input's, [rows, inputs].
  public func backward(
    upstream: Tensor<Scalar>, input: Tensor<Scalar>
  ) -> (gradients: Gradients, input: Tensor<Scalar>) {
    var gradients = Gradients(for: self)
    var inputGradient = Tensor<Scalar>.zeros(input.shape)
    upstream.withRows { upstream in
      input.withRows {
        parameterGradients(upstream: upstream, input: $0, into: &gradients)
      }
      inputGradient.withMutableRows { self.inputGradient(upstream: upstream, into: $0) }
    }
    return (gradients, inputGradient)
  }
}

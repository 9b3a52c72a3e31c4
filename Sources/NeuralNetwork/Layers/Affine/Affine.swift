import PerceptronLinearAlgebra

/// The fully connected layer: output = input · weights + bias, row by row.
///
/// The backward pass needs the input.
public struct Affine<Scalar: BLASScalar>: Sendable, Equatable {
  /// [inputs, outputs].
  public var weights: Tensor<Scalar>
  /// [outputs].
  public var bias: Tensor<Scalar>

  /// The layer of some parameters.
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

  /// The number of inputs, the length of a row of input.
  public var inputSize: Int { weights.shape[0] }
  /// The number of outputs, the length of a row of output.
  public var outputSize: Int { weights.shape[1] }
}

extension Affine: Layer {
  /// The input size is the weights' rows. The backward pass reads the input, and no pass works in
  /// place, since every output depends on every input.
  public var traits: LayerTraits { LayerTraits(inputSize: inputSize) }
  /// The weights' columns.
  public func outputSize(forInputSize inputSize: Int) -> Int { outputSize }

  /// Writes input · weights + bias.
  public func forward(
    _ input: RowBlock<Scalar>, into output: MutableRowBlock<Scalar>, pass: Pass,
    saved: UnsafeMutableBufferPointer<Scalar>
  ) {
    require(
      weights.rank == 2 && input.columns == inputSize && bias.rank == 1
        && bias.count == outputSize && output.rows == input.rows && output.columns == outputSize,
      "Affine: input \(input.shape), weights \(weights.shape), bias \(bias.shape), room for \(output.shape)"
    )
    bias.withUnsafeElements { bias in
      guard let bias = bias.baseAddress else { return }
      weights.withRows { AffineProducts.forward(input, $0, bias: bias, into: output) }
    }
  }

  /// Writes inputᵀ · upstream for the weights, and the sum of upstream's rows for the bias.
  public func parameterGradients(
    upstream: RowBlock<Scalar>, record: ForwardRecord<Scalar>,
    into gradients: inout [Tensor<Scalar>]
  ) {
    require(
      gradients.count == 2 && gradients[1].count == upstream.columns,
      "Affine: upstream \(upstream.shape), room for gradients of \(gradients.map(\.shape))")
    gradients[0].withMutableRows {
      AffineProducts.weightGradient(input: record.input, upstream: upstream, into: $0)
    }
    upstream.sumRows(into: &gradients[1])
  }

  /// Writes upstream · weightsᵀ.
  public func inputGradient(
    upstream: RowBlock<Scalar>, record: ForwardRecord<Scalar>,
    into gradient: MutableRowBlock<Scalar>
  ) {
    require(
      weights.rank == 2 && upstream.columns == outputSize && gradient.rows == upstream.rows
        && gradient.columns == inputSize,
      "Affine: upstream \(upstream.shape), weights \(weights.shape), room for \(gradient.shape)")
    weights.withRows { AffineProducts.inputGradient(upstream, $0, into: gradient) }
  }

  /// The weights `W` and the bias `b`.
  public var parameterKinds: [ParameterKind] {
    [ParameterKind("W", isPenalized: true), ParameterKind("b")]
  }

  /// The weights, or the bias.
  public func parameter(at position: Int) -> Tensor<Scalar> { position == 0 ? weights : bias }

  /// Calls `body` with the weights and the bias.
  public mutating func updateParameters(
    _ body: (_ position: Int, _ parameter: inout Tensor<Scalar>) -> Void
  ) {
    body(0, &weights)
    body(1, &bias)
  }

  /// `affine`, with the number of outputs.
  public var specification: LayerSpecification? { .affine(outputs: outputSize) }

  /// The same layer in another scalar type.
  public func converted<Other: BLASScalar>(to scalar: Other.Type) -> any Layer<Other> {
    Affine<Other>(weights: Tensor(weights), bias: Tensor(bias))
  }
}

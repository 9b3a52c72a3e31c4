import PerceptronLinearAlgebra

/// A layer that normalizes its input to x̂ and writes x̂·gamma + beta: what batch and layer
/// normalization share, the scale and shift of each column.
///
/// The backward pass needs the input.
public protocol NormalizationLayer<Scalar>: Layer {
  /// The scale of each column, [inputs].
  var gamma: Tensor<Scalar> { get }
  /// The shift of each column, [inputs].
  var beta: Tensor<Scalar> { get }

  /// The number of inputs, the length of a row of input. A requirement, because asking for it here must
  /// not copy gamma: workers would contend for its reference count.
  var inputSize: Int { get }

  /// Writes the gradient of gamma, 1 × inputs: the sum over the rows of upstream·x̂.
  func gammaGradient(
    upstream: RowBlock<Scalar>, record: ForwardRecord<Scalar>,
    into gradient: MutableRowBlock<Scalar>)
}

extension NormalizationLayer {
  /// The scale `gamma` and the shift `beta`.
  public var parameterKinds: [ParameterKind] { [ParameterKind("gamma"), ParameterKind("beta")] }

  /// Gamma at position 0, beta at 1.
  public func parameter(at position: Int) -> Tensor<Scalar> { position == 0 ? gamma : beta }

  /// Writes the sums over the rows of upstream·x̂ for gamma and of upstream for beta.
  public func parameterGradients(
    upstream: RowBlock<Scalar>, record: ForwardRecord<Scalar>,
    into gradients: inout [Tensor<Scalar>]
  ) {
    checkBackward(upstream, record, into: nil)
    require(
      gradients.count == 2 && gradients[0].count == inputSize && gradients[1].count == inputSize,
      "\(Self.self): room for gradients of \(gradients.map(\.shape)) for \(inputSize) columns")
    gradients[0].withMutableRows { gammaGradient(upstream: upstream, record: record, into: $0) }
    upstream.sumRows(into: &gradients[1])
  }

  /// Traps unless the blocks of a backward pass fit the layer and each other.
  func checkBackward(
    _ upstream: RowBlock<Scalar>, _ record: ForwardRecord<Scalar>,
    into gradient: MutableRowBlock<Scalar>?
  ) {
    require(
      upstream.columns == inputSize && record.input.shape == upstream.shape
        && record.saved.count == savedCount(rows: upstream.rows, columns: upstream.columns)
        && gradient?.shape ?? upstream.shape == upstream.shape,
      "\(Self.self): input \(record.input.shape), upstream \(upstream.shape), room for \(gradient?.shape ?? upstream.shape) for \(inputSize) columns"
    )
  }
}

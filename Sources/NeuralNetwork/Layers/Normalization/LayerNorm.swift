import PerceptronLinearAlgebra

/// Normalization of each row (Ba, Kiros and Hinton 2016), as PyTorch's `LayerNorm`:
/// output = x̂·gamma + beta, where x̂ = (x − mean) / √(variance + epsilon) with the row's own mean
/// and mean squared deviation, in training and at inference.
///
/// The backward pass needs the input; each row's mean and 1 / √(variance + epsilon) are kept.
public struct LayerNorm<Scalar: BLASScalar>: Sendable, Equatable {
  /// The scale of each column, [inputs].
  public private(set) var gamma: Tensor<Scalar>
  /// The shift of each column, [inputs].
  public private(set) var beta: Tensor<Scalar>
  /// What is added to a variance, so that its root can be divided by.
  public let epsilon: Double

  /// The layer with the given parameters.
  ///
  /// - Precondition: the tensors are vectors of one length, and `epsilon` is above 0.
  public init(gamma: Tensor<Scalar>, beta: Tensor<Scalar>, epsilon: Double = 1e-5) {
    require(
      gamma.rank == 1 && beta.shape == gamma.shape,
      "LayerNorm: gamma \(gamma.shape) and beta \(beta.shape), expected equal vectors")
    self.gamma = gamma
    self.beta = beta
    self.epsilon = epsilon
    specification?.requireValid()
    require(Scalar(epsilon) > 0, "LayerNorm: an epsilon of \(epsilon) is 0 in \(Scalar.self)")
  }

  /// A fresh layer for rows of `size` numbers: gamma is 1 and beta 0.
  public init(size: Int, epsilon: Double = 1e-5) {
    self.init(
      gamma: Tensor(shape: [size], repeating: 1), beta: .zeros([size]), epsilon: epsilon)
  }

  /// How many numbers a row of input has.
  public var inputSize: Int { gamma.count }
}

// MARK: - The layer's mathematics, on blocks of rows

extension LayerNorm: Layer {
  /// As many as gamma has.
  public var requiredInputSize: Int? { inputSize }
  /// A mean and a factor for each row, row after row.
  public func keptCount(rows: Int, columns: Int) -> Int { 2 * rows }
  /// The input.
  public var backwardReads: ForwardBlock { .input }
  /// Yes.
  public var worksInPlace: Bool { true }

  /// Writes x̂·gamma + beta.
  public func forward(
    _ input: RowBlock<Scalar>, into output: MutableRowBlock<Scalar>, pass: Pass,
    kept: UnsafeMutableBufferPointer<Scalar>
  ) {
    require(
      input.columns == inputSize && input.shape == output.shape && kept.count == 2 * input.rows,
      "LayerNorm: input \(input.shape) for \(inputSize) columns, room for \(output.shape)")
    gamma.withUnsafeElements { gamma in
      beta.withUnsafeElements { beta in
        guard let gamma = gamma.baseAddress, let beta = beta.baseAddress,
          let moments = kept.baseAddress
        else { return }
        Scalar.normalizeRows(
          rows: input.rows, columns: input.columns, input.base, epsilon: Scalar(epsilon),
          gamma: gamma, beta: beta, into: output.base, moments: moments)
      }
    }
  }

  /// Writes the sums over the rows of upstream·x̂ for gamma and of upstream for beta.
  public func parameterGradients(
    upstream: RowBlock<Scalar>, record: ForwardRecord<Scalar>,
    into gradients: inout [Tensor<Scalar>]
  ) {
    checkBackward(upstream, record)
    require(
      gradients.count == 2 && gradients[0].count == inputSize && gradients[1].count == inputSize,
      "LayerNorm: room for gradients of \(gradients.map(\.shape)) for \(inputSize) columns")
    gradients[0].withUnsafeMutableElements {
      guard let gamma = $0.baseAddress, let moments = record.kept.baseAddress else { return }
      Scalar.normalizeRowsGammaGradient(
        rows: upstream.rows, columns: upstream.columns, record.input.base,
        moments: moments, upstream: upstream.base, into: gamma)
    }
    gradients[1].withUnsafeMutableElements {
      guard let sums = $0.baseAddress else { return }
      Scalar.addRows(
        rows: upstream.rows, columns: upstream.columns, upstream.base, into: sums)
    }
  }

  /// Writes the gradient for the input, through the row's mean and variance.
  public func inputGradient(
    upstream: RowBlock<Scalar>, record: ForwardRecord<Scalar>,
    into gradient: MutableRowBlock<Scalar>
  ) {
    checkBackward(upstream, record)
    require(
      gradient.shape == upstream.shape,
      "LayerNorm: upstream \(upstream.shape), room for \(gradient.shape)")
    gamma.withUnsafeElements { gamma in
      guard let gamma = gamma.baseAddress, let moments = record.kept.baseAddress else { return }
      Scalar.normalizeRowsGradient(
        rows: upstream.rows, columns: upstream.columns, record.input.base,
        moments: moments, gamma: gamma, upstream: upstream.base, into: gradient.base)
    }
  }

  private func checkBackward(_ upstream: RowBlock<Scalar>, _ record: ForwardRecord<Scalar>) {
    require(
      upstream.columns == inputSize && record.input.shape == upstream.shape
        && record.kept.count == 2 * upstream.rows,
      "LayerNorm: input \(record.input.shape), upstream \(upstream.shape) for \(inputSize) columns")
  }
}

// MARK: - Parameters

extension LayerNorm {
  /// The scale `gamma` and the shift `beta`.
  public var parameterKinds: [ParameterKind] { [ParameterKind("gamma"), ParameterKind("beta")] }

  /// Gamma, or beta.
  public func parameter(at position: Int) -> Tensor<Scalar> { position == 0 ? gamma : beta }

  /// Calls `body` with gamma and beta.
  public mutating func updateParameters(
    _ body: (_ position: Int, _ parameter: inout Tensor<Scalar>) -> Void
  ) {
    body(0, &gamma)
    body(1, &beta)
  }

  /// `layerNorm`, with epsilon.
  public var specification: LayerSpecification? { .layerNorm(epsilon: epsilon) }

  /// The same layer in another scalar type.
  public func converted<Other: BLASScalar>(to scalar: Other.Type) -> any Layer<Other> {
    LayerNorm<Other>(gamma: Tensor(gamma), beta: Tensor(beta), epsilon: epsilon)
  }
}

import PerceptronLinearAlgebra

/// Normalization of each row (Ba, Kiros and Hinton 2016), as PyTorch's `LayerNorm`:
/// output = x̂·gamma + beta, where x̂ = (x − mean) / √(variance + epsilon) with the row's own mean
/// and mean squared deviation, in training and at inference.
///
/// The backward pass needs the input; each row's mean and 1 / √(variance + epsilon) are saved.
public struct LayerNorm<Scalar: BLASScalar>: Sendable, Equatable {
  /// The scale of each column, [inputs].
  public private(set) var gamma: Tensor<Scalar>
  /// The shift of each column, [inputs].
  public private(set) var beta: Tensor<Scalar>
  /// Added to a variance before its root is divided by.
  public let epsilon: Double

  /// The layer of some parameters.
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
}

extension LayerNorm: NormalizationLayer {
  /// The length of gamma.
  public var inputSize: Int { gamma.count }
  /// Works in place, row by row.
  public var traits: LayerTraits { LayerTraits(inputSize: inputSize, worksInPlace: true) }
  /// A mean and a factor for each row, row after row.
  public func savedCount(rows: Int, columns: Int) -> Int { 2 * rows }

  /// Writes x̂·gamma + beta.
  public func forward(
    _ input: RowBlock<Scalar>, into output: MutableRowBlock<Scalar>, pass: Pass,
    saved: UnsafeMutableBufferPointer<Scalar>
  ) {
    require(
      input.columns == inputSize && input.shape == output.shape
        && saved.count == 2 * input.rows,
      "LayerNorm: input \(input.shape) for \(inputSize) columns, room for \(output.shape)")
    gamma.withUnsafeElements { gamma in
      beta.withUnsafeElements { beta in
        guard let gamma = gamma.baseAddress, let beta = beta.baseAddress,
          let moments = saved.baseAddress
        else { return }
        Scalar.normalizeRows(
          rows: input.rows, columns: input.columns, input.base, epsilon: Scalar(epsilon),
          gamma: gamma, beta: beta, into: output.base, moments: moments)
      }
    }
  }

  /// Writes the sum over the rows of upstream·x̂.
  public func gammaGradient(
    upstream: RowBlock<Scalar>, record: ForwardRecord<Scalar>,
    into gradient: MutableRowBlock<Scalar>
  ) {
    guard let moments = record.saved.baseAddress else { return }
    Scalar.normalizeRowsGammaGradient(
      rows: upstream.rows, columns: upstream.columns, record.input.base, moments: moments,
      upstream: upstream.base, into: gradient.base)
  }

  /// Writes the gradient for the input, through the row's mean and variance.
  public func inputGradient(
    upstream: RowBlock<Scalar>, record: ForwardRecord<Scalar>,
    into gradient: MutableRowBlock<Scalar>
  ) {
    checkBackward(upstream, record, into: gradient)
    gamma.withUnsafeElements { gamma in
      guard let gamma = gamma.baseAddress, let moments = record.saved.baseAddress else { return }
      Scalar.normalizeRowsGradient(
        rows: upstream.rows, columns: upstream.columns, record.input.base,
        moments: moments, gamma: gamma, upstream: upstream.base, into: gradient.base)
    }
  }

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

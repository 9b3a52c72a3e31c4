import PerceptronLinearAlgebra

/// Batch normalization of each column (Ioffe and Szegedy 2015), as PyTorch's `BatchNorm1d`:
/// output = x̂·gamma + beta, where x̂ = (x − mean) / √(variance + epsilon).
///
/// In training passes, mean and variance are the batch's own, the variance that of its rows: the
/// mean squared deviation. At inference they are running ones, which move with each training batch
/// by `momentum` towards its mean and its unbiased variance.
///
/// Where PyTorch refuses a training batch of a single row, its variance here is 0: the output is
/// beta, nothing flows back to the input, and the running statistics stay as they are.
///
/// The backward pass needs the input; the batch's mean and variance are kept.
public struct BatchNorm<Scalar: BLASScalar>: Sendable, Equatable {
  /// The scale of each column, [inputs].
  public internal(set) var gamma: Tensor<Scalar>
  /// The shift of each column, [inputs].
  public internal(set) var beta: Tensor<Scalar>
  /// The mean of each column that inference uses, [inputs].
  public internal(set) var runningMean: Tensor<Scalar>
  /// The variance of each column that inference uses, [inputs].
  public internal(set) var runningVariance: Tensor<Scalar>
  /// How far a training batch moves the running statistics towards its own: 0 not at all, 1 all
  /// the way.
  public let momentum: Double
  /// What is added to a variance, so that its root can be divided by.
  public let epsilon: Double

  /// The layer with the given parameters and statistics.
  ///
  /// - Precondition: the tensors are vectors of one length, `momentum` is in 0...1 and `epsilon`
  ///   above 0.
  public init(
    gamma: Tensor<Scalar>, beta: Tensor<Scalar>, runningMean: Tensor<Scalar>,
    runningVariance: Tensor<Scalar>, momentum: Double = 0.1, epsilon: Double = 1e-5
  ) {
    let shapes = [gamma.shape, beta.shape, runningMean.shape, runningVariance.shape]
    require(
      gamma.rank == 1 && shapes.allSatisfy { $0 == gamma.shape },
      "BatchNorm: gamma, beta, mean and variance of shapes \(shapes), expected equal vectors")
    self.gamma = gamma
    self.beta = beta
    self.runningMean = runningMean
    self.runningVariance = runningVariance
    self.momentum = momentum
    self.epsilon = epsilon
    specification?.requireValid()
    require(Scalar(epsilon) > 0, "BatchNorm: an epsilon of \(epsilon) is 0 in \(Scalar.self)")
  }

  /// A fresh layer for rows of `size` numbers: gamma and the running variance are 1, beta and the
  /// running mean 0.
  public init(size: Int, momentum: Double = 0.1, epsilon: Double = 1e-5) {
    self.init(
      gamma: Tensor(shape: [size], repeating: 1), beta: .zeros([size]),
      runningMean: .zeros([size]), runningVariance: Tensor(shape: [size], repeating: 1),
      momentum: momentum, epsilon: epsilon)
  }

  /// How many numbers a row of input has.
  public var inputSize: Int { gamma.count }
}

// MARK: - The layer's mathematics, on blocks of rows

extension BatchNorm: Layer {
  /// As many as gamma has.
  public var requiredInputSize: Int? { inputSize }
  /// A mean and a variance for each column.
  public func keptCount(rows: Int, columns: Int) -> Int { 2 * columns }
  /// The input.
  public var backwardReads: ForwardBlock { .input }
  /// Yes.
  public var worksInPlace: Bool { true }
  /// In training passes, for the batch's own moments.
  public func needsWholeBatch(in pass: Pass) -> Bool { pass != .inference }

  /// Writes x̂·gamma + beta.
  public func forward(
    _ input: RowBlock<Scalar>, into output: MutableRowBlock<Scalar>, pass: Pass,
    kept: UnsafeMutableBufferPointer<Scalar>
  ) {
    require(
      input.columns == inputSize && input.shape == output.shape && kept.count == 2 * inputSize,
      "BatchNorm: input \(input.shape) for \(inputSize) columns, room for \(output.shape)")
    if pass != .inference, let mean = kept.baseAddress {
      Scalar.columnMoments(
        rows: input.rows, columns: input.columns, input.base, mean: mean,
        variance: mean + inputSize)
    }
    withMoments(pass, UnsafeBufferPointer(kept)) { moments, gamma, beta in
      Scalar.normalizeColumns(
        rows: input.rows, columns: input.columns, input.base, moments, gamma: gamma, beta: beta,
        into: output.base)
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
      "BatchNorm: room for gradients of \(gradients.map(\.shape)) for \(inputSize) columns")
    withMoments(record.pass, record.kept) { moments, _, _ in
      gradients[0].withUnsafeMutableElements {
        guard let gamma = $0.baseAddress else { return }
        Scalar.normalizeColumnsGammaGradient(
          rows: upstream.rows, columns: upstream.columns, record.input.base, moments,
          upstream: upstream.base, into: gamma)
      }
    }
    gradients[1].withUnsafeMutableElements {
      guard let sums = $0.baseAddress else { return }
      Scalar.addRows(
        rows: upstream.rows, columns: upstream.columns, upstream.base, into: sums)
    }
  }

  /// Writes the gradient for the input, through the batch's moments too where they were used.
  public func inputGradient(
    upstream: RowBlock<Scalar>, record: ForwardRecord<Scalar>,
    into gradient: MutableRowBlock<Scalar>
  ) {
    checkBackward(upstream, record)
    require(
      gradient.shape == upstream.shape,
      "BatchNorm: upstream \(upstream.shape), room for \(gradient.shape)")
    withMoments(record.pass, record.kept) { moments, gamma, _ in
      Scalar.normalizeColumnsGradient(
        rows: upstream.rows, columns: upstream.columns, record.input.base, moments,
        areOwn: record.pass != .inference, gamma: gamma, upstream: upstream.base,
        into: gradient.base)
    }
  }
  private func checkBackward(_ upstream: RowBlock<Scalar>, _ record: ForwardRecord<Scalar>) {
    require(
      upstream.columns == inputSize && record.input.shape == upstream.shape
        && record.kept.count == 2 * inputSize,
      "BatchNorm: input \(record.input.shape), upstream \(upstream.shape) for \(inputSize) columns")
  }

  /// Calls `body` with the moments that a pass normalizes by, gamma and beta.
  private func withMoments(
    _ pass: Pass, _ kept: UnsafeBufferPointer<Scalar>,
    _ body: (
      _ moments: ColumnMoments<Scalar>, _ gamma: UnsafePointer<Scalar>,
      _ beta: UnsafePointer<Scalar>
    ) -> Void
  ) {
    runningMean.withUnsafeElements { runningMean in
      runningVariance.withUnsafeElements { runningVariance in
        gamma.withUnsafeElements { gamma in
          beta.withUnsafeElements { beta in
            let own = pass != .inference
            guard let mean = own ? kept.baseAddress : runningMean.baseAddress,
              let variance = own ? mean + inputSize : runningVariance.baseAddress,
              let gamma = gamma.baseAddress, let beta = beta.baseAddress
            else { return }
            body(
              ColumnMoments(mean: mean, variance: variance, epsilon: Scalar(epsilon)), gamma, beta)
          }
        }
      }
    }
  }
}

import PerceptronLinearAlgebra

/// Batch normalization of each column (Ioffe and Szegedy 2015), as PyTorch's `BatchNorm1d`:
/// output = x̂·gamma + beta, where x̂ = (x − mean) / √(variance + epsilon).
///
/// In training passes, mean and variance are the batch's own, the variance that of its rows: the
/// mean squared deviation. At inference they are the running ones, which each training batch moves by
/// `momentum` towards its mean and its unbiased variance.
///
/// Where PyTorch refuses a training batch of a single row, its variance here is 0: the output is
/// beta, nothing flows back to the input, and the running statistics stay as they are.
///
/// The backward pass needs the input; the batch's mean and variance are saved.
public struct BatchNorm<Scalar: BLASScalar>: Sendable, Equatable {
  /// The scale of each column, [inputs].
  public private(set) var gamma: Tensor<Scalar>
  /// The shift of each column, [inputs].
  public private(set) var beta: Tensor<Scalar>
  /// The mean of each column that inference uses, [inputs].
  public internal(set) var runningMean: Tensor<Scalar>
  /// The variance of each column that inference uses, [inputs].
  public internal(set) var runningVariance: Tensor<Scalar>
  /// The weight of a training batch in the running statistics, 0 to 1.
  public let momentum: Double
  /// Added to a variance before its root is divided by.
  public let epsilon: Double

  /// The layer of some parameters and statistics.
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
}

extension BatchNorm: NormalizationLayer {
  /// The length of gamma.
  public var inputSize: Int { gamma.count }
  /// Works in place; needs the whole batch in training passes, for its moments.
  public var traits: LayerTraits {
    LayerTraits(inputSize: inputSize, worksInPlace: true, needsWholeBatch: true)
  }
  /// A mean and a variance for each column.
  public func savedCount(rows: Int, columns: Int) -> Int { 2 * columns }

  /// Writes x̂·gamma + beta.
  public func forward(
    _ input: RowBlock<Scalar>, into output: MutableRowBlock<Scalar>, pass: Pass,
    saved: UnsafeMutableBufferPointer<Scalar>
  ) {
    require(
      input.columns == inputSize && input.shape == output.shape
        && saved.count == 2 * inputSize,
      "BatchNorm: input \(input.shape) for \(inputSize) columns, room for \(output.shape)")
    if pass != .inference, let mean = saved.baseAddress {
      Scalar.columnMoments(
        rows: input.rows, columns: input.columns, input.base, mean: mean,
        variance: mean + inputSize)
    }
    withMoments(pass, UnsafeBufferPointer(saved)) { moments, gamma, beta in
      Scalar.normalizeColumns(
        rows: input.rows, columns: input.columns, input.base, moments, gamma: gamma, beta: beta,
        into: output.base)
    }
  }

  /// Writes the sum over the rows of upstream·x̂.
  public func gammaGradient(
    upstream: RowBlock<Scalar>, record: ForwardRecord<Scalar>,
    into gradient: MutableRowBlock<Scalar>
  ) {
    withMoments(record.pass, record.saved) { moments, _, _ in
      Scalar.normalizeColumnsGammaGradient(
        rows: upstream.rows, columns: upstream.columns, record.input.base, moments,
        upstream: upstream.base, into: gradient.base)
    }
  }

  /// Writes the gradient for the input, through the batch's moments too where they were used.
  public func inputGradient(
    upstream: RowBlock<Scalar>, record: ForwardRecord<Scalar>,
    into gradient: MutableRowBlock<Scalar>
  ) {
    checkBackward(upstream, record, into: gradient)
    withMoments(record.pass, record.saved) { moments, gamma, _ in
      Scalar.normalizeColumnsGradient(
        rows: upstream.rows, columns: upstream.columns, record.input.base, moments,
        areOwn: record.pass != .inference, gamma: gamma, upstream: upstream.base,
        into: gradient.base)
    }
  }

  /// Calls `body` with gamma and beta.
  public mutating func updateParameters(
    _ body: (_ position: Int, _ parameter: inout Tensor<Scalar>) -> Void
  ) {
    body(0, &gamma)
    body(1, &beta)
  }

  /// Calls `body` with the moments that a pass normalizes by, gamma and beta.
  private func withMoments(
    _ pass: Pass, _ saved: UnsafeBufferPointer<Scalar>,
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
            guard let mean = own ? saved.baseAddress : runningMean.baseAddress,
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

/// A constant, so that asking for the names allocates nothing.
private let names = ["running_mean", "running_variance"]

extension BatchNorm: StatisticsLayer {
  /// The running mean and the running variance.
  public var statisticNames: [String] { names }

  /// The running mean and the running variance.
  ///
  /// - Precondition: new tensors have the same shapes.
  public var statistics: [Tensor<Scalar>] {
    get { [runningMean, runningVariance] }
    set {
      require(
        newValue.map(\.shape) == [gamma.shape, gamma.shape],
        "BatchNorm: statistics of shapes \(newValue.map(\.shape)) for \(inputSize) columns")
      (runningMean, runningVariance) = (newValue[0], newValue[1])
    }
  }

  /// Moves the running statistics by `momentum` towards the mean and the unbiased variance of the
  /// batch. Fewer than two rows have no such variance and change nothing.
  public mutating func updateStatistics(saved: UnsafeBufferPointer<Scalar>, rows: Int) {
    require(
      saved.count == 2 * inputSize,
      "BatchNorm: \(saved.count) activations saved for \(inputSize) columns")
    guard rows > 1, let mean = saved.baseAddress else { return }
    let unbiased = Scalar(rows) / Scalar(rows - 1)
    let momentum = Scalar(momentum)
    Self.move(&runningMean, by: momentum, towards: mean, times: 1)
    Self.move(&runningVariance, by: momentum, towards: mean + inputSize, times: unbiased)
  }

  /// statistic ← (1 − momentum)·statistic + momentum·factor·seen.
  ///
  /// Static, because a method would hold a copy of the layer, and the statistic be copied too.
  private static func move(
    _ statistic: inout Tensor<Scalar>, by momentum: Scalar, towards seen: UnsafePointer<Scalar>,
    times factor: Scalar
  ) {
    let count = statistic.count
    statistic.withUnsafeMutableElements {
      guard let base = $0.baseAddress else { return }
      withUnsafePointer(to: 1 - momentum) {
        Scalar.combine(.multiply, count: count, base, .each, $0, .same, into: base)
      }
      Scalar.axpy(count: count, alpha: momentum * factor, seen, base)
    }
  }

  /// `batchNorm`, with momentum and epsilon.
  public var specification: LayerSpecification? {
    .batchNorm(momentum: momentum, epsilon: epsilon)
  }

  /// The same layer in another scalar type.
  public func converted<Other: BLASScalar>(to scalar: Other.Type) -> any Layer<Other> {
    BatchNorm<Other>(
      gamma: Tensor(gamma), beta: Tensor(beta), runningMean: Tensor(runningMean),
      runningVariance: Tensor(runningVariance), momentum: momentum, epsilon: epsilon)
  }
}

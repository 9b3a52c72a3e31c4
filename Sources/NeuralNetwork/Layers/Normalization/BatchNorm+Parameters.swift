import PerceptronLinearAlgebra

/// Kept, so that asking for the names allocates nothing.
private let names = ["running_mean", "running_variance"]

extension BatchNorm {
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

  /// The running mean and the running variance.
  public var statisticNames: [String] { names }

  /// The running mean and the running variance.
  ///
  /// - Precondition: what is set has the same shapes.
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
  /// batch; of fewer than two rows there is no such variance, and nothing moves.
  public mutating func updateStatistics(kept: UnsafeBufferPointer<Scalar>, rows: Int) {
    require(
      kept.count == 2 * inputSize,
      "BatchNorm: \(kept.count) numbers kept for \(inputSize) columns")
    guard rows > 1, let mean = kept.baseAddress else { return }
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

import LinearAlgebra

/// The classic two-layer network: scores = max(0, X·W1 + b1)·W2 + b2.
///
/// Its loss is softmax cross-entropy plus λ(ΣW1² + ΣW2²). The penalty has no factor ½, so its
/// gradient is 2λW; biases are not penalised.
///
///     var random = SeededRandom(seed: 0)
///     let net = TwoLayerNet<Float>(
///       inputSize: 784, hiddenSize: 100, classCount: 10, using: &random)
///     let (loss, gradients) = net.lossAndGradients(of: batch, labels: y, regularization: 0.25)
///
/// In `Float` for speed and in `Double` for checking. Wherever a batch is [rows, inputs], a tensor
/// of a higher rank counts as rows along its first axis, and a vector as one row.
public struct TwoLayerNet<Scalar: BLASScalar>: Sendable, Equatable {
  /// X·W1 + b1, before the rectifier.
  public var hidden: Affine<Scalar>
  /// hidden·W2 + b2: the scores.
  public var output: Affine<Scalar>

  /// The network with the given layers.
  ///
  /// - Precondition: the hidden layer is as wide as the output layer's input.
  public init(hidden: Affine<Scalar>, output: Affine<Scalar>) {
    require(
      hidden.outputSize == output.inputSize,
      "TwoLayerNet: W1 \(hidden.weights.shape) does not lead to W2 \(output.weights.shape)")
    self.hidden = hidden
    self.output = output
  }

  /// A fresh network: W1 and then W2 are `scale` times normal deviates, drawn in row-major order,
  /// and the biases are zero.
  ///
  /// - Parameters:
  ///   - inputSize: features of an example, at least 1.
  ///   - hiddenSize: width of the hidden layer, at least 1.
  ///   - classCount: classes told apart, at least 1.
  ///   - scale: standard deviation of the weights.
  ///   - random: what the weights are drawn from.
  public init(
    inputSize: Int, hiddenSize: Int, classCount: Int, scale: Double = 1e-4,
    using random: inout some RandomStream
  ) {
    require(
      inputSize > 0 && hiddenSize > 0 && classCount > 0,
      "TwoLayerNet: sizes \(inputSize)-\(hiddenSize)-\(classCount), each must be at least 1")
    hidden = Affine(
      inputSize: inputSize, outputSize: hiddenSize, scale: scale, using: &random)
    output = Affine(
      inputSize: hiddenSize, outputSize: classCount, scale: scale, using: &random)
  }

  /// Another network's parameters, rounded to this scalar type where it is narrower.
  public init<Other>(_ other: TwoLayerNet<Other>) {
    self.init(
      hidden: Affine(weights: Tensor(other.hidden.weights), bias: Tensor(other.hidden.bias)),
      output: Affine(weights: Tensor(other.output.weights), bias: Tensor(other.output.bias)))
  }

  /// Features of an example.
  public var inputSize: Int { hidden.inputSize }
  /// Width of the hidden layer.
  public var hiddenSize: Int { hidden.outputSize }
  /// Classes told apart.
  public var classCount: Int { output.outputSize }

  /// The parameters under their classic names: `W1` [inputs, hidden], `b1` [hidden],
  /// `W2` [hidden, classes], `b2` [classes].
  public var parameters: Parameters<Scalar> {
    get {
      ["W1": hidden.weights, "b1": hidden.bias, "W2": output.weights, "b2": output.bias]
    }
    set {
      hidden = Affine(weights: newValue["W1"], bias: newValue["b1"])
      output = Affine(weights: newValue["W2"], bias: newValue["b2"])
    }
  }
}

// MARK: - Using a network

extension TwoLayerNet: CustomStringConvertible {
  /// The sizes and the scalar type: `784-100-10 TwoLayerNet of Float`.
  public var description: String {
    "\(inputSize)-\(hiddenSize)-\(classCount) TwoLayerNet of \(Scalar.self)"
  }
}

extension TwoLayerNet {
  /// The scores of each class, before the softmax.
  ///
  /// - Parameter x: [rows, inputs].
  /// - Returns: [rows, classes].
  public func scores(of x: Tensor<Scalar>) -> Tensor<Scalar> {
    output.forward(ReLU().forward(hidden.forward(x)))
  }

  /// The class with the highest score for each row; the first of equal ones.
  ///
  /// A row with a NaN score gets the class of the first NaN.
  ///
  /// - Parameter x: [rows, inputs].
  public func predict(_ x: Tensor<Scalar>) -> [Int] { scores(of: x).argmax(axis: 1) }

  /// The probability of each class by the softmax of the scores.
  ///
  /// - Parameter x: [rows, inputs].
  /// - Returns: [rows, classes]; each row adds up to 1.
  public func predictProbabilities(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
    SoftmaxLoss().probabilities(of: scores(of: x))
  }

  /// The mean cross-entropy of the rows plus `regularization`·(ΣW1² + ΣW2²); NaN for no rows.
  ///
  /// - Parameters:
  ///   - x: [rows, inputs].
  ///   - labels: a class for each row.
  ///   - regularization: λ, the factor of the penalty.
  public func loss(
    of x: Tensor<Scalar>, labels: [Int], regularization: Scalar = 0
  ) -> Scalar {
    SoftmaxLoss().forward(scores: scores(of: x), labels: labels).loss
      + penalty(regularization)
  }

  /// The loss and its gradient for every parameter.
  ///
  /// - Parameters:
  ///   - x: [rows, inputs].
  ///   - labels: a class for each row.
  ///   - regularization: λ, the factor of the penalty.
  /// - Returns: the loss, and the gradients under the parameters' names.
  public func lossAndGradients(
    of x: Tensor<Scalar>, labels: [Int], regularization: Scalar = 0
  ) -> (loss: Scalar, gradients: Parameters<Scalar>) {
    var workspace = Workspace(for: self, batchSize: x.shape.rowCount)
    let loss = x.withRows { rows in
      labels.withUnsafeBufferPointer {
        lossAndGradients(of: rows, labels: $0, regularization: regularization, in: &workspace)
      }
    }
    return (loss, workspace.gradients)
  }

  /// λ(ΣW1² + ΣW2²).
  func penalty(_ regularization: Scalar) -> Scalar {
    if regularization == 0 { return 0 }
    return regularization * (hidden.weights.sumOfSquares() + output.weights.sumOfSquares())
  }
}

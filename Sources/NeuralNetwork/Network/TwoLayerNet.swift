import PerceptronLinearAlgebra

/// The classic two-layer network: scores = max(0, X·W1 + b1)·W2 + b2.
///
/// Its loss is softmax cross-entropy plus λ(ΣW1² + ΣW2²). The penalty has no factor ½, so its
/// gradient is 2λW; biases are not penalized. It is a ``Network`` of three layers with the
/// parameter names of textbooks.
///
///     var random = SeededRandom(seed: 0)
///     let net = TwoLayerNet<Float>(
///       inputSize: 784, hiddenSize: 100, classCount: 10, using: &random)
///     let (loss, gradients) = net.lossAndGradients(of: batch, labels: y, regularization: 0.25)
///
/// Batches are as for a ``Network``.
public struct TwoLayerNet<Scalar: BLASScalar>: Sendable, Equatable, CustomStringConvertible {
  /// The network of three layers: affine, ReLU, affine, and the softmax loss.
  ///
  /// - Precondition: a new value is such a network.
  public var network: Network<Scalar>

  /// The network of two layers.
  ///
  /// - Precondition: the hidden layer is as wide as the output layer's input.
  public init(hidden: Affine<Scalar>, output: Affine<Scalar>) {
    require(
      hidden.outputSize == output.inputSize,
      "TwoLayerNet: W1 \(hidden.weights.shape) does not lead to W2 \(output.weights.shape)")
    network = Network(
      inputSize: hidden.inputSize, layers: [hidden, ReLU<Scalar>(), output],
      loss: SoftmaxLoss<Scalar>())
  }

  /// A fresh network: W1 and then W2 are `scale` times normal deviates, drawn in row-major order,
  /// and the biases are zero.
  ///
  /// - Precondition: all sizes are at least 1.
  public init(
    inputSize: Int, hiddenSize: Int, classCount: Int, scale: Double = 1e-4,
    using random: inout some RandomStream
  ) {
    require(
      inputSize > 0 && hiddenSize > 0 && classCount > 0,
      "TwoLayerNet: sizes \(inputSize)-\(hiddenSize)-\(classCount), each must be at least 1")
    network = Network(
      inputSize: inputSize, Self.specifications(hiddenSize: hiddenSize, classCount: classCount),
      initializer: .normal(scale: scale), using: &random)
  }

  /// Another network's parameters, rounded to this scalar type where it is narrower.
  public init<Other>(_ other: TwoLayerNet<Other>) { network = Network(other.network) }

  /// A network of this kind; nil for any other.
  public init?(_ network: Network<Scalar>) {
    guard network.layers.count == 3, network.layers[0] is Affine<Scalar>,
      network.layers[1] is ReLU<Scalar>, network.layers[2] is Affine<Scalar>,
      network.loss.isEqual(to: SoftmaxLoss())
    else { return nil }
    self.network = network
  }

  /// The layers of such a network.
  public static func specifications(hiddenSize: Int, classCount: Int) -> [LayerSpecification] {
    [.affine(outputs: hiddenSize), .relu, .affine(outputs: classCount)]
  }

  /// X·W1 + b1, before the ReLU.
  public var hidden: Affine<Scalar> {
    get { affine(0) }
    set { network.replaceLayer(at: 0, with: newValue) }
  }

  /// hidden·W2 + b2: the scores.
  public var output: Affine<Scalar> {
    get { affine(2) }
    set { network.replaceLayer(at: 2, with: newValue) }
  }

  private func affine(_ position: Int) -> Affine<Scalar> {
    Affine(
      weights: network.layers[position].parameter(at: 0),
      bias: network.layers[position].parameter(at: 1))
  }

  /// The number of features.
  public var inputSize: Int { network.inputSize }
  /// The width of the hidden layer.
  public var hiddenSize: Int { hidden.outputSize }
  /// The number of classes.
  public var classCount: Int { network.classCount }

  /// The parameters under their classic names: `W1` [inputs, hidden], `b1` [hidden],
  /// `W2` [hidden, classes], `b2` [classes].
  public var parameters: Parameters<Scalar> {
    get { network.parameters }
    set { network.parameters = newValue }
  }

  /// The sizes and the scalar type: `784-100-10 TwoLayerNet of Float`.
  public var description: String {
    "\(inputSize)-\(hiddenSize)-\(classCount) TwoLayerNet of \(Scalar.self)"
  }

  /// The scores of each class before the softmax, [rows, classes], for x of [rows, inputs].
  public func scores(of x: Tensor<Scalar>) -> Tensor<Scalar> { network.outputs(of: x) }

  /// The class with the highest score for each row; the first of equal ones, or of the first NaN.
  public func predict(_ x: Tensor<Scalar>) -> [Int] { network.predict(x) }

  /// The probability of each class, [rows, classes], by the softmax of the scores.
  public func predictProbabilities(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
    softmax(scores(of: x))
  }

  /// The mean cross-entropy of the rows plus `regularization`·(ΣW1² + ΣW2²); NaN for no rows.
  ///
  /// - Parameters: as for ``lossAndGradients(of:labels:regularization:)``.
  public func loss(
    of x: Tensor<Scalar>, labels: [Int], regularization: Double = 0
  ) -> Scalar {
    network.loss(of: x, .labels(labels), penalty: .l2(regularization))
  }

  /// The loss and its gradient for every parameter.
  ///
  /// - Parameters:
  ///   - x: [rows, inputs].
  ///   - labels: a class for each row.
  ///   - regularization: λ, the factor of the penalty.
  /// - Returns: the loss, and the gradients under the parameters' names.
  public func lossAndGradients(
    of x: Tensor<Scalar>, labels: [Int], regularization: Double = 0
  ) -> (loss: Scalar, gradients: Gradients<Scalar>) {
    network.lossAndGradients(of: x, .labels(labels), penalty: .l2(regularization))
  }
}

// Its signatures have tensors and random streams.
@_exported import PerceptronLinearAlgebra

/// A neural network: layers one after the other, and the loss that it is trained with. A value, like
/// its layers.
///
///     var random = SeededRandom(seed: 0, purpose: "weights")
///     var net = Network<Float>(
///       inputSize: 784, [.affine(outputs: 100), .relu, .affine(outputs: 10)], using: &random)
///     print(net.summary)
///     let (loss, gradients) = net.lossAndGradients(of: x, .labels(y), penalty: .l2(1e-4))
///
/// In `Float` for speed and in `Double` for checking. Wherever a batch is [rows, inputs], a tensor
/// of a higher rank counts as rows along its first axis, and a vector as one row.
public struct Network<Scalar: BLASScalar>: Sendable {
  /// The number of inputs, the length of a row of input.
  public let inputSize: Int
  /// The layers from the input to the output.
  public internal(set) var layers: [any Layer<Scalar>]
  /// The loss function.
  public let loss: any Loss<Scalar>
  /// The number of outputs of each layer.
  let widths: [Int]
  /// Every parameter in the order of the layers.
  public let parameterPlaces: [ParameterPlace]

  /// A parameter's position and name in a network.
  public struct ParameterPlace: Sendable, Equatable {
    /// Its position among all parameters.
    public let index: Int
    /// Its layer's position.
    public let layer: Int
    /// Its position among the layer's parameters.
    public let position: Int
    /// Its kind's name and the count of that name so far, such as `W2`.
    public let name: String
    /// Whether penalties, weight decay and the maximum norm apply to it.
    public let isPenalized: Bool
  }

  /// The network of some layers.
  ///
  /// - Precondition: there are at least one input and one layer, and each layer takes as many inputs as the
  ///   one before it has outputs.
  public init(
    inputSize: Int, layers: [any Layer<Scalar>], loss: any Loss<Scalar> = SoftmaxLoss<Scalar>()
  ) {
    require(inputSize > 0, "Network: an input size of \(inputSize), expected at least 1")
    require(!layers.isEmpty, "Network: there are no layers")
    var width = inputSize
    var widths: [Int] = []
    for (index, layer) in layers.enumerated() {
      let expected = layer.traits.inputSize ?? width
      require(
        expected == width,
        "Network: layer \(index), \(layer.name), takes \(expected) numbers a row, and is given \(width)"
      )
      layer.requireConsistency(at: index, inputSize: width)
      width = layer.outputSize(forInputSize: width)
      require(width > 0, "Network: layer \(index), \(layer.name), has no outputs")
      widths.append(width)
    }
    self.inputSize = inputSize
    self.layers = layers
    self.loss = loss
    self.widths = widths
    parameterPlaces = Self.places(in: layers)
  }

  /// A fresh network of at least one input and one layer. Its weights are drawn layer by layer.
  public init(
    inputSize: Int, _ specifications: [LayerSpecification], loss: LossSpecification = .softmax,
    initializer: Initializer = .heNormal, using random: inout some RandomStream
  ) {
    var layers: [any Layer<Scalar>] = []
    var width = inputSize
    for specification in specifications {
      let layer: any Layer<Scalar> = specification.makeLayer(
        inputSize: width, initializer: initializer, using: &random)
      width = layer.outputSize(forInputSize: width)
      layers.append(layer)
    }
    self.init(inputSize: inputSize, layers: layers, loss: loss.makeLoss())
  }

  /// Another network's layers and loss, rounded to this scalar type where it is narrower.
  public init<Other>(_ other: Network<Other>) {
    self.init(
      inputSize: other.inputSize, layers: other.layers.map { $0.converted(to: Scalar.self) },
      loss: other.loss.converted(to: Scalar.self))
  }

  private static func places(in layers: [any Layer<Scalar>]) -> [ParameterPlace] {
    var counts: [String: Int] = [:]
    var places: [ParameterPlace] = []
    for (layer, kinds) in layers.map(\.parameterKinds).enumerated() {
      for (position, kind) in kinds.enumerated() {
        counts[kind.name, default: 0] += 1
        places.append(
          ParameterPlace(
            index: places.count, layer: layer, position: position,
            name: "\(kind.name)\(counts[kind.name, default: 0])", isPenalized: kind.isPenalized))
      }
    }
    return places
  }

  /// The number of outputs, the length of a row of output.
  public var outputSize: Int { widths[widths.count - 1] }
  /// The number of classes.
  public var classCount: Int { loss.classCount(outputSize: outputSize) }
}

extension Network: Equatable {
  /// Whether layers and loss are equal.
  public static func == (lhs: Network, rhs: Network) -> Bool {
    lhs.inputSize == rhs.inputSize && lhs.layers.count == rhs.layers.count
      && zip(lhs.layers, rhs.layers).allSatisfy { $0.isEqual(to: $1) }
      && lhs.loss.isEqual(to: rhs.loss)
  }
}

extension Network {
  /// All parameters under their names, layer by layer: `W1`, `b1`, `W2`, …; the number counts the
  /// parameters of that name.
  ///
  /// - Precondition: new parameters have the same names and shapes.
  public var parameters: Parameters<Scalar> {
    get { Parameters(parameterPlaces.map { ($0.name, parameter(at: $0)) }) }
    set { updateParameters { $1 = newValue[$0.name] } }
  }

  /// The number of trained scalars.
  package var parameterCount: Int {
    var count = 0
    for place in parameterPlaces { count += parameter(at: place).count }
    return count
  }

  /// The parameter at a place.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  package func parameter(at place: ParameterPlace) -> Tensor<Scalar> {
    layers[place.layer].parameter(at: place.position)
  }

  /// Calls `body` with each parameter in its place, so that nothing is copied or allocated.
  public mutating func updateParameters(
    _ body: (_ place: ParameterPlace, _ parameter: inout Tensor<Scalar>) -> Void
  ) {
    let places = parameterPlaces
    var first = 0
    for layer in layers.indices {
      var count = 0
      layers[layer].updateParameters { position, parameter in
        let place = places[first + position]
        let shape = parameter.shape
        body(place, &parameter)
        require(
          parameter.shape == shape,
          "Network: \(place.name) has shape \(shape), not \(parameter.shape)")
        count += 1
      }
      first += count
    }
  }

  /// The tensors that training updates from the batches that it sees, such as running means, under
  /// their names and the position of their layer: `running_mean.3`.
  ///
  /// - Precondition: new statistics have the same names and shapes.
  public var statistics: Parameters<Scalar> {
    get {
      Parameters(
        layers.enumerated().flatMap { index, layer in
          guard let layer = layer as? any StatisticsLayer<Scalar> else {
            return [(String, Tensor<Scalar>)]()
          }
          return zip(layer.statisticNames, layer.statistics).map { ("\($0).\(index)", $1) }
        })
    }
    set {
      for index in layers.indices {
        guard var layer = layers[index] as? any StatisticsLayer<Scalar> else { continue }
        layer.statistics = layer.statisticNames.map { newValue["\($0).\(index)"] }
        layers[index] = layer
      }
    }
  }

  /// The statistics of the layer at a position; empty if it has none.
  package func statistics(ofLayer position: Int) -> [Tensor<Scalar>] {
    (layers[position] as? any StatisticsLayer<Scalar>)?.statistics ?? []
  }

  /// Replaces the layer at a position by one with the same widths and the same kinds of parameters.
  public mutating func replaceLayer(at position: Int, with layer: some Layer<Scalar>) {
    var layers = layers
    layers[position] = layer
    self = Network(inputSize: inputSize, layers: layers, loss: loss)
  }

  /// The outputs of a batch before the loss: the scores of each class, or the numbers predicted.
  ///
  /// - Parameters:
  ///   - x: [rows, inputs].
  ///   - workers: the number of threads that share the rows, 1 to 256 but no more than rows, or nil
  ///     for as many as suit the work; the result is the same.
  /// - Returns: [rows, outputs].
  public func outputs(of x: Tensor<Scalar>, workers: Int? = nil) -> Tensor<Scalar> {
    x.withRows { x in
      require(
        x.columns == inputSize,
        "Network: input \(x.shape), expected \(inputSize) numbers a row")
      return Tensor(shape: [x.rows, outputSize]) {
        guard let base = $0.baseAddress else { return }
        Predictor(for: self, rowCount: x.rows, workers: workers).write(
          [MutableRowBlock(base: base, rows: x.rows, columns: outputSize)]
        ) { rows, _ in x.rows(rows) }
      }
    }
  }

  /// The class of each row: where the score is highest, the first of equal ones.
  ///
  /// - Parameters: as for ``outputs(of:workers:)``.
  public func predict(_ x: Tensor<Scalar>, workers: Int? = nil) -> [Int] {
    loss.classes(of: outputs(of: x, workers: workers))
  }

  /// The probability of each class, [rows, classes]; nil if the loss has none, such as a hinge.
  ///
  /// - Parameters: as for ``outputs(of:workers:)``.
  public func predictProbabilities(
    _ x: Tensor<Scalar>, workers: Int? = nil
  ) -> Tensor<Scalar>? {
    loss.probabilities(of: outputs(of: x, workers: workers))
  }

  /// The loss of a batch at inference and the penalty; NaN for no rows, and for rows whose weights are all
  /// 0.
  ///
  /// - Parameters: as for ``lossAndGradients(of:_:penalty:pass:)``.
  public func loss(
    of x: Tensor<Scalar>, _ targets: Targets<Scalar>, penalty: Penalty = .none
  ) -> Scalar {
    loss(outputs(of: x), targets) + value(of: penalty)
  }

  /// The loss of a batch and its gradient for every parameter.
  ///
  ///     var optimizer = OptimizerState(.adam(), for: net)
  ///     for (x, labels) in batches {
  ///       let (loss, gradients) = net.lossAndGradients(of: x, .labels(labels))
  ///       optimizer.step(&net, gradients: gradients, learningRate: 1e-3)
  ///     }
  ///
  /// - Parameters:
  ///   - x: [rows, inputs].
  ///   - targets: as many rows.
  ///   - pass: training, with dropout and the batch's own statistics, or inference; nil for training
  ///     without random numbers.
  /// - Returns: the loss, and the gradients under the parameters' names. Those of a training pass also
  ///   have what a step updates the layers' statistics with.
  /// - Precondition: a pass is stated if a layer draws random numbers, such as ``Dropout``;
  ///   ``lossAndGradients(of:_:penalty:using:)`` draws its seed.
  public func lossAndGradients(
    of x: Tensor<Scalar>, _ targets: Targets<Scalar>, penalty: Penalty = .none, pass: Pass? = nil
  ) -> (loss: Scalar, gradients: Gradients<Scalar>) {
    if pass == nil, let random = layers.first(where: \.traits.drawsRandomNumbers) {
      fatalError(
        "Network: \(random.name) draws random numbers, which need a stream: lossAndGradients(of:_:using:), or a pass, such as .inference"
      )
    }
    let pass = pass ?? .training(seed: 0)
    var workspace = Workspace(for: self, batchSize: x.shape.rowCount)
    let loss = x.withRows { rows in
      targets.withBlock {
        lossAndGradients(of: rows, $0, penalty: penalty, pass: pass, in: &workspace)
      }
    }
    return (loss, gradients(in: workspace))
  }

  /// The loss of a batch in a training pass and its gradient for every parameter, with the random
  /// numbers of a stream, such as for ``Dropout``.
  ///
  /// - Parameter random: the stream that the pass's seed is drawn from. The other parameters are as for
  ///   ``lossAndGradients(of:_:penalty:pass:)``.
  public func lossAndGradients(
    of x: Tensor<Scalar>, _ targets: Targets<Scalar>, penalty: Penalty = .none,
    using random: inout some RandomStream
  ) -> (loss: Scalar, gradients: Gradients<Scalar>) {
    lossAndGradients(of: x, targets, penalty: penalty, pass: .training(seed: random.next()))
  }

  /// The value of a penalty on the weights.
  public func value(of penalty: Penalty) -> Scalar {
    if penalty == .none { return 0 }
    var (squares, magnitudes): (Scalar, Scalar) = (0, 0)
    for place in parameterPlaces where place.isPenalized {
      let weights = parameter(at: place)
      if penalty.l2 != 0 { squares += weights.sumOfSquares() }
      if penalty.l1 != 0 { magnitudes += weights.absoluteSum() }
    }
    return penalty.value(sumOfSquares: squares, absoluteSum: magnitudes)
  }
}

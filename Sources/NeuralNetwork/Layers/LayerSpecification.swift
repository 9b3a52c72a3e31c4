import PerceptronFiles
import PerceptronLinearAlgebra

/// A layer's kind and settings, without its parameters: networks are built from specifications,
/// summaries show them and files hold them.
public enum LayerSpecification: Sendable, Codable, Hashable {
  /// ``Affine`` with this many outputs.
  case affine(outputs: Int)
  /// ``ReLU``.
  case relu
  /// ``LeakyReLU``.
  case leakyReLU(slope: Double = 0.01)
  /// ``Tanh``.
  case tanh
  /// ``Sigmoid``.
  case sigmoid
  /// ``GELU``.
  case gelu
  /// ``Dropout``.
  case dropout(rate: Double)
  /// ``BatchNorm``.
  case batchNorm(momentum: Double = 0.1, epsilon: Double = 1e-5)
  /// ``LayerNorm``.
  case layerNorm(epsilon: Double = 1e-5)
  /// ``EnsembleLayer`` of such networks, which predict classes unless there is a mean of another kind.
  case ensemble([NetworkSpecification], mean: EnsembleMean? = nil)
  /// A layer of your own that ``register(_:settings:float:double:)`` registered under this name.
  case custom(name: String, settings: [String: Double] = [:])
}

/// A network of an ensemble without its parameters: its layers and its loss.
public struct NetworkSpecification: Sendable, Codable, Hashable {
  /// The layers from the input to the output.
  public let layers: [LayerSpecification]
  /// The loss of its training.
  public let loss: LossSpecification

  /// The specification of a member.
  public init(layers: [LayerSpecification], loss: LossSpecification) {
    self.layers = layers
    self.loss = loss
  }

  /// The number of outputs in the mean; nil if no layer states how many outputs there are.
  fileprivate func outputSize(_ mean: EnsembleMean) -> Int? {
    layers.lazy.compactMap { layer -> Int? in
      if case .affine(let outputs) = layer { outputs } else { nil }
    }.last.map { mean.outputSize(loss.makeLoss(Double.self), outputs: $0) }
  }
}

extension LayerSpecification {
  /// All activations. A new one is a file with its ``ActivationLayer``, a case above, a line here and
  /// one in each `switch` below; the command's options and the conformance tests follow this list.
  public static let activations: [Activation] = [
    .relu,
    Activation("leaky-relu", .leakyReLU(), initializer: .heNormal),
    Activation("tanh", .tanh, initializer: .glorotNormal),
    Activation("sigmoid", .sigmoid, initializer: .glorotNormal),
    Activation("gelu", .gelu, initializer: .heNormal),
  ]

  /// An activation that can be chosen by name.
  public struct Activation: NamedEntry {
    /// The same as ``LayerSpecification/activations``.
    public static var allCases: [Activation] { LayerSpecification.activations }
    /// The default activation.
    package static let relu = Activation("relu", .relu, initializer: .heNormal)

    /// The name, such as `leaky-relu`.
    public let rawValue: String
    /// The layer with its default settings.
    public let layer: LayerSpecification
    /// The initializer of the weights below it, which keeps the variance from layer to layer.
    public let initializer: Initializer

    init(_ name: String, _ layer: LayerSpecification, initializer: Initializer) {
      (rawValue, self.layer, self.initializer) = (name, layer, initializer)
    }
  }

  /// A fresh layer for rows of `inputSize` numbers.
  ///
  /// - Parameters:
  ///   - initializer: the distribution of the weights.
  ///   - random: the stream that they are drawn from.
  /// - Precondition: the settings pass ``check()``.
  func makeLayer<Scalar: BLASScalar>(
    inputSize: Int, initializer: Initializer, using random: inout some RandomStream
  ) -> any Layer<Scalar> {
    switch self {
    case .affine(let outputs):
      Affine<Scalar>(
        weights: initializer.weights(inputs: inputSize, outputs: outputs, using: &random),
        bias: .zeros([outputs]))
    case .relu: ReLU<Scalar>()
    case .leakyReLU(let slope): LeakyReLU<Scalar>(slope: slope)
    case .tanh: Tanh<Scalar>()
    case .sigmoid: Sigmoid<Scalar>()
    case .gelu: GELU<Scalar>()
    case .dropout(let rate): Dropout<Scalar>(rate: rate)
    case .batchNorm(let momentum, let epsilon):
      BatchNorm<Scalar>(size: inputSize, momentum: momentum, epsilon: epsilon)
    case .layerNorm(let epsilon): LayerNorm<Scalar>(size: inputSize, epsilon: epsilon)
    case .ensemble(let members, let mean):
      InvalidSetting.trapping {
        try EnsembleLayer(
          members.map {
            Network<Scalar>(
              inputSize: inputSize, $0.layers, loss: $0.loss, initializer: initializer,
              using: &random)
          }, mean: mean ?? .probabilities)
      }
    case .custom(let name, let settings):
      makeRegistered(
        name, settings, inputSize: inputSize, initializer: initializer, using: &random)
    }
  }

  /// A layer whose weights do not matter.
  package func makeLayer<Scalar: BLASScalar>(inputSize: Int) -> any Layer<Scalar> {
    var random = SeededRandom(seed: 0)
    return makeLayer(inputSize: inputSize, initializer: .zeros, using: &random)
  }

  /// Throws `InvalidSetting` unless the settings are valid, and a layer of your own is registered: for
  /// values from outside the program.
  public func check() throws {
    switch self {
    case .affine(let outputs):
      // BLAS counts columns with 32 bits.
      try InvalidSetting.demand(
        (1...Int(Int32.max)).contains(outputs), "width of an affine layer", outputs,
        "1 to 2³¹ − 1")
    case .leakyReLU(let slope):
      try InvalidSetting.demandPositive("slope of a leaky relu", slope)
    case .dropout(let rate):
      try InvalidSetting.demand(
        (0..<1).contains(rate), "dropout rate", rate, "0 or more and below 1")
    case .batchNorm(let momentum, let epsilon):
      try InvalidSetting.demand(
        (0...1).contains(momentum), "momentum of a batch norm", momentum, "0 to 1")
      try InvalidSetting.demandPositive("epsilon of a batch norm", epsilon)
    case .layerNorm(let epsilon):
      try InvalidSetting.demandPositive("epsilon of a layer norm", epsilon)
    case .ensemble(let members, let mean):
      let mean = mean ?? .probabilities
      try InvalidSetting.demand(!members.isEmpty, "members of an ensemble", 0, "at least 1")
      for member in members {
        try InvalidSetting.demand(
          !member.layers.isEmpty, "layers of an ensemble's member", 0, "at least 1")
        for layer in member.layers { try layer.check() }
        try member.loss.check()
        try InvalidSetting.demand(
          mean.suits(member.loss.makeLoss(Double.self)), "loss of an ensemble's member",
          member.loss, mean.suitableLosses)
        let (own, first) = (member.outputSize(mean), members[0].outputSize(mean))
        try InvalidSetting.demand(
          own == first, "\(mean.outputs) of an ensemble's member",
          own.map { "\($0)" } ?? "as many as inputs", first.map { "\($0)" } ?? "as many as inputs")
      }
    case .custom(let name, let settings):
      _ = try Self.registry.value(name, settings: settings)
    case .relu, .tanh, .sigmoid, .gelu: break
    }
  }

  /// Traps unless the settings are valid: for layers that a program makes.
  func requireValid() { InvalidSetting.trapping { try check() } }
}

extension LayerSpecification: CustomStringConvertible {
  /// The layer's name and settings, such as `dropout 0.2`; settings of normalizations only if they
  /// are not the defaults.
  public var description: String {
    switch self {
    case .affine: "affine"
    case .relu: "relu"
    case .leakyReLU(let slope): "leaky relu \(slope)"
    case .tanh: "tanh"
    case .sigmoid: "sigmoid"
    case .gelu: "gelu"
    case .dropout(let rate): "dropout \(rate)"
    case .batchNorm(let momentum, let epsilon):
      "batch norm" + (momentum == 0.1 ? "" : ", momentum \(momentum)") + Self.unusual(epsilon)
    case .layerNorm(let epsilon): "layer norm" + Self.unusual(epsilon)
    case .ensemble(let members, _): "ensemble of \(members.count)"
    case .custom(let name, let settings): CustomSettings.displayName(name, settings)
    }
  }

  private static func unusual(_ epsilon: Double) -> String {
    epsilon == 1e-5 ? "" : ", epsilon \(epsilon)"
  }
}

import ArgumentParser
import PerceptronCommandSupport
import Foundation
import Perceptron

/// The options that describe a network.
struct NetworkOptions: ParsableArguments {
  @Option(parsing: .unconditional, help: "Width of the hidden layer of a two-layer network.")
  var hidden: Int?
  @Option(
    parsing: .unconditional,
    help: .init(
      "Widths of the hidden layers of any number, such as 512,256.", valueName: "widths"),
    transform: Widths.init(parsing:))
  var layers: Widths?
  @Option(help: "What comes after each hidden layer's product.") var activation: Activation?
  @Option(
    parsing: .unconditional,
    help: .init("Share of a hidden layer's numbers dropped in training.", valueName: "rate"))
  var dropout: Double?
  @Flag(help: "Normalize over the batch before each activation.") var batchNorm = false
  @Flag(help: "Normalize over each row before each activation.") var layerNorm = false
  @Option(help: "How fresh weights are drawn; --scale goes with normal, and means it.")
  var initializer: InitializerName?
  @Option(parsing: .unconditional, help: "Standard deviation of the fresh weights.")
  var scale: Double?
  @Option(help: "What a wrong output costs.") var loss: LossName?
  @Option(
    parsing: .unconditional,
    help: .init("Share of the target that goes to all classes alike.", valueName: "share"))
  var labelSmoothing: Double?

  /// Widths of layers, written `512,256`, where spaces do not matter.
  struct Widths: Equatable {
    let widths: [Int]

    init(parsing text: String) throws {
      let parts = text.split(separator: ",", omittingEmptySubsequences: false)
      widths = parts.compactMap { Int($0.trimmingCharacters(in: .whitespaces)) }
      if widths.count != parts.count {
        throw ValidationError("expected widths with commas between them, such as 512,256")
      }
    }
  }

  enum Activation: String, ExpressibleByArgument, CaseIterable {
    case relu, tanh, sigmoid, gelu
    case leakyReLU = "leaky-relu"

    var layer: LayerSpecification {
      switch self {
      case .relu: .relu
      case .tanh: .tanh
      case .sigmoid: .sigmoid
      case .gelu: .gelu
      case .leakyReLU: .leakyReLU(slope: 0.01)
      }
    }

    /// What keeps the sizes of the numbers about the same from layer to layer.
    var initializer: InitializerName {
      switch self {
      case .relu, .gelu, .leakyReLU: .he
      case .tanh, .sigmoid: .glorot
      }
    }
  }

  enum InitializerName: String, ExpressibleByArgument, CaseIterable {
    case normal, he, glorot, lecun, orthogonal
    case heUniform = "he-uniform"
    case glorotUniform = "glorot-uniform"

    func initializer(scale: Double) -> Initializer {
      switch self {
      case .normal: .normal(scale: scale)
      case .he: .heNormal
      case .heUniform: .heUniform
      case .glorot: .glorotNormal
      case .glorotUniform: .glorotUniform
      case .lecun: .leCunNormal
      case .orthogonal: .orthogonal(gain: 1)
      }
    }
  }

  enum LossName: String, ExpressibleByArgument, CaseIterable {
    case softmax, hinge, logistic
    case squaredHinge = "squared-hinge"
    case squaredError = "squared-error"
    case absoluteError = "absolute-error"
  }

  func validate() throws {
    try require("--hidden", hidden, in: 1...largestSize)
    for width in layers?.widths ?? [] { try require("--layers", width, in: 1...largestSize) }
    if layers != nil && hidden != nil {
      throw ValidationError(
        "--hidden and --layers both give widths; --layers \(hidden ?? 0) does both")
    }
    try require("--dropout", dropout, from: 0, below: 1)
    try require("--label-smoothing", labelSmoothing, from: 0, below: 1)
    try require("--scale", notNegative: scale)
    if batchNorm && layerNorm {
      throw ValidationError("--batch-norm and --layer-norm both normalize; choose one")
    }
    if scale != nil, let initializer, initializer != .normal {
      throw ValidationError(
        "--scale goes with --initializer normal, not \(initializer.rawValue), which scales by itself"
      )
    }
    if labelSmoothing != nil, let loss, loss != .softmax {
      throw ValidationError("--label-smoothing goes with --loss softmax, not \(loss.rawValue)")
    }
  }

  /// Refuses a batch that nothing can be learnt from.
  func checkBatch(_ option: String, _ rows: Int) throws {
    if batchNorm && rows == 1 {
      throw ValidationError(
        "\(option) is 1, expected at least 2 with --batch-norm, which makes 0 of every number in a "
          + "batch of one row")
    }
  }

  /// The options that are given.
  var given: [String] {
    [
      ("--hidden", hidden != nil), ("--layers", layers != nil),
      ("--activation", activation != nil), ("--dropout", dropout != nil),
      ("--batch-norm", batchNorm), ("--layer-norm", layerNorm),
      ("--initializer", initializer != nil), ("--scale", scale != nil), ("--loss", loss != nil),
      ("--label-smoothing", labelSmoothing != nil),
    ].filter(\.1).map(\.0)
  }

  /// Whether the network is the plain one of two layers that nothing but its width was said of.
  var isPlain: Bool {
    layers == nil && activation == nil && dropout == nil && !batchNorm && !layerNorm
      && initializer == nil && loss == nil && labelSmoothing == nil
  }

  /// The network that is described, completed by what does well on the data.
  ///
  /// - Parameter isPlain: whether the run is plain in all things.
  func settings(
    classCount: Int, defaults: TrainingDefaults, isPlain: Bool
  ) -> NetworkSettings {
    let activation = activation ?? .relu
    let widths = layers?.widths ?? [hidden ?? defaults.hidden]
    let blocks = widths.flatMap { width -> [LayerSpecification] in
      var block: [LayerSpecification] = [.affine(outputs: width)]
      if batchNorm { block.append(.batchNorm()) }
      if layerNorm { block.append(.layerNorm()) }
      block.append(activation.layer)
      if let dropout, dropout > 0 { block.append(.dropout(rate: dropout)) }
      return block
    }
    let isNormal = isPlain || scale != nil || initializer == .normal
    let name = isNormal ? .normal : initializer ?? activation.initializer
    return NetworkSettings(
      layers: blocks + [.affine(outputs: classCount)], loss: lossSpecification,
      initializer: name.initializer(scale: scale ?? defaults.scale))
  }

  /// The option that the sizes of such a network are given by, and its value.
  func sizes(_ settings: NetworkSettings) -> String {
    let widths = settings.layers.dropLast().compactMap {
      if case .affine(let outputs) = $0 { "\(outputs)" } else { nil }
    }
    return (layers == nil ? "--hidden " : "--layers ") + widths.joined(separator: ",")
  }

  private var lossSpecification: LossSpecification {
    switch loss ?? .softmax {
    case .softmax: .softmax(labelSmoothing: labelSmoothing ?? 0)
    case .hinge: .hinge
    case .squaredHinge: .squaredHinge
    case .logistic: .logistic
    case .squaredError: .squaredError
    case .absoluteError: .absoluteError
    }
  }
}

/// Calls `check`; what it refuses is told by the option that it is given by.
func namingOptions(_ check: () throws -> Void) throws {
  do {
    try check()
  } catch let error as InvalidSetting {
    let option = optionNames[error.name] ?? error.name
    throw ValidationError("\(option) is \(error.value), expected \(error.expected)")
  }
}

/// The options that settings are given by.
private let optionNames = [
  "learning rate": "--learning-rate", "L1 penalty": "--l1", "regularization": "--regularization",
  "maximum norm": "--max-norm", "maximum gradient norm": "--clip-norm", "epochs": "--epochs",
  "iterations": "--iterations",
  "batch size": "--batch", "average decay": "--average", "decay": "--decay",
  "step factor": "--decay", "plateau factor": "--decay", "epochs per step": "--step-epochs",
  "warm-up": "--warm-up", "patience": "--early-stopping", "weight decay": "--weight-decay",
  "dropout rate": "--dropout", "label smoothing": "--label-smoothing", "weight scale": "--scale",
  "width of an affine layer": "--layers", "loss": "--loss", "seed": "--seed",
  "validation rows": "--validation",
]

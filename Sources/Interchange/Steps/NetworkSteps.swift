import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// What a network does with a row at inference, step by step: what all formats for other programs are written
/// from. Tensors have the names of the saved model.
struct NetworkSteps {
  /// A parameter or a statistic under its name, such as `W1`.
  typealias NamedTensor = (name: String, tensor: Tensor<Float>)

  /// What becomes of a row.
  enum Step {
    /// row · weights + bias.
    case affine(weights: NamedTensor, bias: NamedTensor)
    /// A function of each number, never a custom one.
    case activation(ActivationFunction)
    /// (x − mean) / √(variance + ε) · γ + β, of each number.
    case batchNorm(
      gamma: NamedTensor, beta: NamedTensor, mean: NamedTensor, variance: NamedTensor,
      epsilon: Double)
    /// The same with the row's own mean and variance.
    case layerNorm(gamma: NamedTensor, beta: NamedTensor, epsilon: Double)
    /// The mean of what networks predict for the row, and of that what the layer puts out.
    case ensemble([NetworkSteps], EnsembleMean)
  }

  /// The probabilities of classes that a loss has of outputs.
  enum Probabilities {
    /// The softmax of the row.
    case softmax
    /// The sigmoid of each output.
    case sigmoids
    /// 1 − p and p, where p is the sigmoid of the only output.
    case sides
  }

  /// A layer or a loss of the user's own.
  struct UnknownPart: Error {
    var description: String
  }

  let steps: [Step]
  let inputCount: Int
  let outputCount: Int
  let classCount: Int
  /// Nil where the loss has none, and where no classes are predicted.
  let probabilities: Probabilities?

  /// The steps of a network.
  ///
  /// - Parameter kind: what it predicts.
  /// - Throws: ``UnknownPart`` for a layer of the user's own, or, where classes are predicted, for a loss of
  ///   the user's own that has probabilities.
  init(of network: Network<Float>, predicting kind: TargetKind) throws {
    var names = TensorNames(of: network)
    try self.init(of: network, predictsClasses: kind == .classes, &names)
  }

  private init(
    of network: Network<Float>, predictsClasses: Bool, _ names: inout TensorNames
  ) throws {
    (inputCount, outputCount) = (network.inputSize, network.outputSize)
    classCount = network.classCount
    var steps: [Step] = []
    for (index, layer) in network.layers.enumerated() {
      if let step = try Self.step(layer, at: index, &names) { steps.append(step) }
    }
    self.steps = steps
    probabilities =
      predictsClasses
      ? try Self.probabilities(of: network.loss, outputCount: outputCount) : nil
  }

  /// The step of a layer; nil for one that does nothing at inference.
  private static func step(
    _ layer: any Layer<Float>, at index: Int, _ names: inout TensorNames
  ) throws -> Step? {
    switch layer {
    case let layer as Affine<Float>:
      return .affine(
        weights: names.parameter(layer.weights), bias: names.parameter(layer.bias))
    case is ReLU<Float>: return .activation(.relu)
    case let layer as LeakyReLU<Float>: return .activation(.leakyReLU(slope: layer.slope))
    case is Tanh<Float>: return .activation(.tanh)
    case is Sigmoid<Float>: return .activation(.sigmoid)
    case is GELU<Float>: return .activation(.gelu)
    case is Dropout<Float>: return nil
    case let layer as BatchNorm<Float>:
      return .batchNorm(
        gamma: names.parameter(layer.gamma), beta: names.parameter(layer.beta),
        mean: names.statistic(layer.runningMean), variance: names.statistic(layer.runningVariance),
        epsilon: layer.epsilon)
    case let layer as LayerNorm<Float>:
      return .layerNorm(
        gamma: names.parameter(layer.gamma), beta: names.parameter(layer.beta),
        epsilon: layer.epsilon)
    case let layer as EnsembleLayer<Float>:
      var members: [NetworkSteps] = []
      for member in layer.members {
        members.append(
          try NetworkSteps(
            of: member, predictsClasses: layer.mean == .probabilities, &names))
      }
      return .ensemble(members, layer.mean)
    default:
      throw UnknownPart(
        description: "layer \(index), \(layer.name), is your own, which other programs do not know")
    }
  }

  private static func probabilities(
    of loss: any Loss<Float>, outputCount: Int
  ) throws -> Probabilities? {
    switch loss {
    case is SoftmaxLoss<Float>: return .softmax
    case is LogisticLoss<Float>:
      return loss.hasTwoSides(outputSize: outputCount) ? .sides : .sigmoids
    default:
      if loss.probabilities(of: Tensor.zeros([1, outputCount])) == nil { return nil }
      throw UnknownPart(
        description:
          "the loss \(loss.name) is your own, whose probabilities other programs do not know")
    }
  }
}

/// Gives a network's tensors their names, in the order in which its layers have them.
private struct TensorNames {
  private var parameters: ArraySlice<String>
  private var statistics: ArraySlice<String>

  init(of network: Network<Float>) {
    parameters = network.parameters.names[...]
    statistics = network.statistics.names[...]
  }

  mutating func parameter(_ tensor: Tensor<Float>) -> NetworkSteps.NamedTensor {
    (parameters.popFirst() ?? "", tensor)
  }

  mutating func statistic(_ tensor: Tensor<Float>) -> NetworkSteps.NamedTensor {
    (statistics.popFirst() ?? "", tensor)
  }
}

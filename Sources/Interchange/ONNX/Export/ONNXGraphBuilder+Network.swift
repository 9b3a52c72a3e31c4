import PerceptronDatasets
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

extension ONNXGraphBuilder {
  /// The names of a network's tensors, in the order in which its layers need them.
  struct TensorNames {
    private var parameters: ArraySlice<String>
    private var statistics: ArraySlice<String>

    init(of network: Network<Float>) {
      parameters = network.parameters.names[...]
      statistics = network.statistics.names[...]
    }

    mutating func parameter() -> String { parameters.popFirst() ?? "" }
    mutating func statistic() -> String { statistics.popFirst() ?? "" }
  }

  /// A layer or a loss that has no form in ONNX.
  struct Unknown: Error {
    var description: String
  }

  /// Adds a network's layers.
  ///
  /// - Returns: the outputs before the loss, [rows, outputs].
  /// - Throws: ``Unknown`` for a layer of the user's own.
  mutating func add(
    _ network: Network<Float>, to rows: String, _ names: inout TensorNames
  ) throws -> String {
    var rows = rows
    for (index, layer) in network.layers.enumerated() {
      rows = try add(layer, at: index, to: rows, &names)
    }
    return rows
  }

  private mutating func add(
    _ layer: any Layer<Float>, at index: Int, to rows: String, _ names: inout TensorNames
  ) throws -> String {
    switch layer {
    case let layer as Affine<Float>:
      let parameters = layer.parameters.map { weights($0, names.parameter()) }
      return add("Gemm", [rows] + parameters, as: "affine")
    case is ReLU<Float>: return add("Relu", [rows], as: "relu")
    case let layer as LeakyReLU<Float>:
      return add("LeakyRelu", [rows], as: "leaky_relu", [("alpha", .float(Float(layer.slope)))])
    case is Tanh<Float>: return add("Tanh", [rows], as: "tanh")
    case is Sigmoid<Float>: return add("Sigmoid", [rows], as: "sigmoid")
    case is GELU<Float>: return addGELU(to: rows)
    // At inference it is nothing.
    case is Dropout<Float>: return rows
    case let layer as BatchNorm<Float>:
      let parameters = layer.parameters.map { weights($0, names.parameter()) }
      let statistics = layer.statistics.map { weights($0, names.statistic()) }
      return add(
        "BatchNormalization", [rows] + parameters + statistics, as: "batch_norm",
        [("epsilon", .float(Float(layer.epsilon)))])
    case let layer as LayerNorm<Float>:
      let parameters = layer.parameters.map { weights($0, names.parameter()) }
      return add(
        "LayerNormalization", [rows] + parameters, as: "layer_norm",
        [("axis", .integer(-1)), ("epsilon", .float(Float(layer.epsilon)))])
    case let layer as EnsembleLayer<Float>: return try add(layer, to: rows, &names)
    default: throw Unknown(description: "layer \(index), \(layer.name), has no form in ONNX")
    }
  }

  /// x·½·(1 + erf(x / √2)).
  private mutating func addGELU(to rows: String) -> String {
    let quotient = add("Div", [rows, scalar(2.0.squareRoot(), "root_of_two")], as: "gelu_quotient")
    let error = add("Erf", [quotient], as: "gelu_erf")
    let sum = add("Add", [error, scalar(1, "one")], as: "gelu_sum")
    let product = add("Mul", [rows, sum], as: "gelu_product")
    return add("Mul", [product, scalar(0.5, "half")], as: "gelu")
  }

  /// The mean of the members' probabilities or outputs, and of that what the layer puts out.
  private mutating func add(
    _ ensemble: EnsembleLayer<Float>, to rows: String, _ names: inout TensorNames
  ) throws -> String {
    var terms: [String] = []
    for member in ensemble.members {
      let outputs = try add(member, to: rows, &names)
      let name = "member_probabilities"
      switch ensemble.mean {
      case .outputs: terms.append(outputs)
      case .labelProbabilities: terms.append(add("Sigmoid", [outputs], as: name))
      case .probabilities:
        let chances = try addProbabilities(
          of: outputs, columns: member.outputSize, member.loss, as: name)
        terms.append(chances ?? outputs)
      }
    }
    let mean = add("Mean", terms, as: "mean")
    switch ensemble.mean {
    case .outputs: return mean
    case .probabilities: return addLogarithm(of: mean, as: "ensemble")
    case .labelProbabilities:
      let rest = add("Sub", [scalar(1, "one"), mean], as: "mean_rest")
      return add(
        "Sub",
        [addLogarithm(of: mean, as: "log_mean"), addLogarithm(of: rest, as: "log_rest")],
        as: "ensemble")
    }
  }

  /// The logarithm of probabilities, of 0 that of the smallest normal number.
  private mutating func addLogarithm(of value: String, as name: String) -> String {
    let least = weights(Tensor(Float.leastNormalMagnitude), "least")
    return add("Log", [add("Max", [value, least], as: name + "_bounded")], as: name)
  }

  /// The probabilities that a loss has of a network's outputs, [rows, classes]; nil where it has none.
  ///
  /// - Throws: ``Unknown`` for a loss of the user's own that has some.
  mutating func addProbabilities(
    of outputs: String, columns: Int, _ loss: any Loss<Float>, as name: String
  ) throws -> String? {
    switch loss {
    case is SoftmaxLoss<Float>: return add("Softmax", [outputs], as: name, [("axis", .integer(-1))])
    case is LogisticLoss<Float>:
      if columns > 1 { return add("Sigmoid", [outputs], as: name) }
      // 1 − p is the sigmoid of the output's negative: taken off 1, a small one would be lost.
      let negative = add("Neg", [outputs], as: "negative")
      let sides = [
        add("Sigmoid", [negative], as: "probability_of_0"),
        add("Sigmoid", [outputs], as: "probability_of_1"),
      ]
      return add("Concat", sides, as: name, [("axis", .integer(1))])
    default:
      if loss.probabilities(of: Tensor.zeros([1, columns])) == nil { return nil }
      throw Unknown(description: "the probabilities of the loss \(loss.name) have no form in ONNX")
    }
  }

  // MARK: - Outputs

  /// Adds what is predicted of a network's outputs: `logits`, `probabilities` and `label` of classes, `logits`,
  /// `probabilities` and `labels` of several labels, `value` of numbers, in their own unit.
  mutating func addPredictions(
    _ schema: TargetSchema, _ scaling: TargetScaling?, of outputs: String,
    _ network: Network<Float>
  ) throws {
    let count = network.outputSize
    if schema.kind == .numbers {
      var values = outputs
      if let scaling {
        values = add("Mul", [values, vector(scaling.deviations, "deviations")], as: "unscaled")
        values = add("Add", [values, vector(scaling.means, "means")], as: "value")
      } else {
        values = add("Identity", [values], as: "value")
      }
      return output(values, .float, columns: count)
    }
    let logits = add("Identity", [outputs], as: "logits")
    output(logits, .float, columns: count)
    let threshold = (network.loss as? any ValueLoss<Float>)?.threshold ?? 0
    if schema.kind == .labels {
      if network.loss is LogisticLoss<Float> {
        let chances = add("Sigmoid", [logits], as: "probabilities")
        output(chances, .float, columns: count)
      }
      return output(exceeding(threshold, logits, as: "labels"), .int64, columns: count)
    }
    if let chances = try addProbabilities(
      of: logits, columns: count, network.loss, as: "probabilities")
    {
      output(chances, .float, columns: network.classCount)
    }
    if count == 1 && network.classCount == 2 {
      let side = exceeding(threshold, logits, as: "side")
      let label = add("Reshape", [side, integers([-1], "one_a_row")], as: "label")
      return output(label, .int64, columns: nil)
    }
    let label = add(
      "ArgMax", [logits], as: "label", [("axis", .integer(1)), ("keepdims", .integer(0))])
    output(label, .int64, columns: nil)
  }

  /// 1 where a number is above the threshold, else 0.
  private mutating func exceeding(
    _ threshold: Float, _ rows: String, as name: String
  ) -> String {
    let isAbove = add("Greater", [rows, scalar(Double(threshold), "threshold")], as: "is_above")
    return add("Cast", [isAbove], as: name, [("to", .integer(ONNXElementType.int64.rawValue))])
  }
}

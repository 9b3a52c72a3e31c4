import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

extension ONNXGraphBuilder {
  /// Adds a network's steps.
  ///
  /// - Returns: the outputs before the loss, [rows, outputs].
  mutating func add(_ network: NetworkSteps, to rows: String) -> String {
    var rows = rows
    for step in network.steps { rows = add(step, to: rows) }
    return rows
  }

  private mutating func add(_ step: NetworkSteps.Step, to rows: String) -> String {
    switch step {
    case .affine(let kernel, let bias):
      return add("Gemm", [rows] + [kernel, bias].map { weights($0) }, as: "affine")
    case .activation(let function): return add(function, to: rows)
    case .batchNorm(let gamma, let beta, let mean, let variance, let epsilon):
      return add(
        "BatchNormalization", [rows] + [gamma, beta, mean, variance].map { weights($0) },
        as: "batch_norm", [("epsilon", .float(Float(epsilon)))])
    case .layerNorm(let gamma, let beta, let epsilon):
      return add(
        "LayerNormalization", [rows] + [gamma, beta].map { weights($0) }, as: "layer_norm",
        [("axis", .integer(-1)), ("epsilon", .float(Float(epsilon)))])
    case .ensemble(let members, let mean): return addEnsemble(members, mean, to: rows)
    }
  }

  private mutating func weights(_ named: NetworkSteps.NamedTensor) -> String {
    weights(named.tensor, named.name)
  }

  private mutating func add(_ function: ActivationFunction, to rows: String) -> String {
    switch function {
    case .relu: return add("Relu", [rows], as: "relu")
    case .leakyReLU(let slope):
      return add("LeakyRelu", [rows], as: "leaky_relu", [("alpha", .float(Float(slope)))])
    case .tanh: return add("Tanh", [rows], as: "tanh")
    case .sigmoid: return add("Sigmoid", [rows], as: "sigmoid")
    case .gelu: return addGELU(to: rows)
    case .custom: fatalError("NetworkSteps have no custom functions")
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
  private mutating func addEnsemble(
    _ members: [NetworkSteps], _ kind: EnsembleMean, to rows: String
  ) -> String {
    var terms: [String] = []
    for member in members {
      let outputs = add(member, to: rows)
      let name = "member_probabilities"
      switch kind {
      case .outputs: terms.append(outputs)
      case .labelProbabilities: terms.append(add("Sigmoid", [outputs], as: name))
      case .probabilities:
        terms.append(member.probabilities.map { add($0, of: outputs, as: name) } ?? outputs)
      }
    }
    let mean = add("Mean", terms, as: "mean")
    switch kind {
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

  /// Adds the probabilities of classes, [rows, classes].
  private mutating func add(
    _ probabilities: NetworkSteps.Probabilities, of outputs: String, as name: String
  ) -> String {
    switch probabilities {
    case .softmax: return add("Softmax", [outputs], as: name, [("axis", .integer(-1))])
    case .sigmoids: return add("Sigmoid", [outputs], as: name)
    case .sides:
      // 1 − p is the sigmoid of the output's negative: taken off 1, a small one would be lost.
      let negative = add("Neg", [outputs], as: "negative")
      let sides = [
        add("Sigmoid", [negative], as: "probability_of_0"),
        add("Sigmoid", [outputs], as: "probability_of_1"),
      ]
      return add("Concat", sides, as: name, [("axis", .integer(1))])
    }
  }

  // MARK: - Outputs

  /// Adds what is predicted of a network's outputs: `logits`, `probabilities` and `label` of classes, `logits`,
  /// `probabilities` and `labels` of several labels, `value` of numbers, in their own unit.
  mutating func add(
    _ prediction: ModelSteps.Prediction, of outputs: String, _ network: NetworkSteps
  ) {
    let count = network.outputCount
    if case .numbers(let scaling) = prediction {
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
    if case .labels(let threshold, let haveProbabilities) = prediction {
      if haveProbabilities {
        let chances = add("Sigmoid", [logits], as: "probabilities")
        output(chances, .float, columns: count)
      }
      return output(exceeding(threshold, logits, as: "labels"), .int64, columns: count)
    }
    if let probabilities = network.probabilities {
      let chances = add(probabilities, of: logits, as: "probabilities")
      output(chances, .float, columns: network.classCount)
    }
    if case .side(let threshold) = prediction {
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

import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

extension CHeaderBuilder {
  /// Adds a network's steps.
  ///
  /// - Parameters:
  ///   - isKept: whether `rows` must stay as they are.
  ///   - target: where the outputs go; nil for a place in working memory.
  /// - Returns: the outputs before the loss.
  mutating func add(
    _ network: NetworkSteps, to rows: Buffer, keeping isKept: Bool = false,
    into target: Buffer? = nil
  ) throws -> Buffer {
    let steps = network.steps.foldingNorms
    let last = steps.lastIndex(where: \.isMoving)
    var (value, isKept) = (rows, isKept)
    for (index, step) in steps.enumerated() {
      let goal = index == last ? target : nil
      let next = try add(step, to: value, keeping: isKept, into: goal)
      if next.name != value.name {
        if !isKept { free(value) }
        isKept = false
      }
      value = next
    }
    if let target, value.name != target.name {
      addCopy(of: value, to: target)
      if !isKept { free(value) }
      return target
    }
    return value
  }

  private mutating func add(
    _ step: NetworkSteps.Step, to rows: Buffer, keeping isKept: Bool, into target: Buffer?
  ) throws -> Buffer {
    switch step {
    case .affine(let weights, let bias):
      let (inputs, outputs) = (weights.tensor.shape[0], weights.tensor.shape[1])
      let (kernel, offset) = (try constant(weights), try constant(bias))
      let result = target ?? allocate("layer", outputs)
      call(.affine, kernel, offset, inputs, outputs, rows.name, result.name)
      return result
    case .activation(let function):
      let value = writable(rows, keeping: isKept)
      try add(function, to: value)
      return value
    case .batchNorm(let gamma, let beta, let mean, let variance, let epsilon):
      let value = writable(rows, keeping: isKept)
      let scale = try constant(
        "scale_" + gamma.name,
        rounding: NetworkSteps.scale(gamma.tensor, variance.tensor, epsilon))
      let (mean, shift) = (
        try constant("mean_" + gamma.name, mean.tensor.elements), try constant(beta)
      )
      call(.batchNorm, value.name, value.count, mean, scale, shift)
      return value
    case .layerNorm(let gamma, let beta, let epsilon):
      let value = writable(rows, keeping: isKept)
      let (scale, shift) = (try constant(gamma), try constant(beta))
      call(
        .layerNorm, value.name, value.count, CText.number(Float(epsilon)), scale, shift)
      return value
    case .ensemble(let members, let mean):
      return try addEnsemble(members, mean, to: rows, into: target)
    }
  }

  private mutating func constant(_ named: NetworkSteps.NamedTensor) throws -> String {
    let shape = named.tensor.shape.dimensions
    return try constant(
      named.name, named.tensor.elements,
      note: shape.count == 2 ? "\(shape[0]) inputs, \(shape[1]) outputs" : nil)
  }

  private mutating func add(_ function: ActivationFunction, to value: Buffer) throws {
    switch function {
    case .relu: call(.relu, value.name, value.count)
    case .leakyReLU(let slope):
      call(.leakyReLU, value.name, value.count, CText.number(Float(slope)))
    case .tanh: call(.tanh, value.name, value.count)
    case .sigmoid: call(.sigmoid, value.name, value.count)
    case .gelu: call(.gelu, value.name, value.count)
    case .custom: fatalError("NetworkSteps have no custom functions")
    }
  }

  // MARK: - Ensembles

  /// The mean of the members' probabilities or outputs, and of that what the layer puts out.
  private mutating func addEnsemble(
    _ members: [NetworkSteps], _ kind: EnsembleMean, to rows: Buffer, into target: Buffer?
  ) throws -> Buffer {
    let count = kind == .probabilities ? members[0].classCount : members[0].outputCount
    let mean = target ?? allocate("mean", count)
    add("for (size_t i = 0; i < \(count); i++) \(mean.name)[i] = 0.0f;")
    for member in members {
      var terms = try add(member, to: rows, keeping: true)
      if kind == .labelProbabilities || (kind == .probabilities && member.probabilities != nil) {
        terms = writable(terms, keeping: terms.name == rows.name)
      }
      if kind == .labelProbabilities { call(.sigmoid, terms.name, count) }
      if kind == .probabilities, let probabilities = member.probabilities {
        terms = add(probabilities, of: terms, into: nil)
      }
      call(.add, terms.name, CText.number(Float(members.count)), mean.name, count)
      if terms.name != rows.name { free(terms) }
    }
    switch kind {
    case .outputs: break
    case .probabilities: call(.logarithmOfMean, mean.name, count)
    case .labelProbabilities: call(.logitOfMean, mean.name, count)
    }
    return mean
  }

  /// Adds the probabilities of classes, in place where there are as many as outputs.
  ///
  /// - Parameter target: room for two probabilities of a single output; nil for a place in working memory.
  mutating func add(
    _ probabilities: NetworkSteps.Probabilities, of outputs: Buffer, into target: Buffer?
  ) -> Buffer {
    switch probabilities {
    case .softmax: call(.softmax, outputs.name, outputs.count)
    case .sigmoids: call(.sigmoid, outputs.name, outputs.count)
    case .sides:
      let sides = target ?? allocate("sides", 2)
      // 1 − p is the sigmoid of the output's negative: taken off 1, a small one would be lost.
      add("\(sides.name)[0] = -\(outputs.name)[0];\n\(sides.name)[1] = \(outputs.name)[0];")
      call(.sigmoid, sides.name, 2)
      free(outputs)
      return sides
    }
    return outputs
  }
}

// MARK: - Norms

extension NetworkSteps.Step {
  /// Whether the result needs a place of its own.
  fileprivate var isMoving: Bool {
    switch self {
    case .affine, .ensemble: true
    case .activation, .batchNorm, .layerNorm: false
    }
  }
}

extension NetworkSteps {
  /// γ / √(variance + ε) of each column.
  fileprivate static func scale(
    _ gamma: Tensor<Float>, _ variance: Tensor<Float>, _ epsilon: Double
  ) -> [Double] {
    zip(gamma.elements, variance.elements).map {
      Double($0) / (Double($1) + epsilon).squareRoot()
    }
  }
}

extension [NetworkSteps.Step] {
  /// The steps, with batch norms that follow a product in its weights and bias.
  fileprivate var foldingNorms: [NetworkSteps.Step] {
    var result: [NetworkSteps.Step] = []
    for step in self {
      guard case .batchNorm(let gamma, let beta, let mean, let variance, let epsilon) = step,
        case .affine(let weights, let bias)? = result.last
      else {
        result.append(step)
        continue
      }
      let scale = NetworkSteps.scale(gamma.tensor, variance.tensor, epsilon)
      let columns = scale.count
      let kernel = weights.tensor.elements.enumerated().map {
        Float(Double($1) * scale[$0 % columns])
      }
      let offset = (0..<columns).map { column in
        let shifted = Double(bias.tensor[column]) - Double(mean.tensor[column])
        return Float(shifted * scale[column] + Double(beta.tensor[column]))
      }
      result[result.count - 1] = .affine(
        weights: (weights.name, Tensor(kernel, shape: weights.tensor.shape)),
        bias: (bias.name, Tensor(offset)))
    }
    return result
  }
}

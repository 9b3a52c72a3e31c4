import PerceptronDatasets
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining

extension ONNXGraphReader {
  /// The model that the graph's outputs are.
  ///
  /// - Parameters:
  ///   - kind: what is predicted, where the graph does not say it.
  ///   - names: of the classes, labels or numbers, in place of those that the file has.
  /// - Throws: `FileError` where the outputs are not those of one network, or it is none.
  func model(as kind: TargetKind?, names: [String]?) throws -> TrainedModel<Scalar> {
    let found = try predictions(as: kind)
    var operations = operations(to: found.scores)
    // Numbers in another unit than the network's.
    var targets: TargetScaling?
    if found.kind == .numbers, let width = found.scores.width {
      let rest = operations.lastIndex { if case .scaling = $0 { false } else { true } }
      let scalings = operations[((rest ?? -1) + 1)...].compactMap { operation in
        if case .scaling(let scaling) = operation { scaling } else { nil }
      }
      if !scalings.isEmpty {
        let scaling = scalings.dropFirst().reduce(scalings[0]) { $0.then($1) }
        if scaling.keepsOrder, scaling.isRegular, rest != nil {
          operations.removeLast(scalings.count)
          targets = scaling.targets(count: width)
        }
      }
    }
    let (layers, inputs, steps) = try layers(of: operations)
    let network = Network<Scalar>(
      inputSize: inputs, layers: layers, loss: found.loss.makeLoss())
    for (name, tensor) in network.parameters where tensor.firstNonFinite() != nil {
      throw source.error("\(name) has a number that \(Scalar.self) cannot hold")
    }
    let count = found.kind == .classes ? network.classCount : network.outputSize
    // Some programs name independent labels as if they were classes.
    let own = found.names.flatMap { found.kind == .classes || $0.count == count ? $0 : nil }
    let chosen = names ?? own ?? notedNames(found.kind, count)
    if chosen.count != count {
      throw source.error(
        "\(chosen.count) names of \(found.kind) for \(count): \(chosen.prefix(8).joined(separator: ", "))"
      )
    }
    return TrainedModel(
      network: network, preprocessing: Preprocessing(steps: steps, targets: targets),
      schema: TargetSchema(found.kind, names: chosen), image: image(of: inputs))
  }

  /// The names in the notes that files of ours have, or numbers.
  private func notedNames(_ kind: TargetKind, _ count: Int) -> [String] {
    let noted = source.model.metadata[ONNXNote.names(kind)].flatMap {
      try? [String](json: $0.utf8)
    }
    return noted.flatMap { $0.count == count ? $0 : nil } ?? (0..<count).map(String.init)
  }

  /// The shape of pictures, if the input is of [N, 1 or 3, height, width].
  private func image(of inputs: Int) -> ImageShape? {
    let rows = inputRows
    guard rows.extents.count == 3, let channels = rows.extents[0], let height = rows.extents[1],
      let width = rows.extents[2], channels == 1 || channels == 3, rows.width == inputs
    else { return nil }
    return ImageShape(width: width, height: height, channels: channels, layout: .planar)
  }

  // MARK: - Outputs

  private struct Findings {
    var kind: TargetKind
    var loss: LossSpecification
    /// The outputs before the loss.
    var scores: ONNXValue.Rows
    var names: [String]?
  }

  /// What the graph's outputs say together.
  private func predictions(as kind: TargetKind?) throws -> Findings {
    let outputs = source.model.graph.outputs
    var (plain, all) = (nil as ONNXValue.Rows?, [ONNXValue.Prediction]())
    for output in outputs {
      guard let value = values[output.name] else {
        throw source.error("output \(output.name): there is no value of that name")
      }
      switch value {
      case .rows(let rows):
        let isChosen = kind == .numbers && outputs.count == 1
        if !isChosen, let scores = scores(ofSigmoid: rows) {
          all.append(.init(form: .flags, scores: scores, isLogistic: true))
          // A single one is the probability of a class.
          if rows.width == 1 { all[all.count - 1].form = .sides }
        } else if plain == nil || plain?.step == rows.step {
          plain = rows
        } else {
          throw differ()
        }
      case .prediction(let prediction): all.append(prediction)
      case .constant, .gelu:
        throw source.error("output \(output.name): expected scores, probabilities or labels")
      }
    }
    guard let scores = plain ?? all.first?.scores else {
      throw source.error("there are no outputs")
    }
    if all.contains(where: { $0.scores.step != scores.step }) { throw differ() }
    return try findings(scores, all, as: kind)
  }

  private func differ() -> FileError {
    source.error(
      "the outputs "
        + source.model.graph.outputs.prefix(8).map(\.name).joined(separator: ", ")
        + " are not the scores, probabilities and labels of one network")
  }

  private func findings(
    _ scores: ONNXValue.Rows, _ all: [ONNXValue.Prediction], as wish: TargetKind?
  ) throws -> Findings {
    guard let width = scores.width else {
      throw source.error("the number of outputs is not known")
    }
    let forms = Set(all.map(\.form))
    var isLogistic = all.contains(where: \.isLogistic)
    if isLogistic && forms.contains(.softmax) { throw differ() }
    var kind: TargetKind
    if all.isEmpty {
      kind = wish ?? .numbers
      isLogistic = kind == .labels || (kind == .classes && width == 1)
    } else if forms.contains(.softmax) || width == 1 {
      kind = .classes
    } else {
      // Several sigmoids: labels, or classes if only one of them is chosen.
      kind = forms.contains(.index) ? .classes : .labels
      if forms == [.flags], wish == .classes { kind = .classes }
    }
    if width == 1 && isLogistic && wish == .labels { kind = .labels }
    if let wish, wish != kind {
      throw source.error("expected a network that predicts \(wish), found one of \(kind)")
    }
    if kind == .classes && !isLogistic && width == 1 {
      throw source.error("expected scores of at least two classes, found one")
    }
    let loss: LossSpecification =
      kind == .numbers ? .squaredError : isLogistic ? .logistic : .softmax
    return Findings(
      kind: kind, loss: loss, scores: scores, names: all.lazy.compactMap(\.names).first)
  }

  // MARK: - Layers

  /// The layers of some operations, the number of inputs, and the preprocessing before them.
  private func layers(
    of operations: [Operation]
  ) throws -> (layers: [any Layer<Scalar>], inputs: Int, steps: [PreparationStep]) {
    let inputs = try inputSize(of: operations)
    var (layers, preparation, width) = ([any Layer<Scalar>](), [PreparationStep](), inputs)
    var pending: ONNXScaling?
    /// Puts the scaling that stands before the next layer, or at the end, where it belongs.
    func settle(before isLayer: Bool) throws {
      guard let scaling = pending else { return }
      if !scaling.isRegular {
        throw source.error("a scaling has a number that is 0 or out of range")
      }
      pending = nil
      if layers.isEmpty && isLayer && scaling.keepsOrder {
        preparation = scaling.steps(columnCount: width)
      } else if let last = layers.last as? Affine<Scalar> {
        layers[layers.count - 1] = last.followed(by: scaling)
      } else {
        try source.spend(4 * width * MemoryLayout<Scalar>.size)
        layers.append(scaling.layer(columnCount: width))
      }
    }
    for operation in operations {
      switch operation {
      case .input: break
      case .scaling(let scaling): pending = pending?.then(scaling) ?? scaling
      case .affine(let weights, let bias):
        var layer = Affine(weights: weights, bias: bias ?? .zeros([weights.shape[1]]))
        let isFirst = layers.isEmpty
        if let scaling = pending, !(isFirst && scaling.keepsOrder),
          !(layers.last is Affine<Scalar>), scaling.isRegular
        {
          layer = layer.preceded(by: scaling)
          pending = nil
        }
        try settle(before: true)
        layers.append(layer)
        width = weights.shape[1]
      case .layer(let layer):
        try settle(before: true)
        layers.append(layer)
      }
    }
    try settle(before: false)
    if layers.isEmpty { throw source.error("the graph has no layers") }
    return (layers, inputs, preparation)
  }

  /// The most features of a network without weights for each.
  private static var mostFeatures: Int { 1 << 20 }

  /// The number of inputs, by the first operation that has numbers for each, else by the input's shape.
  private func inputSize(of operations: [Operation]) throws -> Int {
    for operation in operations {
      switch operation {
      case .affine(let weights, _): return weights.shape[0]
      case .scaling(let scaling): if let width = scaling.width { return width }
      case .layer(let layer): if let width = layer.traits.inputSize { return width }
      case .input: break
      }
    }
    guard let width = inputRows.width, 1...Self.mostFeatures ~= width else {
      throw source.error("the number of features is not known, or too large")
    }
    return width
  }
}

// MARK: - Scalings in networks

extension ONNXScaling {
  /// The function as preprocessing.
  fileprivate func steps(columnCount: Int) -> [PreparationStep] {
    if shifts.allSatisfy({ $0 == 0 }) && divisors.count == 1 {
      return divisors == [1] ? [] : [.divide(by: divisors[0])]
    }
    let columns = Array(0..<columnCount)
    return [
      .standardize(
        columns: columns, means: columns.map(shift), deviations: columns.map(divisor))
    ]
  }

  /// What makes predicted numbers of outputs: output·(1 / divisor) − shift / divisor.
  fileprivate func targets(count: Int) -> TargetScaling {
    TargetScaling(
      means: (0..<count).map { -shift($0) / divisor($0) },
      deviations: (0..<count).map { 1 / divisor($0) })
  }

  /// The function as a layer: a normalization with a mean of 0 and a variance of 1, but for epsilon.
  fileprivate func layer<Scalar: BLASScalar>(columnCount: Int) -> BatchNorm<Scalar> {
    let columns = 0..<columnCount
    let epsilon = 1e-5
    return BatchNorm(
      gamma: Tensor(columns.map { Scalar(1 / divisor($0)) }),
      beta: Tensor(columns.map { Scalar(-shift($0) / divisor($0)) }),
      runningMean: .zeros([columnCount]),
      runningVariance: Tensor(shape: [columnCount], repeating: Scalar(1 - epsilon)),
      epsilon: epsilon)
  }
}

extension Affine {
  /// The same layer of what a scaling makes of the input.
  fileprivate func preceded(by scaling: ONNXScaling) -> Affine {
    var (result, rest) = (self, bias.elements.map { Double($0) })
    let outputs = outputSize
    result.weights.withUnsafeMutableElements { weights in
      for input in 0..<inputSize {
        let (shift, divisor) = (scaling.shift(input), scaling.divisor(input))
        for output in 0..<outputs {
          let weight = Double(weights[input * outputs + output]) / divisor
          rest[output] -= shift * weight
          weights[input * outputs + output] = Scalar(weight)
        }
      }
    }
    result.bias = Tensor(rest.map { Scalar($0) })
    return result
  }

  /// The same layer with its outputs scaled.
  fileprivate func followed(by scaling: ONNXScaling) -> Affine {
    var result = self
    let outputs = outputSize
    result.weights.withUnsafeMutableElements { weights in
      for index in weights.indices {
        weights[index] = Scalar(Double(weights[index]) / scaling.divisor(index % outputs))
      }
    }
    result.bias = Tensor(
      bias.elements.enumerated().map { column, number in
        Scalar((Double(number) - scaling.shift(column)) / scaling.divisor(column))
      })
    return result
  }
}

import PerceptronDatasets
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining

extension StateDict {
  /// The network of the modules, and what it predicts.
  ///
  /// - Throws: `FileError` where shapes do not follow each other, and where an activation is needed and none is
  ///   given.
  func model<Scalar: BLASScalar>(
    activation: LayerSpecification?, as kind: TargetKind?, names: [String]?
  ) throws -> TrainedModel<Scalar> {
    guard let first = modules.first(where: { $0.kind == .linear }) else {
      throw FileError(path, "expected the state dict of a network, found no weight of a Linear")
    }
    let inputs = archive.shape(of: first.name + ".weight")[1]
    var layers: [any Layer<Scalar>] = []
    var (width, previous) = (inputs, nil as Module?)
    let places = try activationPlaces()
    if let activation, places.isEmpty {
      throw FileError(
        path, "there is no place for an activation among the modules, found \(activation) for it")
    }
    for (index, module) in modules.enumerated() {
      if places.contains(index) {
        guard let activation else {
          throw FileError(
            path,
            "the file does not say which activation is before \(module.name), behind "
              + "\(previous?.name ?? "the inputs"): choose it with --activation, such as relu")
        }
        layers.append(activation.makeLayer(inputSize: width))
      }
      let layer: any Layer<Scalar> = try layer(of: module, width: width)
      layers.append(layer)
      width = layer.outputSize(forInputSize: width)
      previous = module
    }
    let kind = kind ?? .numbers
    let loss: LossSpecification =
      kind == .numbers
      ? .squaredError : kind == .labels || width == 1 ? .logistic : .softmax
    let network = Network<Scalar>(inputSize: inputs, layers: layers, loss: loss.makeLoss())
    let count = kind == .classes ? network.classCount : network.outputSize
    let chosen = names ?? (0..<count).map(String.init)
    if chosen.count != count || Set(chosen).count != count {
      throw FileError(
        path, "\(counted(chosen.count, "name")) for \(count) \(kind), expected different ones")
    }
    return TrainedModel(
      network: network, preprocessing: .none, schema: TargetSchema(kind, names: chosen))
  }

  /// The positions of the modules before which there is an activation: where numbers of a `Sequential` are
  /// missing between two products. Without such gaps, as in a `ModuleList`, and of modules with names of their
  /// own, before each product but the first.
  private func activationPlaces() throws -> Set<Int> {
    var places: Set<Int> = []
    let products = modules.indices.filter { modules[$0].kind == .linear }
    guard modules.allSatisfy(\.isNumbered), let first = products.first, let last = products.last
    else { return Set(products.dropFirst()) }
    let gaps = modules.indices.dropFirst().filter {
      (modules[$0].number ?? 0) > (modules[$0 - 1].number ?? 0) + 1
    }
    if let gap = gaps.first(where: { $0 <= first || $0 > last }) {
      throw FileError(
        path,
        "expected activations between products, found modules without tensors between "
          + "\(modules[gap - 1].name) and \(modules[gap].name), of which the file does not say what they do"
      )
    }
    for (start, end) in zip(products, products.dropFirst()) {
      let between = gaps.filter { $0 > start && $0 <= end }
      if between.count > 1 {
        throw FileError(
          path,
          "expected one activation between \(modules[start].name) and \(modules[end].name), found "
            + "modules without tensors at \(between.count) places")
      }
      places.formUnion(between)
    }
    return places.isEmpty ? Set(products.dropFirst()) : places
  }

  private func layer<Scalar: BLASScalar>(
    of module: Module, width: Int
  ) throws -> any Layer<Scalar> {
    func tensor(_ part: String, _ shape: Shape) throws -> Tensor<Scalar> {
      let name = "\(module.name).\(part)"
      let tensor: Tensor<Scalar> =
        archive.dataType(of: name) == .float64
        ? Tensor(try archive.tensor(named: name, as: Double.self, shape: shape))
        : Tensor(try archive.tensor(named: name, as: Float.self, shape: shape))
      if let position = tensor.firstNonFinite() {
        throw FileError(path, "tensor \(name): element \(position) is not finite")
      }
      return tensor
    }
    switch module.kind {
    case .linear:
      let shape = archive.shape(of: module.name + ".weight")
      if shape[1] != width || shape[0] < 1 || shape[1] < 1 {
        throw FileError(
          path,
          "tensor \(module.name).weight: expected \(width) columns, as many as the layer before has "
            + "outputs, found the shape \(shape)")
      }
      let weights = try tensor("weight", shape).transposed()
      let hasBias = archive.dataType(of: module.name + ".bias") != nil
      return Affine(
        weights: weights, bias: hasBias ? try tensor("bias", [shape[0]]) : .zeros([shape[0]]))
    case .batchNorm:
      let variance = try tensor("running_var", [width])
      if variance.elements.contains(where: { $0 < 0 }) {
        throw FileError(path, "tensor \(module.name).running_var: a variance is below 0")
      }
      return BatchNorm(
        gamma: try tensor("weight", [width]), beta: try tensor("bias", [width]),
        runningMean: try tensor("running_mean", [width]), runningVariance: variance)
    case .layerNorm:
      return LayerNorm(
        gamma: try tensor("weight", [width]), beta: try tensor("bias", [width]))
    }
  }
}

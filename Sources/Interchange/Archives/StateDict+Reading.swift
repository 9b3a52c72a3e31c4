import PerceptronDatasets
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining

extension AnyTrainedModel {
  /// Reads a network from a safetensors file.
  ///
  /// - A model file of ours gives its model, and so does a file that ``TrainedModel/writeStateDict(to:)`` wrote, with
  ///   the parameters that it has now, as long as its notes are there.
  /// - Any other file has to be the state dict of a PyTorch network of `Linear`, `BatchNorm1d` and `LayerNorm`
  ///   modules one after the other, which shapes tell apart. Activations have no tensors: a gap in the
  ///   numbers of a `Sequential` says where one is, and `activation` which. Norms have PyTorch's default ε.
  ///
  /// - Parameters:
  ///   - activation: the activation between the layers of a state dict.
  ///   - kind: what a state dict predicts; nil for numbers.
  ///   - names: of its classes, labels or numbers; nil for numbers from 0 up.
  /// - Throws: `FileError` where the file is no such archive or no such network, and where it takes an activation
  ///   and none is given.
  public init(
    readingStateDictFrom path: String, activation: LayerSpecification? = nil,
    as kind: TargetKind? = nil, names: [String]? = nil
  ) throws {
    let archive = try TensorArchive(convertingFrom: path)
    try self.init(archive, path: path, activation: activation, as: kind, names: names)
  }

  init(
    _ archive: TensorArchive, path: String, activation: LayerSpecification?, as kind: TargetKind?,
    names: [String]?
  ) throws {
    let isNoted = archive.metadata[StateDictNote.model] != nil
    if isNoted || archive.metadata["format"] == "perceptron" {
      let own = isNoted ? try archive.ownTensors(path: path) : archive
      try self.init(own, path: path)
      try rename(names, as: kind, path: path)
      return
    }
    let dict = try StateDict(archive, path: path)
    if dict.isDouble {
      self = .double(try dict.model(activation: activation, as: kind, names: names))
    } else {
      self = .float(try dict.model(activation: activation, as: kind, names: names))
    }
  }

  /// Gives the classes, labels or numbers other names, if there are any.
  mutating func rename(_ names: [String]?, as kind: TargetKind?, path: String) throws {
    func renamed<Scalar>(_ model: TrainedModel<Scalar>) throws -> TrainedModel<Scalar> {
      if let kind, kind != model.schema.kind {
        throw FileError(
          path, "expected a network that predicts \(kind), found one of \(model.schema.kind)")
      }
      guard let names else { return model }
      if names.count != model.schema.names.count || Set(names).count != names.count {
        throw FileError(path, "\(names.count) names for \(model.schema), expected different ones")
      }
      var model = model
      model.schema.names = names
      return model
    }
    switch self {
    case .float(let model): self = .float(try renamed(model))
    case .double(let model): self = .double(try renamed(model))
    }
  }
}

extension TensorArchive {
  /// The tensors of the model file by its notes.
  fileprivate func ownTensors(path: String) throws -> TensorArchive {
    let notes: [String: String] = try decode([String: String].self, StateDictNote.model, path: path)
    let places: [String: String] = try decode(
      [String: String].self, StateDictNote.tensors, path: path)
    let known = Set(places.values)
    if let other = names.first(where: {
      !known.contains($0) && !$0.hasSuffix(".num_batches_tracked")
    }) {
      throw FileError(
        path, "the tensor \(other) is none of those in the note \(StateDictNote.tensors)")
    }
    var own = TensorArchive(metadata: notes)
    for (name, place) in places.sorted(by: { $0.key < $1.key }) {
      guard name != TensorArchive.metadataKey else {
        throw FileError(path, "the note \(StateDictNote.tensors) has no names of tensors")
      }
      let isTransposed = name != place
      if dataType(of: place) == .float64 {
        let tensor: Tensor<Double> = try tensor(named: place)
        own.add(isTransposed && tensor.rank == 2 ? tensor.transposed() : tensor, named: name)
      } else {
        let tensor: Tensor<Float> = try tensor(named: place)
        own.add(isTransposed && tensor.rank == 2 ? tensor.transposed() : tensor, named: name)
      }
    }
    return own
  }
}

/// The state dict of a PyTorch network: modules by their names, in the order in which they follow each other.
private struct StateDict {
  private struct Module {
    enum Kind {
      case linear, batchNorm, layerNorm
    }

    /// Such as `net.2`.
    var name: String
    /// The numbers in the name, and whether it ends with one after a point, as in a `Sequential`.
    var numbers: [Int]
    var number: Int? { numbers.last }
    var isNumbered: Bool
    var kind: Kind
  }

  private let archive: TensorArchive
  private let path: String
  private let modules: [Module]

  init(_ archive: TensorArchive, path: String) throws {
    self.archive = archive
    self.path = path
    var tensors: [String: Set<String>] = [:]
    for name in archive.names {
      guard let point = name.lastIndex(of: ".") else {
        throw FileError(
          path, "tensor \(name): expected names such as 0.weight, of a module and its tensor")
      }
      tensors[String(name[..<point]), default: []].insert(
        String(name[name.index(after: point)...]))
    }
    modules = try tensors.map { name, parts in
      try Self.module(name, parts, archive, path: path)
    }.sorted { first, second in
      // fc1 before fc10, and a norm behind the layer of its number.
      if first.numbers != second.numbers {
        return first.numbers.lexicographicallyPrecedes(second.numbers)
      }
      if (first.kind == .linear) != (second.kind == .linear) { return first.kind == .linear }
      return first.name < second.name
    }
    try checkOrder()
  }

  /// Throws where names do not say which module or which `Sequential` is first.
  private func checkOrder() throws {
    for (first, second) in zip(modules, modules.dropFirst())
    where first.numbers.isEmpty
      || first.numbers == second.numbers
        && (first.kind == .linear) == (second.kind == .linear)
    {
      throw FileError(
        path,
        "expected modules that are numbered in their order, such as fc1 and fc2, found \(first.name) "
          + "and \(second.name), whose order the file does not say")
    }
    let prefixes = Set(
      modules.filter(\.isNumbered).map { $0.name.split(separator: ".").dropLast() })
    if prefixes.count > 1 {
      throw FileError(
        path,
        "expected the modules of one Sequential, found "
          + prefixes.map { $0.joined(separator: ".") }.sorted().prefix(8).joined(separator: ", ")
          + ", whose order the file does not say")
    }
  }

  private static func module(
    _ name: String, _ parts: Set<String>, _ archive: TensorArchive, path: String
  ) throws -> Module {
    let kind: Module.Kind
    let known: Set<String>
    switch archive.rank(of: name + ".weight") {
    case 2: (kind, known) = (.linear, ["weight", "bias"])
    case 1 where parts.contains("running_mean"):
      (kind, known) = (
        .batchNorm, ["weight", "bias", "running_mean", "running_var", "num_batches_tracked"]
      )
    case 1: (kind, known) = (.layerNorm, ["weight", "bias"])
    default:
      throw FileError(
        path,
        "module \(name): expected a Linear, BatchNorm1d or LayerNorm with a weight, found the "
          + "tensors \(parts.sorted().joined(separator: ", "))")
    }
    if let other = parts.subtracting(known).min() {
      throw FileError(path, "tensor \(name).\(other): no Linear, BatchNorm1d or LayerNorm has one")
    }
    let own = name.split(separator: ".").last.map(String.init) ?? name
    let isNumbered = own.allSatisfy { $0.isASCII && $0.isNumber }
    let numbers = name.split { !($0.isASCII && $0.isNumber) }.compactMap { Int($0) }
    return Module(name: name, numbers: numbers, isNumbered: isNumbered, kind: kind)
  }

  /// Whether the weights of products are in double precision.
  var isDouble: Bool {
    modules.contains { $0.kind == .linear && archive.dataType(of: $0.name + ".weight") == .float64 }
  }

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
      throw FileError(path, "\(chosen.count) names for \(count) \(kind), expected different ones")
    }
    return TrainedModel(
      network: network, preprocessing: .none, schema: TargetSchema(kind, names: chosen))
  }

  /// The positions of the modules before which there is an activation: where numbers of a `Sequential` are
  /// missing between two products, or, of modules with names of their own, before each product but the first.
  private func activationPlaces() throws -> Set<Int> {
    var places: Set<Int> = []
    let products = modules.indices.filter { modules[$0].kind == .linear }
    if modules.contains(where: { !$0.isNumbered }) { return Set(products.dropFirst()) }
    for (start, end) in zip(products, products.dropFirst()) {
      let gaps = (start + 1...end).filter {
        (modules[$0].number ?? 0) > (modules[$0 - 1].number ?? 0) + 1
      }
      if gaps.count > 1 {
        throw FileError(
          path,
          "expected one activation between \(modules[start].name) and \(modules[end].name), found "
            + "modules without tensors at \(gaps.count) places")
      }
      places.formUnion(gaps)
    }
    return places
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

extension TensorArchive {
  /// The shape of a tensor that is there, or none.
  fileprivate func shape(of name: String) -> Shape {
    if let tensor: Tensor<Float> = try? tensor(named: name) { return tensor.shape }
    if let tensor: Tensor<Double> = try? tensor(named: name) { return tensor.shape }
    return []
  }

  fileprivate func rank(of name: String) -> Int? {
    dataType(of: name) == nil ? nil : shape(of: name).rank
  }
}

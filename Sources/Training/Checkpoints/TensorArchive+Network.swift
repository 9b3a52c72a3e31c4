import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// A network without its numbers, as a file holds it.
struct NetworkArchitecture: Codable, Equatable {
  var inputSize: Int
  var layers: [LayerSpecification]
  var loss: LossSpecification
}

extension NetworkArchitecture {
  /// The architecture of a network, or nil where a layer or the loss has no form in a file.
  init?(of network: Network<some BLASScalar>) {
    let layers = network.layers.compactMap(\.specification)
    guard layers.count == network.layers.count, let loss = network.loss.specification else {
      return nil
    }
    self.init(inputSize: network.inputSize, layers: layers, loss: loss)
  }

  /// The part of a network that has no form in a file, for messages.
  static func unknownPart(of network: Network<some BLASScalar>) -> String {
    for (index, layer) in network.layers.enumerated() where layer.specification == nil {
      return "layer \(index), \(layer.name), has no form in a file; give it a name by "
        + "LayerSpecification.register and its specification"
    }
    return "its loss, \(network.loss.name), has no form in a file; give it a name by "
      + "LossSpecification.register and its specification"
  }

  /// Throws where sizes or settings are none that a network can have.
  func check(path: String) throws {
    if inputSize < 1 || inputSize > Int(Int32.max) {
      throw FileError(path, "the architecture's input size is \(inputSize), expected at least 1")
    }
    if layers.isEmpty { throw FileError(path, "the architecture has no layers") }
    do {
      for layer in layers { try layer.check() }
      try loss.check()
    } catch {
      throw FileError(path, "the architecture: \(error)")
    }
  }
}

extension TensorArchive {
  /// Adds a network's parameters and statistics under their names behind `prefix`.
  package mutating func add<Scalar: BLASScalar>(_ network: Network<Scalar>, prefix: String = "") {
    add(network.parameters, prefix: prefix)
    add(network.statistics, prefix: prefix)
  }

  package mutating func add<Scalar: BLASScalar>(_ tensors: Parameters<Scalar>, prefix: String) {
    for (name, tensor) in tensors { add(tensor, named: prefix + name) }
  }

  /// The network whose tensors have names behind `prefix`.
  ///
  /// - Throws: `FileError` where the architecture is none, a tensor is missing, of another shape or
  ///   type, or not finite.
  func network<Scalar: BLASScalar>(
    _ architecture: NetworkArchitecture, prefix: String = "", path: String
  ) throws -> Network<Scalar> {
    try network(
      like: freshNetwork(architecture, prefix: prefix, path: path), prefix: prefix, path: path)
  }

  /// A network of zeros, once its weights are known to be in the file.
  func freshNetwork<Scalar: BLASScalar>(
    _ architecture: NetworkArchitecture, prefix: String, path: String
  ) throws -> Network<Scalar> {
    try architecture.check(path: path)
    // Before memory is allocated for them.
    var count = 0
    try checkWeights(
      architecture.layers, inputs: architecture.inputSize, prefix: prefix, &count, as: Scalar.self)
    // Nothing is drawn for zeros.
    var none = SeededRandom(seed: 0)
    return Network<Scalar>(
      inputSize: architecture.inputSize, architecture.layers, loss: architecture.loss,
      initializer: .zeros, using: &none)
  }

  /// A network like `model` with the tensors of the names behind `prefix`.
  ///
  /// - Throws: `FileError` where a tensor is missing, of another shape or type, or not finite where all
  ///   have to be.
  package func network<Scalar: BLASScalar>(
    like model: Network<Scalar>, prefix: String, path: String, areFinite: Bool = true
  ) throws -> Network<Scalar> {
    var network = model
    network.parameters = try tensors(
      like: network.parameters, prefix: prefix, path: path, areFinite: areFinite)
    network.statistics = try tensors(
      like: network.statistics, prefix: prefix, path: path, areFinite: areFinite)
    for (name, tensor) in network.statistics where name.hasPrefix("running_variance") {
      if let place = tensor.elements.firstIndex(where: { $0 < 0 }) {
        throw FileError(
          path,
          "element \(place) of \(prefix)\(name) is \(tensor[position: place]), expected a variance, 0 or more"
        )
      }
    }
    return network
  }

  /// Checks the shapes of the layers' weights, numbered from `count` + 1.
  private func checkWeights<Scalar: BLASScalar>(
    _ layers: [LayerSpecification], inputs: Int, prefix: String, _ count: inout Int,
    as scalar: Scalar.Type
  ) throws {
    var width = inputs
    for layer in layers {
      switch layer {
      case .affine(let outputs):
        count += 1
        let _: Tensor<Scalar> = try tensor(
          named: "\(prefix)W\(count)", shape: Shape(rows: width, columns: outputs))
        width = outputs
      case .ensemble(let members, _):
        for member in members {
          try checkWeights(member.layers, inputs: width, prefix: prefix, &count, as: scalar)
        }
      case .custom:
        count += layer.parameterNames(forInputSize: width).count { $0 == "W" }
        width = layer.outputSize(forInputSize: width)
      default: break
      }
    }
  }

  /// The tensors with names and shapes as in `expected`, behind `prefix`.
  package func tensors<Scalar: BLASScalar>(
    like expected: Parameters<Scalar>, prefix: String, path: String, areFinite: Bool = true
  ) throws -> Parameters<Scalar> {
    Parameters(
      try expected.map { name, old in
        let new: Tensor<Scalar> =
          areFinite
          ? try finiteTensor(prefix + name, shape: old.shape, path: path)
          : try tensor(named: prefix + name, shape: old.shape)
        return (name, new)
      })
  }

  package func finiteTensor<Scalar: BLASScalar>(
    _ name: String, shape: Shape? = nil, path: String
  ) throws -> Tensor<Scalar> {
    let tensor: Tensor<Scalar> = try tensor(named: name, shape: shape)
    if let position = tensor.firstNonFinite() {
      throw FileError(path, "tensor \(name): element \(position) is \(tensor[position: position])")
    }
    return tensor
  }

  /// The value of a key of the metadata, from JSON.
  package func decode<Value: Decodable>(
    _ type: Value.Type, _ key: String, path: String
  ) throws -> Value {
    guard let text = metadata[key] else {
      throw FileError(path, "expected \(key) in the metadata, found none")
    }
    do {
      return try Value(json: text.utf8)
    } catch let error as JSONText.DuplicateKey {
      throw FileError(path, "\(key) in the metadata: \(error)")
    } catch {
      throw FileError(path, "\(key) in the metadata cannot be read: \(text.prefix(60))")
    }
  }

  /// Throws unless each key of the metadata has its value.
  package func expect(
    _ values: [(key: String, value: String)], _ kind: String, path: String
  ) throws {
    for (key, value) in values where metadata[key] != value {
      let found = metadata[key].map { "\"\($0)\"" } ?? "none"
      throw FileError(path, "not \(kind): expected \(key) \"\(value)\", found \(found)")
    }
  }
}

import PerceptronDatasets
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining

/// The notes of a safetensors file that is written here for PyTorch.
enum StateDictNote {
  /// What the model file has beside its tensors, as JSON.
  static let model = "perceptron_model"
  /// The name in the state dict of each tensor of the model file, as JSON; weights are transposed.
  static let tensors = "perceptron_tensors"
  /// The modules in PyTorch's words.
  static let modules = "modules"
}

extension TrainedModel {
  /// Writes the parameters and statistics as a safetensors file that PyTorch loads as a state dict, in the
  /// model's precision and with PyTorch's shapes.
  ///
  /// Names are those of a `torch.nn.Sequential` of the network's layers, `0.weight` [outputs, inputs], `0.bias`,
  /// `1.running_mean`; of an ensemble those of a `ModuleList` of them, `2.0.weight`. The note `modules` has the
  /// modules in PyTorch's words. The preparation of features stays in the notes, by which
  /// ``AnyTrainedModel/init(readingStateDictFrom:activation:as:names:)`` gives the same model back.
  ///
  /// - Throws: `FileError` where the file cannot be written, a weight is not finite, or a layer is one of your
  ///   own.
  public func writeStateDict(to path: String) throws {
    let own = try archive(path: path)
    var written = TensorArchive(metadata: [
      "format": "pt", StateDictNote.model: try own.metadata.jsonLine,
    ])
    // In the order of the layers.
    var parameters = network.parameters.makeIterator()
    var statistics = network.statistics.makeIterator()
    var places: [String: String] = [:]
    func add(_ named: (name: String, tensor: Tensor<Scalar>)?, as place: String) {
      guard let (name, tensor) = named else { return }
      written.add(tensor.rank == 2 ? tensor.transposed() : tensor, named: place)
      places[name] = place
    }
    func modules(_ network: Network<Scalar>, prefix: String) throws -> String {
      var (modules, width) = ([String](), network.inputSize)
      for (index, layer) in network.layers.enumerated() {
        guard let module = layer.module(inputs: width) else {
          throw FileError(
            path,
            "not written: layer \(prefix)\(index), \(layer.name), is none of PyTorch's modules")
        }
        modules.append(module)
        width = layer.outputSize(forInputSize: width)
        for (own, _) in zip(["weight", "bias"], layer.parameterKinds) {
          add(parameters.next(), as: "\(prefix)\(index).\(own)")
        }
        if layer is any StatisticsLayer<Scalar> {
          add(statistics.next(), as: "\(prefix)\(index).running_mean")
          add(statistics.next(), as: "\(prefix)\(index).running_var")
        }
      }
      return "nn.Sequential(" + modules.joined(separator: ", ") + ")"
    }
    if let ensemble = network.layers[0] as? EnsembleLayer<Scalar>, network.layers.count == 1 {
      let members = try ensemble.members.enumerated().map { try modules($1, prefix: "\($0).") }
      written.metadata[StateDictNote.modules] =
        "nn.ModuleList([" + members.joined(separator: ", ") + "])"
    } else {
      written.metadata[StateDictNote.modules] = try modules(network, prefix: "")
    }
    // Principal components are no part of the modules, but of the notes alone they would lose digits.
    for name in own.names where places[name] == nil {
      written.add(try own.tensor(named: name, as: Double.self), named: name)
      places[name] = name
    }
    written.metadata[StateDictNote.tensors] = try places.jsonLine
    try written.write(to: path)
  }
}

extension AnyTrainedModel {
  /// Writes the parameters for PyTorch, as ``TrainedModel/writeStateDict(to:)`` does.
  public func writeStateDict(to path: String) throws {
    switch self {
    case .float(let model): try model.writeStateDict(to: path)
    case .double(let model): try model.writeStateDict(to: path)
    }
  }
}

extension Layer {
  /// The layer as a module of PyTorch's for rows of some inputs; nil where there is none.
  fileprivate func module(inputs: Int) -> String? {
    switch specification {
    case .affine(let outputs): "nn.Linear(\(inputs), \(outputs))"
    case .relu: "nn.ReLU()"
    case .leakyReLU(let slope): "nn.LeakyReLU(\(slope))"
    case .tanh: "nn.Tanh()"
    case .sigmoid: "nn.Sigmoid()"
    case .gelu: "nn.GELU()"
    case .dropout(let rate): "nn.Dropout(\(rate))"
    case .batchNorm(let momentum, let epsilon):
      "nn.BatchNorm1d(\(inputs), eps=\(epsilon), momentum=\(momentum))"
    case .layerNorm(let epsilon): "nn.LayerNorm(\(inputs), eps=\(epsilon))"
    case .ensemble, .custom, nil: nil
    }
  }
}

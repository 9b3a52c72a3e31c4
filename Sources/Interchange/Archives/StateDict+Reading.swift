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
  ///   modules one after the other, which shapes tell apart. Activations have no tensors: gaps in the
  ///   numbers of a `Sequential` say where they are, and `activation` which; without gaps there is one before
  ///   each product but the first. Norms have PyTorch's default ε.
  ///
  /// - Parameters:
  ///   - activation: the activation between the layers of a state dict.
  ///   - kind: what a state dict predicts; nil for numbers.
  ///   - names: of its classes, labels or numbers; nil for numbers from 0 up.
  /// - Throws: `FileError` where the file is no such archive or no such network, and where it takes an activation
  ///   and none is given, or takes none and one is.
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
    let integers = archive.integerNames.filter { !$0.hasSuffix(".num_batches_tracked") }
    if let name = integers.min() {
      throw FileError(path, "tensor \(name): expected numbers with fractions, found integers")
    }
    let isNoted = archive.metadata[StateDictNote.model] != nil
    if isNoted || archive.metadata["format"] == "perceptron" {
      if let activation {
        throw FileError(
          path, "the file says which activations there are: \(activation) has no place among them")
      }
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

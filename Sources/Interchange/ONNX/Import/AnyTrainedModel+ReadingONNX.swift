import PerceptronDatasets
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining

extension AnyTrainedModel {
  /// Reads a dense network from an ONNX file, of this or of another program.
  ///
  /// - A file that ``TrainedModel/writeONNX(to:)`` wrote and nobody changed gives the same model, but for the
  ///   single precision.
  /// - Of other files, the graph is read as the layers of one network: products with weights
  ///   (`Gemm`, `MatMul`), activations, norms, and scalings of features and of predicted numbers. It
  ///   predicts classes where it ends with a softmax, a single sigmoid or the largest score, several labels
  ///   where it ends with several sigmoids, and otherwise numbers. Weights may be of any type with
  ///   fractions, and in other files of the model's folder. With weights in double precision, the model is.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - kind: what is predicted, for a file that ends with scores or one sigmoid; nil for what is said
  ///     above.
  ///   - names: of the classes, labels or numbers; nil for those of the file, or else numbers from 0 up.
  /// - Throws: `FileError` where the file is no ONNX model; with the name and the operator of a node that
  ///   dense networks do not have.
  public init(readingONNXFrom path: String, as kind: TargetKind? = nil, names: [String]? = nil)
    throws
  {
    try self.init(ONNXSource(path: path), as: kind, names: names)
  }

  init(_ source: ONNXSource, as kind: TargetKind?, names: [String]?) throws {
    if let model = try source.unchangedModel() {
      self = .float(model)
      try rename(names, as: kind, path: source.path)
      return
    }
    do {
      self =
        source.hasWeights(of: .double)
        ? .double(try ONNXGraphReader(source).model(as: kind, names: names))
        : .float(try ONNXGraphReader(source).model(as: kind, names: names))
    } catch let error as FileError where source.model.metadata[ONNXNote.digest] != nil {
      throw FileError(
        error.path, atByte: error.byte,
        error.message
          + "; the file was changed since it was exported: change a .safetensors or .npz file in its place"
      )
    }
  }
}

extension ONNXSource {
  /// The model of a file that was written here and whose graph is still the same; nil for other files.
  ///
  /// Its notes say then what the graph computes. The weights are those of the graph.
  fileprivate func unchangedModel() throws -> TrainedModel<Float>? {
    guard let text = model.metadata[ONNXNote.model], let digest = model.metadata[ONNXNote.digest],
      try ONNXNote.digest(graph: [graphBytes], model: text) == digest
    else { return nil }
    guard let notes = ModelNotes(json: text.utf8) else {
      throw error("the note \(ONNXNote.model) cannot be read")
    }
    let tensors = Dictionary(model.graph.initializers.map { ($0.name, $0) }) { first, _ in first }
    var archive = TensorArchive(metadata: notes.metadata)
    for name in notes.tensorNames {
      guard let tensor = tensors[name], tensor.dimensions.count <= Shape.maximumRank else {
        throw error("the weights \(name) are missing")
      }
      if tensor.elementType == ONNXElementType.double.rawValue {
        let numbers: [Double] = try numbers(of: tensor)
        archive.add(Tensor(numbers, shape: Shape(tensor.dimensions)), named: name)
      } else {
        let numbers: [Float] = try numbers(of: tensor)
        archive.add(Tensor(numbers, shape: Shape(tensor.dimensions)), named: name)
      }
    }
    return try TrainedModel(archive, path: path)
  }
}

import Datasets
import Foundation
import LinearAlgebra
import NeuralNetwork
import Serialization

/// The keys and fixed values of a model file's metadata.
private enum Metadata {
  static let format = (key: "format", value: "perceptron")
  static let version = (key: "format_version", value: "1")
  static let architecture = (key: "architecture", value: "affine-relu-affine-softmax")
  static let preprocessing = "preprocessing"
  static let classNames = "class_names"
}

extension TrainedModel {
  /// Writes the model as a safetensors file: beside its target first, then renamed, so that the
  /// target is never half written.
  ///
  /// - Throws: `FileError` where it cannot be written, or a weight is not finite, which reading
  ///   would refuse.
  public func save(to path: String) throws {
    for (name, tensor) in network.parameters {
      if let position = tensor.firstNonFinite() {
        throw FileError(
          path, "not written: element \(position) of \(name) is \(tensor[position: position])")
      }
    }
    var archive = TensorArchive(metadata: [
      Metadata.format.key: Metadata.format.value,
      Metadata.version.key: Metadata.version.value,
      Metadata.architecture.key: Metadata.architecture.value,
      Metadata.preprocessing: try json(preprocessing),
      Metadata.classNames: try json(classNames),
    ])
    for (name, tensor) in network.parameters { archive.add(tensor, named: name) }
    try archive.write(to: path)
  }

  /// Reads a model that ``save(to:)`` wrote, checking every field.
  ///
  /// - Throws: `FileError` where the file is not a safetensors file or not such a model, is in
  ///   another precision than `Scalar`, has shapes that do not go together, or weights that are not
  ///   finite.
  public init(readingFrom path: String) throws {
    try self.init(TensorArchive(readingFrom: path), path: path)
  }

  init(_ archive: TensorArchive, path: String) throws {
    for (key, value) in [Metadata.format, Metadata.version, Metadata.architecture] {
      let found = archive.metadata[key].map { "\"\($0)\"" } ?? "none"
      if archive.metadata[key] != value {
        throw FileError(
          path, "not a Perceptron model: expected \(key) \"\(value)\", found \(found)")
      }
    }
    let expected = ["W1", "W2", "b1", "b2"]
    if archive.names.sorted() != expected {
      throw FileError(path, "expected the tensors \(expected), found \(archive.names.sorted())")
    }
    let weights1: Tensor<Scalar> = try archive.finiteTensor("W1", path: path)
    let weights2: Tensor<Scalar> = try archive.finiteTensor("W2", path: path)
    guard weights1.rank == 2, weights2.rank == 2, weights1.shape[1] == weights2.shape[0] else {
      throw FileError(
        path, "W1 of shape \(weights1.shape) does not lead to W2 of shape \(weights2.shape)")
    }
    network = TwoLayerNet(
      hidden: Affine(
        weights: weights1,
        bias: try archive.finiteTensor("b1", shape: [weights1.shape[1]], path: path)),
      output: Affine(
        weights: weights2,
        bias: try archive.finiteTensor("b2", shape: [weights2.shape[1]], path: path)))
    preprocessing = try archive.decode(Preprocessing.self, Metadata.preprocessing, path: path)
    classNames = try archive.decode([String].self, Metadata.classNames, path: path)
    if let mean = preprocessing.mean, mean.count != network.inputSize {
      throw FileError(
        path, "expected a mean of \(network.inputSize) features, found \(mean.count)")
    }
    if classNames.count != network.classCount {
      throw FileError(
        path, "expected \(network.classCount) class names, found \(classNames.count)")
    }
  }
}

/// Compact JSON with sorted keys, so that the same model gives the same bytes.
private func json(_ value: some Encodable) throws -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  return String(decoding: try encoder.encode(value), as: UTF8.self)
}

extension TensorArchive {
  fileprivate func finiteTensor<Scalar: BLASScalar>(
    _ name: String, shape: Shape? = nil, path: String
  ) throws -> Tensor<Scalar> {
    let tensor: Tensor<Scalar> = try tensor(named: name, shape: shape)
    if let position = tensor.firstNonFinite() {
      throw FileError(
        path, "tensor \(name): element \(position) is \(tensor[position: position])")
    }
    return tensor
  }

  fileprivate func decode<Value: Decodable>(
    _ type: Value.Type, _ key: String, path: String
  ) throws -> Value {
    guard let text = metadata[key] else {
      throw FileError(path, "expected \(key) in the metadata, found none")
    }
    do {
      return try JSONDecoder().decode(type, from: Data(text.utf8))
    } catch {
      throw FileError(path, "\(key) in the metadata cannot be read: \(text.prefix(60))")
    }
  }
}

import PerceptronDatasets
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// A network with everything that is needed to predict: its preprocessing and the class names.
///
/// Saved as a safetensors file: tensors `W1`, `b1`, `W2`, … in the network's precision, and in the
/// metadata the architecture, the preprocessing, the class names and, of pictures, their shape as JSON.
public struct TrainedModel<Scalar: BLASScalar>: Sendable, Equatable {
  /// The network.
  public var network: Network<Scalar>
  /// The preprocessing of features.
  public var preprocessing: Preprocessing
  /// A name for each class.
  public var classNames: [String]
  /// How the inputs form a picture, or nil where they are none or that is not known.
  public var image: ImageShape?

  /// A model of a network, preprocessing and class names.
  ///
  /// - Parameter image: how the inputs form a picture, if they do.
  /// - Precondition: a name for each class, a mean, if any, for each input, and a picture, if any, of
  ///   as many features as inputs.
  public init(
    network: Network<Scalar>, preprocessing: Preprocessing, classNames: [String],
    image: ImageShape? = nil
  ) {
    require(
      classNames.count == network.classCount,
      "TrainedModel: \(classNames.count) class names for \(network.classCount) classes")
    require(
      preprocessing.mean.map { $0.count == network.inputSize } ?? true,
      "TrainedModel: a mean of \(preprocessing.mean?.count ?? 0) features for \(network.inputSize) inputs"
    )
    require(
      image.map { $0.featureCount == network.inputSize } ?? true,
      "TrainedModel: pictures of \(image?.featureCount ?? 0) features for \(network.inputSize) inputs"
    )
    self.network = network
    self.preprocessing = preprocessing
    self.classNames = classNames
    self.image = image
  }

  /// A model of a two-layer network, preprocessing and class names, with the same preconditions.
  public init(
    network: TwoLayerNet<Scalar>, preprocessing: Preprocessing, classNames: [String],
    image: ImageShape? = nil
  ) {
    self.init(
      network: network.network, preprocessing: preprocessing, classNames: classNames, image: image)
  }
}

/// A model in the precision that its file has.
public enum AnyTrainedModel: Sendable {
  /// Single precision.
  case float(TrainedModel<Float>)
  /// Double precision.
  case double(TrainedModel<Double>)

  /// Reads a model of either precision.
  ///
  /// - Throws: `FileError` as ``TrainedModel/init(readingFrom:)`` does.
  public init(readingFrom path: String) throws {
    let archive = try TensorArchive(readingFrom: path)
    switch archive.dataType(of: "W1") {
    case .float64: self = .double(try TrainedModel(archive, path: path))
    case .float32, nil: self = .float(try TrainedModel(archive, path: path))
    }
  }

  /// The loss, without the penalty, and the accuracy on a data set, which is prepared as the model's
  /// training data was.
  ///
  /// - Precondition: the data has the network's input size and no more classes than it.
  public func evaluate(on data: Dataset) -> Evaluation {
    switch self {
    case .float(let model):
      model.network.evaluate(on: data.prepared(with: model.preprocessing, as: Float.self))
    case .double(let model):
      model.network.evaluate(on: data.prepared(with: model.preprocessing, as: Double.self))
    }
  }
}

// MARK: - Files

/// The keys and fixed values of a model file's metadata.
private enum Metadata {
  static let format = (key: "format", value: "perceptron")
  static let version = "format_version"
  static let architecture = "architecture"
  static let preprocessing = "preprocessing"
  static let classNames = "class_names"
  /// For models whose inputs are known to be pictures.
  static let image = "image"

  /// The first version's only architecture, under a name in place of the layers.
  static let firstVersion = (version: "1", architecture: "affine-relu-affine-softmax")
  static let currentVersion = "2"
}

extension TrainedModel {
  /// Writes the model as a safetensors file: beside its target first, then renamed, so that the
  /// target is never half written.
  ///
  /// - Throws: `FileError` where it cannot be written, a weight is not finite, which reading would
  ///   refuse, or a layer or the loss is one that files know nothing of.
  public func save(to path: String) throws {
    for (name, tensor) in network.parameters {
      if let position = tensor.firstNonFinite() {
        throw FileError(
          path, "not written: element \(position) of \(name) is \(tensor[position: position])")
      }
    }
    guard let architecture = NetworkArchitecture(of: network) else {
      throw FileError(path, "not written: \(NetworkArchitecture.unknownPart(of: network))")
    }
    var archive = TensorArchive(metadata: [
      Metadata.format.key: Metadata.format.value,
      Metadata.version: Metadata.currentVersion,
      Metadata.architecture: try architecture.jsonLine,
      Metadata.preprocessing: try preprocessing.jsonLine,
      Metadata.classNames: try classNames.jsonLine,
    ])
    if let image { archive.metadata[Metadata.image] = try image.jsonLine }
    archive.add(network)
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
    try archive.expect([Metadata.format], "a Perceptron model", path: path)
    network = try archive.network(try Self.architecture(archive, path: path), path: path)
    let expected = (network.parameters.names + network.statistics.names).stablySorted()
    if archive.names.stablySorted() != expected {
      throw FileError(
        path, "expected the tensors \(expected), found \(archive.names.stablySorted())")
    }
    preprocessing = try archive.decode(Preprocessing.self, Metadata.preprocessing, path: path)
    classNames = try archive.decode([String].self, Metadata.classNames, path: path)
    if let mean = preprocessing.mean, mean.count != network.inputSize {
      throw FileError(path, "expected a mean of \(network.inputSize) features, found \(mean.count)")
    }
    if classNames.count != network.classCount {
      throw FileError(path, "expected \(network.classCount) class names, found \(classNames.count)")
    }
    image =
      archive.metadata[Metadata.image] == nil
      ? nil : try archive.decode(ImageShape.self, Metadata.image, path: path)
    if let image, image.featureCount != network.inputSize {
      throw FileError(
        path,
        "expected a picture of \(network.inputSize) features, found one of \(image.featureCount)")
    }
  }

  private static func architecture(
    _ archive: TensorArchive, path: String
  ) throws -> NetworkArchitecture {
    if archive.metadata[Metadata.version] == Metadata.firstVersion.version {
      let name = (Metadata.architecture, Metadata.firstVersion.architecture)
      try archive.expect([name], "a Perceptron model", path: path)
      let first: Tensor<Scalar> = try archive.tensor(named: "W1")
      let last: Tensor<Scalar> = try archive.tensor(named: "W2")
      guard first.rank == 2, last.rank == 2, first.shape[1] == last.shape[0] else {
        throw FileError(
          path, "W1 of shape \(first.shape) does not lead to W2 of shape \(last.shape)")
      }
      return NetworkArchitecture(
        inputSize: first.shape[0],
        layers: TwoLayerNet<Scalar>.specifications(
          hiddenSize: first.shape[1], classCount: last.shape[1]),
        loss: .softmax)
    }
    try archive.expect(
      [(Metadata.version, Metadata.currentVersion)], "a Perceptron model", path: path)
    return try archive.decode(NetworkArchitecture.self, Metadata.architecture, path: path)
  }
}

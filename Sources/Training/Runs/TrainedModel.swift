import PerceptronDatasets
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// A network with everything that is needed to predict: its preprocessing, and what its outputs are.
///
/// Saved as a safetensors file: tensors `W1`, `b1`, `W2`, … in the network's precision, and in the
/// metadata the architecture, the preprocessing, the class names or other targets and, of pictures, their
/// shape as JSON. With principal components, also the tensors `projection.mean` [columns] and
/// `projection.directions` [columns, components] in double precision, and in the metadata their variances,
/// shares and ε.
public struct TrainedModel<Scalar: BLASScalar>: Sendable, Equatable {
  /// The network.
  public var network: Network<Scalar>
  /// The preprocessing of features, and of targets that are numbers.
  public var preprocessing: Preprocessing
  /// What is predicted: classes, numbers or labels, with their names.
  public var schema: TargetSchema
  /// How the features before preprocessing form a picture, or nil where they are none or that is not known.
  public var image: ImageShape?

  /// A name for each class; empty where no classes are predicted.
  public var classNames: [String] { schema.kind == .classes ? schema.names : [] }

  /// The number of features of a row as it comes, before its preparation.
  public var featureCount: Int { preprocessing.inputCount ?? network.inputSize }

  /// A model that predicts classes.
  ///
  /// - Parameter image: how the inputs form a picture, if they do.
  /// - Precondition: a name for each class, a mean, if any, for each input, and a picture, if any, of
  ///   as many features as inputs.
  public init(
    network: Network<Scalar>, preprocessing: Preprocessing, classNames: [String],
    image: ImageShape? = nil
  ) {
    self.init(
      network: network, preprocessing: preprocessing, schema: .classes(classNames), image: image)
  }

  /// A model of a network and its preprocessing.
  ///
  /// - Parameters:
  ///   - schema: what is predicted.
  ///   - image: how the inputs form a picture, if they do.
  /// - Precondition: a name for each class, or for each output where numbers or labels are predicted; a
  ///   mean, if any, for each input; a scaling of targets, if any, of each output; a picture, if any, of as
  ///   many features as the preprocessing takes, or else as inputs.
  public init(
    network: Network<Scalar>, preprocessing: Preprocessing, schema: TargetSchema,
    image: ImageShape? = nil
  ) {
    require(
      schema.kind != .classes || schema.names.count == network.classCount,
      "TrainedModel: \(schema.names.count) class names for \(network.classCount) classes")
    network.requireFit(schema, "the model")
    require(
      preprocessing.targets.map { $0.means.count == network.outputSize } ?? true,
      "TrainedModel: a scaling of \(preprocessing.targets?.means.count ?? 0) targets for "
        + "\(network.outputSize) outputs")
    require(
      preprocessing.inputCount.map { preprocessing.outputCount(of: $0) == network.inputSize }
        ?? true,
      "TrainedModel: preprocessing of \(preprocessing.inputCount ?? 0) features for "
        + "\(network.inputSize) inputs")
    let inputs = preprocessing.inputCount ?? network.inputSize
    require(
      image.map { $0.featureCount == inputs } ?? true,
      "TrainedModel: pictures of \(image?.featureCount ?? 0) features for \(inputs) inputs")
    self.network = network
    self.preprocessing = preprocessing
    self.schema = schema
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
  /// - Throws: `FileError` as ``TrainedModel/init(readingFrom:)`` does, which says what a file of another kind
  ///   is, and whether `perceptron import` reads it.
  public init(readingFrom path: String) throws {
    let archive: TensorArchive
    do {
      archive = try TensorArchive(readingFrom: path)
    } catch let error as FileError {
      guard let kind = FileKind(of: path), kind != .safetensors else { throw error }
      let advice = kind == .onnx || kind == .npz ? Self.importAdvice : ""
      throw FileError(path, Self.expectation + "found \(kind)\(advice)")
    }
    if [nil, "pt"].contains(archive.metadata[Metadata.format.key]) {
      throw FileError(
        path, Self.expectation + "found other tensors, such as a state dict's" + Self.importAdvice)
    }
    try self.init(archive, path: path)
  }

  private static let expectation = "expected a model that `perceptron train` saved, "
  private static let importAdvice = "; `perceptron import` reads models of other programs"

  /// The model that an archive holds; messages name the path.
  package init(_ archive: TensorArchive, path: String) throws {
    switch archive.dataType(of: "W1") {
    case .float64: self = .double(try TrainedModel(archive, path: path))
    case .float32, nil: self = .float(try TrainedModel(archive, path: path))
    }
  }

  /// The loss, without the penalty, and metrics on a data set, which is prepared as the model's
  /// training data was.
  ///
  /// - Precondition: the data has the network's input size and no more classes than it.
  public func evaluate(on data: Dataset, metrics: [Metric]? = nil) -> Evaluation {
    switch self {
    case .float(let model):
      model.network.evaluate(
        on: data.prepared(with: model.preprocessing, as: Float.self), metrics: metrics)
    case .double(let model):
      model.network.evaluate(
        on: data.prepared(with: model.preprocessing, as: Double.self), metrics: metrics)
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
  /// For models that do not predict classes.
  static let targets = "targets"
  /// For models whose inputs are known to be pictures.
  static let image = "image"
  /// For models with principal components.
  static let projection = "projection"

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
    try archive(path: path).write(to: path)
  }

  /// What ``save(to:)`` writes; its errors name the path.
  package func archive(path: String) throws -> TensorArchive {
    for (name, tensor) in network.parameters {
      if let position = tensor.firstNonFinite() {
        throw FileError(
          path, "not written: element \(position) of \(name) is \(tensor[position: position])")
      }
    }
    guard let architecture = NetworkArchitecture(of: network) else {
      throw FileError(path, "not written: \(NetworkArchitecture.unknownPart(of: network))")
    }
    try architecture.check(path: path)
    var archive = TensorArchive(metadata: [
      Metadata.format.key: Metadata.format.value,
      Metadata.version: Metadata.currentVersion,
      Metadata.architecture: try architecture.jsonLine,
      Metadata.preprocessing: try preprocessing.withoutProjection.jsonLine,
    ])
    if schema.kind == .classes {
      archive.metadata[Metadata.classNames] = try classNames.jsonLine
    } else {
      archive.metadata[Metadata.targets] = try schema.jsonLine
    }
    if let image { archive.metadata[Metadata.image] = try image.jsonLine }
    archive.add(network)
    if let projection = preprocessing.projection { try archive.add(projection) }
    return archive
  }

  /// Reads a model that ``save(to:)`` wrote, checking every field.
  ///
  /// - Throws: `FileError` where the file is not a safetensors file or not such a model, is in
  ///   another precision than `Scalar`, has shapes that do not go together, or weights that are not
  ///   finite.
  public init(readingFrom path: String) throws {
    try self.init(TensorArchive(readingFrom: path), path: path)
  }

  /// The model that an archive holds, checked as ``init(readingFrom:)`` does; messages name the path.
  package init(_ archive: TensorArchive, path: String) throws {
    try archive.expect([Metadata.format], "a Perceptron model", path: path)
    network = try archive.network(try Self.architecture(archive, path: path), path: path)
    try archive.expectTensors(of: network, path: path)
    preprocessing = try archive.preprocessing(path: path)
    schema =
      archive.metadata[Metadata.targets] == nil
      ? .classes(try archive.decode([String].self, Metadata.classNames, path: path))
      : try archive.decode(TargetSchema.self, Metadata.targets, path: path)
    image =
      archive.metadata[Metadata.image] == nil
      ? nil : try archive.decode(ImageShape.self, Metadata.image, path: path)
    try checkPreprocessing(path: path)
    try checkTargets(path: path)
    let inputs = preprocessing.inputCount ?? network.inputSize
    if let image, image.featureCount != inputs {
      throw FileError(
        path, "expected a picture of \(inputs) features, found one of \(image.featureCount)")
    }
  }

  /// Throws unless the preprocessing makes as many features as the network takes.
  private func checkPreprocessing(path: String) throws {
    let inputSize = network.inputSize
    if let mean = preprocessing.mean, preprocessing.columns == nil,
      preprocessing.projection == nil, mean.count != inputSize
    {
      throw FileError(path, "expected a mean of \(inputSize) features, found \(mean.count)")
    }
    if let columns = preprocessing.columns,
      preprocessing.outputCount(of: columns.count) != inputSize
    {
      throw FileError(
        path,
        "expected preprocessing that makes \(inputSize) features, found one that makes "
          + "\(preprocessing.outputCount(of: columns.count)) of \(columns.count) columns")
    }
    if let projection = preprocessing.projection, projection.count != inputSize {
      throw FileError(
        path,
        "expected \(inputSize) principal components, one for each input, found "
          + "\(projection.count)")
    }
    if let problem = preprocessing.problem(
      making: inputSize, of: preprocessing.inputCount ?? inputSize)
    {
      throw FileError(path, "the preprocessing: \(problem)")
    }
  }

  /// Throws unless the names and the scaling of what is predicted fit the network's outputs.
  private func checkTargets(path: String) throws {
    let count = schema.kind == .classes ? network.classCount : network.outputSize
    if schema.names.count != count || (schema.kind != .classes && !network.loss.takesValues) {
      throw FileError(
        path,
        schema.kind == .classes
          ? "expected \(count) class names, found \(schema.names.count)"
          : "\(schema) do not fit \(count) outputs with the loss \(network.loss.name)")
    }
    if let scaling = preprocessing.targets, scaling.means.count != network.outputSize {
      throw FileError(
        path,
        "expected the scaling of \(network.outputSize) targets, found one of \(scaling.means.count)"
      )
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

extension TensorArchive {
  /// Throws unless the tensors are those of a network and of the principal components, if there are any.
  fileprivate func expectTensors<Scalar>(of network: Network<Scalar>, path: String) throws {
    let expected =
      (network.parameters.names + network.statistics.names
      + (metadata[Metadata.projection] == nil ? [] : StoredProjection.names)).stablySorted()
    if names.stablySorted() != expected {
      throw FileError(path, "expected the tensors \(expected), found \(names.stablySorted())")
    }
  }

  /// The preprocessing, with the principal components if there are any.
  fileprivate func preprocessing(path: String) throws -> Preprocessing {
    let steps = try decode(Preprocessing.self, Metadata.preprocessing, path: path)
    if steps.projection != nil {
      throw FileError(path, "expected principal components as tensors, found them in the metadata")
    }
    return metadata[Metadata.projection] == nil ? steps : try projecting(steps, path: path)
  }
}

// MARK: - Principal components

/// Principal components without their tensors, as the metadata has them.
private struct StoredProjection: Codable {
  var variances: [Double]
  var explainedVarianceRatio: [Double]
  var whitening: Double?

  static let mean = "projection.mean", directions = "projection.directions"
  static let names = [mean, directions]
}

extension TensorArchive {
  fileprivate mutating func add(_ components: PrincipalComponents) throws {
    metadata[Metadata.projection] = try StoredProjection(
      variances: components.variances, explainedVarianceRatio: components.explainedVarianceRatio,
      whitening: components.whitening
    ).jsonLine
    add(components.mean, named: StoredProjection.mean)
    add(components.directions, named: StoredProjection.directions)
  }

  /// A preprocessing with the principal components of the file behind its steps.
  fileprivate func projecting(
    _ preprocessing: Preprocessing, path: String
  ) throws -> Preprocessing {
    let stored = try decode(StoredProjection.self, Metadata.projection, path: path)
    let mean: Tensor<Double> = try finiteTensor(StoredProjection.mean, path: path)
    let directions: Tensor<Double> = try finiteTensor(
      StoredProjection.directions,
      shape: Shape(rows: mean.count, columns: stored.variances.count), path: path)
    if let problem = PrincipalComponents.problem(
      mean, directions, stored.variances, stored.explainedVarianceRatio, stored.whitening)
    {
      throw FileError(path, "the principal components: \(problem)")
    }
    let components = PrincipalComponents(
      mean: mean, directions: directions, variances: stored.variances,
      explainedVarianceRatio: stored.explainedVarianceRatio, whitening: stored.whitening)
    if let problem = preprocessing.problem(projectingOnto: components) {
      throw FileError(path, "the preprocessing: \(problem)")
    }
    return preprocessing.projecting(onto: components)
  }
}

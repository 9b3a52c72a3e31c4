import Foundation
import PerceptronDatasets
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining
import TestSupport
import Testing

@Suite("Trained models")
struct TrainedModelTests {
  static func model<Scalar: BLASScalar>(_: Scalar.Type) -> TrainedModel<Scalar> {
    var random = SeededRandom(seed: 2)
    return TrainedModel(
      network: TwoLayerNet(
        inputSize: 3, hiddenSize: 4, classCount: 2, scale: 0.7, using: &random),
      preprocessing: Preprocessing(divisor: 255, mean: [0.1, 1.0 / 3, 1e-300]),
      classNames: ["cat \"quoted\"", "狗/dog"])
  }

  @Test("A model comes back from its file bit for bit, in its own precision")
  func roundTrip() throws {
    func check<Scalar: BLASScalar>(_ type: Scalar.Type) throws {
      let directory = try TemporaryDirectory()
      let path = directory.path + "/model.safetensors"
      let model = Self.model(type)
      try model.save(to: path)
      #expect(try TrainedModel<Scalar>(readingFrom: path) == model)
      switch try AnyTrainedModel(readingFrom: path) {
      case .float(let read): #expect(read as? TrainedModel<Scalar> == model)
      case .double(let read): #expect(read as? TrainedModel<Scalar> == model)
      }
      let first = try Data(contentsOf: URL(filePath: path))
      try model.save(to: path)
      #expect(try Data(contentsOf: URL(filePath: path)) == first)
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).count == 1)
    }
    for type in scalarTypes { try check(type) }
  }

  /// A model of pictures of 2 × 3 pixels with two whitened components.
  private static func projected<Scalar: BLASScalar>(_: Scalar.Type) throws -> TrainedModel<Scalar> {
    var random = SeededRandom(seed: 2)
    let components = try PrincipalComponents(
      of: Tensor<Double>.sample([9, 6]), count: 2, whitening: 1e-5)
    return TrainedModel(
      network: TwoLayerNet(inputSize: 2, hiddenSize: 4, classCount: 2, scale: 0.7, using: &random),
      preprocessing: Preprocessing(
        steps: [.divide(by: 255), .subtract([0, 1, 2, 3, 4, 5])], projection: components),
      classNames: ["a", "b"], image: ImageShape(width: 3, height: 2))
  }

  @Test("A model with principal components comes back from its file bit for bit")
  func projectionRoundTrip() throws {
    func check<Scalar: BLASScalar>(_ type: Scalar.Type) throws {
      let directory = try TemporaryDirectory()
      let model = try Self.projected(type)
      try model.save(to: directory.file("m"))
      #expect(try TrainedModel<Scalar>(readingFrom: directory.file("m")) == model)
      let archive = try TensorArchive(readingFrom: directory.file("m"))
      #expect(archive.dataType(of: "projection.directions") == .float64)
      #expect(archive.metadata["preprocessing"]?.contains("projection") == false)
    }
    for type in scalarTypes { try check(type) }
  }

  @Test("Principal components that do not fit the model are refused, with the reason")
  func badProjection() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("m")
    try Self.projected(Float.self).save(to: path)
    let archive = try TensorArchive(readingFrom: path)
    let stored = try #require(archive.metadata["projection"])
    func read(
      _ change: (inout [String: String]) -> Void, without dropped: String = "",
      mean: [Double]? = nil, directions: Tensor<Double>? = nil
    ) throws -> String? {
      var metadata = archive.metadata
      change(&metadata)
      var copy = TensorArchive(metadata: metadata)
      for name in archive.names where name != dropped {
        switch name {
        case "projection.mean":
          copy.add(
            try mean.map { Tensor($0) } ?? archive.tensor(named: name, as: Double.self), named: name
          )
        case "projection.directions":
          copy.add(try directions ?? archive.tensor(named: name, as: Double.self), named: name)
        default: copy.add(try archive.tensor(named: name, as: Float.self), named: name)
        }
      }
      try copy.write(to: path)
      return #expect(throws: FileError.self) { try AnyTrainedModel(readingFrom: path) }?.message
    }
    #expect(try read({ $0["projection"] = nil })?.contains("expected the tensors") == true)
    #expect(
      try read({ _ in }, without: "projection.mean")?.contains("expected the tensors") == true)
    #expect(
      try read({ $0["projection"] = stored.replacing("1e-05", with: "-1") })?
        .contains("ε is not a finite number from 0 up") == true)
    #expect(
      try read({ _ in }, mean: [1, 2, 3])?.contains("expected the shape [3, 2]") == true)
    #expect(
      try read({ _ in }, mean: [1, 2, 3], directions: .zeros([3, 2]))?
        .contains("principal components of 3 columns for 6 features") == true)
    #expect(
      try read({ _ in }, directions: Tensor(shape: [6, 2], repeating: .infinity))?
        .contains("element 0 is inf") == true)
  }

  @Test("A model with weights that are not finite is not written")
  func notFinite() throws {
    let directory = try TemporaryDirectory()
    var model = Self.model(Float.self)
    model.network.parameters["b2"] = Tensor([1, .infinity])
    let error = #expect(throws: FileError.self) { try model.save(to: directory.file("m")) }
    #expect(error?.description.contains("element 1 of b2 is inf") == true)
    #expect(try directory.names == [])
  }

  @Test("A file in the other precision is refused")
  func precision() throws {
    let directory = try TemporaryDirectory()
    let path = directory.path + "/m"
    try Self.model(Double.self).save(to: path)
    #expect(throws: FileError.self) { try TrainedModel<Float>(readingFrom: path) }
  }

  @Test("A model file cut anywhere is refused")
  func cut() throws {
    let directory = try TemporaryDirectory()
    let path = directory.path + "/m"
    try Self.model(Float.self).save(to: path)
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
    for length in 0..<bytes.count {
      try Data(bytes[..<length]).write(to: URL(filePath: path))
      #expect(throws: FileError.self, "cut to \(length)") {
        try AnyTrainedModel(readingFrom: path)
      }
    }
  }

  @Test("A flipped byte in the header is refused or leaves a model that can be used")
  func flipped() throws {
    let directory = try TemporaryDirectory()
    let path = directory.path + "/m"
    try Self.model(Float.self).save(to: path)
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
    let headerLength = 8 + Int(bytes[0]) + Int(bytes[1]) << 8
    var refused = 0
    for position in 0..<headerLength {
      for flip in [0x01, 0x20, 0x80] as [UInt8] {
        var changed = bytes
        changed[position] ^= flip
        try Data(changed).write(to: URL(filePath: path))
        do {
          let model = try TrainedModel<Float>(readingFrom: path)
          #expect(model.network.outputs(of: Tensor<Float>.zeros([1, 3])).firstNonFinite() == nil)
        } catch is FileError {
          refused += 1
        }
      }
    }
    #expect(refused > headerLength)
  }

  @Test("A model of the first version, which had one architecture under a name, can be read")
  func firstVersion() throws {
    let directory = try TemporaryDirectory()
    let path = directory.path + "/m"
    try Self.model(Float.self).save(to: path)
    var archive = try TensorArchive(readingFrom: path)
    archive.metadata["format_version"] = "1"
    archive.metadata["architecture"] = "affine-relu-affine-softmax"
    try archive.write(to: path)
    #expect(try TrainedModel<Float>(readingFrom: path) == Self.model(Float.self))
  }

  @Test("How inputs lie in a picture comes back from the file; a file may be without it")
  func image() throws {
    let directory = try TemporaryDirectory()
    let path = directory.path + "/m"
    for image in [
      nil, ImageShape(width: 3, height: 1),
      ImageShape(width: 1, height: 1, channels: 3, layout: .interleaved),
    ] {
      var model = Self.model(Double.self)
      model.image = image
      try model.save(to: path)
      #expect(try TrainedModel<Double>(readingFrom: path) == model)
      #expect((try TensorArchive(readingFrom: path).metadata["image"] == nil) == (image == nil))
    }
  }

  @Test("A model with an image of another size than its inputs traps")
  func imageOfOtherSize() async {
    await #expect(processExitsWith: .failure) {
      let model = TrainedModelTests.model(Float.self)
      _ = TrainedModel(
        network: model.network, preprocessing: .none, classNames: model.classNames,
        image: ImageShape(width: 2, height: 2))
    }
  }

  @Test("A deep model with statistics comes back from its file bit for bit")
  func deep() throws {
    let directory = try TemporaryDirectory()
    var random = SeededRandom(seed: 2)
    var network = Network<Float>(
      inputSize: 5, CheckpointTests.layers, loss: .softmax(labelSmoothing: 0.1), using: &random)
    network.statistics["running_mean.1"] = .normal([9], using: &random)
    let model = TrainedModel(
      network: network, preprocessing: .none, classNames: ["a", "b", "c"])
    try model.save(to: directory.path + "/m")
    let read = try TrainedModel<Float>(readingFrom: directory.path + "/m")
    #expect(read == model && read.network.statistics == network.statistics)
  }

  @Test("An ensemble comes back from its file bit for bit")
  func ensemble() throws {
    func member(_ seed: UInt64, _ layers: [LayerSpecification]) -> Network<Float> {
      var random = SeededRandom(seed: seed)
      return Network(inputSize: 4, layers, using: &random)
    }
    let network = try Ensemble([
      member(1, [.affine(outputs: 5), .batchNorm(), .relu, .affine(outputs: 3)]),
      member(2, [.affine(outputs: 70), .tanh, .affine(outputs: 3)]),
      member(3, [.affine(outputs: 3)]),
    ]).network
    let model = TrainedModel(
      network: network, preprocessing: .none, classNames: ["a", "b", "c"])
    let scratch = try TemporaryDirectory()
    try model.save(to: scratch.file("model"))
    let read = try TrainedModel<Float>(readingFrom: scratch.file("model"))
    #expect(read == model)
    let x = Tensor<Float>.sample([9, 4])
    #expect(read.network.outputs(of: x) == network.outputs(of: x))
  }

  @Test("Missing or mismatched parts of a model file are named", arguments: Flaw.allCases)
  func flaws(flaw: Flaw) throws {
    let directory = try TemporaryDirectory()
    let path = directory.path + "/m"
    try Self.model(Float.self).save(to: path)
    let whole = try TensorArchive(readingFrom: path)
    var archive = TensorArchive(metadata: whole.metadata)
    for name in whole.names where name != flaw.tensor {
      archive.add(try whole.tensor(named: name, as: Float.self), named: name)
    }
    flaw.spoil(&archive)
    try archive.write(to: path)
    let error = #expect(throws: FileError.self) { try TrainedModel<Float>(readingFrom: path) }
    let text = "\(error.map { "\($0)" } ?? "")"
    #expect(text.contains(flaw.message) && text.contains(path), "\(text)")
  }

  /// One thing wrong with a model file.
  enum Flaw: CaseIterable {
    case noFormat, otherVersion, noNames, tooFewNames, brokenPreprocessing, shortMean, noTensor
    case extraTensor, wrongShape, notFinite, otherArchitecture, noLink, firstNotFinite
    case impossibleLayer, firstVersion, largeImage, noImage, hugeImage, otherLayout
    case columnBeyond, looseCategories

    /// The tensor that is left out, or replaced.
    var tensor: String? {
      switch self {
      case .noTensor, .wrongShape: "b1"
      case .notFinite, .noLink: "W2"
      case .firstNotFinite: "W1"
      default: nil
      }
    }

    var message: String {
      switch self {
      case .noFormat: "expected format \"perceptron\", found none"
      case .otherVersion: "expected format_version \"2\", found \"7\""
      case .noNames: "expected class_names in the metadata, found none"
      case .tooFewNames: "expected 2 class names, found 1"
      case .brokenPreprocessing: "preprocessing in the metadata cannot be read"
      case .shortMean: "expected a mean of 3 features, found 1"
      case .columnBeyond: "the preprocessing: log: column 3 of 3"
      case .looseCategories: "the preprocessing: one-hot: column 0 has no categories"
      case .noTensor: "expected a tensor named b1"
      case .extraTensor: "expected the tensors"
      case .wrongShape: "expected the shape [4], found [2]"
      case .notFinite: "tensor W2: element 3 is nan"
      case .firstNotFinite: "tensor W1: element 0 is inf"
      case .otherArchitecture: "architecture in the metadata cannot be read"
      case .impossibleLayer: "dropout rate is 1.0"
      case .firstVersion: "expected architecture \"affine-relu-affine-softmax\""
      case .noLink: "expected the shape [4, 2], found [5, 2]"
      case .largeImage: "expected a picture of 3 features, found one of 4"
      case .noImage, .hugeImage, .otherLayout: "image in the metadata cannot be read"
      }
    }

    func spoil(_ archive: inout TensorArchive) {
      switch self {
      case .noFormat: archive.metadata["format"] = nil
      case .otherVersion: archive.metadata["format_version"] = "7"
      case .noNames: archive.metadata["class_names"] = nil
      case .tooFewNames: archive.metadata["class_names"] = "[\"a\"]"
      case .brokenPreprocessing: archive.metadata["preprocessing"] = "{\"divisor\":0}"
      case .shortMean: archive.metadata["preprocessing"] = "{\"divisor\":1,\"mean\":[2]}"
      case .columnBeyond:
        archive.metadata["preprocessing"] = #"{"steps":[{"log":{"columns":[3]}}]}"#
      case .looseCategories:
        let step = #"{"columns":[0],"categories":[["a"]],"unknown":"ignore"}"#
        archive.metadata["preprocessing"] = #"{"steps":[{"oneHot":\#(step)}]}"#
      case .noTensor: break
      case .extraTensor: archive.add([1] as Tensor<Float>, named: "b3")
      case .wrongShape: archive.add([1, 2] as Tensor<Float>, named: "b1")
      case .otherArchitecture: archive.metadata["architecture"] = "perceptron"
      case .impossibleLayer:
        archive.metadata["architecture"] = archive.metadata["architecture"]?
          .replacing("{\"relu\":{}}", with: "{\"dropout\":{\"rate\":1}}")
      case .firstVersion: archive.metadata["format_version"] = "1"
      case .noLink: archive.add(Tensor<Float>.zeros([5, 2]), named: "W2")
      case .largeImage: archive.metadata["image"] = image(width: 2, height: 2)
      case .noImage: archive.metadata["image"] = image(width: -3, height: -1)
      case .hugeImage: archive.metadata["image"] = image(width: .max, height: 3)
      case .otherLayout: archive.metadata["image"] = image(width: 3, height: 1, layout: "spiral")
      case .firstNotFinite:
        archive.add(Tensor<Float>(shape: [3, 4], repeating: .infinity), named: "W1")
      case .notFinite:
        archive.add(Tensor<Float>([0, 1, 2, .nan, 4, 5, 6, 7], shape: [4, 2]), named: "W2")
      }
    }

    private func image(width: Int, height: Int, layout: String = "planar") -> String {
      #"{"width":\#(width),"height":\#(height),"channels":1,"layout":"\#(layout)"}"#
    }
  }
}

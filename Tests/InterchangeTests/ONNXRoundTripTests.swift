import PerceptronDatasets
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining
import TestSupport
import Testing

@testable import PerceptronInterchange

@Suite("ONNX files that were written here and are read again")
struct ONNXRoundTripTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test("A model is the same afterwards", arguments: Sample.models.map(\.name))
  func same(name: String) throws {
    let model = try #require(Sample.models.first { $0.name == name }?.model)
    try model.writeONNX(to: directory.file("a.onnx"))
    guard case .float(let read) = try AnyTrainedModel(readingONNXFrom: directory.file("a.onnx"))
    else {
      Issue.record("not in single precision")
      return
    }
    #expect(read == model)
  }

  /// Those that the graph alone says everything of.
  @Test(
    "Without its notes, a file gives a model with the same predictions",
    arguments: [
      "deep", "two classes", "one against the rest", "smoothing and weights", "pixels", "numbers",
      "labels",
    ])
  func withoutNotes(name: String) throws {
    let model = try #require(Sample.models.first { $0.name == name }?.model)
    try model.writeONNX(to: directory.file("a.onnx"))
    var (message, _) = try ONNXModel.read(directory.bytes(of: "a.onnx"), path: "a.onnx")
    message.metadata = [:]
    let bytes = message.encoded(graph: message.graph.encoded).bytes
    let read = try AnyTrainedModel(ONNXSource(bytes, path: "a.onnx"), as: nil, names: nil)
    guard case .float(let other) = read else {
      Issue.record("not in single precision")
      return
    }
    #expect(other.schema.kind == model.schema.kind)
    #expect(other.schema.names.count == model.schema.names.count)
    let features = Features(Sample.rows(20, model.preprocessing.inputCount ?? 4))
    let expected = model.network.predictions(
      of: features.prepared(with: model.preprocessing), as: model.schema)
    let found = other.network.predictions(
      of: features.prepared(with: other.preprocessing), as: other.schema)
    #expect(found.classes == expected.classes)
    for (found, expected) in [
      (found.probabilities, expected.probabilities), (found.values, expected.values),
    ] {
      #expect((found == nil) == (expected == nil))
      for (a, b) in zip(found?.elements ?? [], expected?.elements ?? []) {
        #expect(abs(a - b) <= 1e-5 * max(1, abs(b)), "\(a) and \(b)")
      }
    }
  }

  @Test("A table without its notes is refused by the node that takes its columns apart")
  func tableWithoutNotes() throws {
    try Sample.table.writeONNX(to: directory.file("a.onnx"))
    var (message, _) = try ONNXModel.read(directory.bytes(of: "a.onnx"), path: "a.onnx")
    message.metadata[ONNXNote.digest] = "0"
    let source = try ONNXSource(message.encoded(graph: message.graph.encoded).bytes, path: "a.onnx")
    let error = try #require(throws: FileError.self) {
      try AnyTrainedModel(source, as: nil, names: nil)
    }
    #expect(error.message.hasPrefix("node numbers (Gather): "), "\(error)")
    #expect(error.message.contains("; the file was changed since it was exported"), "\(error)")
  }

  @Test("Weights in a second file are read")
  func external() throws {
    let model = Sample.model([.affine(outputs: 300), .relu, .affine(outputs: 300)])
    _ = try model.writeONNX(to: directory.file("a.onnx"), largestFile: 1 << 17)
    guard case .float(let read) = try AnyTrainedModel(readingONNXFrom: directory.file("a.onnx"))
    else {
      Issue.record("not in single precision")
      return
    }
    #expect(read == model)
  }

  @Test("A model in double precision is rounded to single precision")
  func double() throws {
    let network = Sample.network(4, [.affine(outputs: 3)], as: Double.self)
    let names = ["a", "b", "c"]
    try TrainedModel(network: network, preprocessing: .none, classNames: names)
      .writeONNX(to: directory.file("a.onnx"))
    guard case .float(let read) = try AnyTrainedModel(readingONNXFrom: directory.file("a.onnx"))
    else {
      Issue.record("not in single precision")
      return
    }
    #expect(read.network == Network<Float>(network))
  }

  @Test("Names and the kind that are asked for replace those of the file, or are refused")
  func wishes() throws {
    try Sample.model([.affine(outputs: 3)]).writeONNX(to: directory.file("a.onnx"))
    let path = directory.file("a.onnx")
    guard
      case .float(let read) = try AnyTrainedModel(readingONNXFrom: path, names: ["u", "v", "w"])
    else { return }
    #expect(read.classNames == ["u", "v", "w"])
    #expect(throws: FileError.self) { try AnyTrainedModel(readingONNXFrom: path, names: ["u"]) }
    #expect(throws: FileError.self) { try AnyTrainedModel(readingONNXFrom: path, as: .numbers) }
  }
}

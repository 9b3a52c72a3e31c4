import PerceptronDatasets
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining
import TestSupport
import Testing

@testable import PerceptronInterchange

@Suite("Writing ONNX files")
struct ONNXWritingTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// What a model's file has.
  private func written(_ model: TrainedModel<Float>) throws -> ONNXModel {
    try model.writeONNX(to: directory.file("a.onnx"))
    return try ONNXModel.read(directory.bytes(of: "a.onnx"), path: "a.onnx").model
  }

  @Test("The graph begins with the features and ends with logits, probabilities and the label")
  func classes() throws {
    let model = try written(Sample.model([.affine(outputs: 5), .relu, .affine(outputs: 3)]))
    #expect(model.irVersion == 8)
    #expect(model.operatorSets == [.init(version: 17)])
    #expect(model.producerName == "perceptron")
    #expect(model.metadata["class_names"] == #"["class 0","class 1","class 2"]"#)
    #expect(model.metadata["perceptron_version"] == packageVersion)
    #expect(
      model.graph.inputs
        == [ONNXValueInfo(name: "features", elementType: 1, shape: [.any("N"), .size(4)])])
    #expect(model.graph.outputs.map(\.name) == ["logits", "probabilities", "label"])
    #expect(model.graph.outputs.map(\.elementType) == [1, 1, 7])
    #expect(
      model.graph.nodes.map(\.type)
        == ["Gemm", "Relu", "Gemm", "Identity", "Softmax", "ArgMax"])
    #expect(model.graph.initializers.map(\.name) == ["W1", "b1", "W2", "b2"])
    #expect(model.graph.nodes.allSatisfy { $0.domain.isEmpty })
  }

  @Test(
    "Each layer is written as its operators",
    arguments: [
      (.relu, ["Relu"]), (.leakyReLU(slope: 0.1), ["LeakyRelu"]), (.tanh, ["Tanh"]),
      (.sigmoid, ["Sigmoid"]), (.gelu, ["Div", "Erf", "Add", "Mul", "Mul"]),
      (.dropout(rate: 0.5), []), (.batchNorm(), ["BatchNormalization"]),
      (.layerNorm(), ["LayerNormalization"]),
    ] as [(LayerSpecification, [String])])
  func layers(layer: LayerSpecification, operators: [String]) throws {
    let model = try written(Sample.model([.affine(outputs: 5), layer, .affine(outputs: 2)]))
    let types = model.graph.nodes.map(\.type)
    #expect(Array(types[1..<operators.count + 2]) == operators + ["Gemm"])
  }

  @Test("A loss without probabilities has logits and a label")
  func hinge() throws {
    let model = try written(Sample.model([.affine(outputs: 3)], loss: .hinge))
    #expect(model.graph.outputs.map(\.name) == ["logits", "label"])
  }

  @Test("Numbers are put out in their own unit, several labels as 0 and 1")
  func kinds() throws {
    let network = Sample.network(4, [.affine(outputs: 2)], loss: .squaredError)
    let scaling = TargetScaling(means: [5, 6], deviations: [2, 3])
    let numbers = try written(
      TrainedModel(
        network: network, preprocessing: Preprocessing(targets: scaling),
        schema: TargetSchema(.numbers, names: ["a", "b"])))
    #expect(numbers.graph.outputs.map(\.name) == ["value"])
    #expect(numbers.metadata["value_names"] == #"["a","b"]"#)
    let labels = try written(
      TrainedModel(
        network: Sample.network(4, [.affine(outputs: 2)], loss: .logistic), preprocessing: .none,
        schema: TargetSchema(.labels, names: ["a", "b"])))
    #expect(labels.graph.outputs.map(\.name) == ["logits", "probabilities", "labels"])
    #expect(labels.graph.outputs.last?.shape == [.any("N"), .size(2)])
  }

  @Test("A table's note says which categories have which numbers")
  func table() throws {
    let model = try written(Sample.table)
    #expect(
      model.metadata["columns"]
        == #"[{"name":"age"},{"categories":["Rome","Oslo","Bern"],"name":"city"},"#
        + #"{"name":"size"},{"categories":["x","y","z"],"name":"kind"}]"#)
    #expect(model.metadata["categories"]?.contains("any other number, whole or not") == true)
    #expect(model.graph.inputs[0].shape == [.any("N"), .size(4)])
  }

  @Test("What becomes of a missing cell is put behind the scaling, with all its digits")
  func fills() throws {
    let graph = try written(Sample.timestamps).graph
    let place = try #require(graph.initializers.first { $0.name == "fills" })
    guard case .raw(let bytes) = place.contents else { fatalError("expected raw numbers") }
    let fills = bytes.withUnsafeBytes { bytes in
      (0..<3).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
    }
    #expect(fills[0] == Float((1_764_501_234.5 - 1_764_501_800.25) / 1039.5))
    #expect(fills[1].isNaN)
    #expect(abs(fills[2] - 0.772589) < 1e-6)
    let node = try #require(graph.nodes.first { $0.outputs == ["filled"] })
    #expect(node.inputs == ["is_missing", "fills", "scaled"])
  }

  @Test(
    "Rows that cannot be predicted are marked where cells are filled, logarithms taken, or there are categories",
    arguments: [("timestamps", true), ("table", true), ("strict table", true), ("numbers", false)])
  func refusals(name: String, areMarked: Bool) throws {
    let model = try #require(Sample.models.first { $0.name == name }?.model)
    let graph = try written(model).graph
    #expect(graph.nodes.contains { $0.outputs == ["not_finite"] } == areMarked)
    #expect(graph.nodes.contains { $0.outputs == ["checked"] } == areMarked)
  }

  @Test("What is read and written again has the same bytes")
  func again() throws {
    try Sample.table.writeONNX(to: directory.file("a.onnx"))
    let bytes = try directory.bytes(of: "a.onnx")
    let model = try ONNXModel.read(bytes, path: "a.onnx").model
    #expect(model.encoded(graph: model.graph.encoded).bytes == bytes)
  }

  @Test("Weights that are too large for one file go to a second one, beside it")
  func external() throws {
    let model = Sample.model([.affine(outputs: 300), .relu, .affine(outputs: 300)])
    let paths = try model.writeONNX(to: directory.file("a.onnx"), largestFile: 1 << 17)
    #expect(paths == [directory.file("a.onnx"), directory.file("a.onnx.data")])
    let graph = try ONNXModel.read(directory.bytes(of: "a.onnx"), path: "a.onnx").model.graph
    let data = try directory.bytes(of: "a.onnx.data")
    for (tensor, parameter) in zip(graph.initializers, model.network.parameters) {
      let expected = parameter.tensor.withUnsafeElements { Array(UnsafeRawBufferPointer($0)) }
      guard case .external(let entries) = tensor.contents else {
        Issue.record("\(tensor.name) is not in the second file")
        continue
      }
      let offset = try #require(entries["offset"].flatMap(Int.init))
      #expect(entries["location"] == "a.onnx.data")
      #expect(entries["length"] == "\(expected.count)")
      #expect(offset % 4096 == 0)
      #expect(Array(data[offset..<offset + expected.count]) == expected)
    }
    #expect(try directory.bytes(of: "a.onnx").count < 1 << 16)
  }

  @Test("A layer of one's own is refused, and nothing is written")
  func unknown() throws {
    let network = Network<Float>(inputSize: 2, layers: [OwnLayer()])
    let model = TrainedModel(
      network: network, preprocessing: .none, classNames: ["a", "b"])
    let error = try #require(throws: FileError.self) {
      try model.writeONNX(to: directory.file("a.onnx"))
    }
    #expect(error.message.contains("layer 0, OwnLayer"), "\(error)")
    #expect(try directory.names.isEmpty)
  }
}

import Foundation
import PerceptronDatasets
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining
import TestSupport
import Testing

@testable import PerceptronInterchange

/// What is said of a node with the output y.
private struct Refused {
  let (sentence, type, inputs): (String, String, [String])
  let attributes: [String: ONNXAttribute.Value]

  init(
    _ sentence: String, _ type: String, _ inputs: [String],
    _ attributes: [String: ONNXAttribute.Value] = [:]
  ) {
    (self.sentence, self.type, self.inputs) = (sentence, type, inputs)
    self.attributes = attributes
  }
}

private let refusedNodes: [Refused] = [
  Refused("node y-node (Conv): this operator is not read", "Conv", ["x", "w"]),
  Refused(
    "node y-node (com.microsoft.FusedGemm): this operator is not read", "com.microsoft:FusedGemm",
    ["x", "w"]),
  Refused(
    "node y-node (Gemm): expected rows that are not transposed", "Gemm", ["x", "w"],
    ["transA": .integer(1)]),
  Refused(
    "node y-node (Gemm): the attribute gamma is not known", "Gemm", ["x", "w"], ["gamma": .float(1)]
  ),
  Refused(
    "node y-node (Gemm): expected a finite number as its alpha", "Gemm", ["x", "w"],
    ["alpha": .integer(1)]),
  Refused(
    "node y-node (Gemm): 3 columns for weights of 4 rows", "Gemm", ["x", "w"],
    ["transB": .integer(1)]),
  Refused("node y-node (Gemm): input 1 has the shape [4], expected a matrix", "Gemm", ["x", "b"]),
  Refused("node y-node (Gemm): there is no value named q before it", "Gemm", ["x", "q"]),
  Refused("node y-node (Gemm): input 1 is missing", "Gemm", ["x"]),
  Refused("node y-node (Gemm): input 2 has the shape [3, 4]", "Gemm", ["x", "w", "w"]),
  Refused("node y-node (MatMul): expected rows times a matrix", "MatMul", ["w", "x"]),
  Refused("node y-node (Add): both inputs depend on the rows", "Add", ["x", "x"]),
  Refused("node y-node (Add): input 1 has the shape [4], expected one number", "Add", ["x", "b"]),
  Refused("node y-node (Div): expected rows divided by a constant", "Div", ["one", "x"]),
  Refused("node y-node (Mul): the constant has a number that is 0", "Mul", ["x", "zero"]),
  Refused("node y-node (Erf): expected erf(x / √2)", "Erf", ["x"]),
  Refused(
    "node y-node (Gelu): the approximation by tanh is not read", "Gelu", ["x"],
    ["approximate": .text(Array("tanh".utf8))]),
  Refused(
    "node y-node (LeakyRelu): alpha is -1, expected a number above 0", "LeakyRelu", ["x"],
    ["alpha": .float(-1)]),
  Refused(
    "node y-node (Softmax): expected the softmax of each row", "Softmax", ["x"],
    ["axis": .integer(0)]),
  Refused("node y-node (ArgMax): expected the largest of each row", "ArgMax", ["x"]),
  Refused(
    "node y-node (ArgMax): expected the largest of several scores, found one", "ArgMax", ["single"],
    ["axis": .integer(1)]),
  Refused(
    "node y-node (Concat): expected the probabilities 1 − p and p", "Concat",
    ["rests", "sigmoids"],
    ["axis": .integer(1)]),
  Refused(
    "node y-node (Cast): it rounds rows to float16, which is read only", "Cast", ["single"],
    ["to": .integer(10)]),
  Refused(
    "node y-node (Cast): expected a cast to numbers with fractions", "Cast", ["softmax"],
    ["to": .integer(7)]),
  Refused("node y-node (Erf): expected erf(x / √2)", "Erf", ["nearly"]),
  Refused(
    "node y-node (Cast): expected a cast to numbers with fractions", "Cast", ["x"],
    ["to": .integer(7)]),
  Refused("node y-node (Flatten): axis is 0, expected 1", "Flatten", ["x"], ["axis": .integer(0)]),
  Refused(
    "node y-node (Reshape): the shape [5, 3] does not keep the rows apart", "Reshape",
    ["x", "five"]),
  Refused("node y-node (Dropout): it is in training mode", "Dropout", ["x", "one", "one"]),
  Refused(
    "node y-node (LayerNormalization): expected a normalization of each row", "LayerNormalization",
    ["x", "w"], ["axis": .integer(0)]),
  Refused(
    "node y-node (LayerNormalization): input 1 has the shape [4], expected 3 numbers",
    "LayerNormalization", ["x", "b"]),
  Refused(
    "node y-node (Concat): expected the probabilities 1 − p and p", "Concat", ["x", "x"],
    ["axis": .integer(1)]),
  Refused(
    "node y-node (Greater): expected a comparison of scores with 0", "Greater", ["x", "one"]),
  Refused(
    "node y-node (Constant): the attribute value_string is not known", "Constant", [],
    ["value_string": .text([])]),
]

@Suite("ONNX files that are refused")
struct ONNXRefusalTests {
  /// x [N, 3] · w [3, 4] + b [4], with a node in front of the output.
  private static func sample(
    _ extents: [ONNXValueInfo.Extent] = [.any("N"), .size(3)], outputs: [String] = ["y"],
    _ change: (inout GraphSample) -> Void
  ) -> GraphSample {
    var sample = GraphSample(extents, outputs: outputs)
    sample.weights("w", Sample.rows(3, 4))
    sample.weights("b", [1, 2, 3, 4], [4])
    change(&sample)
    return sample
  }

  private func error(_ sample: GraphSample, as kind: TargetKind? = nil) throws -> String {
    try #require(throws: FileError.self) {
      _ = try AnyTrainedModel(ONNXSource(sample.bytes, path: "a.onnx"), as: kind, names: nil)
    }.message
  }

  @Test(
    "A node that dense networks do not have is named with its operator",
    arguments: refusedNodes.indices)
  func nodes(index: Int) throws {
    let node = refusedNodes[index]
    let sample = Self.sample {
      $0.weights("one", [1], [])
      $0.weights("zero", [0], [])
      $0.tensor("five", [2], .int64, .integers([5, 3]))
      $0.weights("u", [1, 2, 3], [3, 1])
      $0.add("Gemm", ["x", "u"], as: "score")
      $0.add("Sigmoid", ["score"], as: "single")
      $0.add("Sigmoid", ["x"], as: "sigmoids")
      $0.add("Sub", ["one", "sigmoids"], as: "rests")
      $0.add("Softmax", ["x"], as: "softmax")
      $0.weights("rough", [1.4145], [])
      $0.add("Div", ["x", "rough"], as: "nearly")
      $0.add(node.type, node.inputs, as: "y", node.attributes)
    }
    let found = try error(sample)
    #expect(found.contains(node.sentence), "\(found)")
  }

  @Test("A graph that is no network of one input is refused")
  func graphs() throws {
    func expect(
      _ sentence: String, _ extents: [ONNXValueInfo.Extent] = [.any("N"), .size(3)],
      outputs: [String] = ["y"], as kind: TargetKind? = nil, _ change: (inout GraphSample) -> Void
    ) throws {
      let found = try error(Self.sample(extents, outputs: outputs, change), as: kind)
      #expect(found.contains(sentence), "\(found)")
    }
    func gemm(_ sample: inout GraphSample) { sample.add("Gemm", ["x", "w", "b"], as: "y") }
    try expect("expected one input of rows, found 2: x, z") {
      gemm(&$0)
      $0.model.graph.inputs.append(ONNXValueInfo(name: "z", elementType: 1))
    }
    try expect("input x: expected rows of features", [.size(3)], gemm)
    try expect("the operators are of version 99, expected 7 to 28") {
      gemm(&$0)
      $0.model.operatorSets = [.init(version: 99)]
    }
    try expect("expected the version of ONNX's operators") { $0.model.operatorSets = [] }
    try expect("output z: there is no value of that name", outputs: ["y", "z"], gemm)
    try expect("the graph has no layers") { $0.add("Identity", ["x"], as: "y") }
    try expect("there are no outputs", outputs: [], gemm)
    try expect("two tensors of weights are named w") { $0.weights("w", [1], [1]) }
    try expect("its output y is there already") {
      gemm(&$0)
      gemm(&$0)
    }
    try expect("the outputs y, z are not the scores", outputs: ["y", "z"]) {
      gemm(&$0)
      $0.add("Relu", ["y"], as: "z")
    }
    try expect("the number of outputs is not known", [.any("N"), .any("D")]) {
      $0.add("Relu", ["x"], as: "y")
    }
    try expect("the number of features is not known, or too large", [.any("N"), .size(1 << 40)]) {
      $0.add("Relu", ["x"], as: "y")
    }
    try expect("expected a network that predicts numbers, found one of classes", as: .numbers) {
      gemm(&$0)
      $0.add("Softmax", ["y"], as: "p")
      $0.model.graph.outputs = [ONNXValueInfo(name: "p")]
    }
    try expect("10001 nodes") {
      for index in 0...10_000 {
        $0.add("Relu", [index == 0 ? "x" : "\(index - 1)"], as: "\(index)")
      }
    }
  }

  @Test("Weights that are not what they say are refused with their name")
  func weights() throws {
    func expect(_ sentence: String, _ tensor: ONNXTensor) throws {
      var sample = GraphSample()
      sample.model.graph.initializers = [tensor]
      sample.add("MatMul", ["x", "u"], as: "y")
      let found = try error(sample)
      #expect(found.contains(sentence), "\(found)")
    }
    func tensor(_ dimensions: [Int], _ type: Int, _ contents: ONNXTensor.Contents) -> ONNXTensor {
      ONNXTensor(name: "u", dimensions: dimensions, elementType: type, contents: contents)
    }
    let twelve = [UInt8](repeating: 0, count: 12)[...]
    try expect(
      "the weights u: expected 24 bytes for the shape [3, 2], found 12",
      tensor([3, 2], 1, .raw(twelve)))
    try expect(
      "the weights u: expected 6 numbers for the shape [3, 2], found 1",
      tensor([3, 2], 1, .floats([1])))
    try expect("input 1 has the shape [3, 0], expected a matrix", tensor([3, 0], 1, .none))
    try expect("input 1 has the shape [3, -1], expected a matrix", tensor([3, -1], 1, .none))
    try expect(
      "there is no shape [2147483647, 2147483647]",
      tensor([2_147_483_647, 2_147_483_647], 1, .raw(twelve)))
    try expect("expected 6 numbers of type float, found none", tensor([3, 2], 1, .none))
    try expect("elements of type 14 are not read", tensor([3, 1], 14, .raw(twelve)))
    try expect(
      "expected numbers, found elements of type string", tensor([3, 1], 8, .texts([[], [], []])))
    try expect(
      "input 1 has numbers that are not finite", tensor([3, 1], 1, .floats([1, .nan, 2])))
  }

  // MARK: - Other files

  @Test("Weights in other files are read only where they lie in the model's folder")
  func external() throws {
    let directory = try TemporaryDirectory()
    let folder = try directory.makeDirectory("model")
    try directory.write(GraphSample.bytes([1, 2, 3] as [Float]), to: "model/w.bin")
    try directory.write(GraphSample.bytes([1, 2, 3] as [Float]), to: "secret")
    let files = FileManager.default
    try files.createSymbolicLink(atPath: folder + "/link", withDestinationPath: "../secret")
    try files.createSymbolicLink(atPath: folder + "/inner", withDestinationPath: "w.bin")
    try files.createSymbolicLink(atPath: folder + "/up", withDestinationPath: "..")
    func read(_ entries: [String: String]) throws -> AnyTrainedModel {
      var sample = GraphSample()
      sample.tensor("w", [3, 1], .float, .external(entries))
      sample.add("MatMul", ["x", "w"], as: "y")
      try directory.write(sample.bytes, to: "model/a.onnx")
      return try AnyTrainedModel(readingONNXFrom: folder + "/a.onnx")
    }
    for name in ["w.bin", "inner", "./w.bin"] {
      guard case .float(let model) = try read(["location": name]) else { continue }
      #expect(model.network.parameters["W1"] == [[1], [2], [3]])
    }
    _ = try read(["location": "w.bin", "offset": "0", "length": "12", "checksum": "none"])
    let refused: [([String: String], String)] = [
      ([:], "expected the name of the file"),
      (["location": ""], "expected a file in the model's folder"),
      (["location": "../secret"], "expected a file in the model's folder"),
      (["location": folder + "/w.bin"], "expected a file in the model's folder"),
      (["location": "a/../../secret"], "expected a file in the model's folder"),
      (["location": "w.bin\0"], "expected a file in the model's folder"),
      (["location": "link"], "which is a link to"),
      (["location": "up/secret"], "which is a link to"),
      (["location": "none"], "cannot open the model's weights"),
      (["location": "."], "which is a link to"),
      (
        ["location": "w.bin", "offset": "4"],
        "expected 12 bytes from byte 4 of w.bin on, which has 12"
      ),
      (["location": "w.bin", "offset": "9223372036854775807"], "from byte 9223372036854775807"),
      (["location": "w.bin", "offset": "-1"], "the offset -1 is no place in a file"),
      (["location": "w.bin", "offset": "+0"], "the offset +0 is no place in a file"),
      (["location": "w.bin", "offset": ""], "is no place in a file"),
      (["location": "w.bin", "length": "8"], "expected 12 bytes for the shape [3, 1], found 8"),
    ]
    for (entries, sentence) in refused {
      let error = try #require(throws: FileError.self) { try read(entries) }
      #expect(error.message.contains(sentence), "\(entries): \(error)")
    }
  }

  @Test("Two attributes of a name and two entries of a key are refused")
  func twice() throws {
    let sample = Self.sample {
      $0.add("LeakyRelu", ["x"], as: "y", ["alpha": .float(0.1)])
      $0.model.graph.nodes[0].attributes += $0.model.graph.nodes[0].attributes
    }
    #expect(try error(sample).contains("there are two attributes named alpha"))
    var bytes = Self.sample {
      $0.tensor("w2", [3, 1], .float, .external(["location": "a", "locatiom": "b"]))
      $0.add("MatMul", ["x", "w2"], as: "y")
    }.bytes
    let place = try #require(bytes.firstRange(of: Array("locatiom".utf8)))
    bytes[place.upperBound - 1] = UInt8(ascii: "n")
    let error = try #require(throws: FileError.self) { try ONNXSource(bytes, path: "a.onnx") }
    #expect(error.message.contains("there are two entries named location"), "\(error)")
  }

  // MARK: - Hostile files

  @Test("A small graph cannot make far more of its weights than the file has")
  func expansion() throws {
    let sample = Self.sample([.any("N"), .size(600)]) {
      $0.weights("large", Sample.rows(600, 600))
      for index in 0..<200 {
        $0.add("MatMul", [index == 0 ? "x" : "y\(index - 1)", "large"], as: "y\(index)")
      }
    }
    #expect(try error(sample).contains("makes far more numbers"))
  }

  @Test("Files that are cut are refused")
  func cuts() throws {
    let bytes = Self.sample { $0.add("Gemm", ["x", "w", "b"], as: "y") }.bytes
    for damage in Damage.cuts(of: bytes) {
      do {
        _ = try AnyTrainedModel(ONNXSource(damage.bytes, path: "a.onnx"), as: nil, names: nil)
        // What follows the graph can be left out.
        #expect(damage.bytes.count > bytes.count - 40, "\(damage)")
      } catch {
        #expect(error is FileError, "\(damage): \(error)")
      }
    }
  }

  /// `PERCEPTRON_MUTATIONS` says how many in place of a few.
  @Test("Damaged files give a model that can be used, or an error")
  func mutations() throws {
    let originals = try Self.originals()
    var random = SeededRandom(seed: 20)
    for number in 0..<Mutations.count(400) {
      let original = originals[number % originals.count]
      var bytes = Mutations.mutated(original, &random)
      // Without a new digest, the notes of our own files would never be looked at.
      if number % 2 == 0 { bytes = Self.signed(bytes) ?? bytes }
      do {
        let source = try ONNXSource(bytes, path: "a.onnx")
        Mutations.use(try AnyTrainedModel(source, as: nil, names: nil))
      } catch {
        #expect(error is FileError, "mutation \(number): \(error)")
      }
    }
  }

  /// Files of ours with and without notes, and some like those of other programs.
  private static func originals() throws -> [[UInt8]] {
    let directory = try TemporaryDirectory()
    var all: [[UInt8]] = []
    let deep = Sample.model([
      .affine(outputs: 5), .batchNorm(), .gelu, .affine(outputs: 4), .layerNorm(),
      .affine(outputs: 3),
    ])
    for model in [Sample.table, deep] {
      try model.writeONNX(to: directory.file("a.onnx"))
      all.append(try directory.bytes(of: "a.onnx"))
    }
    var (plain, _) = try ONNXModel.read(all[1], path: "a.onnx")
    plain.metadata = [:]
    all.append(plain.encoded(graph: plain.graph.encoded).bytes)
    let other = sample([.any("N"), .size(1), .size(3)], outputs: ["p", "l"]) {
      $0.tensor("classes", [4], .int64, .integers([3, 5, 7, 9]))
      $0.tensor("half", [4], .float16, .integers([0x3C00, 0x3C00, 0x3C00, 0x3C00]))
      $0.tensor("far", [4], .float, .external(["location": "a.data", "offset": "0"]))
      $0.add("Flatten", ["x"], as: "f")
      $0.add(
        "ai.onnx.ml:Scaler", ["f"], as: "s",
        ["offset": .floats([1, 2, 3]), "scale": .floats([1, 2, 1])])
      $0.add("MatMul", ["s", "w"], as: "m")
      $0.add("Add", ["m", "b"], as: "a")
      $0.add("Mul", ["a", "half"], as: "h")
      $0.add("Softmax", ["h"], as: "p")
      $0.add("ArgMax", ["p"], as: "i", ["axis": .integer(1)])
      $0.add("ai.onnx.ml:ArrayFeatureExtractor", ["classes", "i"], as: "l")
    }
    return all + [other.bytes]
  }

  /// The file with a digest of its graph; nil where it is none, or without notes.
  private static func signed(_ bytes: [UInt8]) -> [UInt8]? {
    guard let (read, graph) = try? ONNXModel.read(bytes, path: "a.onnx"),
      let notes = read.metadata[ONNXNote.model],
      let digest = try? ONNXNote.digest(graph: [Array(bytes[graph])], model: notes)
    else { return nil }
    var model = read
    model.metadata[ONNXNote.digest] = digest
    // The graph as it is, not as it was understood.
    let message = WireMessage {
      $0.add(ONNXModel.Field.graph, Array(bytes[graph]))
      for set in model.operatorSets {
        $0.add(
          ONNXModel.Field.operatorSet,
          WireMessage {
            $0.add(ONNXModel.OperatorSet.Field.domain, set.domain)
            $0.add(ONNXModel.OperatorSet.Field.version, set.version)
          })
      }
      for (key, value) in model.metadata {
        $0.add(
          ONNXModel.Field.metadata,
          WireMessage {
            $0.add(ONNXEntryField.key, key)
            $0.add(ONNXEntryField.value, value)
          })
      }
    }
    return message.bytes
  }
}

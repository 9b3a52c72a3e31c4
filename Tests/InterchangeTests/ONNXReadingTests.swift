import PerceptronDatasets
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork
import PerceptronTraining
import TestSupport
import Testing

@testable import PerceptronInterchange

/// Reads a graph in single precision.
private func read(
  _ sample: GraphSample, as kind: TargetKind? = nil, names: [String]? = nil
) throws -> TrainedModel<Float> {
  let source = try ONNXSource(sample.bytes, path: "a.onnx")
  guard case .float(let model) = try AnyTrainedModel(source, as: kind, names: names) else {
    throw FileError("a.onnx", "in double precision")
  }
  return model
}

/// The outputs before the loss.
private func outputs(_ model: TrainedModel<Float>, _ rows: Tensor<Float>) -> Tensor<Float> {
  model.network.outputs(of: Features(rows).prepared(with: model.preprocessing), workers: 1)
}

private func expectClose(
  _ found: Tensor<Float>, _ expected: Tensor<Float>, tolerance: Float = 1e-5,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(found.shape == expected.shape, sourceLocation: sourceLocation)
  for (a, b) in zip(found.elements, expected.elements) {
    #expect(abs(a - b) <= tolerance * max(1, abs(b)), sourceLocation: sourceLocation)
  }
}

@Suite("Reading ONNX files of other programs")
struct ONNXReadingTests {
  private let x = Sample.rows(7, 3)
  private let w = Sample.rows(3, 4, seed: 3)
  private let b: [Float] = [0.5, -1, 0.25, 2]
  private let v = Sample.rows(4, 2, seed: 4)

  /// A graph with the weights `w` [3, 4], `b` [4] and `v` [4, 2].
  private func sample(
    _ extents: [ONNXValueInfo.Extent] = [.any("N"), .size(3)], type: ONNXElementType = .float,
    outputs: [String] = ["y"], version: Int = 17
  ) -> GraphSample {
    var sample = GraphSample(extents, type: type, outputs: outputs, version: version)
    sample.weights("w", w)
    sample.weights("b", b, [4])
    sample.weights("v", v)
    return sample
  }

  private var product: Tensor<Float> { matmul(x, w) + Tensor(b) }

  @Test("PyTorch's layers: Gemm with transposed weights, α and β")
  func gemm() throws {
    var sample = sample()
    sample.weights("t", w.transposed())
    sample.add(
      "Gemm", ["x", "t", "b"], as: "h",
      ["transB": .integer(1), "alpha": .float(0.5), "beta": .float(2), "transA": .integer(0)])
    sample.add("Relu", ["h"], as: "r")
    sample.add("Gemm", ["r", "v"], as: "y")
    let model = try read(sample)
    #expect(model.schema == TargetSchema(.numbers, names: ["0", "1"]))
    let hidden = matmul(x, w) * 0.5 + Tensor(b) * 2
    expectClose(outputs(model, x), matmul(maximum(hidden, 0), v))
  }

  @Test("A bias of one number is that of all columns")
  func scalarBias() throws {
    var sample = sample()
    sample.weights("one", [3], [])
    sample.add("Gemm", ["x", "w", "one"], as: "y")
    expectClose(outputs(try read(sample), x), matmul(x, w) + 3)
  }

  @Test("scikit-learn's classifiers: MatMul and Add, softmax, labels and a map with names")
  func scikitLearn() throws {
    var sample = sample(outputs: ["label", "map"], version: 9)
    sample.weights("row", b, [1, 4])
    sample.tensor("classes", [2], .string, .texts([Array("no".utf8), Array("yes".utf8)]))
    sample.tensor("shape", [1], .int64, .integers([-1]))
    sample.add("Cast", ["x"], as: "c", ["to": .integer(1)])
    sample.add("MatMul", ["c", "w"], as: "m")
    sample.add("Add", ["m", "row"], as: "a")
    sample.add("Tanh", ["a"], as: "t")
    sample.add("MatMul", ["t", "v"], as: "s")
    sample.add("Softmax", ["s"], as: "p")
    sample.add("ArgMax", ["p"], as: "i", ["axis": .integer(1)])
    sample.add("ai.onnx.ml:ArrayFeatureExtractor", ["classes", "i"], as: "n")
    sample.add("Reshape", ["n", "shape"], as: "label")
    sample.add(
      "ai.onnx.ml:ZipMap", ["p"], as: "map",
      ["classlabels_strings": .texts([Array("no".utf8), Array("yes".utf8)])])
    let model = try read(sample)
    #expect(model.schema == .classes(["no", "yes"]))
    #expect(model.network.loss.specification == .softmax)
    #expect(model.network.layers.count == 3)
    expectClose(outputs(model, x), matmul(tanh(product), v))
  }

  @Test("One sigmoid is the probability of the second of two classes", arguments: [false, true])
  func twoClasses(withSides: Bool) throws {
    var sample = sample(outputs: withSides ? ["both", "label"] : ["p"])
    sample.weights("u", [1, -2, 0.5, 1], [4, 1])
    sample.weights("one", [1], [])
    sample.add("Gemm", ["x", "w", "b"], as: "h")
    sample.add("Sigmoid", ["h"], as: "g")
    sample.add("MatMul", ["g", "u"], as: "s")
    sample.add("Sigmoid", ["s"], as: "p")
    if withSides {
      sample.add("Sub", ["one", "p"], as: "q")
      sample.add("Concat", ["q", "p"], as: "both", ["axis": .integer(1)])
      sample.add("ArgMax", ["both"], as: "label", ["axis": .integer(1)])
    }
    let model = try read(sample)
    #expect(model.schema == .classes(["0", "1"]))
    #expect(model.network.loss.specification == .logistic)
    #expect(model.network.layers.count == 3)
  }

  @Test("Several sigmoids are labels, and numbers if that is asked for")
  func labels() throws {
    var sample = sample()
    sample.add("Gemm", ["x", "w", "b"], as: "h")
    sample.add("Sigmoid", ["h"], as: "y")
    #expect(try read(sample).schema.kind == .labels)
    let numbers = try read(sample, as: .numbers, names: ["a", "b", "c", "d"])
    #expect(numbers.schema == TargetSchema(.numbers, names: ["a", "b", "c", "d"]))
    expectClose(outputs(numbers, x), product.sigmoid)
  }

  @Test("Scores alone are classes or labels if that is asked for")
  func scores() throws {
    var sample = sample()
    sample.add("Gemm", ["x", "w", "b"], as: "y")
    let classes = try read(sample, as: .classes, names: ["a", "b", "c", "d"])
    #expect(classes.schema == .classes(["a", "b", "c", "d"]))
    #expect(classes.network.loss.specification == .softmax)
    #expect(try read(sample, as: .labels).network.loss.specification == .logistic)
  }

  // MARK: - Scalings

  @Test("Scalings before the layers become preprocessing")
  func scalingBefore() throws {
    var sample = sample()
    sample.weights("mean", [1, 2, 3], [1, 3])
    sample.weights("spread", [2, 4, 0.5], [3])
    sample.add("Sub", ["x", "mean"], as: "c")
    sample.add("Div", ["c", "spread"], as: "d")
    sample.add("MatMul", ["d", "w"], as: "y")
    let model = try read(sample)
    #expect(
      model.preprocessing.steps
        == [.standardize(columns: [0, 1, 2], means: [1, 2, 3], deviations: [2, 4, 0.5])])
    let prepared = (x - Tensor<Float>([1, 2, 3])) / Tensor<Float>([2, 4, 0.5])
    expectClose(outputs(model, x), matmul(prepared, w))
  }

  @Test("A division of all features is one, also of scikit-learn's scaler")
  func division() throws {
    var sample = sample()
    sample.weights("s", [255], [])
    sample.add("Div", ["x", "s"], as: "d")
    sample.add("MatMul", ["d", "w"], as: "y")
    #expect(try read(sample).preprocessing.steps == [.divide(by: 255)])
    var scaler = self.sample()
    scaler.add(
      "ai.onnx.ml:Scaler", ["x"], as: "d",
      ["offset": .floats([1, 2, 3]), "scale": .floats([0.5, 0.25, 2])])
    scaler.add("MatMul", ["d", "w"], as: "y")
    #expect(
      try read(scaler).preprocessing.steps
        == [.standardize(columns: [0, 1, 2], means: [1, 2, 3], deviations: [2, 4, 0.5])])
  }

  @Test("Scalings between layers go into their weights, or become a norm")
  func scalingBetween() throws {
    var sample = sample()
    sample.weights("s", [2, -1, 0.5, 3], [4])
    sample.weights("t", [1, 0, -1, 2], [4])
    sample.weights("negative", [-2, 1, 1], [3])
    sample.add("Mul", ["x", "negative"], as: "n")
    sample.add("MatMul", ["n", "w"], as: "m")
    sample.add("Add", ["m", "b"], as: "a")
    sample.add("Mul", ["a", "s"], as: "before")
    sample.add("Relu", ["before"], as: "r")
    sample.add("Mul", ["r", "s"], as: "scaled")
    sample.add("Tanh", ["scaled"], as: "q")
    sample.add("Mul", ["q", "s"], as: "q2")
    sample.add("Add", ["t", "q2"], as: "q3")
    sample.add("MatMul", ["q3", "v"], as: "y")
    let model = try read(sample)
    #expect(model.network.layers.count == 5)
    let (s, t) = (Tensor<Float>([2, -1, 0.5, 3]), Tensor<Float>([1, 0, -1, 2]))
    let first = (matmul(x * Tensor<Float>([-2, 1, 1]), w) + Tensor(b)) * s
    let second = tanh(maximum(first, 0) * s)
    expectClose(outputs(model, x), matmul(second * s + t, v))
  }

  @Test("A scaling behind the layers of numbers is that of their unit")
  func scalingBehind() throws {
    var sample = sample()
    sample.weights("s", [10, 20], [2])
    sample.weights("t", [100, -100], [1, 2])
    sample.add("Gemm", ["x", "w", "b"], as: "h")
    sample.add("Relu", ["h"], as: "r")
    sample.add("MatMul", ["r", "v"], as: "m")
    sample.add("Mul", ["m", "s"], as: "u")
    sample.add("Add", ["u", "t"], as: "y")
    let model = try read(sample)
    let scaling = try #require(model.preprocessing.targets)
    #expect(scaling.deviations == [10, 20])
    #expect(scaling.means == [100, -100])
    expectClose(outputs(model, x), matmul(maximum(product, 0), v))
  }

  // MARK: - Layers

  @Test(
    "GELU is found in any order of its factors",
    arguments: [
      [("Mul", "h", "sum"), ("Mul", "0", "half")], [("Mul", "sum", "half"), ("Mul", "h", "0")],
      [("Mul", "half", "h"), ("Mul", "0", "sum")], [("Div", "sum", "two"), ("Mul", "0", "h")],
    ])
  func gelu(factors: [(type: String, first: String, second: String)]) throws {
    var sample = sample()
    for (name, number) in [("root", 2.0.squareRoot()), ("one", 1), ("half", 0.5), ("two", 2)] {
      sample.weights(name, [Float(number)], [])
    }
    sample.add("Gemm", ["x", "w", "b"], as: "h")
    sample.add("Div", ["h", "root"], as: "d")
    sample.add("Erf", ["d"], as: "e")
    sample.add("Add", ["e", "one"], as: "sum")
    sample.add(factors[0].type, [factors[0].first, factors[0].second], as: "0")
    sample.add(factors[1].type, [factors[1].first, factors[1].second], as: "1")
    sample.add("MatMul", ["1", "v"], as: "y")
    let model = try read(sample)
    #expect(model.network.layers.map(\.name) == ["affine", "gelu", "affine"])
  }

  @Test("Norms are read with their numbers, and dropout is nothing")
  func norms() throws {
    var sample = sample(version: 12)
    sample.weights("mean", [0.1, 0.2, -0.3, 0], [4])
    sample.weights("variance", [1, 2, 0.5, 4], [4])
    sample.weights("ratio", [0.5], [])
    sample.add("MatMul", ["x", "w"], as: "h")
    sample.add(
      "BatchNormalization", ["h", "b", "b", "mean", "variance"], as: "n",
      ["epsilon": .float(1e-3), "momentum": .float(0.9)])
    sample.add("Dropout", ["n", "ratio"], as: "d")
    sample.add(
      "LayerNormalization", ["d", "b"], as: "l",
      ["axis": .integer(-1), "epsilon": .float(1e-2)])
    sample.add("LeakyRelu", ["l"], as: "y", ["alpha": .float(0.1)])
    let model = try read(sample)
    let layers = model.network.layers.map(\.specification)
    #expect(
      layers == [
        .affine(outputs: 4), .batchNorm(epsilon: 1e-3), .layerNorm(epsilon: 1e-2),
        .leakyReLU(slope: 0.1),
      ])
    #expect(model.network.statistics.map(\.tensor).last?.elements == [1, 2, 0.5, 4])
  }

  @Test("Pictures that are flattened are pictures of the model")
  func pictures() throws {
    for (type, shape) in [("Flatten", [Int]()), ("Reshape", [0, -1]), ("Reshape", [-1, 12])] {
      var sample = GraphSample([.size(1), .size(1), .size(3), .size(4)])
      sample.weights("w", Sample.rows(12, 2))
      sample.tensor("shape", [2], .int64, .integers(shape))
      sample.add(type, shape.isEmpty ? ["x"] : ["x", "shape"], as: "f")
      sample.add("MatMul", ["f", "w"], as: "y")
      #expect(try read(sample).image == ImageShape(width: 4, height: 3))
    }
  }

  @Test("A single number for each row may be squeezed")
  func squeeze() throws {
    for type in ["Squeeze", "Reshape"] {
      var sample = sample()
      sample.weights("u", [1, -2, 0.5, 1], [4, 1])
      sample.tensor("last", [1], .int64, .integers([type == "Squeeze" ? 1 : -1]))
      sample.add("MatMul", ["x", "w"], as: "h")
      sample.add("MatMul", ["h", "u"], as: "s")
      sample.add(type, ["s", "last"], as: "y")
      #expect(try read(sample).schema.names == ["0"])
    }
  }

  // MARK: - Numbers

  /// 1, −2, 0.5 and 3 in every form.
  private static let forms: [(type: ONNXElementType, contents: ONNXTensor.Contents)] = [
    (.float, .raw(GraphSample.bytes([1, -2, 0.5, 3] as [Float])[...])),
    (.float, .floats([1, -2, 0.5, 3])),
    (.float16, .raw(GraphSample.bytes([0x3C00, 0xC000, 0x3800, 0x4200] as [UInt16])[...])),
    (.float16, .integers([0x3C00, 0xC000, 0x3800, 0x4200])),
    (.bfloat16, .raw(GraphSample.bytes([0x3F80, 0xC000, 0x3F00, 0x4040] as [UInt16])[...])),
    (.bfloat16, .integers([0x3F80, 0xC000, 0x3F00, 0x4040])),
    (.double, .raw(GraphSample.bytes([1, -2, 0.5, 3] as [Double])[...])),
    (.double, .doubles([1, -2, 0.5, 3])),
  ]

  @Test("Weights of any type with fractions are read, raw and as numbers", arguments: 0..<8)
  func types(form: Int) throws {
    let (type, contents) = Self.forms[form]
    var sample = GraphSample([.any(""), .size(2)])
    sample.tensor("w", [2, 2], type, contents)
    sample.add("MatMul", ["x", "w"], as: "y")
    let source = try ONNXSource(sample.bytes, path: "a.onnx")
    switch try AnyTrainedModel(source, as: nil, names: nil) {
    case .float(let model):
      #expect(type != .double)
      #expect(model.network.parameters["W1"] == [[1, -2], [0.5, 3]])
    case .double(let model):
      #expect(type == .double)
      #expect(model.network.parameters["W1"] == [[1, -2], [0.5, 3]])
    }
  }

  @Test("Weights in constants, through identities and transposed, are read")
  func constants() throws {
    var sample = GraphSample([.any(""), .size(2)])
    let tensor = ONNXTensor(
      dimensions: [3, 2], elementType: 1, contents: .floats([1, 2, 3, 4, 5, 6]))
    sample.add("Constant", [], as: "c", ["value": .tensor(tensor)])
    sample.add("Identity", ["c"], as: "i")
    sample.add("Transpose", ["i"], as: "t", ["perm": .integers([1, 0])])
    sample.add("Constant", [], as: "bias", ["value_floats": .floats([7, 8, 9])])
    sample.add("Gemm", ["x", "t", "bias"], as: "y")
    let model = try read(sample)
    #expect(model.network.parameters["W1"] == [[1, 3, 5], [2, 4, 6]])
    #expect(model.network.parameters["b1"] == [7, 8, 9])
  }

  @Test("A cast of weights to half precision rounds them, and one back keeps what is left")
  func halfCasts() throws {
    for (type, expected) in [
      (ONNXElementType.float16, [1.0009765625, -65504, 5.9604645e-08, 0.33325195] as [Float]),
      (.bfloat16, [1, -65536, 5.9604645e-08, 0.33398438]),
    ] {
      var sample = GraphSample([.any(""), .size(2)])
      sample.weights("w", [1.0007, -65510, 5.9604645e-08, 1 / 3], [2, 2])
      sample.add("Cast", ["w"], as: "h", ["to": .integer(type.rawValue)])
      sample.add("Cast", ["h"], as: "f", ["to": .integer(1)])
      sample.add("MatMul", ["x", "f"], as: "y")
      #expect(try read(sample).network.parameters["W1"].elements == expected)
    }
    // Every number of half precision is its own.
    for bits in UInt16.min...UInt16.max {
      let number = NumberFormat(.float16).numbers(
        in: GraphSample.bytes([bits]).withUnsafeBytes { UnsafeRawBufferPointer($0) },
        as: Double.self
      )[0]
      if number.isFinite { #expect(ONNXElementType.float16.rounded(number) == number) }
    }
    #expect(ONNXElementType.float16.rounded(65520) == .infinity)
    #expect(ONNXElementType.float16.rounded(2049) == 2048)
    #expect(ONNXElementType.float16.rounded(2051) == 2052)
    #expect(ONNXElementType.bfloat16.rounded(-257) == -256)
  }

  @Test("Rows are rounded to half precision only where weights are in it")
  func halfRows() throws {
    var sample = sample()
    sample.tensor(
      "half", [3, 1], .float16, .integers([0x3C00, 0xC000, 0x3800]))
    sample.add("Cast", ["x"], as: "h", ["to": .integer(10)])
    sample.add("MatMul", ["h", "half"], as: "s")
    sample.add("Cast", ["s"], as: "y", ["to": .integer(1)])
    #expect(try read(sample).network.parameters["W1"] == [[1], [-2], [0.5]])
  }

  @Test("√2 in half precision, also cast to another, makes a GELU", arguments: [false, true])
  func halfGELU(isCast: Bool) throws {
    var sample = sample()
    sample.tensor("root16", [], .float16, .integers([0x3DA8]))
    sample.weights("one", [1], [])
    sample.weights("half", [0.5], [])
    sample.add("Gemm", ["x", "w", "b"], as: "h")
    if isCast { sample.add("Cast", ["root16"], as: "root", ["to": .integer(1)]) }
    sample.add("Div", ["h", isCast ? "root" : "root16"], as: "d")
    sample.add("Erf", ["d"], as: "e")
    sample.add("Add", ["e", "one"], as: "s")
    sample.add("Mul", ["h", "s"], as: "m")
    sample.add("Mul", ["m", "half"], as: "y")
    #expect(try read(sample).network.layers.map(\.name) == ["affine", "gelu"])
  }

  @Test("Weights that are listed among the inputs, as in old files, are no inputs")
  func weightsAsInputs() throws {
    var sample = sample(version: 7)
    sample.model.graph.inputs.append(ONNXValueInfo(name: "w", elementType: 1))
    sample.add("MatMul", ["x", "w"], as: "y")
    #expect(try read(sample).network.inputSize == 3)
  }

  @Test("Integers as features need a cast")
  func integers() throws {
    var sample = sample(type: .uint8)
    sample.weights("s", [255], [])
    sample.add("Cast", ["x"], as: "c", ["to": .integer(1)])
    sample.add("Div", ["c", "s"], as: "d")
    sample.add("MatMul", ["d", "w"], as: "y")
    #expect(try read(sample).preprocessing.divisor == 255)
    sample.model.graph.nodes.removeFirst()
    sample.model.graph.nodes[0].inputs[0] = "x"
    let error = try #require(throws: FileError.self) { try read(sample) }
    #expect(error.message.contains("found integers without a cast"), "\(error)")
  }
}

import PerceptronFiles
import PerceptronLinearAlgebra

@testable import PerceptronInterchange

/// A graph as another program might write it, for tests.
struct GraphSample {
  var model = ONNXModel(operatorSets: [.init(version: 17)])

  /// A graph with an input `x` of rows and an output.
  init(
    _ extents: [ONNXValueInfo.Extent] = [.any("N"), .size(3)], type: ONNXElementType = .float,
    outputs: [String] = ["y"], version: Int = 17
  ) {
    model.operatorSets = [.init(version: version), .init(domain: "ai.onnx.ml", version: 3)]
    model.graph.inputs = [ONNXValueInfo(name: "x", elementType: type.rawValue, shape: extents)]
    model.graph.outputs = outputs.map { ONNXValueInfo(name: $0, elementType: 1) }
  }

  /// Adds a node `NAME-node` with the output `name`.
  mutating func add(
    _ type: String, _ inputs: [String], as name: String,
    _ attributes: [String: ONNXAttribute.Value] = [:]
  ) {
    let parts = type.split(separator: ":")
    model.graph.nodes.append(
      ONNXNode(
        name: name + "-node", type: String(parts[parts.count - 1]),
        domain: parts.count > 1 ? String(parts[0]) : "", inputs: inputs, outputs: [name],
        attributes: attributes.sorted { $0.key < $1.key }.map {
          ONNXAttribute(name: $0.key, value: $0.value)
        }))
  }

  /// Adds single-precision weights.
  mutating func weights(_ name: String, _ numbers: [Float], _ dimensions: [Int]) {
    tensor(name, dimensions, .float, .raw(Self.bytes(numbers)[...]))
  }

  mutating func tensor(
    _ name: String, _ dimensions: [Int], _ type: ONNXElementType, _ contents: ONNXTensor.Contents
  ) {
    model.graph.initializers.append(
      ONNXTensor(
        name: name, dimensions: dimensions, elementType: type.rawValue, contents: contents))
  }

  /// The numbers as raw data.
  static func bytes<Number>(_ numbers: [Number]) -> [UInt8] {
    numbers.withUnsafeBytes(Array.init)
  }

  /// The file.
  var bytes: [UInt8] { model.encoded(graph: model.graph.encoded).bytes }

  /// The tensor's elements, for ``weights(_:_:_:)``.
  mutating func weights(_ name: String, _ tensor: Tensor<Float>) {
    weights(name, tensor.elements, tensor.shape.dimensions)
  }
}

extension ONNXNode {
  init(
    name: String, type: String, domain: String, inputs: [String], outputs: [String],
    attributes: [ONNXAttribute]
  ) {
    self.init()
    (self.name, self.type, self.domain) = (name, type, domain)
    (self.inputs, self.outputs, self.attributes) = (inputs, outputs, attributes)
  }
}

import PerceptronLinearAlgebra

/// Puts a graph together, node by node, in single precision. Values have names for readers, which are made
/// unique.
struct ONNXGraphBuilder {
  private(set) var graph: ONNXGraph
  private var names: Set<String> = []

  init(name: String) { graph = ONNXGraph(name: name) }

  /// Adds an input of rows.
  ///
  /// - Returns: the name of the value, as of all functions here.
  mutating func input(_ name: String, columns: Int) -> String {
    graph.inputs.append(
      ONNXValueInfo(
        name: unique(name), elementType: ONNXElementType.float.rawValue,
        shape: [.any("N"), .size(columns)]))
    return name
  }

  /// Adds a node with one output and returns the output's name, which the node has, too.
  mutating func add(
    _ type: String, _ inputs: [String], as output: String,
    _ attributes: [(name: String, value: ONNXAttribute.Value)] = []
  ) -> String {
    let output = unique(output)
    graph.nodes.append(
      ONNXNode(
        name: output, type: type, inputs: inputs, outputs: [output],
        attributes: attributes.map { ONNXAttribute(name: $0.name, value: $0.value) }))
    return output
  }

  /// States that a value is an output of the graph, under the value's name.
  ///
  /// - Parameter columns: nil for one number for each row.
  mutating func output(_ value: String, _ type: ONNXElementType, columns: Int?) {
    graph.outputs.append(
      ONNXValueInfo(
        name: value, elementType: type.rawValue,
        shape: [.any("N")] + (columns.map { [.size($0)] } ?? [])))
  }

  /// Adds a tensor under its name, without rounding.
  mutating func weights<Scalar>(_ tensor: Tensor<Scalar>, _ name: String) -> String {
    initializer(
      name, tensor.shape.dimensions, Scalar.self == Float.self ? .float : .double,
      tensor.withUnsafeElements { Array(UnsafeRawBufferPointer($0)) })
  }

  /// Adds numbers, rounded to single precision: a scalar, or a vector for the columns of rows.
  mutating func vector(_ numbers: [Double], _ name: String) -> String {
    weights(Tensor(numbers.map { Float($0) }), name)
  }

  /// Adds a number, rounded to single precision.
  mutating func scalar(_ number: Double, _ name: String) -> String {
    weights(Tensor(Float(number)), name)
  }

  /// Adds integers.
  mutating func integers(_ numbers: [Int], _ name: String) -> String {
    initializer(
      name, [numbers.count], .int64,
      numbers.flatMap { number in withUnsafeBytes(of: Int64(number).littleEndian, Array.init) })
  }

  private mutating func initializer(
    _ name: String, _ dimensions: [Int], _ type: ONNXElementType, _ bytes: [UInt8]
  ) -> String {
    let name = unique(name)
    graph.initializers.append(
      ONNXTensor(
        name: name, dimensions: dimensions, elementType: type.rawValue, contents: .raw(bytes[...])))
    return name
  }

  private mutating func unique(_ name: String) -> String {
    var (unique, count) = (name, 1)
    while !names.insert(unique).inserted {
      count += 1
      unique = "\(name)_\(count)"
    }
    return unique
  }
}

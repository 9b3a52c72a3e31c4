import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

/// Reads the nodes of a graph one after the other. A value is a constant, or is made of the rows of the input
/// by steps that follow each other, as the layers of a network do.
struct ONNXGraphReader<Scalar: BLASScalar> {
  let source: ONNXSource
  /// The version of the operators of ONNX itself.
  let operatorVersion: Int
  private(set) var steps: [Step] = []
  private(set) var values: [String: ONNXValue] = [:]
  private(set) var inputRows = ONNXValue.Rows(step: 0, extents: [])
  private(set) var inputType: ONNXElementType?
  /// The number of rows that the graph is for, where it is for one number of them alone.
  private(set) var batchSize: Int?

  /// A step from the input to the outputs.
  struct Step {
    /// The position of the step before it.
    var parent: Int?
    var operation: Operation
    /// Whether the constants of a scaling are in half precision.
    var isOfHalves = false
  }

  enum Operation {
    case input
    /// Rows times weights [inputs, outputs], plus a bias if there is one.
    case affine(weights: Tensor<Scalar>, bias: Tensor<Scalar>?)
    case scaling(ONNXScaling)
    case layer(any Layer<Scalar>)

    var isSigmoid: Bool {
      if case .layer(let layer) = self { layer is Sigmoid<Scalar> } else { false }
    }
  }

  /// The versions of ONNX's own operators that are known.
  private static var knownVersions: ClosedRange<Int> { 7...28 }
  /// Far more than dense networks have.
  private static var mostNodes: Int { 10_000 }

  /// Reads all nodes of a file's graph.
  ///
  /// - Throws: `FileError` with the node's name and operator for one that dense networks do not have.
  init(_ source: ONNXSource) throws {
    self.source = source
    let model = source.model
    let versions = model.operatorSets.filter { $0.domain.isEmpty || $0.domain == "ai.onnx" }
      .map(\.version)
    guard let version = versions.max() else {
      throw source.error("expected the version of ONNX's operators, found none")
    }
    if !Self.knownVersions.contains(version) {
      throw source.error(
        "the operators are of version \(version), expected \(Self.knownVersions.lowerBound) to "
          + "\(Self.knownVersions.upperBound)")
    }
    operatorVersion = version
    let graph = model.graph
    if graph.nodes.count > Self.mostNodes || graph.initializers.count > Self.mostNodes {
      throw source.error(
        "the graph has \(counted(graph.nodes.count, "node")) and "
          + "\(counted(graph.initializers.count, "tensor")) of weights, expected at most "
          + "\(Self.mostNodes)")
    }
    for tensor in graph.initializers {
      if values.updateValue(.constant(.init(tensor: tensor)), forKey: tensor.name) != nil {
        throw source.error("two tensors of weights are named \(tensor.name)")
      }
    }
    try readInput(graph)
    for (index, node) in graph.nodes.enumerated() { try read(node, at: index) }
  }

  private mutating func readInput(_ graph: ONNXGraph) throws {
    // Older files list weights among the inputs, too.
    let inputs = graph.inputs.filter { values[$0.name] == nil }
    guard inputs.count == 1, let input = inputs.first else {
      throw source.error(
        "expected one input of rows, found \(inputs.count)"
          + (inputs.isEmpty ? "" : ": " + inputs.prefix(8).map(\.name).joined(separator: ", ")))
    }
    guard let type = input.elementType.flatMap(ONNXElementType.init(rawValue:)), type != .string,
      type != .bool
    else { throw source.error("input \(input.name): expected an array of numbers") }
    inputType = type
    guard let shape = input.shape, shape.count >= 2 else {
      throw source.error("input \(input.name): expected rows of features, [N, features]")
    }
    let sizes = shape.map { extent -> Int? in if case .size(let size) = extent { size } else { nil }
    }
    // Some programs write 0 for any size.
    batchSize = sizes[0].flatMap { $0 > 0 ? $0 : nil }
    let extents = sizes.dropFirst().map { $0.flatMap { $0 > 0 ? $0 : nil } }
    steps.append(Step(parent: nil, operation: .input))
    inputRows = .init(step: 0, extents: extents, areIntegers: !type.isFloating)
    values[input.name] = .rows(inputRows)
  }

  private mutating func read(_ node: ONNXNode, at index: Int) throws {
    let call = ONNXCall(
      node: node, index: index, inputs: node.inputs.map { values[$0] }, source: source)
    let result = try value(of: call)
    guard let name = node.outputs.first, !name.isEmpty else {
      throw call.error("it has no output")
    }
    if values.updateValue(result, forKey: name) != nil {
      throw call.error("its output \(name) is there already")
    }
  }

  // MARK: - Steps

  /// Adds a step behind some rows.
  mutating func append(
    _ operation: Operation, to rows: ONNXValue.Rows, extents: [Int?]? = nil,
    isOfHalves: Bool = false
  ) -> ONNXValue.Rows {
    steps.append(Step(parent: rows.step, operation: operation, isOfHalves: isOfHalves))
    return .init(step: steps.count - 1, extents: extents ?? rows.extents)
  }

  /// Replaces the last step of some rows by another one behind the same rows.
  mutating func replaceLast(
    of rows: ONNXValue.Rows, by operation: Operation, extents: [Int?]? = nil
  ) -> ONNXValue.Rows {
    steps.append(Step(parent: steps[rows.step].parent, operation: operation))
    return .init(step: steps.count - 1, extents: extents ?? rows.extents)
  }

  /// The rows that a sigmoid was taken of; nil unless that is their last step.
  func scores(ofSigmoid rows: ONNXValue.Rows) -> ONNXValue.Rows? {
    guard steps[rows.step].operation.isSigmoid, let parent = steps[rows.step].parent else {
      return nil
    }
    return .init(step: parent, extents: rows.extents)
  }

  /// The operations from the input to some rows, the first one first, without the input itself.
  func operations(to rows: ONNXValue.Rows) -> [Operation] {
    var (operations, step) = ([Operation](), rows.step)
    while let parent = steps[step].parent {
      operations.append(steps[step].operation)
      step = parent
    }
    return operations.reversed()
  }
}

// MARK: - Nodes

/// A node with the values of its inputs.
struct ONNXCall {
  let node: ONNXNode
  let index: Int
  /// The values of the inputs, as far as they are known.
  let inputs: [ONNXValue?]
  let source: ONNXSource

  func error(_ message: String) -> FileError {
    let name =
      !node.name.isEmpty
      ? node.name : node.outputs.first.flatMap { $0.isEmpty ? nil : $0 } ?? "number \(index)"
    let type = node.domain.isEmpty ? node.type : "\(node.domain).\(node.type)"
    return source.error("node \(name) (\(type)): \(message)")
  }

  /// Throws unless all attributes are among those that are known.
  func allow(_ names: String...) throws {
    if let other = node.attributes.first(where: { !names.contains($0.name) }) {
      throw error("the attribute \(other.name) is not known")
    }
  }

  /// Whether there is an input at a position.
  func has(_ position: Int) -> Bool {
    position < node.inputs.count && !node.inputs[position].isEmpty
  }

  /// The value of an input.
  func input(_ position: Int) throws -> ONNXValue {
    guard has(position) else { throw error("input \(position) is missing") }
    guard let value = inputs[position] else {
      throw error("there is no value named \(node.inputs[position]) before it")
    }
    return value
  }

  /// An input of rows.
  func rows(_ position: Int = 0, orIntegers: Bool = false) throws -> ONNXValue.Rows {
    guard case .rows(let rows) = try input(position) else {
      throw error("expected rows of numbers as input \(position)")
    }
    if rows.areIntegers && !orIntegers {
      throw error(
        "expected numbers with fractions as input \(position), found integers without a cast")
    }
    return rows
  }

  /// An input of rows of plain features.
  func flatRows(_ position: Int = 0, orIntegers: Bool = false) throws -> ONNXValue.Rows {
    let rows = try rows(position, orIntegers: orIntegers)
    if rows.extents.count != 1 {
      throw error("expected rows of features, [N, features], found an array of more or fewer axes")
    }
    return rows
  }

  /// An input that does not depend on the rows.
  func constant(_ position: Int) throws -> ONNXValue.Constant {
    guard case .constant(let constant) = try input(position) else {
      throw error("expected a constant as input \(position), found what depends on the rows")
    }
    return constant
  }

  // MARK: Numbers

  /// The numbers of an input that does not depend on the rows; finite.
  func numbers(_ position: Int) throws -> (values: [Double], dimensions: [Int]) {
    let constant = try constant(position)
    if constant.isTransposed { throw error("expected a constant that is not transposed") }
    let values: [Double] = try source.numbers(of: constant.tensor)
    if !values.allSatisfy(\.isFinite) {
      throw error("input \(position) has numbers that are not finite")
    }
    return (values, constant.tensor.dimensions)
  }

  /// A list of integers.
  func integers(_ position: Int) throws -> [Int] {
    try source.numbers(of: constant(position).tensor)
  }

  /// A vector of as many numbers as the columns of rows, [columns] or [1, columns].
  ///
  /// - Parameter width: the number of columns, if it is known.
  func vector<Scalar: BLASScalar>(
    _ position: Int, width: Int?, as scalar: Scalar.Type = Scalar.self
  ) throws -> Tensor<Scalar> {
    let (values, dimensions) = try numbers(position)
    guard dimensions.last == values.count, dimensions.count <= 2, !values.isEmpty,
      width ?? values.count == values.count
    else {
      throw error(
        "input \(position) has the shape \(dimensions), expected "
          + (width.map { "\(counted($0, "number"))" } ?? "a vector"))
    }
    return try rounded(values, position)
  }

  /// Numbers in another type.
  func rounded<Scalar: BLASScalar>(_ values: [Double], _ position: Int) throws -> Tensor<Scalar> {
    try source.spend(values.count * MemoryLayout<Scalar>.size)
    let tensor = Tensor(values.map { Scalar($0) })
    if tensor.firstNonFinite() != nil {
      throw error("input \(position) has a number that \(Scalar.self) cannot hold")
    }
    return tensor
  }

  /// A matrix of weights, [inputs, outputs], of the shape's rows and columns or, where `isTransposed`, of its
  /// columns and rows.
  func matrix<Scalar: BLASScalar>(
    _ position: Int, isTransposed: Bool, as scalar: Scalar.Type = Scalar.self
  ) throws -> Tensor<Scalar> {
    let constant = try constant(position)
    let dimensions = constant.tensor.dimensions
    guard dimensions.count == 2, dimensions.allSatisfy({ 1...Int(Int32.max) ~= $0 }) else {
      throw error("input \(position) has the shape \(dimensions), expected a matrix")
    }
    func tensor<Native: NativeNumber & BLASScalar>(_: Native.Type) throws -> Tensor<Native> {
      Tensor(try source.numbers(of: constant.tensor, as: Native.self), shape: Shape(dimensions))
    }
    let read: any Sendable =
      Scalar.self == Float.self ? try tensor(Float.self) : try tensor(Double.self)
    guard let matrix = read as? Tensor<Scalar> else {
      fatalError("ONNXCall: weights of a type other than Float and Double")
    }
    if matrix.firstNonFinite() != nil {
      throw error("input \(position) has numbers that are not finite")
    }
    return isTransposed != constant.isTransposed ? matrix.transposed() : matrix
  }

  // MARK: Attributes

  private func attribute(_ name: String) -> ONNXAttribute.Value? {
    node.attributes.first { $0.name == name }?.value
  }

  func float(_ name: String, else value: Double) throws -> Double {
    switch attribute(name) {
    case nil: return value
    case .float(let number)? where number.isFinite: return Double("\(number)") ?? Double(number)
    default: throw error("expected a finite number as its \(name)")
    }
  }

  func integer(_ name: String, else value: Int) throws -> Int {
    switch attribute(name) {
    case nil: return value
    case .integer(let number)?: return number
    default: throw error("expected an integer as its \(name)")
    }
  }

  func integers(_ name: String) throws -> [Int]? {
    switch attribute(name) {
    case nil: return nil
    case .integers(let numbers)?: return numbers
    default: throw error("expected integers as its \(name)")
    }
  }

  func floats(_ name: String) throws -> [Double]? {
    switch attribute(name) {
    case nil: return nil
    case .floats(let numbers)? where numbers.allSatisfy(\.isFinite): return numbers.map(Double.init)
    default: throw error("expected finite numbers as its \(name)")
    }
  }

  func text(_ name: String) throws -> String? {
    switch attribute(name) {
    case nil: return nil
    case .text(let bytes)?: return try source.text(bytes)
    default: throw error("expected a text as its \(name)")
    }
  }

  func texts(_ name: String) throws -> [String]? {
    switch attribute(name) {
    case nil: return nil
    case .texts(let texts)?: return try texts.map(source.text)
    default: throw error("expected texts as its \(name)")
    }
  }

  func tensor(_ name: String) -> ONNXTensor? {
    if case .tensor(let tensor)? = attribute(name) { tensor } else { nil }
  }
}

import PerceptronDatasets
import PerceptronFiles
import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

extension ONNXGraphReader {
  /// The first output of a node.
  ///
  /// An operator that is read is a line here.
  mutating func value(of call: ONNXCall) throws -> ONNXValue {
    switch (call.node.domain, call.node.type) {
    case ("", "Gemm"): try product(call)
    case ("", "MatMul"): try matrixProduct(call)
    case ("", "Add"), ("", "Sub"), ("", "Mul"), ("", "Div"): try arithmetic(call)
    case ("", "Neg"):
      .rows(append(.scaling(.init(divisors: [-1])), to: try call.rows()))
    case ("", "Relu"): try layer(ReLU(), call)
    case ("", "LeakyRelu"): try leakyReLU(call)
    case ("", "Tanh"): try layer(Tanh(), call)
    case ("", "Sigmoid"): try layer(Sigmoid(), call)
    case ("", "Erf"): try errorFunction(call)
    case ("", "Gelu"): try gelu(call)
    case ("", "BatchNormalization"): try batchNorm(call)
    case ("", "LayerNormalization"): try layerNorm(call)
    case ("", "Softmax"), ("", "LogSoftmax"): try softmax(call)
    case ("", "Identity"): try call.input(0)
    case ("", "Dropout"): try dropout(call)
    case ("", "Cast"): try cast(call)
    case ("", "Flatten"): try flatten(call)
    case ("", "Reshape"): try reshape(call)
    case ("", "Squeeze"): try squeeze(call)
    case ("", "Transpose"): try transpose(call)
    case ("", "Constant"): try constant(call)
    case ("", "Concat"): try sides(call)
    case ("", "ArgMax"): try largest(call)
    case ("", "Greater"): try comparison(call)
    case ("", "Gather"): try names(call, names: 0, index: 1)
    case ("ai.onnx.ml", "Scaler"): try scaler(call)
    case ("ai.onnx.ml", "ZipMap"): try map(call)
    case ("ai.onnx.ml", "ArrayFeatureExtractor"): try names(call, names: 0, index: 1)
    case ("ai.onnx.ml", "Binarizer"): try binarizer(call)
    default:
      throw call.error(
        "this operator is not read; expected those of dense networks, such as Gemm, Relu and Softmax"
      )
    }
  }

  // MARK: - Products

  private mutating func product(_ call: ONNXCall) throws -> ONNXValue {
    try call.allow("alpha", "beta", "transA", "transB")
    let rows = try call.flatRows()
    if try call.integer("transA", else: 0) != 0 {
      throw call.error("expected rows that are not transposed")
    }
    var weights: Tensor<Scalar> = try call.matrix(
      1, isTransposed: call.integer("transB", else: 0) != 0)
    try requireWidth(weights.shape[0], of: rows, call)
    let (alpha, beta) = (try call.float("alpha", else: 1), try call.float("beta", else: 1))
    if alpha != 1 { weights = weights * Scalar(alpha) }
    var bias: Tensor<Scalar>?
    if call.has(2) {
      var numbers = try broadcast(call.numbers(2), width: weights.shape[1], call, 2)
      if numbers.count == 1 { numbers = Array(repeating: numbers[0], count: weights.shape[1]) }
      bias = try call.rounded(numbers.map { $0 * beta }, 2)
    }
    return .rows(
      append(.affine(weights: weights, bias: bias), to: rows, extents: [weights.shape[1]]))
  }

  private mutating func matrixProduct(_ call: ONNXCall) throws -> ONNXValue {
    try call.allow()
    if case .constant = try call.input(0) {
      throw call.error("expected rows times a matrix, found a matrix as the first factor")
    }
    let rows = try call.flatRows()
    let weights: Tensor<Scalar> = try call.matrix(1, isTransposed: false)
    try requireWidth(weights.shape[0], of: rows, call)
    return .rows(
      append(.affine(weights: weights, bias: nil), to: rows, extents: [weights.shape[1]]))
  }

  private func requireWidth(_ width: Int, of rows: ONNXValue.Rows, _ call: ONNXCall) throws {
    if let found = rows.extents[0], found != width {
      throw call.error("\(counted(found, "column")) for weights of \(counted(width, "row"))")
    }
  }

  // MARK: - Activations

  private mutating func layer(
    _ layer: any Layer<Scalar>, _ call: ONNXCall
  ) throws -> ONNXValue {
    try call.allow()
    return .rows(append(.layer(layer), to: try call.rows()))
  }

  private mutating func leakyReLU(_ call: ONNXCall) throws -> ONNXValue {
    try call.allow("alpha")
    let slope = try call.float("alpha", else: 0.01)
    if slope == 0 { return .rows(append(.layer(ReLU<Scalar>()), to: try call.rows())) }
    if slope < 0 || Scalar(slope) == 0 {
      throw call.error("alpha is \(wholeOrPlain(slope)), expected a number above 0")
    }
    return .rows(append(.layer(LeakyReLU<Scalar>(slope: slope)), to: try call.rows()))
  }

  private mutating func gelu(_ call: ONNXCall) throws -> ONNXValue {
    try call.allow("approximate")
    let kind = try call.text("approximate") ?? "none"
    if kind != "none" {
      throw call.error("the approximation by \(kind) is not read, only the exact function")
    }
    return .rows(append(.layer(GELU<Scalar>()), to: try call.rows()))
  }

  /// erf(x / √2), a part of GELU.
  private func errorFunction(_ call: ONNXCall) throws -> ONNXValue {
    try call.allow()
    let rows = try call.rows()
    // Half precision rounds √2 by less than a thousandth; programs write five digits of it or more.
    let tolerance = steps[rows.step].isOfHalves ? 1e-3 : 2e-5
    guard let parent = steps[rows.step].parent,
      case .scaling(let scaling) = steps[rows.step].operation, scaling.width == nil,
      scaling.shifts == [0], abs(scaling.divisors[0] / 2.0.squareRoot() - 1) < tolerance
    else { throw call.error("expected erf(x / √2), a part of GELU") }
    return .gelu(.error, of: .init(step: parent, extents: rows.extents))
  }

  private func dropout(_ call: ONNXCall) throws -> ONNXValue {
    try call.allow("ratio", "seed")
    if call.has(2), try call.numbers(2).values != [0] {
      throw call.error("it is in training mode")
    }
    return try call.input(0)
  }

  // MARK: - Norms

  private mutating func batchNorm(_ call: ONNXCall) throws -> ONNXValue {
    try call.allow("epsilon", "momentum", "training_mode", "spatial")
    let rows = try call.flatRows()
    if try call.integer("training_mode", else: 0) != 0 {
      throw call.error("it is in training mode")
    }
    var tensors: [Tensor<Scalar>] = []
    var width = rows.extents[0]
    for position in 1...4 {
      tensors.append(try call.vector(position, width: width))
      width = tensors[0].count
    }
    let epsilon = try epsilon(call)
    if tensors[3].elements.contains(where: { $0 < 0 }) {
      throw call.error("expected variances from 0 up")
    }
    let layer = BatchNorm(
      gamma: tensors[0], beta: tensors[1], runningMean: tensors[2], runningVariance: tensors[3],
      epsilon: epsilon)
    return .rows(append(.layer(layer), to: rows, extents: [width]))
  }

  private mutating func layerNorm(_ call: ONNXCall) throws -> ONNXValue {
    try call.allow("axis", "epsilon", "stash_type")
    let rows = try call.flatRows()
    if ![-1, 1].contains(try call.integer("axis", else: -1)) {
      throw call.error("expected a normalization of each row")
    }
    let gamma: Tensor<Scalar> = try call.vector(1, width: rows.extents[0])
    let beta: Tensor<Scalar> =
      call.has(2) ? try call.vector(2, width: gamma.count) : .zeros(gamma.shape)
    let layer = LayerNorm(gamma: gamma, beta: beta, epsilon: try epsilon(call))
    return .rows(append(.layer(layer), to: rows, extents: [gamma.count]))
  }

  private func epsilon(_ call: ONNXCall) throws -> Double {
    let epsilon = try call.float("epsilon", else: 1e-5)
    if epsilon > 0, Scalar(epsilon) > 0 { return epsilon }
    throw call.error("epsilon is \(wholeOrPlain(epsilon)), expected a number above 0")
  }

  // MARK: - Shapes and types

  private func cast(_ call: ONNXCall) throws -> ONNXValue {
    try call.allow("to", "saturate", "round_mode")
    let type = ONNXElementType(rawValue: try call.integer("to", else: 0))
    let value = try call.input(0)
    switch (value, type) {
    // Labels are integers or texts, which is up to the program that reads them.
    case (.prediction(let prediction), let type?)
    where type.isFloating || prediction.form == .index || prediction.form == .flags:
      return value
    case (.rows(var rows), let type?) where type.isFloating:
      if !isExact(type, for: rows), !source.hasWeights(of: type) {
        throw call.error(
          "it rounds rows to \(type), which is read only where weights are of that type")
      }
      rows.areIntegers = false
      return .rows(rows)
    case (.constant(let constant), let type?) where type.isFloating:
      return .constant(try rounded(constant, to: type))
    case (.gelu, let type?) where type.isFloating: return value
    default: throw call.error("expected a cast to numbers with fractions")
    }
  }

  /// A constant whose numbers are rounded to those of another type.
  private func rounded(
    _ constant: ONNXValue.Constant, to type: ONNXElementType
  ) throws -> ONNXValue.Constant {
    let old = try source.elementType(of: constant.tensor)
    if old == type || type == .double || (type == .float && old.isHalf) { return constant }
    let numbers: [Double] = try source.numbers(of: constant.tensor)
    var rounded = constant
    rounded.tensor.elementType = ONNXElementType.double.rawValue
    rounded.tensor.contents = .doubles(numbers.map(type.rounded))
    rounded.isOfHalves = constant.isOfHalves || type.isHalf
    return rounded
  }

  /// Whether a cast to a type changes no number as far as the network's own precision goes.
  private func isExact(_ type: ONNXElementType, for rows: ONNXValue.Rows) -> Bool {
    func size(_ type: ONNXElementType) -> Int { type.size ?? 0 }
    if size(type) >= MemoryLayout<Scalar>.size { return true }
    guard rows.step == inputRows.step, let inputType else { return false }
    return inputType == type || size(inputType) < size(type)
  }

  private func flatten(_ call: ONNXCall) throws -> ONNXValue {
    try call.allow("axis")
    let (rows, axis) = (try call.rows(orIntegers: true), try call.integer("axis", else: 1))
    if axis != 1 && axis != -rows.extents.count {
      throw call.error("axis is \(axis), expected 1, which keeps the rows apart")
    }
    return .rows(rows.with([rows.width]))
  }

  /// A shape that keeps the rows apart: all of a row's numbers side by side, or a single one.
  private func reshape(_ call: ONNXCall) throws -> ONNXValue {
    try call.allow("allowzero", "shape")
    if case .prediction(let prediction) = try call.input(0) { return .prediction(prediction) }
    let rows = try call.rows(orIntegers: true)
    let shape = call.has(1) ? try call.integers(1) : try call.integers("shape") ?? []
    let zeroIsZero = try call.integer("allowzero", else: 0) != 0
    let first = shape.first ?? 1
    let keepsRows =
      first == -1 || (first == 0 && !zeroIsZero) || first == batchSize && first > 0
    let width = rows.width
    switch shape.count {
    case 1 where first == -1 && width == 1 || first > 0 && first == batchSize && width == 1:
      return .rows(rows.with([]))
    case 2 where keepsRows && shape[1] == -1 && first != -1:
      return .rows(rows.with([width]))
    case 2 where keepsRows && shape[1] > 0 && width ?? shape[1] == shape[1]:
      return .rows(rows.with([shape[1]]))
    case 2 where keepsRows && shape[1] == 0 && !zeroIsZero && rows.extents.count == 1:
      return .rows(rows)
    default:
      throw call.error("the shape \(shape) does not keep the rows apart")
    }
  }

  private func squeeze(_ call: ONNXCall) throws -> ONNXValue {
    try call.allow("axes")
    if case .prediction(let prediction) = try call.input(0) { return .prediction(prediction) }
    let rows = try call.rows(orIntegers: true)
    let axes = call.has(1) ? try call.integers(1) : try call.integers("axes") ?? [1]
    guard rows.extents == [1], axes == [1] || axes == [-1] else {
      throw call.error("the axes \(axes), expected that of a single number for each row")
    }
    return .rows(rows.with([]))
  }

  private func transpose(_ call: ONNXCall) throws -> ONNXValue {
    try call.allow("perm")
    var constant = try call.constant(0)
    let order = try call.integers("perm") ?? [1, 0]
    guard constant.tensor.dimensions.count == 2, order == [1, 0] || order == [0, 1] else {
      throw call.error("expected a matrix of weights to transpose")
    }
    if order == [1, 0] { constant.isTransposed.toggle() }
    return .constant(constant)
  }

  private func constant(_ call: ONNXCall) throws -> ONNXValue {
    try call.allow("value", "value_float", "value_floats", "value_int", "value_ints")
    var tensor = ONNXTensor(elementType: ONNXElementType.float.rawValue)
    if let value = call.tensor("value") {
      tensor = value
    } else if let numbers = try call.floats("value_floats") {
      tensor.dimensions = [numbers.count]
      tensor.contents = .floats(numbers.map { Float($0) })
    } else if let integers = try call.integers("value_ints") {
      tensor = ONNXTensor(
        dimensions: [integers.count], elementType: ONNXElementType.int64.rawValue,
        contents: .integers(integers))
    } else if call.node.attributes.first?.name == "value_int" {
      tensor.elementType = ONNXElementType.int64.rawValue
      tensor.contents = .integers([try call.integer("value_int", else: 0)])
    } else if call.node.attributes.first?.name == "value_float" {
      tensor.contents = .floats([Float(try call.float("value_float", else: 0))])
    } else {
      throw call.error("expected numbers")
    }
    return .constant(.init(tensor: tensor))
  }

  // MARK: - Predictions

  private func softmax(_ call: ONNXCall) throws -> ONNXValue {
    try call.allow("axis")
    let rows = try call.flatRows()
    if ![1, -1].contains(try call.integer("axis", else: operatorVersion < 13 ? 1 : -1)) {
      throw call.error("expected the softmax of each row")
    }
    return .prediction(.init(form: .softmax, scores: rows, isLogistic: false))
  }

  /// 1 − p beside p, the probabilities of two classes.
  private func sides(_ call: ONNXCall) throws -> ONNXValue {
    try call.allow("axis")
    if call.node.inputs.count == 2, [1, -1].contains(try call.integer("axis", else: 0)),
      case .rows(let first) = try call.input(0), case .rows(let second) = try call.input(1),
      first.extents == [1], second.extents == [1], let scores = scores(ofSigmoid: second),
      isRest(first, of: second, scores)
    {
      return .prediction(.init(form: .sides, scores: scores, isLogistic: true))
    }
    throw call.error("expected the probabilities 1 − p and p of two classes")
  }

  /// Whether some rows are 1 − p, where p is the sigmoid of scores, or the sigmoid of their negatives.
  private func isRest(
    _ rows: ONNXValue.Rows, of sigmoid: ONNXValue.Rows, _ scores: ONNXValue.Rows
  ) -> Bool {
    func isScaling(_ step: Int, _ scaling: ONNXScaling, of parent: Int) -> Bool {
      guard case .scaling(let found) = steps[step].operation else { return false }
      return found == scaling && steps[step].parent == parent
    }
    // 1 − p = (p − 1) / −1.
    if isScaling(rows.step, .init(shifts: [1], divisors: [-1]), of: sigmoid.step) { return true }
    guard let negative = self.scores(ofSigmoid: rows) else { return false }
    return isScaling(negative.step, .init(divisors: [-1]), of: scores.step)
  }

  /// The class with the largest score or probability.
  private func largest(_ call: ONNXCall) throws -> ONNXValue {
    try call.allow("axis", "keepdims", "select_last_index")
    let axis = try call.integer("axis", else: 0)
    if axis != 1 && axis != -1 { throw call.error("expected the largest of each row") }
    if try call.integer("select_last_index", else: 0) != 0 {
      throw call.error("expected the first of equal scores")
    }
    if case .prediction(var prediction) = try call.input(0),
      prediction.form == .softmax || prediction.form == .sides
    {
      prediction.form = .index
      return .prediction(prediction)
    }
    let rows = try call.flatRows()
    if rows.extents == [1] {
      throw call.error("expected the largest of several scores, found one, which always is")
    }
    let scores = scores(ofSigmoid: rows)
    return .prediction(
      .init(form: .index, scores: scores ?? rows, isLogistic: scores != nil))
  }

  /// Which probabilities are above one half, or scores above 0.
  private func comparison(_ call: ONNXCall) throws -> ONNXValue {
    try call.allow()
    let (rows, threshold) = (try call.rows(), try call.numbers(1).values)
    return try flags(rows, threshold: threshold.count == 1 ? threshold[0] : .nan, call)
  }

  private func binarizer(_ call: ONNXCall) throws -> ONNXValue {
    try call.allow("threshold")
    return try flags(call.rows(), threshold: call.float("threshold", else: 0), call)
  }

  private func flags(
    _ rows: ONNXValue.Rows, threshold: Double, _ call: ONNXCall
  ) throws -> ONNXValue {
    let scores = scores(ofSigmoid: rows)
    guard threshold == (scores == nil ? 0 : 0.5) else {
      throw call.error("expected a comparison of scores with 0 or of probabilities with one half")
    }
    return .prediction(.init(form: .flags, scores: scores ?? rows, isLogistic: true))
  }

  /// Names in place of the positions of classes.
  private func names(_ call: ONNXCall, names: Int, index: Int) throws -> ONNXValue {
    try call.allow("axis")
    guard case .prediction(var prediction) = try call.input(index), prediction.form == .index else {
      throw call.error("expected the names of classes, chosen by the largest score")
    }
    let tensor = try call.constant(names).tensor
    prediction.names =
      try source.elementType(of: tensor) == .string
      ? try source.texts(of: tensor) : try call.integers(names).map(String.init)
    return .prediction(prediction)
  }

  /// Probabilities under the names of the classes.
  private func map(_ call: ONNXCall) throws -> ONNXValue {
    try call.allow("classlabels_strings", "classlabels_int64s")
    let names =
      try call.texts("classlabels_strings")
      ?? call.integers("classlabels_int64s")?.map(String.init)
    switch try call.input(0) {
    case .prediction(var prediction):
      prediction.names = prediction.names ?? names
      return .prediction(prediction)
    case .rows(let rows): return .rows(rows)
    default: throw call.error("expected probabilities")
    }
  }
}

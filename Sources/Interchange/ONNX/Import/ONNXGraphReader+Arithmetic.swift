import PerceptronLinearAlgebra
import PerceptronNeuralNetwork

extension ONNXGraphReader {
  /// A sum, difference, product or quotient of rows and a constant, or of the parts of GELU.
  mutating func arithmetic(_ call: ONNXCall) throws -> ONNXValue {
    try call.allow()
    let (first, second) = (try call.input(0), try call.input(1))
    switch (call.node.type, first, second) {
    case (_, .constant, .constant):
      throw call.error("expected an operation on rows, found one on two constants")
    case (let type, .gelu(let part, let rows), let other):
      return try gelu(part, rows, type, other, call, 1)
    case (let type, let other, .gelu(let part, let rows)) where type == "Add" || type == "Mul":
      return try gelu(part, rows, type, other, call, 0)
    case (_, .rows, .constant): return try scaled(call.rows(0), by: 1, call)
    case (_, .constant, .rows): return try scaled(call.rows(1), by: 0, call)
    case (_, .rows, .rows):
      throw call.error(
        "both inputs depend on the rows, which is not read: networks are layers one after the other"
      )
    default: throw call.error("expected an operation on rows and a constant")
    }
  }

  // MARK: - Rows and a constant

  /// - Parameter position: which input is the constant.
  private mutating func scaled(
    _ rows: ONNXValue.Rows, by position: Int, _ call: ONNXCall
  ) throws -> ONNXValue {
    let (numbers, extents) = try broadcast(call.numbers(position), to: rows, call, position)
    var scaling = ONNXScaling()
    switch (call.node.type, position) {
    case ("Add", _): scaling.shifts = numbers.map { -$0 }
    case ("Sub", 1): scaling.shifts = numbers
    case ("Sub", _): scaling = ONNXScaling(shifts: numbers, divisors: [-1])
    case ("Mul", _): scaling.divisors = numbers.map { 1 / $0 }
    case ("Div", 1): scaling.divisors = numbers
    default: throw call.error("expected rows divided by a constant, not the other way round")
    }
    if !scaling.isRegular {
      throw call.error("the constant has a number that is 0 or out of range")
    }
    try source.spend(numbers.count * 16)
    // The bias of a product without one.
    if call.node.type == "Add",
      case .affine(let weights, nil) = steps[rows.step].operation
    {
      var bias = numbers
      if bias.count == 1 { bias = Array(repeating: bias[0], count: weights.shape[1]) }
      return .rows(
        replaceLast(
          of: rows, by: .affine(weights: weights, bias: try call.rounded(bias, position)),
          extents: extents))
    }
    let constant = try call.constant(position)
    let isOfHalves =
      try constant.isOfHalves || source.elementType(of: constant.tensor).isHalf
    return .rows(
      append(.scaling(scaling), to: rows, extents: extents, isOfHalves: isOfHalves))
  }

  /// A constant as one number, or as one for each of a row's numbers, and the extents of the rows.
  private func broadcast(
    _ constant: (values: [Double], dimensions: [Int]), to rows: ONNXValue.Rows, _ call: ONNXCall,
    _ position: Int
  ) throws -> (numbers: [Double], extents: [Int?]) {
    let (values, dimensions) = constant
    if values.count == 1, dimensions.count <= rows.extents.count + 1 {
      return (values, rows.extents)
    }
    // NumPy's rule, with an extent of 1 for the rows.
    var inner = dimensions
    if inner.count == rows.extents.count + 1, inner[0] == 1 { inner.removeFirst() }
    if inner.count == rows.extents.count, !values.isEmpty,
      zip(inner, rows.extents).allSatisfy({ $0 == $1 ?? $0 })
    {
      return (values, inner)
    }
    throw call.error(
      "input \(position) has the shape \(dimensions), expected one number, or one for each of the rows' "
        + "columns")
  }

  /// A constant that is added to rows of `width` columns.
  func broadcast(
    _ constant: (values: [Double], dimensions: [Int]), width: Int, _ call: ONNXCall,
    _ position: Int
  ) throws -> [Double] {
    try broadcast(constant, to: .init(step: 0, extents: [width]), call, position).numbers
  }

  // MARK: - GELU

  /// The next part of x·½·(1 + erf(x / √2)), in any order of its factors.
  ///
  /// - Parameters:
  ///   - rows: x.
  ///   - other: the other input, at a position.
  private mutating func gelu(
    _ part: ONNXValue.GELUPart, _ rows: ONNXValue.Rows, _ type: String, _ other: ONNXValue,
    _ call: ONNXCall, _ position: Int
  ) throws -> ONNXValue {
    func isNumber(_ number: Double) throws -> Bool {
      guard case .constant = other else { return false }
      return try call.numbers(position).values == [number]
    }
    // Whether the other input is x, or x·½.
    var (isInput, isHalf) = (false, false)
    if case .rows(let factor) = other {
      isInput = factor.step == rows.step
      if case .scaling(let scaling) = steps[factor.step].operation {
        isHalf = scaling == .init(divisors: [2]) && steps[factor.step].parent == rows.step
      }
    }
    switch (part, type) {
    case (.error, "Add") where try isNumber(1): return .gelu(.sum, of: rows)
    case (.sum, "Mul") where isHalf: return .rows(append(.layer(GELU<Scalar>()), to: rows))
    case (.sum, "Mul") where isInput: return .gelu(.product, of: rows)
    case (.sum, "Mul") where try isNumber(0.5), (.sum, "Div") where try isNumber(2):
      return .gelu(.half, of: rows)
    case (.half, "Mul") where isInput: return .rows(append(.layer(GELU<Scalar>()), to: rows))
    case (.product, "Mul") where try isNumber(0.5), (.product, "Div") where try isNumber(2):
      return .rows(append(.layer(GELU<Scalar>()), to: rows))
    default: throw call.error("expected a part of GELU, x·½·(1 + erf(x / √2))")
    }
  }

  // MARK: - Scaler

  /// (x − offset)·scale, of scikit-learn's scalers.
  mutating func scaler(_ call: ONNXCall) throws -> ONNXValue {
    try call.allow("offset", "scale")
    let rows = try call.flatRows(orIntegers: true)
    let scaling = ONNXScaling(
      shifts: try call.floats("offset") ?? [0],
      divisors: (try call.floats("scale") ?? [1]).map { 1 / $0 })
    let widths = [scaling.shifts.count, scaling.divisors.count].filter { $0 != 1 }
    guard !widths.contains(0), widths.allSatisfy({ $0 == rows.extents[0] ?? widths[0] }),
      scaling.isRegular
    else { throw call.error("expected a finite offset and scale for each column, not 0") }
    return .rows(
      append(.scaling(scaling), to: rows, extents: widths.isEmpty ? rows.extents : [widths[0]]))
  }
}

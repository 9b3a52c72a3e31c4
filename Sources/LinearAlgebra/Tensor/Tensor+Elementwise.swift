// Element-wise arithmetic. Two operands go together when they have the same shape, when one is a
// scalar, or when one is a row vector (rank 1) as long as the other's last extent, which is then
// used for every row.

extension Tensor {
  /// The element-wise sum; shapes are equal, or one side is a scalar or a row vector.
  public static func + (lhs: Tensor, rhs: Tensor) -> Tensor { combine(lhs, .add, rhs) }
  /// The element-wise difference; shapes are equal, or one side is a scalar or a row vector.
  public static func - (lhs: Tensor, rhs: Tensor) -> Tensor { combine(lhs, .subtract, rhs) }
  /// The element-wise product; shapes are equal, or one side is a scalar or a row vector.
  /// For the matrix product see ``matmul(_:_:transposeA:transposeB:)``.
  public static func * (lhs: Tensor, rhs: Tensor) -> Tensor { combine(lhs, .multiply, rhs) }
  /// The element-wise quotient; shapes are equal, or one side is a scalar or a row vector.
  public static func / (lhs: Tensor, rhs: Tensor) -> Tensor { combine(lhs, .divide, rhs) }
  /// Every element negated.
  public static prefix func - (operand: Tensor) -> Tensor {
    combine(Tensor(-1), .multiply, operand)
  }

  /// Adds `rhs` in place; it has this shape, or is a scalar or a row vector.
  public static func += (lhs: inout Tensor, rhs: Tensor) { lhs.combine(.add, rhs) }
  /// Subtracts `rhs` in place; it has this shape, or is a scalar or a row vector.
  public static func -= (lhs: inout Tensor, rhs: Tensor) { lhs.combine(.subtract, rhs) }
  /// Multiplies by `rhs` in place; it has this shape, or is a scalar or a row vector.
  public static func *= (lhs: inout Tensor, rhs: Tensor) { lhs.combine(.multiply, rhs) }
  /// Divides by `rhs` in place; it has this shape, or is a scalar or a row vector.
  public static func /= (lhs: inout Tensor, rhs: Tensor) { lhs.combine(.divide, rhs) }
}

// With a plain number on one side. Disfavoured, because literals are tensors.
extension Tensor {
  /// `rhs` added to every element.
  @_disfavoredOverload
  public static func + (lhs: Tensor, rhs: Scalar) -> Tensor { lhs + Tensor(rhs) }
  /// `lhs` added to every element.
  @_disfavoredOverload
  public static func + (lhs: Scalar, rhs: Tensor) -> Tensor { Tensor(lhs) + rhs }
  /// `rhs` subtracted from every element.
  @_disfavoredOverload
  public static func - (lhs: Tensor, rhs: Scalar) -> Tensor { lhs - Tensor(rhs) }
  /// `lhs` minus every element.
  @_disfavoredOverload
  public static func - (lhs: Scalar, rhs: Tensor) -> Tensor { Tensor(lhs) - rhs }
  /// Every element times `rhs`.
  @_disfavoredOverload
  public static func * (lhs: Tensor, rhs: Scalar) -> Tensor { lhs * Tensor(rhs) }
  /// Every element times `lhs`.
  @_disfavoredOverload
  public static func * (lhs: Scalar, rhs: Tensor) -> Tensor { Tensor(lhs) * rhs }
  /// Every element divided by `rhs`.
  @_disfavoredOverload
  public static func / (lhs: Tensor, rhs: Scalar) -> Tensor { lhs / Tensor(rhs) }
  /// `lhs` divided by every element.
  @_disfavoredOverload
  public static func / (lhs: Scalar, rhs: Tensor) -> Tensor { Tensor(lhs) / rhs }

  /// Adds `rhs` to every element in place.
  @_disfavoredOverload
  public static func += (lhs: inout Tensor, rhs: Scalar) { lhs += Tensor(rhs) }
  /// Subtracts `rhs` from every element in place.
  @_disfavoredOverload
  public static func -= (lhs: inout Tensor, rhs: Scalar) { lhs -= Tensor(rhs) }
  /// Multiplies every element by `rhs` in place.
  @_disfavoredOverload
  public static func *= (lhs: inout Tensor, rhs: Scalar) { lhs *= Tensor(rhs) }
  /// Divides every element by `rhs` in place.
  @_disfavoredOverload
  public static func /= (lhs: inout Tensor, rhs: Scalar) { lhs /= Tensor(rhs) }
}

extension Tensor {
  /// Adds `factor` times `other`, of the same shape, in place: BLAS's axpy.
  public mutating func add(_ other: Tensor, scaledBy factor: Scalar) {
    require(
      shape == other.shape, "add(scaledBy:): shapes \(shape) and \(other.shape) differ")
    let count = count
    if count == 0 { return }
    other.withUnsafeElements { x in
      withUnsafeMutableElements { y in
        Scalar.axpy(count: count, alpha: factor, x.baseAddress!, y.baseAddress!)
      }
    }
  }

  /// Adds `factor` times the sign of each element of `other`, of the same shape, in place; the sign
  /// of 0 is 0.
  public mutating func addSigns(of other: Tensor, scaledBy factor: Scalar) {
    require(shape == other.shape, "addSigns: shapes \(shape) and \(other.shape) differ")
    let count = count
    if count == 0 { return }
    other.withUnsafeElements { x in
      withUnsafeMutableElements { y in
        Scalar.addSigns(count: count, alpha: factor, x.baseAddress!, y.baseAddress!)
      }
    }
  }

  /// Every element passed through `transform`, one call each: for what no operator covers.
  @inlinable public func map(_ transform: (Scalar) throws -> Scalar) rethrows -> Tensor {
    try withUnsafeElements { source in
      try Tensor(shape: shape) { target in
        for index in source.indices {
          (target.baseAddress! + index).initialize(to: try transform(source[index]))
        }
      }
    }
  }

  private static func combine(
    _ lhs: Tensor, _ operation: ElementwiseOperation, _ rhs: Tensor
  ) -> Tensor {
    let pairing = Pairing(lhs.shape, operation, rhs.shape)
    return Tensor(shape: pairing.result) { target in
      lhs.withUnsafeElements { left in
        rhs.withUnsafeElements { right in pairing.apply(left, operation, right, into: target) }
      }
    }
  }

  private mutating func combine(_ operation: ElementwiseOperation, _ rhs: Tensor) {
    let pairing = Pairing(shape, operation, rhs.shape)
    require(
      pairing.result == shape,
      "\(operation): a result of shape \(pairing.result) does not fit in place of \(shape)")
    rhs.withUnsafeElements { right in
      withUnsafeMutableElements { left in
        pairing.apply(UnsafeBufferPointer(left), operation, right, into: left)
      }
    }
  }
}

/// How two shapes go together in an element-wise operation: the rows of the result, and how each
/// operand is walked within a row and from row to row.
private struct Pairing {
  let result: Shape
  private let rows: Int
  private let columns: Int
  private let left: (step: OperandStep, rowStride: Int)
  private let right: (step: OperandStep, rowStride: Int)

  /// - Precondition: equal shapes, or one side a scalar or a row vector that fits the other.
  init(_ lhs: Shape, _ operation: ElementwiseOperation, _ rhs: Shape) {
    let (larger, smaller) = lhs.rank < rhs.rank ? (rhs, lhs) : (lhs, rhs)
    let isRow = smaller.rank == 1 && larger.rank > 1 && larger[larger.rank - 1] == smaller[0]
    require(
      lhs == rhs || smaller.rank == 0 || isRow,
      "\(operation): shapes \(lhs) and \(rhs) do not go together; equal shapes, a scalar, or a row "
        + "vector as long as the last extent do")
    let length = isRow ? smaller[0] : larger.count
    func operand(_ shape: Shape) -> (step: OperandStep, rowStride: Int) {
      if shape == larger { return (.each, isRow ? length : 0) }
      return (isRow ? .each : .same, 0)
    }
    (result, columns) = (larger, length)
    rows = !isRow ? 1 : length == 0 ? 0 : larger.count / length
    (left, right) = (operand(lhs), operand(rhs))
  }

  func apply<Scalar: BLASScalar>(
    _ lhs: UnsafeBufferPointer<Scalar>, _ operation: ElementwiseOperation,
    _ rhs: UnsafeBufferPointer<Scalar>, into target: UnsafeMutableBufferPointer<Scalar>
  ) {
    guard let lhs = lhs.baseAddress, let rhs = rhs.baseAddress, let target = target.baseAddress
    else { return }
    for row in 0..<rows {
      Scalar.combine(
        operation, count: columns, lhs + row * left.rowStride, left.step,
        rhs + row * right.rowStride, right.step, into: target + row * columns)
    }
  }
}

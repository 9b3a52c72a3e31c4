// Element-wise arithmetic. Operands broadcast by NumPy's rules: see ``Shape/broadcast(_:_:)``. A result takes
// the place of an operand that nothing else refers to, such as an intermediate one, so that a formula
// allocates few times.
//
// Beside a tensor, a number is an integer, a `Double`, which is rounded to the tensor's scalar type, or of that
// type. The first two stand here as overloads of their own, because a literal of a known type is what keeps
// the compiler fast: with literals of the scalar type alone, (a - 1) * (a - 1) / 2 + (b - 1) * (b - 1) / 2
// took it 7 s, and then it gave up. Tests/LinearAlgebraTests/Formulas.swift holds it to that.

extension Tensor {
  /// The element-wise sum of two tensors that broadcast.
  public static func + (lhs: consuming Tensor, rhs: consuming Tensor) -> Tensor {
    combine(lhs, .add, rhs)
  }
  /// The element-wise difference of two tensors that broadcast.
  public static func - (lhs: consuming Tensor, rhs: consuming Tensor) -> Tensor {
    combine(lhs, .subtract, rhs)
  }
  /// The element-wise product of two tensors that broadcast. For the matrix product see
  /// ``matmul(_:_:transposeA:transposeB:)``.
  public static func * (lhs: consuming Tensor, rhs: consuming Tensor) -> Tensor {
    combine(lhs, .multiply, rhs)
  }
  /// The element-wise quotient of two tensors that broadcast.
  public static func / (lhs: consuming Tensor, rhs: consuming Tensor) -> Tensor {
    combine(lhs, .divide, rhs)
  }
  /// Every element negated.
  public static prefix func - (operand: consuming Tensor) -> Tensor {
    combine(-1, .multiply, operand)
  }

  /// Adds `rhs` in place; it broadcasts to this shape.
  public static func += (lhs: inout Tensor, rhs: Tensor) { lhs.combine(.add, rhs) }
  /// Subtracts `rhs` in place; it broadcasts to this shape.
  public static func -= (lhs: inout Tensor, rhs: Tensor) { lhs.combine(.subtract, rhs) }
  /// Multiplies by `rhs` in place; it broadcasts to this shape.
  public static func *= (lhs: inout Tensor, rhs: Tensor) { lhs.combine(.multiply, rhs) }
  /// Divides by `rhs` in place; it broadcasts to this shape.
  public static func /= (lhs: inout Tensor, rhs: Tensor) { lhs.combine(.divide, rhs) }
}

// MARK: - With a number

extension Tensor {
  /// `rhs` added to every element.
  public static func + (lhs: consuming Tensor, rhs: Int) -> Tensor {
    combine(lhs, .add, Scalar(rhs))
  }
  /// `lhs` added to every element.
  public static func + (lhs: Int, rhs: consuming Tensor) -> Tensor {
    combine(Scalar(lhs), .add, rhs)
  }
  /// Adds `rhs` to every element in place.
  public static func += (lhs: inout Tensor, rhs: Int) { lhs.combine(.add, Scalar(rhs)) }
  /// `rhs` subtracted from every element.
  public static func - (lhs: consuming Tensor, rhs: Int) -> Tensor {
    combine(lhs, .subtract, Scalar(rhs))
  }
  /// `lhs` minus every element.
  public static func - (lhs: Int, rhs: consuming Tensor) -> Tensor {
    combine(Scalar(lhs), .subtract, rhs)
  }
  /// Subtracts `rhs` from every element in place.
  public static func -= (lhs: inout Tensor, rhs: Int) { lhs.combine(.subtract, Scalar(rhs)) }
  /// Every element times `rhs`.
  public static func * (lhs: consuming Tensor, rhs: Int) -> Tensor {
    combine(lhs, .multiply, Scalar(rhs))
  }
  /// Every element times `lhs`.
  public static func * (lhs: Int, rhs: consuming Tensor) -> Tensor {
    combine(Scalar(lhs), .multiply, rhs)
  }
  /// Multiplies every element by `rhs` in place.
  public static func *= (lhs: inout Tensor, rhs: Int) { lhs.combine(.multiply, Scalar(rhs)) }
  /// Every element divided by `rhs`.
  public static func / (lhs: consuming Tensor, rhs: Int) -> Tensor {
    combine(lhs, .divide, Scalar(rhs))
  }
  /// `lhs` divided by every element.
  public static func / (lhs: Int, rhs: consuming Tensor) -> Tensor {
    combine(Scalar(lhs), .divide, rhs)
  }
  /// Divides every element by `rhs` in place.
  public static func /= (lhs: inout Tensor, rhs: Int) { lhs.combine(.divide, Scalar(rhs)) }
}

extension Tensor {
  /// `rhs` added to every element.
  public static func + (lhs: consuming Tensor, rhs: Double) -> Tensor {
    combine(lhs, .add, Scalar(rhs))
  }
  /// `lhs` added to every element.
  public static func + (lhs: Double, rhs: consuming Tensor) -> Tensor {
    combine(Scalar(lhs), .add, rhs)
  }
  /// Adds `rhs` to every element in place.
  public static func += (lhs: inout Tensor, rhs: Double) { lhs.combine(.add, Scalar(rhs)) }
  /// `rhs` subtracted from every element.
  public static func - (lhs: consuming Tensor, rhs: Double) -> Tensor {
    combine(lhs, .subtract, Scalar(rhs))
  }
  /// `lhs` minus every element.
  public static func - (lhs: Double, rhs: consuming Tensor) -> Tensor {
    combine(Scalar(lhs), .subtract, rhs)
  }
  /// Subtracts `rhs` from every element in place.
  public static func -= (lhs: inout Tensor, rhs: Double) { lhs.combine(.subtract, Scalar(rhs)) }
  /// Every element times `rhs`.
  public static func * (lhs: consuming Tensor, rhs: Double) -> Tensor {
    combine(lhs, .multiply, Scalar(rhs))
  }
  /// Every element times `lhs`.
  public static func * (lhs: Double, rhs: consuming Tensor) -> Tensor {
    combine(Scalar(lhs), .multiply, rhs)
  }
  /// Multiplies every element by `rhs` in place.
  public static func *= (lhs: inout Tensor, rhs: Double) { lhs.combine(.multiply, Scalar(rhs)) }
  /// Every element divided by `rhs`.
  public static func / (lhs: consuming Tensor, rhs: Double) -> Tensor {
    combine(lhs, .divide, Scalar(rhs))
  }
  /// `lhs` divided by every element.
  public static func / (lhs: Double, rhs: consuming Tensor) -> Tensor {
    combine(Scalar(lhs), .divide, rhs)
  }
  /// Divides every element by `rhs` in place.
  public static func /= (lhs: inout Tensor, rhs: Double) { lhs.combine(.divide, Scalar(rhs)) }
}

// Disfavored, so that a literal is an `Int` or a `Double`.
extension Tensor {
  /// `rhs` added to every element.
  @_disfavoredOverload
  public static func + (lhs: consuming Tensor, rhs: Scalar) -> Tensor {
    combine(lhs, .add, rhs)
  }
  /// `lhs` added to every element.
  @_disfavoredOverload
  public static func + (lhs: Scalar, rhs: consuming Tensor) -> Tensor {
    combine(lhs, .add, rhs)
  }
  /// Adds `rhs` to every element in place.
  @_disfavoredOverload
  public static func += (lhs: inout Tensor, rhs: Scalar) { lhs.combine(.add, rhs) }
  /// `rhs` subtracted from every element.
  @_disfavoredOverload
  public static func - (lhs: consuming Tensor, rhs: Scalar) -> Tensor {
    combine(lhs, .subtract, rhs)
  }
  /// `lhs` minus every element.
  @_disfavoredOverload
  public static func - (lhs: Scalar, rhs: consuming Tensor) -> Tensor {
    combine(lhs, .subtract, rhs)
  }
  /// Subtracts `rhs` from every element in place.
  @_disfavoredOverload
  public static func -= (lhs: inout Tensor, rhs: Scalar) { lhs.combine(.subtract, rhs) }
  /// Every element times `rhs`.
  @_disfavoredOverload
  public static func * (lhs: consuming Tensor, rhs: Scalar) -> Tensor {
    combine(lhs, .multiply, rhs)
  }
  /// Every element times `lhs`.
  @_disfavoredOverload
  public static func * (lhs: Scalar, rhs: consuming Tensor) -> Tensor {
    combine(lhs, .multiply, rhs)
  }
  /// Multiplies every element by `rhs` in place.
  @_disfavoredOverload
  public static func *= (lhs: inout Tensor, rhs: Scalar) { lhs.combine(.multiply, rhs) }
  /// Every element divided by `rhs`.
  @_disfavoredOverload
  public static func / (lhs: consuming Tensor, rhs: Scalar) -> Tensor {
    combine(lhs, .divide, rhs)
  }
  /// `lhs` divided by every element.
  @_disfavoredOverload
  public static func / (lhs: Scalar, rhs: consuming Tensor) -> Tensor {
    combine(lhs, .divide, rhs)
  }
  /// Divides every element by `rhs` in place.
  @_disfavoredOverload
  public static func /= (lhs: inout Tensor, rhs: Scalar) { lhs.combine(.divide, rhs) }
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
}

// MARK: - The work

extension Tensor {
  /// The operation's results for the pairs of two tensors' elements.
  ///
  /// - Precondition: the shapes broadcast.
  static func combine(
    _ lhs: consuming Tensor, _ operation: ElementwiseOperation, _ rhs: consuming Tensor
  ) -> Tensor {
    paired(lhs, rhs, "\(operation)") {
      Scalar.combine(operation, count: $0, $1, $2, $3, $4, into: $5)
    }
  }

  private mutating func combine(_ operation: ElementwiseOperation, _ rhs: Tensor) {
    let broadcast = Broadcast(shape, "\(operation)", rhs.shape)
    require(
      broadcast.result == shape,
      "\(operation): a result of shape \(broadcast.result) does not fit in place of \(shape)")
    rhs.withUnsafeElements { right in
      withUnsafeMutableElements { left in
        broadcast.forEachPair(UnsafeBufferPointer(left), right, into: left) {
          Scalar.combine(operation, count: $0, $1, $2, $3, $4, into: $5)
        }
      }
    }
  }

  /// The operation's results for every element and a number.
  static func combine(
    _ lhs: consuming Tensor, _ operation: ElementwiseOperation, _ rhs: Scalar
  ) -> Tensor {
    lhs.combine(operation, rhs)
    return lhs
  }

  /// The operation's results for a number and every element.
  static func combine(
    _ lhs: Scalar, _ operation: ElementwiseOperation, _ rhs: consuming Tensor
  ) -> Tensor {
    rhs.update { count, x, y in
      withUnsafePointer(to: lhs) { lhs in
        withShares(of: count, atLeast: Broadcast.elementsWorthThread, inUnitsOf: 64) {
          Scalar.combine(
            operation, count: $0.count, lhs, .same, x + $0.lowerBound, .each,
            into: y + $0.lowerBound)
        }
      }
    }
    return rhs
  }

  private mutating func combine(_ operation: ElementwiseOperation, _ rhs: Scalar) {
    update { count, x, y in
      withUnsafePointer(to: rhs) { rhs in
        withShares(of: count, atLeast: Broadcast.elementsWorthThread, inUnitsOf: 64) {
          Scalar.combine(
            operation, count: $0.count, x + $0.lowerBound, .each, rhs, .same,
            into: y + $0.lowerBound)
        }
      }
    }
  }
}

internal import CPerceptronKernels

/// An operation on pairs of elements.
package enum ElementwiseOperation: CaseIterable, Sendable {
  case add, subtract, multiply, divide
  /// The smaller or larger one; NaN where one of them is.
  case minimum, maximum
  /// left to the power right.
  case pow
  /// √(left² + right²).
  case hypot
  /// The angle of the point (right, left).
  case atan2

  fileprivate var kernel: ckernels_operation {
    switch self {
    case .add: ckernels_add
    case .subtract: ckernels_subtract
    case .multiply: ckernels_multiply
    case .divide: ckernels_divide
    case .minimum: ckernels_minimum
    case .maximum: ckernels_maximum
    case .pow: ckernels_pow
    case .hypot: ckernels_hypot
    case .atan2: ckernels_atan2
    }
  }
}

/// A relation of pairs of elements; `a > b` is computed as `b < a`.
package enum ElementwiseRelation: Sendable {
  case less, lessOrEqual, equal, notEqual

  fileprivate var kernel: ckernels_relation {
    switch self {
    case .less: ckernels_less
    case .lessOrEqual: ckernels_less_or_equal
    case .equal: ckernels_equal
    case .notEqual: ckernels_not_equal
    }
  }
}

/// Whether an operand has one element per result (`each`) or one for all (`same`).
package enum OperandStep: Int, Sendable {
  case same, each
}

extension BLASScalar {
  /// x = value, for memory that need not be initialized.
  @_specialize(where Self == Float)
  @_specialize(where Self == Double)
  package static func fill(
    count: Int, _ x: UnsafeMutablePointer<Self>, with value: Self
  ) {
    x.initialize(repeating: value, count: count)
  }

  /// y = the elements of x that are `stride` apart, which may be negative.
  static func gather(
    count: Int, _ x: UnsafePointer<Self>, stride: Int, into y: UnsafeMutablePointer<Self>
  ) {
    ckernels_gather(kernelType, count, x, stride, y)
  }

  /// y ← alpha·sign(x) + y, where the sign of 0 is 0.
  @_specialize(where Self == Float)
  @_specialize(where Self == Double)
  package static func addSigns(
    count: Int, alpha: Self, _ x: UnsafePointer<Self>, _ y: UnsafeMutablePointer<Self>
  ) {
    for index in 0..<count {
      y[index] += x[index] > 0 ? alpha : x[index] < 0 ? -alpha : 0
    }
  }

  /// result = left `operation` right, element by element; `result` may be an operand.
  package static func combine(
    _ operation: ElementwiseOperation, count: Int,
    _ left: UnsafePointer<Self>, _ leftStep: OperandStep,
    _ right: UnsafePointer<Self>, _ rightStep: OperandStep,
    into result: UnsafeMutablePointer<Self>
  ) {
    ckernels_combine_pairs(
      kernelType, count, operation.kernel, left, leftStep.rawValue, right, rightStep.rawValue,
      result)
  }

  /// result = whether left `relation` right, element by element.
  package static func compare(
    _ relation: ElementwiseRelation, count: Int,
    _ left: UnsafePointer<Self>, _ leftStep: OperandStep,
    _ right: UnsafePointer<Self>, _ rightStep: OperandStep,
    into result: UnsafeMutablePointer<Bool>
  ) {
    ckernels_compare(
      kernelType, count, relation.kernel, left, leftStep.rawValue, right, rightStep.rawValue, result
    )
  }

  /// y = x where the mask is true.
  package static func replace(
    count: Int, where mask: UnsafePointer<Bool>, _ x: UnsafePointer<Self>, _ step: OperandStep,
    into y: UnsafeMutablePointer<Self>
  ) {
    ckernels_replace(kernelType, count, mask, x, step.rawValue, y)
  }

  /// y = sign(x), where the signs of 0 and NaN are 0; `y` may be `x`.
  @_specialize(where Self == Float)
  @_specialize(where Self == Double)
  package static func signs(
    count: Int, _ x: UnsafePointer<Self>, into y: UnsafeMutablePointer<Self>
  ) {
    transform(count: count, x, into: y) { ($1 > 0 ? 1 : 0) - ($1 < 0 ? 1 : 0) }
  }

  /// y ← y + share·(x − y): a share of the way from y to x.
  package static func interpolate(
    count: Int, share: Self, _ x: UnsafePointer<Self>, into y: UnsafeMutablePointer<Self>
  ) {
    ckernels_interpolate(kernelType, count, share.asDouble, x, y)
  }

  /// y = apply(index, x), element by element; `y` may be `x`, for which there is a loop of its own as
  /// in `combine`.
  @inline(__always)
  static func transform(
    count: Int, _ x: UnsafePointer<Self>, into y: UnsafeMutablePointer<Self>,
    _ apply: (_ index: Int, _ x: Self) -> Self
  ) {
    if x == UnsafePointer(y) {
      for index in 0..<count { y[index] = apply(index, y[index]) }
    } else {
      for index in 0..<count { y[index] = apply(index, x[index]) }
    }
  }
}

// MARK: - Conversion

extension BLASScalar {
  /// target = source / divisor − mean for bytes.
  package static func convert(
    count: Int, _ source: UnsafePointer<UInt8>, dividedBy divisor: Self,
    minus mean: UnsafePointer<Self>?, into target: UnsafeMutablePointer<Self>
  ) {
    ckernels_convert_bytes(kernelType, count, source, divisor.asDouble, mean, target)
  }

  /// target = source / divisor − mean for single-precision numbers.
  package static func convert(
    count: Int, _ source: UnsafePointer<Float>, dividedBy divisor: Self,
    minus mean: UnsafePointer<Self>?, into target: UnsafeMutablePointer<Self>
  ) {
    ckernels_convert_floats(kernelType, count, source, divisor.asDouble, mean, target)
  }

  /// target = source / divisor − mean for double-precision numbers, computed in double precision
  /// and rounded once.
  package static func convert(
    count: Int, _ source: UnsafePointer<Double>, dividedBy divisor: Double,
    minus mean: UnsafePointer<Double>?, into target: UnsafeMutablePointer<Self>
  ) {
    ckernels_convert_doubles(kernelType, count, source, divisor, mean, target)
  }
}

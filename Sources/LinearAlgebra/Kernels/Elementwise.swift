internal import CPerceptronKernels

/// An arithmetic operation on pairs of elements.
package enum ElementwiseOperation: Sendable {
  case add, subtract, multiply, divide
}

/// How an operand of an element-wise operation is read: element by element, or one for all.
package enum OperandStep: Sendable {
  case each, same
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
  @_specialize(where Self == Float)
  @_specialize(where Self == Double)
  package static func combine(
    _ operation: ElementwiseOperation, count: Int,
    _ left: UnsafePointer<Self>, _ leftStep: OperandStep,
    _ right: UnsafePointer<Self>, _ rightStep: OperandStep,
    into result: UnsafeMutablePointer<Self>
  ) {
    // Working in place has loops of its own: where two pointers might overlap, the vectorised loop is behind a check that equal pointers fail.
    @inline(__always) func loop(_ apply: (Self, Self) -> Self) {
      let inPlace = left == UnsafePointer(result)
      switch (leftStep, rightStep) {
      case (.each, .each) where inPlace:
        for index in 0..<count { result[index] = apply(result[index], right[index]) }
      case (.each, .each):
        for index in 0..<count { result[index] = apply(left[index], right[index]) }
      case (.each, .same) where inPlace:
        let held = right[0]
        for index in 0..<count { result[index] = apply(result[index], held) }
      case (.each, .same):
        let held = right[0]
        for index in 0..<count { result[index] = apply(left[index], held) }
      case (.same, .each):
        let held = left[0]
        for index in 0..<count { result[index] = apply(held, right[index]) }
      case (.same, .same):
        let value = apply(left[0], right[0])
        for index in 0..<count { result[index] = value }
      }
    }
    if count == 0 { return }
    switch operation {
    case .add: loop { $0 + $1 }
    case .subtract: loop { $0 - $1 }
    case .multiply: loop { $0 * $1 }
    case .divide: loop { $0 / $1 }
    }
  }

  /// y = sign(x), where the signs of 0 and NaN are 0; `y` may be `x`.
  @_specialize(where Self == Float)
  @_specialize(where Self == Double)
  package static func signs(
    count: Int, _ x: UnsafePointer<Self>, into y: UnsafeMutablePointer<Self>
  ) {
    transform(count: count, x, into: y) { ($1 > 0 ? 1 : 0) - ($1 < 0 ? 1 : 0) }
  }

  /// x ← min(max(x, −limit), limit), where NaN stays NaN.
  @_specialize(where Self == Float)
  @_specialize(where Self == Double)
  package static func clamp(
    count: Int, _ x: UnsafeMutablePointer<Self>, to limit: Self
  ) {
    // Both comparisons fail for NaN, which stays.
    for index in 0..<count {
      let value = x[index]
      let bounded = value > limit ? limit : value
      x[index] = bounded < -limit ? -limit : bounded
    }
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

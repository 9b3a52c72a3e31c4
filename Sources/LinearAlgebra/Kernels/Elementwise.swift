/// An arithmetic operation on pairs of elements.
public enum ElementwiseOperation: Sendable {
  /// The sum of both elements.
  case add
  /// The left element minus the right one.
  case subtract
  /// The product of both elements.
  case multiply
  /// The left element divided by the right one.
  case divide
}

/// How an operand of an element-wise operation is walked: element by element, or held still.
public enum OperandStep: Sendable {
  /// The operand has an element for each element of the result.
  case each
  /// The operand is one element, used for every element of the result.
  case same
}

// Documented at the requirements.
// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
extension BLASScalar {
  @inlinable public static func fill(
    count: Int, _ x: UnsafeMutablePointer<Self>, with value: Self
  ) {
    x.initialize(repeating: value, count: count)
  }

  @inlinable public static func addSigns(
    count: Int, alpha: Self, _ x: UnsafePointer<Self>, _ y: UnsafeMutablePointer<Self>
  ) {
    for index in 0..<count {
      y[index] += x[index] > 0 ? alpha : x[index] < 0 ? -alpha : 0
    }
  }

  @inlinable public static func combine(
    _ operation: ElementwiseOperation, count: Int,
    _ left: UnsafePointer<Self>, _ leftStep: OperandStep,
    _ right: UnsafePointer<Self>, _ rightStep: OperandStep,
    into result: UnsafeMutablePointer<Self>
  ) {
    // Working in place has loops of its own, here and in other kernels: where two pointers might
    // overlap, the vectorised loop is behind a check that equal pointers fail.
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

  /// y = apply(index, x), element by element; `y` may be `x`, for which there is a loop of its own:
  /// where two pointers might overlap, the vectorised loop is behind a check that equal pointers
  /// fail.
  @inlinable @inline(__always)
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

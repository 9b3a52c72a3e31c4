// Documented at the requirements.
// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
extension BLASScalar {
  @inlinable public static func convert(
    count: Int, _ source: UnsafePointer<UInt8>, dividedBy divisor: Self,
    minus mean: UnsafePointer<Self>?, into target: UnsafeMutablePointer<Self>
  ) {
    preprocess(count: count, dividedBy: divisor, minus: mean, into: target) { Self(source[$0]) }
  }

  @inlinable public static func convert(
    count: Int, _ source: UnsafePointer<Float>, dividedBy divisor: Self,
    minus mean: UnsafePointer<Self>?, into target: UnsafeMutablePointer<Self>
  ) {
    preprocess(count: count, dividedBy: divisor, minus: mean, into: target) { Self(source[$0]) }
  }

  @inlinable public static func convert(
    count: Int, _ source: UnsafePointer<Double>, dividedBy divisor: Double,
    minus mean: UnsafePointer<Double>?, into target: UnsafeMutablePointer<Self>
  ) {
    preprocess(count: count, dividedBy: divisor, minus: mean, into: target) { source[$0] }
  }

  /// target = element / divisor − mean, computed as `Number`s, leaving out what would change
  /// nothing.
  @inlinable @inline(__always)
  static func preprocess<Number: BLASScalar>(
    count: Int, dividedBy divisor: Number, minus mean: UnsafePointer<Number>?,
    into target: UnsafeMutablePointer<Self>, _ element: (Int) -> Number
  ) {
    switch (mean, divisor == 1) {
    case (nil, true):
      for index in 0..<count { target[index] = Self(element(index)) }
    case (nil, false):
      for index in 0..<count { target[index] = Self(element(index) / divisor) }
    case (let mean?, true):
      for index in 0..<count { target[index] = Self(element(index) - mean[index]) }
    case (let mean?, false):
      for index in 0..<count { target[index] = Self(element(index) / divisor - mean[index]) }
    }
  }
}

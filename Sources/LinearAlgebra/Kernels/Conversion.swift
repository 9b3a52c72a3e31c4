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
    count: Int, _ source: UnsafePointer<Double>, dividedBy divisor: Self,
    minus mean: UnsafePointer<Self>?, into target: UnsafeMutablePointer<Self>
  ) {
    preprocess(count: count, dividedBy: divisor, minus: mean, into: target) { Self(source[$0]) }
  }

  /// target = element / divisor − mean, leaving out what would change nothing.
  @inlinable @inline(__always)
  static func preprocess(
    count: Int, dividedBy divisor: Self, minus mean: UnsafePointer<Self>?,
    into target: UnsafeMutablePointer<Self>, _ element: (Int) -> Self
  ) {
    switch (mean, divisor == 1) {
    case (nil, true):
      for index in 0..<count { target[index] = element(index) }
    case (nil, false):
      for index in 0..<count { target[index] = element(index) / divisor }
    case (let mean?, true):
      for index in 0..<count { target[index] = element(index) - mean[index] }
    case (let mean?, false):
      for index in 0..<count { target[index] = element(index) / divisor - mean[index] }
    }
  }
}

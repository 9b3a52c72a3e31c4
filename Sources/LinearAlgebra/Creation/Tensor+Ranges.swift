// Numbers at equal distances. They are computed in double precision and rounded once.

extension Tensor {
  /// The numbers 0, 1, … below `count`.
  ///
  /// - Precondition: `count ≥ 0`.
  public static func arange(_ count: Int) -> Tensor {
    require(count >= 0, "arange: \(count) numbers")
    return rounded((0..<count).map { Double($0) })
  }

  /// The numbers start, start + step, … before `end`, as `numpy.arange`: ⌈(end − start) / step⌉ of them,
  /// none where the step leads away from the end.
  ///
  /// - Precondition: all are finite, and the step is not 0.
  public static func arange(from start: Scalar, to end: Scalar, by step: Scalar = 1) -> Tensor {
    require(
      start.isFinite && end.isFinite && step.isFinite && step != 0,
      "arange: from \(start) to \(end) by \(step)")
    let (start, end, step) = (start.asDouble, end.asDouble, step.asDouble)
    let length = ((end - start) / step).rounded(.up)
    guard length > 0 else { return .zeros([0]) }
    guard let count = Int(exactly: length), count < 1 << 48 else {
      fatalError("arange: \(length) numbers from \(start) to \(end) by \(step)")
    }
    // As NumPy, whose step is the difference of the first two numbers.
    let difference = (start + step) - start
    return rounded((0..<count).map { $0 == 1 ? start + step : start + Double($0) * difference })
  }

  /// `count` numbers at equal distances from `start` to `end`, which are the first and the last one.
  ///
  /// - Precondition: `count ≥ 0`; a single number is `start`.
  public static func linspace(from start: Scalar, to end: Scalar, count: Int) -> Tensor {
    rounded(evenlySpaced(from: start.asDouble, to: end.asDouble, count: count))
  }

  /// `count` powers of `base`, whose exponents are at equal distances from `start` to `end`.
  ///
  /// - Precondition: `count ≥ 0`.
  public static func logspace(
    from start: Scalar, to end: Scalar, count: Int, base: Scalar = 10
  ) -> Tensor {
    rounded(
      evenlySpaced(from: start.asDouble, to: end.asDouble, count: count).map {
        Double.power(base.asDouble, $0)
      })
  }

  /// The vector of numbers rounded to this scalar type.
  private static func rounded(_ numbers: [Double]) -> Tensor {
    Tensor(shape: [numbers.count]) { target in
      numbers.withUnsafeBufferPointer { numbers in
        guard let first = numbers.baseAddress, let target = target.baseAddress else { return }
        Scalar.convert(
          count: numbers.count, first, dividedBy: 1.0 as Double, minus: nil, into: target)
      }
    }
  }

  private static func evenlySpaced(from start: Double, to end: Double, count: Int) -> [Double] {
    require(count >= 0, "linspace: \(count) numbers")
    let (length, intervals) = (end - start, Double(count - 1))
    let step = length / intervals
    return (0..<count).map { index in
      if index == 0 { return start }
      if index == count - 1 { return end }
      // A step that underflows is no number to count with.
      return (step == 0 ? Double(index) / intervals * length : Double(index) * step) + start
    }
  }
}

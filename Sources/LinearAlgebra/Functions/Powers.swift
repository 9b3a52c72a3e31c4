// Functions of two tensors, or of a tensor and a number, and limits.

/// xʸ element by element, with the C library's special values: 1 where y is 0 or x is 1, NaN where x is
/// negative and y no integer.
///
/// Off by at most 0.6 ulp in `Float` and 1.2 ulp in `Double`.
///
/// - Precondition: the shapes go together by broadcasting.
public func pow<Scalar>(
  _ x: consuming Tensor<Scalar>, _ y: consuming Tensor<Scalar>
) -> Tensor<Scalar> {
  .combine(x, .pow, y)
}

/// The smaller of two elements; NaN where one of them is.
///
/// - Precondition: the shapes go together by broadcasting.
public func minimum<Scalar>(
  _ a: consuming Tensor<Scalar>, _ b: consuming Tensor<Scalar>
) -> Tensor<Scalar> {
  .combine(a, .minimum, b)
}

/// The larger of two elements; NaN where one of them is.
///
/// - Precondition: the shapes go together by broadcasting.
public func maximum<Scalar>(
  _ a: consuming Tensor<Scalar>, _ b: consuming Tensor<Scalar>
) -> Tensor<Scalar> {
  .combine(a, .maximum, b)
}

/// √(x² + y²) element by element, also where the squares are out of range: infinite where an element is, else
/// NaN where one is.
///
/// Off by at most 0.6 ulp in `Float` and 1.2 ulp in `Double`.
///
/// - Precondition: the shapes go together by broadcasting.
public func hypot<Scalar>(
  _ x: consuming Tensor<Scalar>, _ y: consuming Tensor<Scalar>
) -> Tensor<Scalar> {
  .combine(x, .hypot, y)
}

/// The angles of points (x, y) in radians, −π to π: the arc tangent of y/x in the point's quadrant, with the C
/// library's special values. The ordinates come first.
///
/// Off by at most 0.6 ulp in `Float` and 0.9 ulp in `Double`.
///
/// - Precondition: the shapes go together by broadcasting.
public func atan2<Scalar>(
  _ y: consuming Tensor<Scalar>, _ x: consuming Tensor<Scalar>
) -> Tensor<Scalar> {
  .combine(y, .atan2, x)
}

// MARK: - With a number

// As in arithmetic, a number beside a tensor is an integer, a `Double`, or of the tensor's scalar type.

/// xʸ of every element x: see ``pow(_:_:)``. Squares, and powers of ½ and −1, are correctly rounded.
public func pow<Scalar>(_ x: consuming Tensor<Scalar>, _ y: Int) -> Tensor<Scalar> {
  .combine(x, .pow, Scalar(y))
}

/// xʸ of every element x: see ``pow(_:_:)``. Squares, and powers of ½ and −1, are correctly rounded.
public func pow<Scalar>(_ x: consuming Tensor<Scalar>, _ y: Double) -> Tensor<Scalar> {
  .combine(x, .pow, Scalar(y))
}

/// xʸ of every element x: see ``pow(_:_:)``. Squares, and powers of ½ and −1, are correctly rounded.
@_disfavoredOverload
public func pow<Scalar>(_ x: consuming Tensor<Scalar>, _ y: Scalar) -> Tensor<Scalar> {
  .combine(x, .pow, y)
}

/// xʸ of every element y: see ``pow(_:_:)``.
public func pow<Scalar>(_ x: Int, _ y: consuming Tensor<Scalar>) -> Tensor<Scalar> {
  .combine(Scalar(x), .pow, y)
}

/// xʸ of every element y: see ``pow(_:_:)``.
public func pow<Scalar>(_ x: Double, _ y: consuming Tensor<Scalar>) -> Tensor<Scalar> {
  .combine(Scalar(x), .pow, y)
}

/// xʸ of every element y: see ``pow(_:_:)``.
@_disfavoredOverload
public func pow<Scalar>(_ x: Scalar, _ y: consuming Tensor<Scalar>) -> Tensor<Scalar> {
  .combine(x, .pow, y)
}

/// Every element, or `bound` where that is smaller; NaN where one of them is.
public func minimum<Scalar>(_ a: consuming Tensor<Scalar>, _ bound: Int) -> Tensor<Scalar> {
  .combine(a, .minimum, Scalar(bound))
}

/// Every element, or `bound` where that is smaller; NaN where one of them is.
public func minimum<Scalar>(_ a: consuming Tensor<Scalar>, _ bound: Double) -> Tensor<Scalar> {
  .combine(a, .minimum, Scalar(bound))
}

/// Every element, or `bound` where that is smaller; NaN where one of them is.
@_disfavoredOverload
public func minimum<Scalar>(_ a: consuming Tensor<Scalar>, _ bound: Scalar) -> Tensor<Scalar> {
  .combine(a, .minimum, bound)
}

/// Every element, or `bound` where that is larger; NaN where one of them is.
public func maximum<Scalar>(_ a: consuming Tensor<Scalar>, _ bound: Int) -> Tensor<Scalar> {
  .combine(a, .maximum, Scalar(bound))
}

/// Every element, or `bound` where that is larger; NaN where one of them is.
public func maximum<Scalar>(_ a: consuming Tensor<Scalar>, _ bound: Double) -> Tensor<Scalar> {
  .combine(a, .maximum, Scalar(bound))
}

/// Every element, or `bound` where that is larger; NaN where one of them is.
@_disfavoredOverload
public func maximum<Scalar>(_ a: consuming Tensor<Scalar>, _ bound: Scalar) -> Tensor<Scalar> {
  .combine(a, .maximum, bound)
}

// MARK: - Limits

extension Tensor {
  /// Replaces every element below the range by its lower bound, and above it by its upper one. NaN stays.
  public mutating func clip(to range: ClosedRange<Scalar>) {
    clip(from: range.lowerBound, through: range.upperBound)
  }

  /// Replaces every element below the range by its bound. NaN stays.
  ///
  /// - Precondition: the bound is a number.
  public mutating func clip(to range: PartialRangeFrom<Scalar>) {
    clip(from: range.lowerBound, through: .infinity)
  }

  /// Replaces every element above the range by its bound. NaN stays.
  ///
  /// - Precondition: the bound is a number.
  public mutating func clip(to range: PartialRangeThrough<Scalar>) {
    clip(from: -.infinity, through: range.upperBound)
  }

  /// The elements within the range, its lower bound for those below, its upper one for those above. NaN
  /// stays.
  public consuming func clipped(to range: ClosedRange<Scalar>) -> Tensor {
    clip(to: range)
    return self
  }

  /// The elements of the range, and its bound for those below. NaN stays.
  ///
  /// - Precondition: the bound is a number.
  public consuming func clipped(to range: PartialRangeFrom<Scalar>) -> Tensor {
    clip(to: range)
    return self
  }

  /// The elements of the range, and its bound for those above. NaN stays.
  ///
  /// - Precondition: the bound is a number.
  public consuming func clipped(to range: PartialRangeThrough<Scalar>) -> Tensor {
    clip(to: range)
    return self
  }

  private mutating func clip(from low: Scalar, through high: Scalar) {
    require(low <= high, "clip: the range is from \(low) through \(high)")
    update { Scalar.clip(count: $0, from: low, through: high, $1, into: $2) }
  }
}

// Disfavored, so that a literal is of the scalar type.
extension Tensor {
  /// See ``clip(to:)``.
  @_disfavoredOverload
  public mutating func clip(to range: ClosedRange<Int>) {
    clip(to: Scalar(range.lowerBound)...Scalar(range.upperBound))
  }
  /// See ``clipped(to:)``.
  @_disfavoredOverload
  public consuming func clipped(to range: ClosedRange<Int>) -> Tensor {
    clipped(to: Scalar(range.lowerBound)...Scalar(range.upperBound))
  }
  /// See ``clip(to:)``.
  @_disfavoredOverload
  public mutating func clip(to range: PartialRangeFrom<Int>) {
    clip(to: (Scalar(range.lowerBound)...))
  }
  /// See ``clipped(to:)``.
  @_disfavoredOverload
  public consuming func clipped(to range: PartialRangeFrom<Int>) -> Tensor {
    clipped(to: (Scalar(range.lowerBound)...))
  }
  /// See ``clip(to:)``.
  @_disfavoredOverload
  public mutating func clip(to range: PartialRangeThrough<Int>) {
    clip(to: ...Scalar(range.upperBound))
  }
  /// See ``clipped(to:)``.
  @_disfavoredOverload
  public consuming func clipped(to range: PartialRangeThrough<Int>) -> Tensor {
    clipped(to: ...Scalar(range.upperBound))
  }
  /// See ``clip(to:)``.
  @_disfavoredOverload
  public mutating func clip(to range: ClosedRange<Double>) {
    clip(to: Scalar(range.lowerBound)...Scalar(range.upperBound))
  }
  /// See ``clipped(to:)``.
  @_disfavoredOverload
  public consuming func clipped(to range: ClosedRange<Double>) -> Tensor {
    clipped(to: Scalar(range.lowerBound)...Scalar(range.upperBound))
  }
  /// See ``clip(to:)``.
  @_disfavoredOverload
  public mutating func clip(to range: PartialRangeFrom<Double>) {
    clip(to: (Scalar(range.lowerBound)...))
  }
  /// See ``clipped(to:)``.
  @_disfavoredOverload
  public consuming func clipped(to range: PartialRangeFrom<Double>) -> Tensor {
    clipped(to: (Scalar(range.lowerBound)...))
  }
  /// See ``clip(to:)``.
  @_disfavoredOverload
  public mutating func clip(to range: PartialRangeThrough<Double>) {
    clip(to: ...Scalar(range.upperBound))
  }
  /// See ``clipped(to:)``.
  @_disfavoredOverload
  public consuming func clipped(to range: PartialRangeThrough<Double>) -> Tensor {
    clipped(to: ...Scalar(range.upperBound))
  }
}

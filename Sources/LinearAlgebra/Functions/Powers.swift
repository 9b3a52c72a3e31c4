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
  paired(.pow, x, y)
}

/// xʸ of every element x: see ``pow(_:_:)``. Squares, and powers of ½ and −1, are correctly rounded.
public func pow<Scalar>(_ x: consuming Tensor<Scalar>, _ y: Scalar) -> Tensor<Scalar> {
  x.apply(.pow, with: y)
  return x
}

/// xʸ of every element y: see ``pow(_:_:)``.
public func pow<Scalar>(_ x: Scalar, _ y: consuming Tensor<Scalar>) -> Tensor<Scalar> {
  y.apply(.pow, from: x)
  return y
}

/// The smaller of two elements; NaN where one of them is.
///
/// - Precondition: the shapes go together by broadcasting.
public func minimum<Scalar>(
  _ a: consuming Tensor<Scalar>, _ b: consuming Tensor<Scalar>
) -> Tensor<Scalar> {
  paired(.minimum, a, b)
}

/// Every element, or `bound` where that is smaller; NaN where one of them is.
public func minimum<Scalar>(_ a: consuming Tensor<Scalar>, _ bound: Scalar) -> Tensor<Scalar> {
  a.apply(.minimum, with: bound)
  return a
}

/// The larger of two elements; NaN where one of them is.
///
/// - Precondition: the shapes go together by broadcasting.
public func maximum<Scalar>(
  _ a: consuming Tensor<Scalar>, _ b: consuming Tensor<Scalar>
) -> Tensor<Scalar> {
  paired(.maximum, a, b)
}

/// Every element, or `bound` where that is larger; NaN where one of them is.
public func maximum<Scalar>(_ a: consuming Tensor<Scalar>, _ bound: Scalar) -> Tensor<Scalar> {
  a.apply(.maximum, with: bound)
  return a
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

// MARK: - Pairs

extension Tensor {
  fileprivate mutating func apply(_ function: PairFunction, with right: Scalar) {
    update { count, left, result in
      withUnsafePointer(to: right) {
        Scalar.apply(function, count: count, left, .each, $0, .same, into: result)
      }
    }
  }

  fileprivate mutating func apply(_ function: PairFunction, from left: Scalar) {
    update { count, right, result in
      withUnsafePointer(to: left) {
        Scalar.apply(function, count: count, $0, .same, right, .each, into: result)
      }
    }
  }
}

private func paired<Scalar>(
  _ function: PairFunction, _ left: consuming Tensor<Scalar>, _ right: consuming Tensor<Scalar>
) -> Tensor<Scalar> {
  Tensor.paired(left, right, "\(function)") {
    Scalar.apply(function, count: $0, $1, $2, $3, $4, into: $5)
  }
}

// Comparisons of elements, which give masks. NaN is unequal to everything, itself too, and neither less nor
// greater than anything. Numbers beside a tensor are as in arithmetic.

extension Tensor {
  /// Whether each element of `lhs` is less than that of `rhs`; the shapes broadcast.
  public static func .< (lhs: Tensor, rhs: Tensor) -> Mask { compare(lhs, .less, rhs) }
  /// Whether each element of `lhs` is less than or equal to that of `rhs`; the shapes broadcast.
  public static func .<= (lhs: Tensor, rhs: Tensor) -> Mask { compare(lhs, .lessOrEqual, rhs) }
  /// Whether each element of `lhs` is greater than that of `rhs`; the shapes broadcast.
  public static func .> (lhs: Tensor, rhs: Tensor) -> Mask { compare(rhs, .less, lhs) }
  /// Whether each element of `lhs` is greater than or equal to that of `rhs`; the shapes broadcast.
  public static func .>= (lhs: Tensor, rhs: Tensor) -> Mask { compare(rhs, .lessOrEqual, lhs) }
  /// Whether each element of `lhs` is equal to that of `rhs`; the shapes broadcast.
  public static func .== (lhs: Tensor, rhs: Tensor) -> Mask { compare(lhs, .equal, rhs) }
  /// Whether each element of `lhs` is unequal to that of `rhs`; the shapes broadcast.
  public static func .!= (lhs: Tensor, rhs: Tensor) -> Mask { compare(lhs, .notEqual, rhs) }
}

// MARK: - With a number

extension Tensor {
  /// Whether each element is less than `rhs`.
  public static func .< (lhs: Tensor, rhs: Int) -> Mask {
    compare(lhs, .less, Tensor(Scalar(rhs)))
  }
  /// Whether `lhs` is less than each element.
  public static func .< (lhs: Int, rhs: Tensor) -> Mask {
    compare(Tensor(Scalar(lhs)), .less, rhs)
  }
  /// Whether each element is less than or equal to `rhs`.
  public static func .<= (lhs: Tensor, rhs: Int) -> Mask {
    compare(lhs, .lessOrEqual, Tensor(Scalar(rhs)))
  }
  /// Whether `lhs` is less than or equal to each element.
  public static func .<= (lhs: Int, rhs: Tensor) -> Mask {
    compare(Tensor(Scalar(lhs)), .lessOrEqual, rhs)
  }
  /// Whether each element is greater than `rhs`.
  public static func .> (lhs: Tensor, rhs: Int) -> Mask {
    compare(Tensor(Scalar(rhs)), .less, lhs)
  }
  /// Whether `lhs` is greater than each element.
  public static func .> (lhs: Int, rhs: Tensor) -> Mask {
    compare(rhs, .less, Tensor(Scalar(lhs)))
  }
  /// Whether each element is greater than or equal to `rhs`.
  public static func .>= (lhs: Tensor, rhs: Int) -> Mask {
    compare(Tensor(Scalar(rhs)), .lessOrEqual, lhs)
  }
  /// Whether `lhs` is greater than or equal to each element.
  public static func .>= (lhs: Int, rhs: Tensor) -> Mask {
    compare(rhs, .lessOrEqual, Tensor(Scalar(lhs)))
  }
  /// Whether each element is equal to `rhs`.
  public static func .== (lhs: Tensor, rhs: Int) -> Mask {
    compare(lhs, .equal, Tensor(Scalar(rhs)))
  }
  /// Whether `lhs` is equal to each element.
  public static func .== (lhs: Int, rhs: Tensor) -> Mask {
    compare(Tensor(Scalar(lhs)), .equal, rhs)
  }
  /// Whether each element is unequal to `rhs`.
  public static func .!= (lhs: Tensor, rhs: Int) -> Mask {
    compare(lhs, .notEqual, Tensor(Scalar(rhs)))
  }
  /// Whether `lhs` is unequal to each element.
  public static func .!= (lhs: Int, rhs: Tensor) -> Mask {
    compare(Tensor(Scalar(lhs)), .notEqual, rhs)
  }
}

extension Tensor {
  /// Whether each element is less than `rhs`.
  public static func .< (lhs: Tensor, rhs: Double) -> Mask {
    compare(lhs, .less, Tensor(Scalar(rhs)))
  }
  /// Whether `lhs` is less than each element.
  public static func .< (lhs: Double, rhs: Tensor) -> Mask {
    compare(Tensor(Scalar(lhs)), .less, rhs)
  }
  /// Whether each element is less than or equal to `rhs`.
  public static func .<= (lhs: Tensor, rhs: Double) -> Mask {
    compare(lhs, .lessOrEqual, Tensor(Scalar(rhs)))
  }
  /// Whether `lhs` is less than or equal to each element.
  public static func .<= (lhs: Double, rhs: Tensor) -> Mask {
    compare(Tensor(Scalar(lhs)), .lessOrEqual, rhs)
  }
  /// Whether each element is greater than `rhs`.
  public static func .> (lhs: Tensor, rhs: Double) -> Mask {
    compare(Tensor(Scalar(rhs)), .less, lhs)
  }
  /// Whether `lhs` is greater than each element.
  public static func .> (lhs: Double, rhs: Tensor) -> Mask {
    compare(rhs, .less, Tensor(Scalar(lhs)))
  }
  /// Whether each element is greater than or equal to `rhs`.
  public static func .>= (lhs: Tensor, rhs: Double) -> Mask {
    compare(Tensor(Scalar(rhs)), .lessOrEqual, lhs)
  }
  /// Whether `lhs` is greater than or equal to each element.
  public static func .>= (lhs: Double, rhs: Tensor) -> Mask {
    compare(rhs, .lessOrEqual, Tensor(Scalar(lhs)))
  }
  /// Whether each element is equal to `rhs`.
  public static func .== (lhs: Tensor, rhs: Double) -> Mask {
    compare(lhs, .equal, Tensor(Scalar(rhs)))
  }
  /// Whether `lhs` is equal to each element.
  public static func .== (lhs: Double, rhs: Tensor) -> Mask {
    compare(Tensor(Scalar(lhs)), .equal, rhs)
  }
  /// Whether each element is unequal to `rhs`.
  public static func .!= (lhs: Tensor, rhs: Double) -> Mask {
    compare(lhs, .notEqual, Tensor(Scalar(rhs)))
  }
  /// Whether `lhs` is unequal to each element.
  public static func .!= (lhs: Double, rhs: Tensor) -> Mask {
    compare(Tensor(Scalar(lhs)), .notEqual, rhs)
  }
}

// Disfavored, so that a literal is an `Int` or a `Double`.
extension Tensor {
  /// Whether each element is less than `rhs`.
  @_disfavoredOverload
  public static func .< (lhs: Tensor, rhs: Scalar) -> Mask {
    compare(lhs, .less, Tensor(rhs))
  }
  /// Whether `lhs` is less than each element.
  @_disfavoredOverload
  public static func .< (lhs: Scalar, rhs: Tensor) -> Mask {
    compare(Tensor(lhs), .less, rhs)
  }
  /// Whether each element is less than or equal to `rhs`.
  @_disfavoredOverload
  public static func .<= (lhs: Tensor, rhs: Scalar) -> Mask {
    compare(lhs, .lessOrEqual, Tensor(rhs))
  }
  /// Whether `lhs` is less than or equal to each element.
  @_disfavoredOverload
  public static func .<= (lhs: Scalar, rhs: Tensor) -> Mask {
    compare(Tensor(lhs), .lessOrEqual, rhs)
  }
  /// Whether each element is greater than `rhs`.
  @_disfavoredOverload
  public static func .> (lhs: Tensor, rhs: Scalar) -> Mask {
    compare(Tensor(rhs), .less, lhs)
  }
  /// Whether `lhs` is greater than each element.
  @_disfavoredOverload
  public static func .> (lhs: Scalar, rhs: Tensor) -> Mask {
    compare(rhs, .less, Tensor(lhs))
  }
  /// Whether each element is greater than or equal to `rhs`.
  @_disfavoredOverload
  public static func .>= (lhs: Tensor, rhs: Scalar) -> Mask {
    compare(Tensor(rhs), .lessOrEqual, lhs)
  }
  /// Whether `lhs` is greater than or equal to each element.
  @_disfavoredOverload
  public static func .>= (lhs: Scalar, rhs: Tensor) -> Mask {
    compare(rhs, .lessOrEqual, Tensor(lhs))
  }
  /// Whether each element is equal to `rhs`.
  @_disfavoredOverload
  public static func .== (lhs: Tensor, rhs: Scalar) -> Mask {
    compare(lhs, .equal, Tensor(rhs))
  }
  /// Whether `lhs` is equal to each element.
  @_disfavoredOverload
  public static func .== (lhs: Scalar, rhs: Tensor) -> Mask {
    compare(Tensor(lhs), .equal, rhs)
  }
  /// Whether each element is unequal to `rhs`.
  @_disfavoredOverload
  public static func .!= (lhs: Tensor, rhs: Scalar) -> Mask {
    compare(lhs, .notEqual, Tensor(rhs))
  }
  /// Whether `lhs` is unequal to each element.
  @_disfavoredOverload
  public static func .!= (lhs: Scalar, rhs: Tensor) -> Mask {
    compare(Tensor(lhs), .notEqual, rhs)
  }
}

extension Tensor {
  private static func compare(
    _ lhs: Tensor, _ relation: ElementwiseRelation, _ rhs: Tensor
  ) -> Mask {
    let broadcast = Broadcast(lhs.shape, "compare", rhs.shape)
    return Mask(shape: broadcast.result) { target in
      lhs.withUnsafeElements { left in
        rhs.withUnsafeElements { right in
          guard let left = left.baseAddress, let right = right.baseAddress else { return }
          broadcast.forEachRun(left, right) { count, a, aStep, b, bStep, start in
            Scalar.compare(relation, count: count, a, aStep, b, bStep, into: target + start)
          }
        }
      }
    }
  }

  /// Whether each element differs from that of `other` by at most `absolute` and `relative` times the other's
  /// magnitude, or equals it: NumPy's `isclose`. NaN is close to nothing. The shapes broadcast.
  public func isClose(
    to other: Tensor, relative: Scalar = 1e-5, absolute: Scalar = 1e-8
  ) -> Mask {
    let isNear = abs(self - other) .<= absolute + relative * abs(other)
    return isNear .& other.isFinite() .| (self .== other)
  }

  /// Which elements are NaN.
  public func isNaN() -> Mask { self .!= self }

  /// Which elements are neither infinite nor NaN.
  public func isFinite() -> Mask {
    // A finite number less itself is 0, anything else gives NaN.
    (self - self) .== 0
  }

  /// Ones where the mask is true, zeros elsewhere.
  public init(_ mask: Mask) {
    self.init(shape: mask.shape) { target in
      for (index, value) in mask.elements.enumerated() {
        (target.baseAddress! + index).initialize(to: value ? 1 : 0)
      }
    }
  }
}

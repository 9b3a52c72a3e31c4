// Comparisons of elements, which give masks, and what masks choose. NaN is unequal to everything, itself too, and
// neither less nor greater than anything.

extension Tensor {
  /// Whether each element of `lhs` is less than that of `rhs`; the shapes broadcast.
  public static func .< (lhs: Tensor, rhs: Tensor) -> Mask {
    compare(lhs, .less, rhs)
  }
  /// Whether each element is less than `rhs`.
  public static func .< (lhs: Tensor, rhs: Scalar) -> Mask {
    compare(lhs, .less, Tensor(rhs))
  }
  /// Whether `lhs` is less than each element.
  public static func .< (lhs: Scalar, rhs: Tensor) -> Mask {
    compare(Tensor(lhs), .less, rhs)
  }
  /// Whether each element of `lhs` is less than or equal to that of `rhs`; the shapes broadcast.
  public static func .<= (lhs: Tensor, rhs: Tensor) -> Mask {
    compare(lhs, .lessOrEqual, rhs)
  }
  /// Whether each element is less than or equal to `rhs`.
  public static func .<= (lhs: Tensor, rhs: Scalar) -> Mask {
    compare(lhs, .lessOrEqual, Tensor(rhs))
  }
  /// Whether `lhs` is less than or equal to each element.
  public static func .<= (lhs: Scalar, rhs: Tensor) -> Mask {
    compare(Tensor(lhs), .lessOrEqual, rhs)
  }
  /// Whether each element of `lhs` is greater than that of `rhs`; the shapes broadcast.
  public static func .> (lhs: Tensor, rhs: Tensor) -> Mask {
    compare(rhs, .less, lhs)
  }
  /// Whether each element is greater than `rhs`.
  public static func .> (lhs: Tensor, rhs: Scalar) -> Mask {
    compare(Tensor(rhs), .less, lhs)
  }
  /// Whether `lhs` is greater than each element.
  public static func .> (lhs: Scalar, rhs: Tensor) -> Mask {
    compare(rhs, .less, Tensor(lhs))
  }
  /// Whether each element of `lhs` is greater than or equal to that of `rhs`; the shapes broadcast.
  public static func .>= (lhs: Tensor, rhs: Tensor) -> Mask {
    compare(rhs, .lessOrEqual, lhs)
  }
  /// Whether each element is greater than or equal to `rhs`.
  public static func .>= (lhs: Tensor, rhs: Scalar) -> Mask {
    compare(Tensor(rhs), .lessOrEqual, lhs)
  }
  /// Whether `lhs` is greater than or equal to each element.
  public static func .>= (lhs: Scalar, rhs: Tensor) -> Mask {
    compare(rhs, .lessOrEqual, Tensor(lhs))
  }
  /// Whether each element of `lhs` is equal to that of `rhs`; the shapes broadcast.
  public static func .== (lhs: Tensor, rhs: Tensor) -> Mask {
    compare(lhs, .equal, rhs)
  }
  /// Whether each element is equal to `rhs`.
  public static func .== (lhs: Tensor, rhs: Scalar) -> Mask {
    compare(lhs, .equal, Tensor(rhs))
  }
  /// Whether `lhs` is equal to each element.
  public static func .== (lhs: Scalar, rhs: Tensor) -> Mask {
    compare(Tensor(lhs), .equal, rhs)
  }
  /// Whether each element of `lhs` is unequal to that of `rhs`; the shapes broadcast.
  public static func .!= (lhs: Tensor, rhs: Tensor) -> Mask {
    compare(lhs, .notEqual, rhs)
  }
  /// Whether each element is unequal to `rhs`.
  public static func .!= (lhs: Tensor, rhs: Scalar) -> Mask {
    compare(lhs, .notEqual, Tensor(rhs))
  }
  /// Whether `lhs` is unequal to each element.
  public static func .!= (lhs: Scalar, rhs: Tensor) -> Mask {
    compare(Tensor(lhs), .notEqual, rhs)
  }

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

// MARK: - Choosing

extension Tensor {
  /// The elements, or those of `other` where the mask is true: NumPy's `where(mask, other, self)`.
  ///
  /// All three broadcast: `x.replacing(with: 0, where: x .< 0)`.
  public consuming func replacing(with other: Tensor, where mask: Mask) -> Tensor {
    var result = self
    let shape = [mask.shape, other.shape].reduce(result.shape) { whole, shape in
      Broadcast(whole, "replacing", shape).result
    }
    if shape != result.shape { result = result.broadcast(to: shape) }
    result.replace(with: other, where: mask)
    return result
  }

  /// The elements, or a number where the mask is true.
  public consuming func replacing(with number: Scalar, where mask: Mask) -> Tensor {
    replacing(with: Tensor(number), where: mask)
  }

  /// Replaces the elements where the mask is true by those of `other`, in place.
  ///
  /// - Precondition: mask and other broadcast to this shape.
  public mutating func replace(with other: Tensor, where mask: Mask) {
    let shape = shape
    let mask = mask.broadcast(to: shape, "replace")
    let broadcast = Broadcast(shape, "replace", other.shape)
    require(
      broadcast.result == shape,
      "replace: elements of shape \(other.shape) do not fit in place of \(shape)")
    mask.elements.withUnsafeBufferPointer { mask in
      other.withUnsafeElements { source in
        withUnsafeMutableElements { target in
          guard let mask = mask.baseAddress, let source = source.baseAddress,
            let target = target.baseAddress
          else { return }
          broadcast.forEachRun { count, _, _, position, step, start in
            Scalar.replace(
              count: count, where: mask + start, source + position, step, into: target + start)
          }
        }
      }
    }
  }

  /// Replaces the elements where the mask is true by a number, in place.
  ///
  /// - Precondition: the mask broadcasts to this shape.
  public mutating func replace(with number: Scalar, where mask: Mask) {
    replace(with: Tensor(number), where: mask)
  }

  /// The elements repeated along axes of extent 1 and along new first ones, copied.
  ///
  /// - Precondition: the shapes go together to `shape`.
  public func broadcast(to shape: Shape) -> Tensor {
    if shape == self.shape { return self }
    let broadcast = Broadcast(shape, "broadcast", self.shape)
    require(
      broadcast.result == shape, "broadcast: \(self.shape) does not broadcast to \(shape)")
    return Tensor(shape: shape) { target in
      withUnsafeElements { source in
        guard let source = source.baseAddress, let target = target.baseAddress else { return }
        broadcast.forEachRun { count, _, _, position, step, start in
          if step == .each {
            (target + start).initialize(from: source + position, count: count)
          } else {
            (target + start).initialize(repeating: source[position], count: count)
          }
        }
      }
    }
  }
}

extension Mask {
  fileprivate func broadcast(to shape: Shape, _ operation: String) -> Mask {
    if shape == self.shape { return self }
    let broadcast = Broadcast(shape, operation, self.shape)
    require(
      broadcast.result == shape,
      "\(operation): a mask of shape \(self.shape) does not broadcast to \(shape)")
    return elements.withUnsafeBufferPointer { source in
      Mask(shape: shape) { target in
        broadcast.forEachRun { count, _, _, position, step, start in
          for index in 0..<count {
            (target + start + index).initialize(to: source[position + index * step.rawValue])
          }
        }
      }
    }
  }
}

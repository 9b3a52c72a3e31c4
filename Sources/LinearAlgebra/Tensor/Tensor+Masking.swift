// What masks choose: elements that others take the place of.

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
}

// What all element-wise operations have in common: a result takes the place of an operand that nothing else
// refers to, else it is written to new memory.

/// Computes `count` elements from as many pairs; an operand of step `.same` is one number for all of them.
/// The result may be in the place of an operand of step `.each`.
typealias PairKernel<Scalar> = (
  _ count: Int, _ left: UnsafePointer<Scalar>, _ leftStep: OperandStep,
  _ right: UnsafePointer<Scalar>, _ rightStep: OperandStep, _ result: UnsafeMutablePointer<Scalar>
) -> Void

extension Tensor {
  /// Writes new elements: over the old ones if no other tensor shares them, else in new memory.
  ///
  /// - Parameter body: reads `count` elements and writes as many, maybe to the same place.
  mutating func update(
    _ body: (_ count: Int, UnsafePointer<Scalar>, UnsafeMutablePointer<Scalar>) -> Void
  ) {
    let count = count
    if ownsElements() {
      withExtendedLifetime(storage) {
        let elements = storage.base + offset
        body(count, UnsafePointer(elements), elements)
      }
    } else {
      self = withUnsafeElements { source in
        Tensor(shape: shape) { target in
          guard let source = source.baseAddress, let target = target.baseAddress else { return }
          body(count, source, target)
        }
      }
    }
  }

  /// What a kernel computes of the pairs of two tensors' elements: in the place of the first operand, or of
  /// the second, that has the result's shape and that nothing else refers to.
  ///
  /// - Precondition: the shapes broadcast.
  static func paired(
    _ left: consuming Tensor, _ right: consuming Tensor, _ operation: @autoclosure () -> String,
    _ kernel: PairKernel<Scalar>
  ) -> Tensor {
    let broadcast = Broadcast(left.shape, operation(), right.shape)
    if left.shape == broadcast.result && left.ownsElements() {
      right.withUnsafeElements { right in
        left.withUnsafeMutableElements {
          broadcast.forEachPair(UnsafeBufferPointer($0), right, into: $0, kernel)
        }
      }
      return left
    }
    if right.shape == broadcast.result && right.ownsElements() {
      left.withUnsafeElements { left in
        right.withUnsafeMutableElements {
          broadcast.forEachPair(left, UnsafeBufferPointer($0), into: $0, kernel)
        }
      }
      return right
    }
    return Tensor(shape: broadcast.result) { result in
      left.withUnsafeElements { left in
        right.withUnsafeElements { right in
          broadcast.forEachPair(left, right, into: result, kernel)
        }
      }
    }
  }
}

extension Broadcast {
  /// Calls a kernel for each run of pairs.
  func forEachPair<Scalar: BLASScalar>(
    _ left: UnsafeBufferPointer<Scalar>, _ right: UnsafeBufferPointer<Scalar>,
    into result: UnsafeMutableBufferPointer<Scalar>, _ kernel: PairKernel<Scalar>
  ) {
    guard let left = left.baseAddress, let right = right.baseAddress,
      let result = result.baseAddress
    else { return }
    forEachRun(left, right) { count, left, leftStep, right, rightStep, start in
      kernel(count, left, leftStep, right, rightStep, result + start)
    }
  }
}

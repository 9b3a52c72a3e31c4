import PerceptronLinearAlgebra

// What is done to all gradients of a backward pass at once; nothing is allocated.
extension Network.Workspace {
  /// The Euclidean norm of all gradients together, as if they were one vector; NaN where one is.
  public var gradientNorm: Double {
    var norm = 0.0
    for layer in gradients {
      for gradient in layer { norm = hypotenuse(norm, Double(gradient.norm())) }
    }
    return norm
  }

  /// Multiplies every gradient by `factor`.
  public mutating func scaleGradients(by factor: Scalar) {
    updateGradients { gradient in
      withUnsafePointer(to: factor) {
        Scalar.combine(
          .multiply, count: gradient.count, gradient.base, .each, $0, .same, into: gradient.base)
      }
    }
  }

  /// Brings every element of the gradients into −limit...limit; NaN stays NaN.
  public mutating func clampGradients(to limit: Scalar) {
    updateGradients { Scalar.clamp(count: $0.count, $0.base, to: limit) }
  }

  private mutating func updateGradients(_ body: (MutableRowBlock<Scalar>) -> Void) {
    for layer in gradients.indices {
      for position in gradients[layer].indices {
        gradients[layer][position].withMutableRows(body)
      }
    }
  }
}

/// √(a² + b²) of numbers that are not negative, which overflows only where the result does.
package func hypotenuse(_ a: Double, _ b: Double) -> Double {
  if a.isNaN || b.isNaN { return .nan }
  let (smaller, larger) = (min(a, b), max(a, b))
  if smaller == 0 || larger == .infinity { return larger }
  let ratio = smaller / larger
  return larger * (1 + ratio * ratio).squareRoot()
}

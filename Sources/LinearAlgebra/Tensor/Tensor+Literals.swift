extension Tensor: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  /// A scalar.
  public init(floatLiteral value: Double) { self.init(Scalar(value)) }
  /// A scalar.
  public init(integerLiteral value: Int) { self.init(Scalar(value)) }
}

extension Tensor: ExpressibleByArrayLiteral {
  /// A tensor from nested literals: `[1, 2]` is a vector, `[[1, 2], [3, 4]]` a matrix.
  ///
  /// - Precondition: the parts have one shape, of rank 3 at most.
  public init(arrayLiteral parts: Tensor...) {
    guard let first = parts.first else {
      self = .zeros([0])
      return
    }
    if let odd = parts.first(where: { $0.shape != first.shape }) {
      fatalError(
        "Tensor literal: parts of shape \(first.shape) and \(odd.shape) stand side by side")
    }
    self.init(shape: Shape([parts.count] + first.shape.dimensions)) { target in
      var next = target.baseAddress!
      for part in parts {
        part.withUnsafeElements { source in
          guard let base = source.baseAddress else { return }
          next.initialize(from: base, count: source.count)
          next += source.count
        }
      }
    }
  }
}

/// A dense, row-major array of truth values with zero to four dimensions: what comparisons of tensors give.
///
///     let isNegative = x .< 0
///     x.replace(with: 0, where: isNegative .| (x .> 100))
///     let rows = x[x[.all, 0] .> 0.5]
///
/// Comparisons and logic are the pointwise operators that SIMD vectors have in the standard library. `a == b`,
/// without the point, says whether two tensors are equal as a whole.
public struct Mask: Hashable, Sendable {
  /// The extents along each dimension, outermost first.
  public let shape: Shape
  /// The truth values in row-major order.
  public private(set) var elements: [Bool]

  /// A mask of truth values in row-major order.
  ///
  /// - Precondition: `elements.count == shape.count`.
  public init(_ elements: some Collection<Bool>, shape: Shape) {
    require(
      elements.count == shape.count,
      "Mask: \(elements.count) elements for shape \(shape), which has \(shape.count)")
    self.shape = shape
    self.elements = Array(elements)
  }

  /// A vector of truth values.
  public init(_ elements: some Collection<Bool>) { self.init(elements, shape: [elements.count]) }

  /// A mask with every element equal to `value`.
  public init(shape: Shape, repeating value: Bool) {
    self.shape = shape
    elements = Array(repeating: value, count: shape.count)
  }

  /// A mask whose elements `initialize` writes to a buffer, row-major.
  init(
    shape: Shape, initializedBy initialize: (UnsafeMutablePointer<Bool>) -> Void
  ) {
    self.shape = shape
    elements = Array(unsafeUninitializedCapacity: shape.count) { buffer, count in
      if let base = buffer.baseAddress { initialize(base) }
      count = shape.count
    }
  }

  /// The number of elements.
  public var count: Int { elements.count }
  /// The number of dimensions.
  public var rank: Int { shape.rank }

  /// The same elements in the same order under another shape.
  ///
  /// - Precondition: both shapes have the same number of elements.
  public func reshaped(to newShape: Shape) -> Mask {
    require(
      newShape.count == count,
      "reshape: \(shape) has \(count) elements, \(newShape) has \(newShape.count)")
    return Mask(elements, shape: newShape)
  }

  /// The element at a position in row-major order, whatever the rank.
  ///
  /// - Precondition: `0 ≤ position < count`.
  public subscript(position position: Int) -> Bool {
    get {
      require(
        elements.indices ~= position, "subscript: position \(position) of a mask of shape \(shape)")
      return elements[position]
    }
    set {
      require(
        elements.indices ~= position, "subscript: position \(position) of a mask of shape \(shape)")
      elements[position] = newValue
    }
  }
}

extension Mask: ExpressibleByArrayLiteral {
  /// A vector of truth values.
  public init(arrayLiteral elements: Bool...) { self.init(elements) }
}

extension Mask: CustomStringConvertible {
  /// The elements, T and F, as a tensor's ``Tensor/description`` shows them.
  public var description: String {
    TensorText(shape: shape) { elements[$0] ? "T" : "F" }.text
  }
}

// MARK: - Logic

extension Mask {
  /// Whether both are true, element by element; the shapes broadcast.
  public static func .& (lhs: Mask, rhs: Mask) -> Mask { combine(lhs, "and", rhs) { $0 && $1 } }
  /// Whether one or both are true, element by element; the shapes broadcast.
  public static func .| (lhs: Mask, rhs: Mask) -> Mask { combine(lhs, "or", rhs) { $0 || $1 } }
  /// Whether exactly one is true, element by element; the shapes broadcast.
  public static func .^ (lhs: Mask, rhs: Mask) -> Mask { combine(lhs, "xor", rhs) { $0 != $1 } }
  /// Every element negated.
  public static prefix func .! (operand: Mask) -> Mask {
    operand.elements.withUnsafeBufferPointer { source in
      Mask(shape: operand.shape) { target in
        for index in source.indices { (target + index).initialize(to: !source[index]) }
      }
    }
  }

  @inline(__always)
  private static func combine(
    _ lhs: Mask, _ operation: String, _ rhs: Mask, _ apply: (Bool, Bool) -> Bool
  ) -> Mask {
    let broadcast = Broadcast(lhs.shape, operation, rhs.shape)
    return lhs.elements.withUnsafeBufferPointer { left in
      rhs.elements.withUnsafeBufferPointer { right in
        Mask(shape: broadcast.result) { target in
          guard let left = left.baseAddress, let right = right.baseAddress else { return }
          broadcast.forEachRun { count, a, aStep, b, bStep, start in
            let (a, b, target) = (left + a, right + b, target + start)
            let (aStep, bStep) = (aStep.rawValue, bStep.rawValue)
            for index in 0..<count {
              (target + index).initialize(to: apply(a[index * aStep], b[index * bStep]))
            }
          }
        }
      }
    }
  }
}

// MARK: - Reductions

extension Mask {
  /// Whether any element is true; false for none.
  public func any() -> Bool { elements.contains(true) }

  /// Whether every element is true; true for none.
  public func all() -> Bool { !elements.contains(false) }

  /// The number of true elements.
  public func trueCount() -> Int {
    elements.withUnsafeBytes { $0.reduce(into: 0) { $0 &+= Int($1) } }
  }

  /// Whether any element along `axis` is true.
  ///
  /// - Precondition: `0 ≤ axis < rank`.
  public func any(axis: Int) -> Mask {
    let counts = trueCount(axis: axis)
    return Mask(counts.map { $0 > 0 }, shape: shape.removing(axis: axis))
  }

  /// Whether every element along `axis` is true.
  ///
  /// - Precondition: `0 ≤ axis < rank`.
  public func all(axis: Int) -> Mask {
    let counts = trueCount(axis: axis)
    return Mask(counts.map { $0 == shape[axis] }, shape: shape.removing(axis: axis))
  }

  /// The number of true elements along `axis`, in the row-major order of the other axes.
  ///
  /// - Precondition: `0 ≤ axis < rank`.
  public func trueCount(axis: Int) -> [Int] {
    require(axis >= 0 && axis < rank, "trueCount: axis \(axis) of a mask of shape \(shape)")
    let dimensions = shape.dimensions
    let outer = dimensions[..<axis].reduce(1, *)
    let inner = dimensions[(axis + 1)...].reduce(1, *)
    let length = dimensions[axis]
    var counts = [Int](repeating: 0, count: outer * inner)
    elements.withUnsafeBytes { bytes in
      counts.withUnsafeMutableBufferPointer { counts in
        for slab in 0..<outer {
          for entry in 0..<length {
            let start = (slab * length + entry) * inner
            for column in 0..<inner { counts[slab * inner + column] &+= Int(bytes[start + column]) }
          }
        }
      }
    }
    return counts
  }

  /// The positions of the true elements in row-major order, ascending: for a vector, their indices.
  public func truePositions() -> [Int] { elements.indices.filter { elements[$0] } }
}

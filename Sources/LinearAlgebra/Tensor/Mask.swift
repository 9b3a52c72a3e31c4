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
  public static func .& (lhs: Mask, rhs: Mask) -> Mask { combine(lhs, .and, rhs) }
  /// Whether one or both are true, element by element; the shapes broadcast.
  public static func .| (lhs: Mask, rhs: Mask) -> Mask { combine(lhs, .or, rhs) }
  /// Whether exactly one is true, element by element; the shapes broadcast.
  public static func .^ (lhs: Mask, rhs: Mask) -> Mask { combine(lhs, .xor, rhs) }
  /// Every element negated.
  public static prefix func .! (operand: Mask) -> Mask {
    combine(operand, .xor, Mask([true], shape: []))
  }

  private enum Logic {
    case and, or, xor
  }

  private static func combine(_ lhs: Mask, _ logic: Logic, _ rhs: Mask) -> Mask {
    let broadcast = Broadcast(lhs.shape, "\(logic)", rhs.shape)
    return lhs.elements.withUnsafeBytes { left in
      rhs.elements.withUnsafeBytes { right in
        Mask(shape: broadcast.result) { target in
          guard let left = left.baseAddress, let right = right.baseAddress else { return }
          broadcast.forEachRun { count, a, aStep, b, bStep, start in
            let a = (left + a).assumingMemoryBound(to: UInt8.self)
            let b = (right + b).assumingMemoryBound(to: UInt8.self)
            let result = UnsafeMutableRawPointer(target + start)
              .assumingMemoryBound(to: UInt8.self)
            switch logic {
            case .and: each(count, a, aStep, b, bStep, into: result) { $0 & $1 }
            case .or: each(count, a, aStep, b, bStep, into: result) { $0 | $1 }
            case .xor: each(count, a, aStep, b, bStep, into: result) { $0 ^ $1 }
            }
          }
        }
      }
    }
  }

  /// result = apply(a, b) for bytes that are 0 or 1, in loops that are vectorised.
  @inline(__always)
  private static func each(
    _ count: Int, _ a: UnsafePointer<UInt8>, _ aStep: OperandStep, _ b: UnsafePointer<UInt8>,
    _ bStep: OperandStep, into result: UnsafeMutablePointer<UInt8>,
    _ apply: (UInt8, UInt8) -> UInt8
  ) {
    switch (aStep, bStep) {
    case (.each, .each):
      for index in 0..<count { result[index] = apply(a[index], b[index]) }
    case (.each, .same):
      let same = b[0]
      for index in 0..<count { result[index] = apply(a[index], same) }
    case (.same, .each):
      let same = a[0]
      for index in 0..<count { result[index] = apply(same, b[index]) }
    case (.same, .same):
      result.initialize(repeating: apply(a[0], b[0]), count: count)
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
    elements.withUnsafeBytes(Self.sum)
  }

  /// Whether any element along `axis` is true.
  ///
  /// - Precondition: `0 ≤ axis < rank`.
  public func any(axis: Int) -> Mask {
    reduced(axis, "any") { $0 | $1 }
  }

  /// Whether every element along `axis` is true.
  ///
  /// - Precondition: `0 ≤ axis < rank`.
  public func all(axis: Int) -> Mask {
    if shape.dimensions.indices.contains(axis) && shape[axis] == 0 {
      return Mask(shape: shape.removing(axis: axis), repeating: true)
    }
    return reduced(axis, "all") { $0 & $1 }
  }

  /// The number of true elements along `axis`, in the row-major order of the other axes.
  ///
  /// - Precondition: `0 ≤ axis < rank`.
  public func trueCount(axis: Int) -> [Int] {
    let (outer, length, inner) = shape.slabs(at: axis, "trueCount", of: "mask")
    var counts = [Int](repeating: 0, count: outer * inner)
    elements.withUnsafeBytes { bytes in
      counts.withUnsafeMutableBufferPointer { counts in
        for slab in 0..<outer {
          if inner == 1 {
            counts[slab] = Self.sum(.init(rebasing: bytes[slab * length..<(slab + 1) * length]))
            continue
          }
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
  public func truePositions() -> [Int] {
    // One place more, so that all positions can be written whether they stay or not.
    let total = trueCount()
    return elements.withUnsafeBytes { bytes in
      [Int](unsafeUninitializedCapacity: total + 1) { positions, count in
        for (position, byte) in bytes.enumerated() {
          positions[count] = position
          count &+= Int(byte)
        }
      }
    }
  }

  /// The elements along an axis put together, false for none.
  @inline(__always)
  private func reduced(
    _ axis: Int, _ operation: String, _ combine: (UInt8, UInt8) -> UInt8
  ) -> Mask {
    let (outer, length, inner) = shape.slabs(at: axis, operation, of: "mask")
    if length == 0 { return Mask(shape: shape.removing(axis: axis), repeating: false) }
    return elements.withUnsafeBytes { bytes in
      Mask(shape: shape.removing(axis: axis)) { target in
        for slab in 0..<outer {
          let start = slab * length * inner
          if inner == 1 {
            // Without an early end, so that the loop is vectorised.
            var whole = bytes[start]
            for entry in 1..<length { whole = combine(whole, bytes[start &+ entry]) }
            (target + slab).initialize(to: whole != 0)
            continue
          }
          let results = UnsafeMutableRawPointer(target + slab * inner)
            .assumingMemoryBound(to: UInt8.self)
          for column in 0..<inner { results[column] = bytes[start &+ column] }
          for entry in 1..<length {
            let row = start + entry * inner
            for column in 0..<inner {
              results[column] = combine(results[column], bytes[row &+ column])
            }
          }
        }
      }
    }
  }

  /// The sum of bytes that are 0 or 1.
  private static func sum(_ bytes: UnsafeRawBufferPointer) -> Int {
    typealias Lanes = SIMD32<UInt8>
    var total = 0
    var start = 0
    while start + Lanes.scalarCount <= bytes.count {
      // As many as a lane can count.
      let blocks = min(255, (bytes.count - start) / Lanes.scalarCount)
      var lanes = Lanes.zero
      for _ in 0..<blocks {
        lanes &+= bytes.loadUnaligned(fromByteOffset: start, as: Lanes.self)
        start &+= Lanes.scalarCount
      }
      for lane in lanes.indices { total &+= Int(lanes[lane]) }
    }
    for byte in bytes[start...] { total &+= Int(byte) }
    return total
  }
}

/// Numbers in nested brackets: what an array literal of a ``Tensor`` consists of.
///
///     let weights: Tensor<Float> = [[1, 2], [3, 4]]
///
/// It is made of literals. Numbers that are variables make a tensor as nested arrays, `Tensor([[x, 1], [y, 1]])`;
/// ``stack(_:axis:)`` puts rows together.
public struct TensorLiteral<Scalar: BLASScalar>: Sendable {
  fileprivate let shape: Shape
  fileprivate let elements: [Scalar]

  /// NaN.
  public static var nan: TensorLiteral { TensorLiteral(.nan) }
  /// Infinity.
  public static var infinity: TensorLiteral { TensorLiteral(.infinity) }

  /// A number that is no literal: `[1, .init(x)]`.
  public init(_ value: Scalar) { (shape, elements) = ([], [value]) }

  /// - Precondition: the parts have one shape, of rank 3 at most.
  fileprivate init(parts: [TensorLiteral]) {
    guard let first = parts.first else {
      (shape, elements) = ([0], [])
      return
    }
    if let odd = parts.first(where: { $0.shape != first.shape }) {
      fatalError(
        "Tensor literal: parts of shape \(first.shape) and \(odd.shape) stand side by side, expected "
          + "one shape")
    }
    shape = Shape([parts.count] + first.shape.dimensions)
    elements = parts.count == 1 ? first.elements : parts.flatMap(\.elements)
  }
}

extension TensorLiteral: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  /// A number.
  public init(floatLiteral value: Double) { self.init(Scalar(value)) }
  /// A number.
  public init(integerLiteral value: Int) { self.init(Scalar(value)) }
}

extension TensorLiteral: ExpressibleByArrayLiteral {
  /// Parts beside each other, along a new first axis.
  ///
  /// - Precondition: the parts have one shape, of rank 3 at most.
  public init(arrayLiteral parts: TensorLiteral...) { self.init(parts: parts) }
}

extension Tensor: ExpressibleByArrayLiteral {
  /// A tensor from nested literals: `[1, 2]` is a vector, `[[1, 2], [3, 4]]` a matrix.
  ///
  /// - Precondition: the parts have one shape, of rank 3 at most.
  public init(arrayLiteral parts: TensorLiteral<Scalar>...) {
    let whole = TensorLiteral(parts: parts)
    self.init(whole.elements, shape: whole.shape)
  }
}

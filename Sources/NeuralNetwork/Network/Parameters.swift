import PerceptronLinearAlgebra

/// Named tensors in a fixed order: a network's parameters, or a gradient for each of them under
/// the same name and in the same shape.
public struct Parameters<Scalar: BLASScalar>: Sendable, Equatable {
  /// The names in the network's order, such as `W1`, `b1`, `W2`, `b2`.
  public let names: [String]
  private var tensors: [Tensor<Scalar>]

  /// Tensors under their names, in this order.
  ///
  /// - Precondition: no name appears twice.
  public init(_ named: [(name: String, tensor: Tensor<Scalar>)]) {
    names = named.map(\.name)
    tensors = named.map(\.tensor)
    require(Set(names).count == names.count, "Parameters: a name of \(names) appears twice")
  }

  /// The tensor called `name`.
  ///
  /// - Precondition: there is one, and it keeps its shape.
  public subscript(name: String) -> Tensor<Scalar> {
    get { tensors[position(of: name)] }
    set {
      let position = position(of: name)
      require(
        newValue.shape == tensors[position].shape,
        "Parameters: \(name) has shape \(tensors[position].shape), not \(newValue.shape)")
      tensors[position] = newValue
    }
  }

  private func position(of name: String) -> Int {
    guard let position = names.firstIndex(of: name) else {
      fatalError("Parameters: none is called \(name); there are \(names)")
    }
    return position
  }
}

extension Parameters: RandomAccessCollection {
  /// 0, the first parameter's position.
  public var startIndex: Int { 0 }
  /// The number of parameters.
  public var endIndex: Int { tensors.count }
  /// The name and the tensor at a position in the network's order.
  public subscript(position: Int) -> (name: String, tensor: Tensor<Scalar>) {
    (names[position], tensors[position])
  }
}

extension Parameters: ExpressibleByDictionaryLiteral {
  /// `["W1": weights, "b1": bias]`, in this order.
  public init(dictionaryLiteral named: (String, Tensor<Scalar>)...) {
    self.init(named.map { (name: $0.0, tensor: $0.1) })
  }
}

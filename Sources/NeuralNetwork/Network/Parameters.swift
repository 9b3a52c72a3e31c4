import PerceptronLinearAlgebra

/// Named tensors in a fixed order: a network's parameters or statistics, or a gradient for each parameter
/// under the same name and in the same shape.
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

// MARK: - Arithmetic

extension Parameters {
  /// Adds `factor` times other tensors, in place.
  ///
  /// - Precondition: the others have the same names, in the same order, and shapes.
  public mutating func add(_ other: Parameters, scaledBy factor: Scalar) {
    require(other.names == names, "Parameters: \(other.names) are added to \(names)")
    for index in tensors.indices { tensors[index].add(other.tensors[index], scaledBy: factor) }
  }

  /// Adds other tensors of the same names and shapes, in place.
  public static func += (sum: inout Parameters, other: Parameters) { sum.add(other, scaledBy: 1) }
  /// Subtracts other tensors of the same names and shapes, in place.
  public static func -= (difference: inout Parameters, other: Parameters) {
    difference.add(other, scaledBy: -1)
  }

  /// Multiplies every element by `factor`, in place.
  public static func *= (parameters: inout Parameters, factor: Scalar) {
    for index in parameters.tensors.indices { parameters.tensors[index] *= factor }
  }

  /// Divides every element by `divisor`, in place.
  public static func /= (parameters: inout Parameters, divisor: Scalar) {
    for index in parameters.tensors.indices { parameters.tensors[index] /= divisor }
  }

  /// The Euclidean norm of all tensors together, as if they were one vector; NaN where one is.
  public var norm: Double {
    // By BLAS, as the gradients of a workspace: the same bits.
    tensors.reduce(0) { norm, tensor in
      tensor.withUnsafeElements {
        hypotenuse(norm, Double(Scalar.nrm2(count: $0.count, $0.baseAddress!)))
      }
    }
  }

  /// Brings every element into −limit...limit; NaN stays NaN.
  package mutating func clamp(to limit: Scalar) {
    for index in tensors.indices {
      tensors[index].clip(to: -limit...limit)
    }
  }
}

extension Parameters: ExpressibleByDictionaryLiteral {
  /// `["W1": weights, "b1": bias]`, in this order.
  public init(dictionaryLiteral named: (String, Tensor<Scalar>)...) {
    self.init(named.map { (name: $0.0, tensor: $0.1) })
  }
}

import PerceptronLinearAlgebra

/// A penalty on the size of the weights: l1·Σ|w| + l2·Σw², over all weight matrices; biases, scales
/// and shifts are free.
///
/// **There is no factor ½**: the gradient of the squares is 2·l2·w. That of |w| is l1·sign(w), taken
/// as 0 at 0.
public struct Penalty: Sendable, Codable, Hashable {
  /// The factor of Σ|w|.
  public var l1: Double
  /// The factor of Σw².
  public var l2: Double

  /// Both factors: the elastic net (Zou and Hastie 2005).
  public static func elastic(l1: Double, l2: Double) -> Penalty { Penalty(l1: l1, l2: l2) }
  /// λΣ|w|.
  public static func l1(_ factor: Double) -> Penalty { Penalty(l1: factor, l2: 0) }
  /// λΣw².
  public static func l2(_ factor: Double) -> Penalty { Penalty(l1: 0, l2: factor) }
  /// No penalty.
  public static var none: Penalty { Penalty(l1: 0, l2: 0) }

  /// The penalty of weights from their sums.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  public func value<Scalar: BLASScalar>(
    sumOfSquares: Scalar, absoluteSum: Scalar
  ) -> Scalar {
    var value: Scalar = 0
    if l2 != 0 { value += Scalar(l2) * sumOfSquares }
    if l1 != 0 { value += Scalar(l1) * absoluteSum }
    return value
  }

  /// Adds the gradient with respect to `weights` to `gradient`, in the same shape.
  public func addGradient<Scalar>(of weights: Tensor<Scalar>, to gradient: inout Tensor<Scalar>) {
    if l2 != 0 { gradient.add(weights, scaledBy: 2 * Scalar(l2)) }
    if l1 != 0 { gradient.addSigns(of: weights, scaledBy: Scalar(l1)) }
  }

  /// The same for some of the elements.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  package func addGradient<Scalar: BLASScalar>(
    count: Int, of weights: UnsafePointer<Scalar>, to gradient: UnsafeMutablePointer<Scalar>
  ) {
    if l2 != 0 { Scalar.axpy(count: count, alpha: 2 * Scalar(l2), weights, gradient) }
    if l1 != 0 { Scalar.addSigns(count: count, alpha: Scalar(l1), weights, gradient) }
  }
}

/// A limit on the weights that lead into each unit: after an update, each column of a weight matrix
/// [inputs, outputs] whose Euclidean norm is above the limit is scaled back to it.
///
/// As in Srebro and Shraibman (2005) and, beside dropout, Srivastava and others (2014, §5.1), where
/// limits of 3 to 4 are typical. Biases, scales and shifts are free. A column whose norm is infinite
/// or NaN is not changed, so that the check of the parameters finds it.
public struct MaxNorm: Sendable, Codable, Equatable {
  /// The largest norm, above 0.
  public var limit: Double

  /// A limit of the norm.
  public init(_ limit: Double) { self.limit = limit }

  /// Throws `InvalidSetting` unless the limit is a number above 0.
  public func check() throws { try InvalidSetting.demandPositive("maximum norm", limit) }

  /// Applies the limit to all weights, in place, without allocating.
  public func apply<Scalar>(to network: inout Network<Scalar>) {
    network.updateParameters { place, weights in
      if place.isPenalized { apply(to: &weights) }
    }
  }

  /// Scales back the columns of `weights`, [inputs, outputs], that are above the limit.
  public func apply<Scalar>(to weights: inout Tensor<Scalar>) {
    weights.withMutableRows {
      Scalar.limitColumnNorms(rows: $0.rows, columns: $0.columns, $0.base, to: limit)
    }
  }
}

import PerceptronLinearAlgebra

/// A limit on the weights that lead into each unit: after an update, each column of a weight matrix
/// [inputs, outputs] whose Euclidean norm is above the limit is scaled back to it.
///
/// As in Srebro and Shraibman (2005) and, beside dropout, Srivastava and others (2014, §5.1), where
/// limits of 3 to 4 are typical. Biases, scales and shifts are free. A column whose norm is infinite
/// or NaN is left as it is, for the check of the parameters to find.
public struct MaxNorm: Sendable, Codable, Equatable {
  /// The largest norm, above 0.
  public var limit: Double

  /// The given limit.
  public init(_ limit: Double) { self.limit = limit }

  /// Throws `InvalidSetting` unless the limit is a number above 0.
  public func check() throws { try InvalidSetting.demandPositive("maximum norm", limit) }

  /// Scales back what is above the limit, in place, without allocating.
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

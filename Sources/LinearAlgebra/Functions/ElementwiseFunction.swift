/// A function of one number, for each element of a tensor: see ``Tensor/apply(_:)``.
///
/// Each has a free function of its name, ``exp(_:)`` and so on, that says what it computes.
public enum ElementwiseFunction: String, CaseIterable, Sendable {
  case exp, exp2, expm1, log, log2, log10, log1p
  case sqrt, abs, sign
  case tanh, sigmoid, sin, cos, tan, erf
  case floor, ceil, trunc, round
}

extension Tensor {
  /// Replaces every element by the function's value, in place unless another tensor shares them.
  public mutating func apply(_ function: ElementwiseFunction) {
    update { Scalar.apply(function, count: $0, $1, into: $2) }
  }

  /// The function's value of every element, in the operand's memory if nobody else needs it.
  consuming func applying(_ function: ElementwiseFunction) -> Tensor {
    apply(function)
    return self
  }
}

// Every free function takes its operand's memory for the result if nobody needs the operand any more,
// as in exp(x + y).

// MARK: - Exponentials and logarithms

/// eˣ of every element: the exponential, off by at most 1.1 ulp; 0 at −∞.
public func exp<Scalar>(_ x: consuming Tensor<Scalar>) -> Tensor<Scalar> { x.applying(.exp) }

/// 2ˣ of every element, off by at most 0.9 ulp, and exact where x is an integer.
public func exp2<Scalar>(_ x: consuming Tensor<Scalar>) -> Tensor<Scalar> { x.applying(.exp2) }

/// eˣ − 1 of every element, also where x is so small that eˣ rounds to 1; off by at most 1.2 ulp.
public func expm1<Scalar>(_ x: consuming Tensor<Scalar>) -> Tensor<Scalar> { x.applying(.expm1) }

/// The natural logarithm of every element, off by at most 0.9 ulp: −∞ at 0, NaN below.
public func log<Scalar>(_ x: consuming Tensor<Scalar>) -> Tensor<Scalar> { x.applying(.log) }

/// The logarithm to the base 2 of every element, off by at most 0.6 ulp, and exact where it is an integer:
/// −∞ at 0, NaN below.
public func log2<Scalar>(_ x: consuming Tensor<Scalar>) -> Tensor<Scalar> { x.applying(.log2) }

/// The logarithm to the base 10 of every element, off by at most 0.6 ulp, and exact where it is an integer:
/// −∞ at 0, NaN below.
public func log10<Scalar>(_ x: consuming Tensor<Scalar>) -> Tensor<Scalar> { x.applying(.log10) }

/// ln(1 + x) of every element, also where 1 + x rounds to 1; off by at most 0.9 ulp: −∞ at −1, NaN below.
public func log1p<Scalar>(_ x: consuming Tensor<Scalar>) -> Tensor<Scalar> { x.applying(.log1p) }

// MARK: - Curves

/// The hyperbolic tangent of every element, off by at most 1.4 ulp.
public func tanh<Scalar>(_ x: consuming Tensor<Scalar>) -> Tensor<Scalar> { x.applying(.tanh) }

/// The logistic function of every element, 1 / (1 + e⁻ˣ), off by at most 2.5 ulp; 0 where it would be
/// subnormal.
public func sigmoid<Scalar>(_ x: consuming Tensor<Scalar>) -> Tensor<Scalar> {
  x.applying(.sigmoid)
}

/// The sine of every element, in radians; off by at most 0.8 ulp up to 2²⁰ in size, and as the C library
/// computes it beyond, which is slower. NaN at ±∞.
public func sin<Scalar>(_ x: consuming Tensor<Scalar>) -> Tensor<Scalar> { x.applying(.sin) }

/// The cosine of every element, in radians; off by at most 0.8 ulp up to 2²⁰ in size, and as the C library
/// computes it beyond, which is slower. NaN at ±∞.
public func cos<Scalar>(_ x: consuming Tensor<Scalar>) -> Tensor<Scalar> { x.applying(.cos) }

/// The tangent of every element, in radians; off by at most 0.6 ulp in `Float` and 1.6 ulp in `Double` up to
/// 2²⁰ in size, and as the C library computes it beyond, which is slower. NaN at ±∞.
public func tan<Scalar>(_ x: consuming Tensor<Scalar>) -> Tensor<Scalar> { x.applying(.tan) }

/// The error function of every element, 2/√π · ∫₀ˣ e^(−t²) dt, off by at most 1.6 ulp.
public func erf<Scalar>(_ x: consuming Tensor<Scalar>) -> Tensor<Scalar> { x.applying(.erf) }

// MARK: - Roots, signs and integers

/// The square root of every element, correctly rounded: NaN below 0, −0 at −0.
public func sqrt<Scalar>(_ x: consuming Tensor<Scalar>) -> Tensor<Scalar> { x.applying(.sqrt) }

/// The absolute value of every element.
public func abs<Scalar>(_ x: consuming Tensor<Scalar>) -> Tensor<Scalar> { x.applying(.abs) }

/// The sign of every element: 1, −1, or 0 at ±0. NaN stays NaN.
public func sign<Scalar>(_ x: consuming Tensor<Scalar>) -> Tensor<Scalar> { x.applying(.sign) }

/// The largest integer that is at most x, for every element x.
public func floor<Scalar>(_ x: consuming Tensor<Scalar>) -> Tensor<Scalar> { x.applying(.floor) }

/// The smallest integer that is at least x, for every element x.
public func ceil<Scalar>(_ x: consuming Tensor<Scalar>) -> Tensor<Scalar> { x.applying(.ceil) }

/// Every element without its fraction: the next integer towards 0.
public func trunc<Scalar>(_ x: consuming Tensor<Scalar>) -> Tensor<Scalar> { x.applying(.trunc) }

/// The integer nearest to every element, the even one of two, as NumPy and IEEE 754 round: 2.5 becomes 2.
public func round<Scalar>(_ x: consuming Tensor<Scalar>) -> Tensor<Scalar> { x.applying(.round) }

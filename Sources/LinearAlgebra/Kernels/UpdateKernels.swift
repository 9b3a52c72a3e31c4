/// How optimizers move parameters, in one pass over each; and the limits that these are held to. η is
/// the step's learning rate, λ its decay.
///
/// They are a scalar's, with those of vectors, layers and losses, as ``BLASScalar`` says.
public protocol UpdateKernels: BinaryFloatingPoint {
  /// p ← (1 − λ)·p − η·gradient.
  static func gradientStep(
    count: Int, _ step: UpdateStep, gradient: UnsafePointer<Self>,
    parameter: UnsafeMutablePointer<Self>)

  /// v ← factor·v + gradient, p ← (1 − λ)·p − η·v; or, looking ahead,
  /// − η·(gradient + factor·v).
  static func momentumStep(
    count: Int, _ step: UpdateStep, factor: Double, looksAhead: Bool,
    gradient: UnsafePointer<Self>, velocity: UnsafeMutablePointer<Self>,
    parameter: UnsafeMutablePointer<Self>)

  /// s ← s + gradient², p ← (1 − λ)·p − η·gradient / (√s + epsilon).
  static func adagradStep(
    count: Int, _ step: UpdateStep, epsilon: Double,
    gradient: UnsafePointer<Self>, sumOfSquares: UnsafeMutablePointer<Self>,
    parameter: UnsafeMutablePointer<Self>)

  /// s ← smoothing·s + (1 − smoothing)·gradient²,
  /// p ← (1 − λ)·p − η·gradient / (√s + epsilon).
  static func rmsPropStep(
    count: Int, _ step: UpdateStep, smoothing: Double, epsilon: Double,
    gradient: UnsafePointer<Self>, meanOfSquares: UnsafeMutablePointer<Self>,
    parameter: UnsafeMutablePointer<Self>)

  /// m ← beta1·m + (1 − beta1)·gradient, v ← beta2·v + (1 − beta2)·gradient²,
  /// p ← (1 − λ)·p − η·(m / correction) / (√(v / correction) + epsilon).
  static func adamStep(
    count: Int, _ step: UpdateStep, moments: AdamMoments,
    gradient: UnsafePointer<Self>, first: UnsafeMutablePointer<Self>,
    second: UnsafeMutablePointer<Self>, parameter: UnsafeMutablePointer<Self>)

  /// x ← min(max(x, −limit), limit), where NaN stays NaN.
  static func clamp(count: Int, _ x: UnsafeMutablePointer<Self>, to limit: Self)

  /// Scales each column of a row-major matrix whose norm is finite and above `limit` to that norm.
  static func limitColumnNorms(
    rows: Int, columns: Int, _ x: UnsafeMutablePointer<Self>, to limit: Double)
}

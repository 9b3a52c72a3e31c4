/// A scalar that BLAS computes with: `Float` for speed, `Double` for checking.
///
/// The requirements work on whole buffers, so that code generic over the scalar dispatches once
/// per operation and never once per element. They check nothing: shapes are checked by `Tensor`,
/// row blocks and layers above them. Only these two types conform; files know no others.
///
/// The vector kernels that training spends its time in are C, compiled for what the machine has:
/// `Float+VectorKernels.swift` and its twin call them. The others are written once, generic, in
/// `Kernels/`. Each conformance compiles its own copy of those for generic callers; they are
/// inlinable for callers of `Float.combine` and the like, which would otherwise reach the
/// unspecialised original.
public protocol BLASScalar:
  BinaryFloatingPoint, SIMDScalar, Codable, LosslessStringConvertible, Sendable
{
  // MARK: BLAS

  /// C ← alpha·op(A)·op(B) + beta·C for row-major matrices, where op transposes or not,
  /// op(A) is `rows` × `inner` and op(B) is `inner` × `columns`; strides are from row to row.
  /// With `beta` 0 the old C is not read.
  static func gemm(
    transposeA: Bool, transposeB: Bool, rows: Int, columns: Int, inner: Int,
    alpha: Self, _ a: UnsafePointer<Self>, strideA: Int, _ b: UnsafePointer<Self>, strideB: Int,
    beta: Self, _ c: UnsafeMutablePointer<Self>, strideC: Int)

  /// y ← alpha·op(A)·x + beta·y for a row-major A of `rows` × `columns`.
  static func gemv(
    transpose: Bool, rows: Int, columns: Int, alpha: Self, _ a: UnsafePointer<Self>,
    _ x: UnsafePointer<Self>, beta: Self, _ y: UnsafeMutablePointer<Self>)

  /// y ← alpha·x + y.
  static func axpy(
    count: Int, alpha: Self, _ x: UnsafePointer<Self>, _ y: UnsafeMutablePointer<Self>)

  /// Σ x·y.
  static func dot(count: Int, _ x: UnsafePointer<Self>, _ y: UnsafePointer<Self>) -> Self

  /// √Σx², which overflows only where the result does.
  static func nrm2(count: Int, _ x: UnsafePointer<Self>) -> Self

  // MARK: LAPACK

  /// The QR decomposition of a row-major matrix, in its place: R on and above the diagonal, below it
  /// the reflectors that make up Q, with min(rows, columns) factors in `factors`. Returns LAPACK's
  /// info, 0 where all is well.
  static func geqrf(
    rows: Int, columns: Int, _ a: UnsafeMutablePointer<Self>, factors: UnsafeMutablePointer<Self>
  ) -> Int

  /// The first `columns` columns of Q from as many reflectors that `geqrf` left, in their place, for
  /// rows that are `columns` long. Returns LAPACK's info, 0 where all is well.
  static func orgqr(
    rows: Int, columns: Int, _ a: UnsafeMutablePointer<Self>, factors: UnsafePointer<Self>
  ) -> Int

  // MARK: Functions of one number

  /// eˣ.
  static func exponential(_ x: Self) -> Self
  /// The natural logarithm.
  static func logarithm(_ x: Self) -> Self
  /// ln(1 + x), accurate where x is small.
  static func logarithmOfOnePlus(_ x: Self) -> Self

  // MARK: Vector kernels

  /// x = value, for memory that need not be initialized.
  static func fill(count: Int, _ x: UnsafeMutablePointer<Self>, with value: Self)

  /// y = row in each row, for memory that need not be initialized.
  static func fillRows(
    rows: Int, columns: Int, _ y: UnsafeMutablePointer<Self>, with row: UnsafePointer<Self>)

  /// result = left `operation` right, element by element; `result` may be an operand.
  static func combine(
    _ operation: ElementwiseOperation, count: Int,
    _ left: UnsafePointer<Self>, _ leftStep: OperandStep,
    _ right: UnsafePointer<Self>, _ rightStep: OperandStep,
    into result: UnsafeMutablePointer<Self>)

  /// Σ x, added pairwise; 0 for no elements.
  static func sum(count: Int, _ x: UnsafePointer<Self>) -> Self

  /// Σ |x|, added pairwise; 0 for no elements.
  static func sumOfMagnitudes(count: Int, _ x: UnsafePointer<Self>) -> Self

  /// y ← alpha·sign(x) + y, where the sign of 0 is 0.
  static func addSigns(
    count: Int, alpha: Self, _ x: UnsafePointer<Self>, _ y: UnsafeMutablePointer<Self>)

  /// y ← y + share·(x − y): the given share of the way from y to x.
  static func interpolate(
    count: Int, share: Self, _ x: UnsafePointer<Self>, into y: UnsafeMutablePointer<Self>)

  /// The sum of each column of a matrix, added pairwise over blocks of rows.
  static func addRows(
    rows: Int, columns: Int, _ x: UnsafePointer<Self>, into sums: UnsafeMutablePointer<Self>)

  /// The first index of the largest element, or of the first NaN where there is one.
  static func indexOfMaximum(count: Int, _ x: UnsafePointer<Self>) -> Int

  /// In how many rows of a matrix fewer than `k` elements come before the one at the row's label:
  /// those that are larger, or equal and further left; NaN counts as larger than any number.
  static func countOfLabelsAmongLargest(
    _ k: Int, rows: Int, columns: Int, _ x: UnsafePointer<Self>, labels: UnsafePointer<Int>
  ) -> Int

  /// The first index of an element that is infinite or NaN.
  static func indexOfNonFinite(count: Int, _ x: UnsafePointer<Self>) -> Int?

  /// y = max(x, 0), where NaN stays NaN; `y` may be `x`.
  static func relu(count: Int, _ x: UnsafePointer<Self>, into y: UnsafeMutablePointer<Self>)

  /// The upstream gradient where the ReLU's output is above 0, else 0; `gradient` may be `upstream`.
  static func reluGradient(
    count: Int, output: UnsafePointer<Self>, upstream: UnsafePointer<Self>,
    into gradient: UnsafeMutablePointer<Self>)

  /// y = function(x), element by element; `y` may be `x`.
  static func activate(
    _ function: ActivationFunction, count: Int, _ x: UnsafePointer<Self>,
    into y: UnsafeMutablePointer<Self>)

  /// The upstream gradient times the function's slope, which is computed from what the function
  /// ``ActivationFunction/slopeReads``; `gradient` may be `upstream`.
  static func activationGradient(
    _ function: ActivationFunction, count: Int, read: UnsafePointer<Self>,
    upstream: UnsafePointer<Self>, into gradient: UnsafeMutablePointer<Self>)

  /// Factors that drop a share `rate` of the elements, 0, and make up for it in the others,
  /// 1 / (1 − rate). Each is a function of the seed and the element's position alone, of which
  /// `first` is that of the first one.
  static func dropoutFactors(
    count: Int, from first: Int, rate: Double, seed: UInt64,
    into factors: UnsafeMutablePointer<Self>)

  /// The mean of each column, and its variance: the mean of the squares of what is left without
  /// the mean. Both are 0 where there are no rows.
  static func columnMoments(
    rows: Int, columns: Int, _ x: UnsafePointer<Self>, mean: UnsafeMutablePointer<Self>,
    variance: UnsafeMutablePointer<Self>)

  /// y = x̂·gamma + beta, where x̂ = (x − mean) / √(variance + epsilon), everything but x and y by
  /// column; `y` may be `x`.
  static func normalizeColumns(
    rows: Int, columns: Int, _ x: UnsafePointer<Self>, _ moments: ColumnMoments<Self>,
    gamma: UnsafePointer<Self>, beta: UnsafePointer<Self>, into y: UnsafeMutablePointer<Self>)

  /// The gradient of `normalizeColumns` for gamma, Σ upstream·x̂; that for beta is `addRows`.
  static func normalizeColumnsGammaGradient(
    rows: Int, columns: Int, _ x: UnsafePointer<Self>, _ moments: ColumnMoments<Self>,
    upstream: UnsafePointer<Self>, into gradient: UnsafeMutablePointer<Self>)

  /// The gradient of `normalizeColumns` for x, whose own moments they are or not; `gradient` may be
  /// `upstream`.
  static func normalizeColumnsGradient(
    rows: Int, columns: Int, _ x: UnsafePointer<Self>, _ moments: ColumnMoments<Self>,
    areOwn: Bool, gamma: UnsafePointer<Self>, upstream: UnsafePointer<Self>,
    into gradient: UnsafeMutablePointer<Self>)

  /// y = x̂·gamma + beta, where x̂ = (x − mean) / √(variance + epsilon) with each row's own mean and
  /// variance; leaves the mean and the factor of each row. `y` may be `x`.
  static func normalizeRows(
    rows: Int, columns: Int, _ x: UnsafePointer<Self>, epsilon: Self,
    gamma: UnsafePointer<Self>, beta: UnsafePointer<Self>, into y: UnsafeMutablePointer<Self>,
    mean: UnsafeMutablePointer<Self>, factor: UnsafeMutablePointer<Self>)

  /// The gradient of `normalizeRows` for gamma, Σ upstream·x̂; that for beta is `addRows`.
  static func normalizeRowsGammaGradient(
    rows: Int, columns: Int, _ x: UnsafePointer<Self>, mean: UnsafePointer<Self>,
    factor: UnsafePointer<Self>, upstream: UnsafePointer<Self>,
    into gradient: UnsafeMutablePointer<Self>)

  /// The gradient of `normalizeRows` for x; `gradient` may be `upstream`.
  static func normalizeRowsGradient(
    rows: Int, columns: Int, _ x: UnsafePointer<Self>, mean: UnsafePointer<Self>,
    factor: UnsafePointer<Self>, gamma: UnsafePointer<Self>, upstream: UnsafePointer<Self>,
    into gradient: UnsafeMutablePointer<Self>)

  // MARK: Small layers: at most 64 inputs and 64 outputs

  /// y = x·weights + bias in each row.
  static func affine(
    rows: Int, inputs: Int, outputs: Int, _ x: UnsafePointer<Self>, weights: UnsafePointer<Self>,
    bias: UnsafePointer<Self>, into y: UnsafeMutablePointer<Self>)

  /// gradient = upstream·weightsᵀ.
  static func affineInputGradient(
    rows: Int, inputs: Int, outputs: Int, upstream: UnsafePointer<Self>,
    weights: UnsafePointer<Self>, into gradient: UnsafeMutablePointer<Self>)

  /// gradient ← alpha·xᵀ·upstream + beta·gradient for `inputs` columns of an x whose rows are
  /// `stride` apart. With `beta` 0 the old gradient is not read.
  static func affineWeightGradient(
    rows: Int, inputs: Int, outputs: Int, _ x: UnsafePointer<Self>, stride: Int,
    upstream: UnsafePointer<Self>, alpha: Self, beta: Self,
    into gradient: UnsafeMutablePointer<Self>)

  // MARK: Losses

  /// The softmax of each row and, where there is room for them, each row's
  /// Σ e^(score − largest score); `probabilities` may be `scores`.
  static func softmax(
    rows: Int, columns: Int, _ scores: UnsafePointer<Self>,
    into probabilities: UnsafeMutablePointer<Self>, sums: UnsafeMutablePointer<Self>?)

  /// The softmax of each row and −ln of the probability at its label; `probabilities` may be
  /// `scores`.
  static func softmaxCrossEntropy(
    rows: Int, columns: Int, _ scores: UnsafePointer<Self>, labels: UnsafePointer<Int>,
    probabilities: UnsafeMutablePointer<Self>, losses: UnsafeMutablePointer<Self>)

  /// (probability − 1 at the label) / normalizer; `gradient` may be `probabilities`.
  static func softmaxCrossEntropyGradient(
    rows: Int, columns: Int, probabilities: UnsafePointer<Self>, labels: UnsafePointer<Int>,
    normalizer: Self, into gradient: UnsafeMutablePointer<Self>)

  /// The same with a target that is spread, Σ −target·ln(probability): (1 − smoothing) of it at the
  /// label and the rest evenly over all classes, each share times its class's weight, where there
  /// are weights.
  static func smoothedCrossEntropy(
    rows: Int, columns: Int, _ scores: UnsafePointer<Self>, labels: UnsafePointer<Int>,
    smoothing: Self, weights: UnsafePointer<Self>?,
    probabilities: UnsafeMutablePointer<Self>, losses: UnsafeMutablePointer<Self>)

  /// (probability·Σ target − target) / normalizer; `gradient` may be `probabilities`.
  static func smoothedCrossEntropyGradient(
    rows: Int, columns: Int, probabilities: UnsafePointer<Self>, labels: UnsafePointer<Int>,
    smoothing: Self, weights: UnsafePointer<Self>?, normalizer: Self,
    into gradient: UnsafeMutablePointer<Self>)

  /// The margins max(0, score − score at the label + 1), 0 at the label, and their sum in each row,
  /// or the sum of their squares.
  static func hinge(
    rows: Int, columns: Int, _ scores: UnsafePointer<Self>, labels: UnsafePointer<Int>,
    isSquared: Bool, margins: UnsafeMutablePointer<Self>, losses: UnsafeMutablePointer<Self>)

  /// The gradient of `hinge` / normalizer for the scores; `gradient` may be `margins`.
  static func hingeGradient(
    rows: Int, columns: Int, margins: UnsafePointer<Self>, labels: UnsafePointer<Int>,
    isSquared: Bool, normalizer: Self, into gradient: UnsafeMutablePointer<Self>)

  /// The mean of each row's −target·ln σ(x) − (1 − target)·ln(1 − σ(x)), where σ is the sigmoid, and
  /// σ(x) − target in place of the target.
  static func logisticCrossEntropy(
    rows: Int, columns: Int, _ x: UnsafePointer<Self>,
    targets: UnsafeMutablePointer<Self>, losses: UnsafeMutablePointer<Self>)

  /// y = sign(x), where the signs of 0 and NaN are 0; `y` may be `x`.
  static func signs(count: Int, _ x: UnsafePointer<Self>, into y: UnsafeMutablePointer<Self>)

  // MARK: Conversion

  /// target = source / divisor − mean for bytes.
  static func convert(
    count: Int, _ source: UnsafePointer<UInt8>, dividedBy divisor: Self,
    minus mean: UnsafePointer<Self>?, into target: UnsafeMutablePointer<Self>)

  /// target = source / divisor − mean for single-precision numbers.
  static func convert(
    count: Int, _ source: UnsafePointer<Float>, dividedBy divisor: Self,
    minus mean: UnsafePointer<Self>?, into target: UnsafeMutablePointer<Self>)

  /// target = source / divisor − mean for double-precision numbers, computed in double precision
  /// and rounded once.
  static func convert(
    count: Int, _ source: UnsafePointer<Double>, dividedBy divisor: Double,
    minus mean: UnsafePointer<Double>?, into target: UnsafeMutablePointer<Self>)

  /// y = xᵀ for a row-major x of `rows` × `columns`; the two must not overlap.
  static func transpose(
    rows: Int, columns: Int, _ x: UnsafePointer<Self>, into y: UnsafeMutablePointer<Self>)

  // MARK: Updates: η is the step's learning rate, λ its decay

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

/// `count` as the 32-bit integer that BLAS counts with.
func blasCount(_ count: Int) -> Int32 {
  guard let narrow = Int32(exactly: count) else {
    fatalError("BLAS: an extent of \(count) is above 2³¹ − 1, the largest it can take")
  }
  return narrow
}

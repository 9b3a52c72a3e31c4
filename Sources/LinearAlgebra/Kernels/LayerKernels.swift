/// What layers compute, forward and backward.
///
/// They are a scalar's, with those of vectors, losses and updates, as ``BLASScalar`` says.
public protocol LayerKernels: BinaryFloatingPoint {
  // MARK: Activations and dropout

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
  /// variance; leaves each row's mean and 1 / √(variance + epsilon) in `moments`. `y` may be `x`.
  static func normalizeRows(
    rows: Int, columns: Int, _ x: UnsafePointer<Self>, epsilon: Self,
    gamma: UnsafePointer<Self>, beta: UnsafePointer<Self>, into y: UnsafeMutablePointer<Self>,
    moments: UnsafeMutablePointer<Self>)

  /// The gradient of `normalizeRows` for gamma, Σ upstream·x̂; that for beta is `addRows`.
  static func normalizeRowsGammaGradient(
    rows: Int, columns: Int, _ x: UnsafePointer<Self>, moments: UnsafePointer<Self>,
    upstream: UnsafePointer<Self>,
    into gradient: UnsafeMutablePointer<Self>)

  /// The gradient of `normalizeRows` for x; `gradient` may be `upstream`.
  static func normalizeRowsGradient(
    rows: Int, columns: Int, _ x: UnsafePointer<Self>, moments: UnsafePointer<Self>,
    gamma: UnsafePointer<Self>, upstream: UnsafePointer<Self>,
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

  // MARK: Layers whose weights stand as outputs × inputs

  // Each number is added up in an order that depends on the sizes of one sum alone: a row's results
  // are the same wherever it stands and however many there are.

  /// y = x·weightsᵀ + bias in each row.
  ///
  /// - Parameters:
  ///   - xStride: from row to row of x.
  ///   - stride: from row to row of the weights.
  static func dense(
    rows: Int, inputs: Int, outputs: Int, _ x: UnsafePointer<Self>, xStride: Int,
    weights: UnsafePointer<Self>, stride: Int, bias: UnsafePointer<Self>,
    into y: UnsafeMutablePointer<Self>)

  /// The same bits for weights that stand as inputs × outputs, without gaps: for a few rows.
  static func denseRows(
    rows: Int, inputs: Int, outputs: Int, _ x: UnsafePointer<Self>, weights: UnsafePointer<Self>,
    bias: UnsafePointer<Self>, into y: UnsafeMutablePointer<Self>)

  /// gradient = upstream·weights.
  static func denseInputGradient(
    rows: Int, inputs: Int, outputs: Int, upstream: UnsafePointer<Self>,
    weights: UnsafePointer<Self>, stride: Int, into gradient: UnsafeMutablePointer<Self>)

  /// gradient ← alpha·upstreamᵀ·x + beta·gradient, outputs × inputs, for some neighbouring columns of
  /// x, of upstream and of the gradient. With `beta` 0 the old gradient is not read.
  static func denseWeightGradient(
    rows: Int, inputs: Int, outputs: Int, _ x: UnsafePointer<Self>, xStride: Int,
    upstream: UnsafePointer<Self>, upstreamStride: Int, alpha: Self, beta: Self,
    into gradient: UnsafeMutablePointer<Self>, stride: Int)
}

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

  // MARK: Products of many rows with a matrix that is packed once, by ``panelRoom(rows:columns:)``

  /// Packs some rows of a matrix of `rows` × `columns`.
  static func packPanels(
    rows: Int, columns: Int, range: Range<Int>, _ matrix: UnsafePointer<Self>,
    into panels: UnsafeMutablePointer<Self>)

  /// Packs some columns of a matrix of `rows` × `columns`, whose transpose is given.
  static func packTransposedPanels(
    rows: Int, columns: Int, range: Range<Int>, _ transpose: UnsafePointer<Self>,
    into panels: UnsafeMutablePointer<Self>)

  /// target = left·matrix, or target ← target + left·matrix, for a left of `rows` × `inner` and a
  /// packed matrix of `inner` × `columns`. Each number is added up in an order that depends on
  /// `inner` alone: a row's results are the same wherever it stands and however many there are.
  static func multiplyPanels(
    rows: Int, inner: Int, columns: Int, _ left: UnsafePointer<Self>,
    by panels: UnsafePointer<Self>, adds: Bool, into target: UnsafeMutablePointer<Self>)
}

/// A scalar that BLAS computes with: `Float` for speed, `Double` for checking.
///
/// The requirements work on whole buffers, so that code generic over the scalar dispatches once
/// per operation and never once per element. They check nothing: shapes are checked by `Tensor`,
/// row blocks and layers above them. Only these two types conform; files know no others.
///
/// The vector kernels are written once, generic, in `Kernels/`. Each conformance compiles its own
/// copy of them for generic callers; they are inlinable for callers of `Float.relu` and the like,
/// which would otherwise reach the unspecialised original.
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

  // MARK: Functions of one number

  /// eˣ.
  static func exponential(_ x: Self) -> Self
  /// The natural logarithm.
  static func logarithm(_ x: Self) -> Self

  // MARK: Vector kernels

  /// x = value, for memory that need not be initialized.
  static func fill(count: Int, _ x: UnsafeMutablePointer<Self>, with value: Self)

  /// result = left `operation` right, element by element; `result` may be an operand.
  static func combine(
    _ operation: ElementwiseOperation, count: Int,
    _ left: UnsafePointer<Self>, _ leftStep: OperandStep,
    _ right: UnsafePointer<Self>, _ rightStep: OperandStep,
    into result: UnsafeMutablePointer<Self>)

  /// Σ x, added pairwise; 0 for no elements.
  static func sum(count: Int, _ x: UnsafePointer<Self>) -> Self

  /// The sum of each column of a matrix, added pairwise over blocks of rows.
  static func addRows(
    rows: Int, columns: Int, _ x: UnsafePointer<Self>, into sums: UnsafeMutablePointer<Self>)

  /// The first index of the largest element, or of the first NaN where there is one.
  static func indexOfMaximum(count: Int, _ x: UnsafePointer<Self>) -> Int

  /// The first index of an element that is infinite or NaN.
  static func indexOfNonFinite(count: Int, _ x: UnsafePointer<Self>) -> Int?

  /// y = max(x, 0), where NaN stays NaN; `y` may be `x`.
  static func relu(count: Int, _ x: UnsafePointer<Self>, into y: UnsafeMutablePointer<Self>)

  /// The upstream gradient where the ReLU's output is above 0, else 0; `gradient` may be `upstream`.
  static func reluGradient(
    count: Int, output: UnsafePointer<Self>, upstream: UnsafePointer<Self>,
    into gradient: UnsafeMutablePointer<Self>)

  /// The softmax of each row; `probabilities` may be `scores`.
  static func softmax(
    rows: Int, columns: Int, _ scores: UnsafePointer<Self>,
    into probabilities: UnsafeMutablePointer<Self>)

  /// The softmax of each row and −ln of the probability at its label; `probabilities` may be
  /// `scores`.
  static func softmaxCrossEntropy(
    rows: Int, columns: Int, _ scores: UnsafePointer<Self>, labels: UnsafePointer<Int>,
    probabilities: UnsafeMutablePointer<Self>, losses: UnsafeMutablePointer<Self>)

  /// (probability − 1 at the label) / batch; `gradient` may be `probabilities`.
  static func softmaxCrossEntropyGradient(
    rows: Int, columns: Int, probabilities: UnsafePointer<Self>, labels: UnsafePointer<Int>,
    batch: Int, into gradient: UnsafeMutablePointer<Self>)

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
}

/// `count` as the 32-bit integer that BLAS counts with.
func blasCount(_ count: Int) -> Int32 {
  guard let narrow = Int32(exactly: count) else {
    fatalError("BLAS: an extent of \(count) is above 2³¹ − 1, the largest it can take")
  }
  return narrow
}

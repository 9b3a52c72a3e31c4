/// A scalar that BLAS computes with: `Float` for speed, `Double` for checking.
///
/// The requirements work on whole buffers, so that code generic over the scalar dispatches once
/// per operation and never once per element. They check nothing: shapes are checked by `Tensor`,
/// row blocks and layers above them. Only these two types conform; files know no others.
///
/// Here stands what BLAS, LAPACK and the C library compute; what they lack are the kernels, in
/// protocols of their own beside their loops in `Kernels/`. Those that training spends its time in
/// are C, compiled for what the machine has: `Float+VectorKernels.swift` and its twin call them. The
/// others are written once, generic. Each conformance compiles its own copy of those for generic
/// callers; they are inlinable for callers of `Float.combine` and the like, which would otherwise
/// reach the unspecialised original.
public protocol BLASScalar:
  VectorKernels, LayerKernels, LossKernels, UpdateKernels, SIMDScalar, Codable,
  LosslessStringConvertible, Sendable
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
}

/// `count` as the 32-bit integer that BLAS counts with.
func blasCount(_ count: Int) -> Int32 {
  guard let narrow = Int32(exactly: count) else {
    fatalError("BLAS: an extent of \(count) is above 2³¹ − 1, the largest it can take")
  }
  return narrow
}

internal import CPerceptronOpenBLAS
internal import CPerceptronSystem

/// A scalar that BLAS computes with: `Float` for speed, `Double` for checking. Only these two types
/// conform; do not declare other conformances.
///
/// Tensors, layers, losses and optimizers compute with static functions on whole buffers, which are
/// `package`: here those of BLAS, LAPACK and the C library, in `Kernels/` the others. They check
/// nothing: shapes are checked by ``Tensor``, row blocks and layers.
///
/// Generic code finds out the scalar type once a call, never once an element: a C function has the type
/// as an argument, and a loop in Swift is specialized for both types.
public protocol BLASScalar:
  BinaryFloatingPoint, SIMDScalar, Codable, LosslessStringConvertible, Sendable
{}

extension Float: BLASScalar {}
extension Double: BLASScalar {}

extension BLASScalar {
  /// The number itself, or NaN without a sign: processors give one to a quotient of zeros, and Swift
  /// prints it.
  package var withoutNaNSign: Self { isNaN ? .nan : self }
}

// MARK: - BLAS

extension BLASScalar {
  /// C ← alpha·op(A)·op(B) + beta·C for row-major matrices, where op transposes or not,
  /// op(A) is `rows` × `inner` and op(B) is `inner` × `columns`; strides are from row to row.
  /// With `beta` 0 the old C is not read.
  package static func gemm(
    transposeA: Bool, transposeB: Bool, rows: Int, columns: Int, inner: Int,
    alpha: Self, _ a: UnsafePointer<Self>, strideA: Int, _ b: UnsafePointer<Self>, strideB: Int,
    beta: Self, _ c: UnsafeMutablePointer<Self>, strideC: Int
  ) {
    let (opA, opB) = (blasOperation(transposeA), blasOperation(transposeB))
    let (m, n, k) = (blasCount(rows), blasCount(columns), blasCount(inner))
    let (lda, ldb, ldc) = (blasCount(strideA), blasCount(strideB), blasCount(strideC))
    if Self.self == Float.self {
      cblas_sgemm(
        CblasRowMajor, opA, opB, m, n, k, cast(alpha), cast(a), lda, cast(b), ldb, cast(beta),
        cast(c), ldc)
    } else {
      cblas_dgemm(
        CblasRowMajor, opA, opB, m, n, k, cast(alpha), cast(a), lda, cast(b), ldb, cast(beta),
        cast(c), ldc)
    }
  }

  /// The upper triangle of C ← Aᵀ·A for a row-major A of `rows` × `columns`; the rest of C stays.
  ///
  /// Strips of C are shared among threads, each by OpenBLAS on one, so that the result does not depend
  /// on their number. OpenBLAS's own threads took 25 ms in place of 17 where ours had just worked.
  static func gram(
    rows: Int, columns: Int, _ a: UnsafePointer<Self>, into c: UnsafeMutablePointer<Self>
  ) {
    // Wide strips are faster, and two threads need more than two strips.
    let width = (129...256).contains(columns) ? 64 : 128
    let strips = (columns + width - 1) / width
    func compute(strip: Int) {
      let start = strip * width
      let size = min(width, columns - start)
      let (diagonal, next) = (c + start * (columns + 1), start + size)
      syrk(rows: rows, columns: size, a + start, strideA: columns, into: diagonal, strideC: columns)
      if next == columns { return }
      gemm(
        transposeA: true, transposeB: false, rows: size, columns: columns - next, inner: rows,
        alpha: 1, a + start, strideA: columns, a + next, strideB: columns, beta: 0,
        diagonal + size, strideC: columns)
    }
    // A long strip and a short one make pairs of equal work.
    let pairs = (strips + 1) / 2
    let smallest = 1_000_000 / max(1, rows * columns * width)
    BLASLibrary.withSingleThread {
      withShares(of: pairs, atLeast: 1 + smallest) {
        for pair in $0 {
          compute(strip: pair)
          if strips - 1 - pair != pair { compute(strip: strips - 1 - pair) }
        }
      }
    }
  }

  private static func syrk(
    rows: Int, columns: Int, _ a: UnsafePointer<Self>, strideA: Int,
    into c: UnsafeMutablePointer<Self>, strideC: Int
  ) {
    let (n, k, lda, ldc) = (
      blasCount(columns), blasCount(rows), blasCount(strideA), blasCount(strideC)
    )
    if Self.self == Float.self {
      cblas_ssyrk(CblasRowMajor, CblasUpper, CblasTrans, n, k, 1, cast(a), lda, 0, cast(c), ldc)
    } else {
      cblas_dsyrk(CblasRowMajor, CblasUpper, CblasTrans, n, k, 1, cast(a), lda, 0, cast(c), ldc)
    }
  }

  /// C ← A·B for a symmetric, row-major A of `size` rows, of which the upper triangle is read, and a
  /// row-major B of `columns`.
  static func symm(
    size: Int, columns: Int, _ a: UnsafePointer<Self>, _ b: UnsafePointer<Self>,
    into c: UnsafeMutablePointer<Self>
  ) {
    let (n, k) = (blasCount(size), blasCount(columns))
    if Self.self == Float.self {
      cblas_ssymm(
        CblasRowMajor, CblasLeft, CblasUpper, n, k, 1, cast(a), n, cast(b), k, 0, cast(c), k)
    } else {
      cblas_dsymm(
        CblasRowMajor, CblasLeft, CblasUpper, n, k, 1, cast(a), n, cast(b), k, 0, cast(c), k)
    }
  }

  /// y ← alpha·op(A)·x + beta·y for a row-major A of `rows` × `columns`.
  package static func gemv(
    transpose isTransposed: Bool, rows: Int, columns: Int, alpha: Self, _ a: UnsafePointer<Self>,
    _ x: UnsafePointer<Self>, beta: Self, _ y: UnsafeMutablePointer<Self>
  ) {
    let (op, m, n) = (blasOperation(isTransposed), blasCount(rows), blasCount(columns))
    if Self.self == Float.self {
      cblas_sgemv(
        CblasRowMajor, op, m, n, cast(alpha), cast(a), n, cast(x), 1, cast(beta), cast(y), 1)
    } else {
      cblas_dgemv(
        CblasRowMajor, op, m, n, cast(alpha), cast(a), n, cast(x), 1, cast(beta), cast(y), 1)
    }
  }

  /// y ← alpha·x + y.
  package static func axpy(
    count: Int, alpha: Self, _ x: UnsafePointer<Self>, _ y: UnsafeMutablePointer<Self>
  ) {
    if Self.self == Float.self {
      cblas_saxpy(blasCount(count), cast(alpha), cast(x), 1, cast(y), 1)
    } else {
      cblas_daxpy(blasCount(count), cast(alpha), cast(x), 1, cast(y), 1)
    }
  }

  /// Σ x·y.
  package static func dot(
    count: Int, _ x: UnsafePointer<Self>, _ y: UnsafePointer<Self>
  ) -> Self {
    if Self.self == Float.self {
      return cast(cblas_sdot(blasCount(count), cast(x), 1, cast(y), 1))
    } else {
      return cast(cblas_ddot(blasCount(count), cast(x), 1, cast(y), 1))
    }
  }

  /// √Σx², which overflows only where the result does.
  package static func nrm2(count: Int, _ x: UnsafePointer<Self>) -> Self {
    if Self.self == Float.self {
      return cast(cblas_snrm2(blasCount(count), cast(x), 1))
    } else {
      return cast(cblas_dnrm2(blasCount(count), cast(x), 1))
    }
  }
}

extension BLASScalar {
  /// B ← op(T)⁻¹·B in place for a row-major triangle T of `size` rows, of which the other triangle is not
  /// read, and a row-major B of `columns`.
  ///
  /// A large triangle is halved, since OpenBLAS's `gemm` is several times as fast as its `trsm`.
  static func solveTriangle(
    isUpper: Bool, isTransposed: Bool = false, hasUnitDiagonal: Bool = false, size: Int,
    columns: Int, _ t: UnsafePointer<Self>, stride: Int, _ b: UnsafeMutablePointer<Self>
  ) {
    if columns < 8 || size <= 32 {
      return trsm(
        isUpper: isUpper, isTransposed: isTransposed, hasUnitDiagonal: hasUnitDiagonal, size: size,
        columns: columns, t, stride: stride, b)
    }
    let half = (size / 2 + 15) / 16 * 16
    // Rows of B from 0 and from `half` on, in the order in which they are solved.
    let (first, second) = isUpper == isTransposed ? (0, half) : (half, 0)
    func count(_ start: Int) -> Int { start == 0 ? half : size - half }
    func solve(_ start: Int) {
      solveTriangle(
        isUpper: isUpper, isTransposed: isTransposed, hasUnitDiagonal: hasUnitDiagonal,
        size: count(start), columns: columns, t + start * (stride + 1), stride: stride,
        b + start * columns)
    }
    solve(first)
    gemm(
      transposeA: isTransposed, transposeB: false, rows: count(second), columns: columns,
      inner: count(first), alpha: -1, isUpper ? t + half : t + half * stride, strideA: stride,
      b + first * columns, strideB: columns, beta: 1, b + second * columns, strideC: columns)
    solve(second)
  }

  private static func trsm(
    isUpper: Bool, isTransposed: Bool, hasUnitDiagonal: Bool, size: Int, columns: Int,
    _ t: UnsafePointer<Self>, stride: Int, _ b: UnsafeMutablePointer<Self>
  ) {
    let (triangle, op) = (isUpper ? CblasUpper : CblasLower, blasOperation(isTransposed))
    let diagonal = hasUnitDiagonal ? CblasUnit : CblasNonUnit
    let (n, k, ldt) = (blasCount(size), blasCount(columns), blasCount(stride))
    switch (columns == 1, Self.self == Float.self) {
    case (true, true):
      cblas_strsv(CblasRowMajor, triangle, op, diagonal, n, cast(t), ldt, cast(b), 1)
    case (true, false):
      cblas_dtrsv(CblasRowMajor, triangle, op, diagonal, n, cast(t), ldt, cast(b), 1)
    case (false, true):
      cblas_strsm(
        CblasRowMajor, CblasLeft, triangle, op, diagonal, n, k, 1, cast(t), ldt, cast(b), k)
    case (false, false):
      cblas_dtrsm(
        CblasRowMajor, CblasLeft, triangle, op, diagonal, n, k, 1, cast(t), ldt, cast(b), k)
    }
  }

  /// x ↔ y.
  static func exchange(
    count: Int, _ x: UnsafeMutablePointer<Self>, _ y: UnsafeMutablePointer<Self>
  ) {
    if Self.self == Float.self {
      cblas_sswap(blasCount(count), cast(x), 1, cast(y), 1)
    } else {
      cblas_dswap(blasCount(count), cast(x), 1, cast(y), 1)
    }
  }

  /// The index of the first element of largest magnitude of at least one.
  static func indexOfLargestMagnitude(count: Int, _ x: UnsafePointer<Self>) -> Int {
    Self.self == Float.self
      ? Int(cblas_isamax(blasCount(count), cast(x), 1))
      : Int(cblas_idamax(blasCount(count), cast(x), 1))
  }
}

private func blasOperation(_ isTransposed: Bool) -> CBLAS_TRANSPOSE {
  isTransposed ? CblasTrans : CblasNoTrans
}

/// `count` as the 32-bit integer that BLAS counts with.
func blasCount(_ count: Int) -> Int32 {
  guard let narrow = Int32(exactly: count) else {
    fatalError("BLAS: an extent of \(count) is above 2³¹ − 1, the largest it can take")
  }
  return narrow
}

// MARK: - Functions of one number

extension BLASScalar {
  @inline(__always)
  package static func exponential(_ x: Self) -> Self {
    Self.self == Float.self ? cast(expf(cast(x))) : cast(exp(cast(x)))
  }
  @inline(__always)
  package static func logarithm(_ x: Self) -> Self {
    Self.self == Float.self ? cast(logf(cast(x))) : cast(log(cast(x)))
  }
  /// xʸ.
  @inline(__always)
  static func power(_ x: Self, _ y: Self) -> Self {
    Self.self == Float.self ? cast(powf(cast(x), cast(y))) : cast(pow(cast(x), cast(y)))
  }
  /// ln(1 + x), accurate where x is small.
  @inline(__always)
  package static func logarithmOfOnePlus(_ x: Self) -> Self {
    Self.self == Float.self ? cast(log1pf(cast(x))) : cast(log1p(cast(x)))
  }
}

// MARK: - Concrete types

extension BLASScalar {
  /// The number as a `Double`, which has all of its digits.
  @inline(__always)
  var asDouble: Double { Self.self == Float.self ? Double(cast(self) as Float) : cast(self) }
}

// Numbers and buffers of the type that they are known to have.

@inline(__always)
func cast<From: BLASScalar, To: BLASScalar>(_ number: From) -> To {
  requireSame(From.self, To.self)
  return unsafeBitCast(number, to: To.self)
}

@inline(__always)
func cast<From: BLASScalar, To: BLASScalar>(
  _ buffer: UnsafePointer<From>
) -> UnsafePointer<To> {
  requireSame(From.self, To.self)
  return UnsafeRawPointer(buffer).assumingMemoryBound(to: To.self)
}

@inline(__always)
func cast<From: BLASScalar, To: BLASScalar>(
  _ buffer: UnsafeMutablePointer<From>
) -> UnsafeMutablePointer<To> {
  requireSame(From.self, To.self)
  return UnsafeMutableRawPointer(buffer).assumingMemoryBound(to: To.self)
}

/// Traps for a third type that was made to conform to `BLASScalar`.
@inline(__always)
private func requireSame<From: BLASScalar, To: BLASScalar>(_: From.Type, _: To.Type) {
  precondition(From.self == To.self, "BLASScalar: only Float and Double conform to it")
}

internal import CPerceptronOpenBLAS

// Plain calls of LAPACK's routines on buffers, named as they are. Matrices are column-major, without gaps
// between columns: a row-major matrix passed here is its own transpose. Each returns LAPACK's info, 0 where
// all is well; a `workCount` of −1 asks for the size of the workspace, which is written to its first number.

// Factorizations that solve.

extension BLASScalar {
  /// A = P·L·U in place, with the rows exchanged in `pivots`. Positive: the one-based index of the
  /// first zero pivot.
  static func getrf(
    rows: Int, columns: Int, _ a: UnsafeMutablePointer<Self>, pivots: UnsafeMutablePointer<Int32>
  ) -> Int {
    let (m, n) = (blasCount(rows), blasCount(columns))
    return Self.self == Float.self
      ? Int(LAPACKE_sgetrf_work(columnMajor, m, n, cast(a), m, pivots))
      : Int(LAPACKE_dgetrf_work(columnMajor, m, n, cast(a), m, pivots))
  }

  /// The inverse from what `getrf` left, in its place.
  static func getri(
    size: Int, _ a: UnsafeMutablePointer<Self>, pivots: UnsafePointer<Int32>,
    work: UnsafeMutablePointer<Self>, workCount: Int32
  ) -> Int {
    let n = blasCount(size)
    return Self.self == Float.self
      ? Int(LAPACKE_sgetri_work(columnMajor, n, cast(a), n, pivots, cast(work), workCount))
      : Int(LAPACKE_dgetri_work(columnMajor, n, cast(a), n, pivots, cast(work), workCount))
  }

  /// The reciprocal condition in the norm of rows' sums from what `getrf` left and A's norm;
  /// 4·`size` numbers of workspace.
  static func gecon(
    size: Int, _ a: UnsafePointer<Self>, norm: Self, into reciprocal: UnsafeMutablePointer<Self>,
    work: UnsafeMutablePointer<Self>, integers: UnsafeMutablePointer<Int32>
  ) -> Int {
    let n = blasCount(size)
    return Self.self == Float.self
      ? Int(
        LAPACKE_sgecon_work(
          columnMajor, letter("I"), n, cast(a), n, cast(norm), cast(reciprocal), cast(work),
          integers))
      : Int(
        LAPACKE_dgecon_work(
          columnMajor, letter("I"), n, cast(a), n, cast(norm), cast(reciprocal), cast(work),
          integers))
  }

  /// A = Uᵀ·U in place, U in the upper triangle, which alone is read. Above 0 is the first leading
  /// minor that is not positive.
  static func potrf(size: Int, _ a: UnsafeMutablePointer<Self>) -> Int {
    let n = blasCount(size)
    return Self.self == Float.self
      ? Int(LAPACKE_spotrf_work(columnMajor, letter("U"), n, cast(a), n))
      : Int(LAPACKE_dpotrf_work(columnMajor, letter("U"), n, cast(a), n))
  }

  /// The upper triangle of the inverse from what `potrf` left, in its place.
  static func potri(size: Int, _ a: UnsafeMutablePointer<Self>) -> Int {
    let n = blasCount(size)
    return Self.self == Float.self
      ? Int(LAPACKE_spotri_work(columnMajor, letter("U"), n, cast(a), n))
      : Int(LAPACKE_dpotri_work(columnMajor, letter("U"), n, cast(a), n))
  }

  /// The reciprocal condition from what `potrf` left and A's norm; 3·`size` numbers of workspace.
  static func pocon(
    size: Int, _ a: UnsafePointer<Self>, norm: Self, into reciprocal: UnsafeMutablePointer<Self>,
    work: UnsafeMutablePointer<Self>, integers: UnsafeMutablePointer<Int32>
  ) -> Int {
    let n = blasCount(size)
    return Self.self == Float.self
      ? Int(
        LAPACKE_spocon_work(
          columnMajor, letter("U"), n, cast(a), n, cast(norm), cast(reciprocal), cast(work),
          integers))
      : Int(
        LAPACKE_dpocon_work(
          columnMajor, letter("U"), n, cast(a), n, cast(norm), cast(reciprocal), cast(work),
          integers))
  }

  /// A = U·D·Uᵀ in place by the Bunch–Kaufman method, of a symmetric A whose upper triangle alone
  /// is read. Above 0 is the first block of D that is exactly 0.
  static func sytrf(
    size: Int, _ a: UnsafeMutablePointer<Self>, pivots: UnsafeMutablePointer<Int32>,
    work: UnsafeMutablePointer<Self>, workCount: Int32
  ) -> Int {
    let n = blasCount(size)
    return Self.self == Float.self
      ? Int(
        LAPACKE_ssytrf_work(columnMajor, letter("U"), n, cast(a), n, pivots, cast(work), workCount))
      : Int(
        LAPACKE_dsytrf_work(columnMajor, letter("U"), n, cast(a), n, pivots, cast(work), workCount))
  }

  /// Solves with what `sytrf` left, which is changed in between; `size` numbers of workspace.
  static func sytrs2(
    size: Int, columns: Int, _ a: UnsafePointer<Self>, pivots: UnsafePointer<Int32>,
    _ b: UnsafeMutablePointer<Self>, work: UnsafeMutablePointer<Self>
  ) -> Int {
    let (n, k) = (blasCount(size), blasCount(columns))
    return Self.self == Float.self
      ? Int(
        LAPACKE_ssytrs2_work(
          columnMajor, letter("U"), n, k, cast(a), n, pivots, cast(b), n, cast(work)))
      : Int(
        LAPACKE_dsytrs2_work(
          columnMajor, letter("U"), n, k, cast(a), n, pivots, cast(b), n, cast(work)))
  }

  /// The reciprocal condition from what `sytrf` left and A's norm; 2·`size` numbers of workspace.
  static func sycon(
    size: Int, _ a: UnsafePointer<Self>, pivots: UnsafePointer<Int32>, norm: Self,
    into reciprocal: UnsafeMutablePointer<Self>, work: UnsafeMutablePointer<Self>,
    integers: UnsafeMutablePointer<Int32>
  ) -> Int {
    let n = blasCount(size)
    return Self.self == Float.self
      ? Int(
        LAPACKE_ssycon_work(
          columnMajor, letter("U"), n, cast(a), n, pivots, cast(norm), cast(reciprocal), cast(work),
          integers))
      : Int(
        LAPACKE_dsycon_work(
          columnMajor, letter("U"), n, cast(a), n, pivots, cast(norm), cast(reciprocal), cast(work),
          integers))
  }

  /// The reciprocal condition of a triangle in the norm of rows' sums; 3·`size` numbers of
  /// workspace.
  static func trcon(
    isUpper: Bool, size: Int, _ a: UnsafePointer<Self>, stride: Int,
    into reciprocal: UnsafeMutablePointer<Self>, work: UnsafeMutablePointer<Self>,
    integers: UnsafeMutablePointer<Int32>
  ) -> Int {
    let (n, lda) = (blasCount(size), blasCount(stride))
    let triangle = letter(isUpper ? "U" : "L")
    return Self.self == Float.self
      ? Int(
        LAPACKE_strcon_work(
          columnMajor, letter("I"), triangle, letter("N"), n, cast(a), lda, cast(reciprocal),
          cast(work), integers))
      : Int(
        LAPACKE_dtrcon_work(
          columnMajor, letter("I"), triangle, letter("N"), n, cast(a), lda, cast(reciprocal),
          cast(work), integers))
  }
}

let columnMajor = LAPACK_COL_MAJOR

/// An ASCII letter as LAPACK takes it.
func letter(_ scalar: Unicode.Scalar) -> CChar { CChar(truncatingIfNeeded: scalar.value) }

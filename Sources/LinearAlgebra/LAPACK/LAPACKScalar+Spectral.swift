internal import CPerceptronOpenBLAS

// Plain calls of LAPACK: singular values and eigenvalues. See LAPACKScalar+Solving.swift.

extension BLASScalar {
  /// The singular values, and with job S the first min(rows, columns) or with A all columns of U
  /// and rows of Vᵀ; A is destroyed.
  static func gesdd(
    job: Unicode.Scalar, rows: Int, columns: Int, _ a: UnsafeMutablePointer<Self>,
    values: UnsafeMutablePointer<Self>, u: UnsafeMutablePointer<Self>,
    vTransposed: UnsafeMutablePointer<Self>, vStride: Int, work: UnsafeMutablePointer<Self>,
    workCount: Int32, integers: UnsafeMutablePointer<Int32>
  ) -> Int {
    let (m, n) = (blasCount(rows), blasCount(columns))
    let (job, ldvt) = (letter(job), blasCount(vStride))
    return Self.self == Float.self
      ? Int(
        LAPACKE_sgesdd_work(
          columnMajor, job, m, n, cast(a), m, cast(values), cast(u), m, cast(vTransposed), ldvt,
          cast(work), workCount, integers))
      : Int(
        LAPACKE_dgesdd_work(
          columnMajor, job, m, n, cast(a), m, cast(values), cast(u), m, cast(vTransposed), ldvt,
          cast(work), workCount, integers))
  }

  /// The eigenvalues of a symmetric matrix in ascending order, and with job V its eigenvectors as
  /// columns in the place of the matrix, of which one triangle is read.
  static func syevd(
    job: Unicode.Scalar, isUpper: Bool, size: Int, _ a: UnsafeMutablePointer<Self>,
    values: UnsafeMutablePointer<Self>, work: UnsafeMutablePointer<Self>, workCount: Int32,
    integers: UnsafeMutablePointer<Int32>, integerCount: Int32
  ) -> Int {
    let n = blasCount(size)
    let (job, triangle) = (letter(job), letter(isUpper ? "U" : "L"))
    return Self.self == Float.self
      ? Int(
        LAPACKE_ssyevd_work(
          columnMajor, job, triangle, n, cast(a), n, cast(values), cast(work), workCount,
          integers, integerCount))
      : Int(
        LAPACKE_dsyevd_work(
          columnMajor, job, triangle, n, cast(a), n, cast(values), cast(work), workCount,
          integers, integerCount))
  }

  /// The `largest` eigenvalues of a symmetric matrix, of which the lower triangle is read, in ascending
  /// order, and their eigenvectors as columns; the matrix is destroyed. Unlike the other routines, it
  /// takes its own workspace. `found` is the number of eigenvalues.
  static func syevr(
    size: Int, largest: Int, _ a: UnsafeMutablePointer<Self>, values: UnsafeMutablePointer<Self>,
    vectors: UnsafeMutablePointer<Self>, found: inout Int
  ) -> Int {
    let (n, first) = (blasCount(size), blasCount(size - largest + 1))
    let range = letter(largest == size ? "A" : "I")
    var support = [Int32](repeating: 0, count: 2 * largest)
    var count: Int32 = 0
    let info =
      Self.self == Float.self
      ? LAPACKE_ssyevr(
        columnMajor, letter("V"), range, letter("L"), n, cast(a), n, 0, 0, first, n, 0, &count,
        cast(values), cast(vectors), n, &support)
      : LAPACKE_dsyevr(
        columnMajor, letter("V"), range, letter("L"), n, cast(a), n, 0, 0, first, n, 0, &count,
        cast(values), cast(vectors), n, &support)
    found = Int(count)
    return Int(info)
  }

  /// The eigenvalues of a general matrix, and with job V its left eigenvectors as columns, those of
  /// a pair in two; A is destroyed.
  static func geev(
    job: Unicode.Scalar, size: Int, _ a: UnsafeMutablePointer<Self>,
    real: UnsafeMutablePointer<Self>, imaginary: UnsafeMutablePointer<Self>,
    vectors: UnsafeMutablePointer<Self>, work: UnsafeMutablePointer<Self>, workCount: Int32
  ) -> Int {
    let n = blasCount(size)
    let job = letter(job)
    return Self.self == Float.self
      ? Int(
        LAPACKE_sgeev_work(
          columnMajor, job, letter("N"), n, cast(a), n, cast(real), cast(imaginary), cast(vectors),
          n, cast(vectors), n, cast(work), workCount))
      : Int(
        LAPACKE_dgeev_work(
          columnMajor, job, letter("N"), n, cast(a), n, cast(real), cast(imaginary), cast(vectors),
          n, cast(vectors), n, cast(work), workCount))
  }
}

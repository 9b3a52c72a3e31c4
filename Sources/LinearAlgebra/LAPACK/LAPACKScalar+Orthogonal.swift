internal import CPerceptronOpenBLAS

// Plain calls of LAPACK: orthogonal factorizations and least squares. See LAPACKScalar+Solving.swift.

extension BLASScalar {
  /// A = Q·R in place: R on and above the diagonal, below it the reflectors that make up Q, with
  /// min(rows, columns) factors.
  static func geqrf(
    rows: Int, columns: Int, _ a: UnsafeMutablePointer<Self>, factors: UnsafeMutablePointer<Self>,
    work: UnsafeMutablePointer<Self>, workCount: Int32
  ) -> Int {
    let (m, n) = (blasCount(rows), blasCount(columns))
    return Self.self == Float.self
      ? Int(
        LAPACKE_sgeqrf_work(columnMajor, m, n, cast(a), m, cast(factors), cast(work), workCount))
      : Int(
        LAPACKE_dgeqrf_work(columnMajor, m, n, cast(a), m, cast(factors), cast(work), workCount))
  }

  /// The first `columns` columns of Q from `reflectors` reflectors that `geqrf` left, in their place.
  static func orgqr(
    rows: Int, columns: Int, reflectors: Int, _ a: UnsafeMutablePointer<Self>,
    factors: UnsafePointer<Self>, work: UnsafeMutablePointer<Self>, workCount: Int32
  ) -> Int {
    let (m, n, k) = (blasCount(rows), blasCount(columns), blasCount(reflectors))
    return Self.self == Float.self
      ? Int(
        LAPACKE_sorgqr_work(columnMajor, m, n, k, cast(a), m, cast(factors), cast(work), workCount))
      : Int(
        LAPACKE_dorgqr_work(columnMajor, m, n, k, cast(a), m, cast(factors), cast(work), workCount))
  }

  /// A·P = Q·R in place: R on and above the diagonal, below it the reflectors that make up Q;
  /// `pivots`, all 0 before, says which column went where, from 1 on.
  static func geqp3(
    rows: Int, columns: Int, _ a: UnsafeMutablePointer<Self>, pivots: UnsafeMutablePointer<Int32>,
    factors: UnsafeMutablePointer<Self>, work: UnsafeMutablePointer<Self>, workCount: Int32
  ) -> Int {
    let (m, n) = (blasCount(rows), blasCount(columns))
    return Self.self == Float.self
      ? Int(
        LAPACKE_sgeqp3_work(
          columnMajor, m, n, cast(a), m, pivots, cast(factors), cast(work), workCount))
      : Int(
        LAPACKE_dgeqp3_work(
          columnMajor, m, n, cast(a), m, pivots, cast(factors), cast(work), workCount))
  }

  /// The least-squares solutions of least norm by the singular value decomposition, in the place of
  /// `b`, which has max(rows, columns) rows; A is destroyed.
  static func gelsd(
    rows: Int, columns: Int, solutions: Int, _ a: UnsafeMutablePointer<Self>,
    _ b: UnsafeMutablePointer<Self>, values: UnsafeMutablePointer<Self>, tolerance: Self,
    rank: UnsafeMutablePointer<Int32>, work: UnsafeMutablePointer<Self>, workCount: Int32,
    integers: UnsafeMutablePointer<Int32>
  ) -> Int {
    let (m, n, k) = (blasCount(rows), blasCount(columns), blasCount(solutions))
    return Self.self == Float.self
      ? Int(
        LAPACKE_sgelsd_work(
          columnMajor, m, n, k, cast(a), m, cast(b), max(m, n), cast(values), cast(tolerance), rank,
          cast(work), workCount, integers))
      : Int(
        LAPACKE_dgelsd_work(
          columnMajor, m, n, k, cast(a), m, cast(b), max(m, n), cast(values), cast(tolerance), rank,
          cast(work), workCount, integers))
  }
}

internal import CPerceptronOpenBLAS
internal import CPerceptronSystem

// Documented at the requirements.
// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
extension Double: BLASScalar {
  public static func gemm(
    transposeA: Bool, transposeB: Bool, rows: Int, columns: Int, inner: Int,
    alpha: Double, _ a: UnsafePointer<Double>, strideA: Int, _ b: UnsafePointer<Double>,
    strideB: Int,
    beta: Double, _ c: UnsafeMutablePointer<Double>, strideC: Int
  ) {
    cblas_dgemm(
      CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans,
      transposeB ? CblasTrans : CblasNoTrans,
      blasCount(rows), blasCount(columns), blasCount(inner), alpha, a, blasCount(strideA),
      b, blasCount(strideB), beta, c, blasCount(strideC))
  }

  public static func gemv(
    transpose: Bool, rows: Int, columns: Int, alpha: Double, _ a: UnsafePointer<Double>,
    _ x: UnsafePointer<Double>, beta: Double, _ y: UnsafeMutablePointer<Double>
  ) {
    cblas_dgemv(
      CblasRowMajor, transpose ? CblasTrans : CblasNoTrans, blasCount(rows), blasCount(columns),
      alpha, a, blasCount(columns), x, 1, beta, y, 1)
  }

  public static func axpy(
    count: Int, alpha: Double, _ x: UnsafePointer<Double>, _ y: UnsafeMutablePointer<Double>
  ) {
    cblas_daxpy(blasCount(count), alpha, x, 1, y, 1)
  }

  public static func dot(
    count: Int, _ x: UnsafePointer<Double>, _ y: UnsafePointer<Double>
  ) -> Double {
    cblas_ddot(blasCount(count), x, 1, y, 1)
  }

  public static func nrm2(count: Int, _ x: UnsafePointer<Double>) -> Double {
    cblas_dnrm2(blasCount(count), x, 1)
  }

  public static func exponential(_ x: Double) -> Double { exp(x) }

  public static func logarithm(_ x: Double) -> Double { log(x) }

  public static func logarithmOfOnePlus(_ x: Double) -> Double { log1p(x) }
}

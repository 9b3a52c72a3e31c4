internal import CPerceptronOpenBLAS
internal import CPerceptronSystem

// Documented at the requirements.
// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
extension Float: BLASScalar {
  public static func gemm(
    transposeA: Bool, transposeB: Bool, rows: Int, columns: Int, inner: Int,
    alpha: Float, _ a: UnsafePointer<Float>, strideA: Int, _ b: UnsafePointer<Float>, strideB: Int,
    beta: Float, _ c: UnsafeMutablePointer<Float>, strideC: Int
  ) {
    cblas_sgemm(
      CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans,
      transposeB ? CblasTrans : CblasNoTrans,
      blasCount(rows), blasCount(columns), blasCount(inner), alpha, a, blasCount(strideA),
      b, blasCount(strideB), beta, c, blasCount(strideC))
  }

  public static func gemv(
    transpose: Bool, rows: Int, columns: Int, alpha: Float, _ a: UnsafePointer<Float>,
    _ x: UnsafePointer<Float>, beta: Float, _ y: UnsafeMutablePointer<Float>
  ) {
    cblas_sgemv(
      CblasRowMajor, transpose ? CblasTrans : CblasNoTrans, blasCount(rows), blasCount(columns),
      alpha, a, blasCount(columns), x, 1, beta, y, 1)
  }

  public static func axpy(
    count: Int, alpha: Float, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>
  ) {
    cblas_saxpy(blasCount(count), alpha, x, 1, y, 1)
  }

  public static func dot(
    count: Int, _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>
  ) -> Float {
    cblas_sdot(blasCount(count), x, 1, y, 1)
  }

  public static func nrm2(count: Int, _ x: UnsafePointer<Float>) -> Float {
    cblas_snrm2(blasCount(count), x, 1)
  }

  public static func exponential(_ x: Float) -> Float { expf(x) }

  public static func logarithm(_ x: Float) -> Float { logf(x) }

  public static func logarithmOfOnePlus(_ x: Float) -> Float { log1pf(x) }
}

internal import CPerceptronOpenBLAS

// Documented at the requirements.
// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
extension Float {
  public static func geqrf(
    rows: Int, columns: Int, _ a: UnsafeMutablePointer<Float>,
    factors: UnsafeMutablePointer<Float>
  ) -> Int {
    Int(
      LAPACKE_sgeqrf(
        LAPACK_ROW_MAJOR, blasCount(rows), blasCount(columns), a, blasCount(columns), factors))
  }

  public static func orgqr(
    rows: Int, columns: Int, _ a: UnsafeMutablePointer<Float>, factors: UnsafePointer<Float>
  ) -> Int {
    Int(
      LAPACKE_sorgqr(
        LAPACK_ROW_MAJOR, blasCount(rows), blasCount(columns), blasCount(columns), a,
        blasCount(columns), factors))
  }
}

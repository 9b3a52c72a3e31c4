internal import CPerceptronOpenBLAS

// Documented at the requirements.
// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
extension Double {
  public static func geqrf(
    rows: Int, columns: Int, _ a: UnsafeMutablePointer<Double>,
    factors: UnsafeMutablePointer<Double>
  ) -> Int {
    Int(
      LAPACKE_dgeqrf(
        LAPACK_ROW_MAJOR, blasCount(rows), blasCount(columns), a, blasCount(columns), factors))
  }

  public static func orgqr(
    rows: Int, columns: Int, _ a: UnsafeMutablePointer<Double>, factors: UnsafePointer<Double>
  ) -> Int {
    Int(
      LAPACKE_dorgqr(
        LAPACK_ROW_MAJOR, blasCount(rows), blasCount(columns), blasCount(columns), a,
        blasCount(columns), factors))
  }
}

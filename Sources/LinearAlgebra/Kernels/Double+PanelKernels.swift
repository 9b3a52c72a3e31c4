internal import CKernels

// Documented at the requirements; the loops are in CKernels.
// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
extension Double {
  public static func packPanels(
    rows: Int, columns: Int, range: Range<Int>, _ matrix: UnsafePointer<Double>,
    into panels: UnsafeMutablePointer<Double>
  ) {
    ckernels_pack_panels_double(
      rows, columns, range.lowerBound, range.upperBound, matrix, panels)
  }

  public static func packTransposedPanels(
    rows: Int, columns: Int, range: Range<Int>, _ transpose: UnsafePointer<Double>,
    into panels: UnsafeMutablePointer<Double>
  ) {
    ckernels_pack_transposed_panels_double(
      rows, columns, range.lowerBound, range.upperBound, transpose, panels)
  }

  public static func multiplyPanels(
    rows: Int, inner: Int, columns: Int, _ left: UnsafePointer<Double>,
    by panels: UnsafePointer<Double>, adds: Bool, into target: UnsafeMutablePointer<Double>
  ) {
    ckernels_multiply_panels_by_rows_double(rows, inner, columns, left, panels, adds, target)
  }
}

internal import CKernels

// Documented at the requirements; the loops are in CKernels.
// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
extension Float {
  public static func packPanels(
    rows: Int, columns: Int, range: Range<Int>, _ matrix: UnsafePointer<Float>,
    into panels: UnsafeMutablePointer<Float>
  ) {
    ckernels_pack_panels_float(
      rows, columns, range.lowerBound, range.upperBound, matrix, panels)
  }

  public static func packTransposedPanels(
    rows: Int, columns: Int, range: Range<Int>, _ transpose: UnsafePointer<Float>,
    into panels: UnsafeMutablePointer<Float>
  ) {
    ckernels_pack_transposed_panels_float(
      rows, columns, range.lowerBound, range.upperBound, transpose, panels)
  }

  public static func multiplyPanels(
    rows: Int, inner: Int, columns: Int, _ left: UnsafePointer<Float>,
    by panels: UnsafePointer<Float>, adds: Bool, into target: UnsafeMutablePointer<Float>
  ) {
    ckernels_multiply_panels_by_rows_float(rows, inner, columns, left, panels, adds, target)
  }
}

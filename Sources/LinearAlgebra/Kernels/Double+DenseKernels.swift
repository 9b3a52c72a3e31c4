internal import CPerceptronKernels

// Documented at the requirements; the loops are in CKernels.
// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
extension Double {
  public static func dense(
    rows: Int, inputs: Int, outputs: Int, _ x: UnsafePointer<Double>, xStride: Int,
    weights: UnsafePointer<Double>, stride: Int, bias: UnsafePointer<Double>,
    into y: UnsafeMutablePointer<Double>
  ) {
    ckernels_dense_double(rows, inputs, outputs, x, xStride, weights, stride, bias, y)
  }

  public static func denseRows(
    rows: Int, inputs: Int, outputs: Int, _ x: UnsafePointer<Double>,
    weights: UnsafePointer<Double>,
    bias: UnsafePointer<Double>, into y: UnsafeMutablePointer<Double>
  ) {
    ckernels_dense_rows_double(rows, inputs, outputs, x, weights, bias, y)
  }

  public static func denseInputGradient(
    rows: Int, inputs: Int, outputs: Int, upstream: UnsafePointer<Double>,
    weights: UnsafePointer<Double>, stride: Int, into gradient: UnsafeMutablePointer<Double>
  ) {
    ckernels_dense_input_gradient_double(
      rows, inputs, outputs, upstream, weights, stride, gradient)
  }

  public static func denseWeightGradient(
    rows: Int, inputs: Int, outputs: Int, _ x: UnsafePointer<Double>, xStride: Int,
    upstream: UnsafePointer<Double>, upstreamStride: Int, alpha: Double, beta: Double,
    into gradient: UnsafeMutablePointer<Double>, stride: Int
  ) {
    ckernels_dense_weight_gradient_double(
      rows, inputs, outputs, x, xStride, upstream, upstreamStride, alpha, beta, gradient, stride)
  }

  public static func transpose(
    rows: Int, columns: Int, _ x: UnsafePointer<Double>, stride xStride: Int,
    into y: UnsafeMutablePointer<Double>, stride yStride: Int
  ) {
    ckernels_transpose_double(rows, columns, x, xStride, y, yStride)
  }
}

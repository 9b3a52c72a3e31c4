internal import CPerceptronKernels

// Documented at the requirements; the loops are in CKernels.
// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
extension Float {
  public static func dense(
    rows: Int, inputs: Int, outputs: Int, _ x: UnsafePointer<Float>, xStride: Int,
    weights: UnsafePointer<Float>, stride: Int, bias: UnsafePointer<Float>,
    into y: UnsafeMutablePointer<Float>
  ) {
    ckernels_dense_float(rows, inputs, outputs, x, xStride, weights, stride, bias, y)
  }

  public static func denseRows(
    rows: Int, inputs: Int, outputs: Int, _ x: UnsafePointer<Float>, weights: UnsafePointer<Float>,
    bias: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>
  ) {
    ckernels_dense_rows_float(rows, inputs, outputs, x, weights, bias, y)
  }

  public static func denseInputGradient(
    rows: Int, inputs: Int, outputs: Int, upstream: UnsafePointer<Float>,
    weights: UnsafePointer<Float>, stride: Int, into gradient: UnsafeMutablePointer<Float>
  ) {
    ckernels_dense_input_gradient_float(
      rows, inputs, outputs, upstream, weights, stride, gradient)
  }

  public static func denseWeightGradient(
    rows: Int, inputs: Int, outputs: Int, _ x: UnsafePointer<Float>, xStride: Int,
    upstream: UnsafePointer<Float>, upstreamStride: Int, alpha: Float, beta: Float,
    into gradient: UnsafeMutablePointer<Float>, stride: Int
  ) {
    ckernels_dense_weight_gradient_float(
      rows, inputs, outputs, x, xStride, upstream, upstreamStride, alpha, beta, gradient, stride)
  }

  public static func transpose(
    rows: Int, columns: Int, _ x: UnsafePointer<Float>, stride xStride: Int,
    into y: UnsafeMutablePointer<Float>, stride yStride: Int
  ) {
    ckernels_transpose_float(rows, columns, x, xStride, y, yStride)
  }
}

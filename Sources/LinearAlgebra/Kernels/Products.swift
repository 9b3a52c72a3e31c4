internal import CPerceptronKernels

// Products of affine layers, and what goes with them. BLAS computes the others.

// MARK: - Small layers: at most 64 inputs and 64 outputs

extension BLASScalar {
  /// y = x·weights + bias in each row.
  package static func affine(
    rows: Int, inputs: Int, outputs: Int, _ x: UnsafePointer<Self>, weights: UnsafePointer<Self>,
    bias: UnsafePointer<Self>, into y: UnsafeMutablePointer<Self>
  ) {
    ckernels_affine(kernelType, rows, inputs, outputs, x, weights, bias, y)
  }

  /// gradient = upstream·weightsᵀ.
  package static func affineInputGradient(
    rows: Int, inputs: Int, outputs: Int, upstream: UnsafePointer<Self>,
    weights: UnsafePointer<Self>, into gradient: UnsafeMutablePointer<Self>
  ) {
    ckernels_affine_input_gradient(
      kernelType, rows, inputs, outputs, upstream, weights, gradient)
  }

  /// gradient ← alpha·xᵀ·upstream + beta·gradient for `inputs` columns of an x whose rows are
  /// `stride` apart. With `beta` 0 the old gradient is not read.
  package static func affineWeightGradient(
    rows: Int, inputs: Int, outputs: Int, _ x: UnsafePointer<Self>, stride: Int,
    upstream: UnsafePointer<Self>, alpha: Self, beta: Self,
    into gradient: UnsafeMutablePointer<Self>
  ) {
    ckernels_affine_weight_gradient(
      kernelType, rows, inputs, outputs, x, stride, upstream, alpha.asDouble, beta.asDouble,
      gradient)
  }
}

// MARK: - Layers whose weights stand as outputs × inputs

// Each number is added up in an order that depends on the sizes of one sum alone: a row's results
// are the same wherever it stands and however many there are.

extension BLASScalar {
  /// y = x·weightsᵀ + bias in each row; `xStride` and `stride` are from row to row of x and the weights.
  package static func dense(
    rows: Int, inputs: Int, outputs: Int, _ x: UnsafePointer<Self>, xStride: Int,
    weights: UnsafePointer<Self>, stride: Int, bias: UnsafePointer<Self>,
    into y: UnsafeMutablePointer<Self>
  ) {
    ckernels_dense(kernelType, rows, inputs, outputs, x, xStride, weights, stride, bias, y)
  }

  /// The same bits for weights that stand as inputs × outputs, without gaps: for a few rows.
  package static func denseRows(
    rows: Int, inputs: Int, outputs: Int, _ x: UnsafePointer<Self>, weights: UnsafePointer<Self>,
    bias: UnsafePointer<Self>, into y: UnsafeMutablePointer<Self>
  ) {
    ckernels_dense_rows(kernelType, rows, inputs, outputs, x, weights, bias, y)
  }

  /// gradient = upstream·weights.
  package static func denseInputGradient(
    rows: Int, inputs: Int, outputs: Int, upstream: UnsafePointer<Self>,
    weights: UnsafePointer<Self>, stride: Int, into gradient: UnsafeMutablePointer<Self>
  ) {
    ckernels_dense_input_gradient(
      kernelType, rows, inputs, outputs, upstream, weights, stride, gradient)
  }

  /// gradient ← alpha·upstreamᵀ·x + beta·gradient, outputs × inputs, for some neighboring columns of
  /// x, of upstream and of the gradient. With `beta` 0 the old gradient is not read.
  package static func denseWeightGradient(
    rows: Int, inputs: Int, outputs: Int, _ x: UnsafePointer<Self>, xStride: Int,
    upstream: UnsafePointer<Self>, upstreamStride: Int, alpha: Self, beta: Self,
    into gradient: UnsafeMutablePointer<Self>, stride: Int
  ) {
    ckernels_dense_weight_gradient(
      kernelType, rows, inputs, outputs, x, xStride, upstream, upstreamStride, alpha.asDouble,
      beta.asDouble, gradient, stride)
  }
}

// MARK: - Rows and columns

extension BLASScalar {
  /// y = row in each row, for memory that need not be initialized.
  package static func fillRows(
    rows: Int, columns: Int, _ y: UnsafeMutablePointer<Self>, with row: UnsafePointer<Self>
  ) {
    ckernels_fill_rows(kernelType, rows, columns, row, y)
  }

  /// y = xᵀ for a row-major x of `rows` × `columns`; strides are from row to row. The two must not
  /// overlap.
  package static func transpose(
    rows: Int, columns: Int, _ x: UnsafePointer<Self>, stride xStride: Int,
    into y: UnsafeMutablePointer<Self>, stride yStride: Int
  ) {
    ckernels_transpose(kernelType, rows, columns, x, xStride, y, yStride)
  }
}

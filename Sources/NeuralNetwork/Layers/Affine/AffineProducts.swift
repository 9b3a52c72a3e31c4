import PerceptronLinearAlgebra

/// The three products of an affine layer whose weights are inputs × outputs: by kernels for small
/// layers, which hold the weights in registers, or by BLAS. Large layers are packed for many rows: see
/// ``PackedLayer``.
package enum AffineProducts {
  private static func isSmall(inputs: Int, outputs: Int) -> Bool {
    ProductPath.chosen.products(inputs: inputs, outputs: outputs) == .small
  }

  /// With fewer rows than this, packing a layer's weights takes longer than their product: predictions
  /// leave the weights unpacked, and the kernels compute the same bits as for many rows.
  package static var leastPacked: Int { 4 }

  /// Writes input · weights + bias, rows × outputs; the input is rows × inputs.
  static func forward<Scalar>(
    _ input: RowBlock<Scalar>, _ weights: RowBlock<Scalar>, bias: UnsafePointer<Scalar>,
    into output: MutableRowBlock<Scalar>
  ) {
    let (rows, inputs, outputs) = (input.rows, input.columns, output.columns)
    if isSmall(inputs: inputs, outputs: outputs) {
      return Scalar.affine(
        rows: rows, inputs: inputs, outputs: outputs, input.base, weights: weights.base,
        bias: bias, into: output.base)
    }
    if rows < leastPacked && ProductPath.chosen == .kernels {
      require(
        weights.rows == inputs && weights.columns == outputs && output.rows == rows,
        "Affine: input \(input.shape), weights \(weights.shape), room for \(output.shape)")
      return Scalar.denseRows(
        rows: rows, inputs: inputs, outputs: outputs, input.base, weights: weights.base,
        bias: bias, into: output.base)
    }
    Scalar.fillRows(rows: rows, columns: outputs, output.base, with: bias)
    multiply(input, weights, into: output, beta: 1)
  }

  /// Writes upstream · weightsᵀ, rows × inputs; the upstream gradient is rows × outputs.
  static func inputGradient<Scalar>(
    _ upstream: RowBlock<Scalar>, _ weights: RowBlock<Scalar>,
    into gradient: MutableRowBlock<Scalar>
  ) {
    let (rows, inputs, outputs) = (upstream.rows, weights.rows, weights.columns)
    if isSmall(inputs: inputs, outputs: outputs) {
      return Scalar.affineInputGradient(
        rows: rows, inputs: inputs, outputs: outputs, upstream: upstream.base,
        weights: weights.base, into: gradient.base)
    }
    multiply(upstream, weights, transposeB: true, into: gradient)
  }

  /// Writes inputᵀ · upstream, the gradient of the weights, inputs × outputs.
  static func weightGradient<Scalar>(
    input: RowBlock<Scalar>, upstream: RowBlock<Scalar>, into gradient: MutableRowBlock<Scalar>
  ) {
    let (inputs, outputs) = (gradient.rows, gradient.columns)
    guard isSmall(inputs: inputs, outputs: outputs) else {
      return multiply(input, transposeA: true, upstream, into: gradient)
    }
    require(
      input.rows == upstream.rows && input.columns == inputs && upstream.columns == outputs,
      "weight gradient: input \(input.shape), upstream \(upstream.shape), room for \(gradient.shape)"
    )
    Scalar.affineWeightGradient(
      rows: input.rows, inputs: inputs, outputs: outputs, input.base, stride: input.columns,
      upstream: upstream.base, alpha: 1, beta: 0, into: gradient.base)
  }
}

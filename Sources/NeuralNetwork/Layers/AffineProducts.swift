import LinearAlgebra

/// The three products of an affine layer, and who computes them: BLAS, or for a small layer, which
/// BLAS would spend more time preparing than computing, kernels that keep its weights in registers.
package enum AffineProducts {
  /// Whether the kernels for small layers compute the products.
  ///
  /// Measured in 196 sizes up to 64 × 64 and in both scalar types, with AVX-512: with this many rows
  /// or more the three products together take less time than OpenBLAS's in every one. With 10 rows
  /// they lose in 20 of the 392, with 1 row in 168.
  static func isSmall(rows: Int, inputs: Int, outputs: Int) -> Bool {
    rows >= 32 && inputs <= 64 && outputs <= 64
  }

  /// Writes input · weights + bias.
  ///
  /// - Parameters:
  ///   - input: rows × inputs.
  ///   - weights: inputs × outputs.
  ///   - bias: outputs.
  ///   - output: rows × outputs.
  static func forward<Scalar>(
    _ input: RowBlock<Scalar>, _ weights: RowBlock<Scalar>, bias: UnsafePointer<Scalar>,
    into output: MutableRowBlock<Scalar>
  ) {
    let (rows, inputs, outputs) = (input.rows, input.columns, output.columns)
    if isSmall(rows: rows, inputs: inputs, outputs: outputs) {
      return Scalar.affine(
        rows: rows, inputs: inputs, outputs: outputs, input.base, weights: weights.base,
        bias: bias, into: output.base)
    }
    Scalar.fillRows(rows: rows, columns: outputs, output.base, with: bias)
    multiply(input, weights, into: output, beta: 1)
  }

  /// Writes upstream · weightsᵀ.
  ///
  /// - Parameters:
  ///   - upstream: rows × outputs.
  ///   - weights: inputs × outputs.
  ///   - gradient: rows × inputs.
  static func inputGradient<Scalar>(
    _ upstream: RowBlock<Scalar>, _ weights: RowBlock<Scalar>,
    into gradient: MutableRowBlock<Scalar>
  ) {
    let (rows, inputs, outputs) = (upstream.rows, weights.rows, weights.columns)
    if isSmall(rows: rows, inputs: inputs, outputs: outputs) {
      return Scalar.affineInputGradient(
        rows: rows, inputs: inputs, outputs: outputs, upstream: upstream.base,
        weights: weights.base, into: gradient.base)
    }
    multiply(upstream, weights, transposeB: true, into: gradient)
  }

  /// target ← alpha·G + beta·target for some rows of G, the gradient inputᵀ · upstream of the weight
  /// matrix. With `beta` 0 what stands in the target is not read.
  ///
  /// - Parameters:
  ///   - input: what the layer was given, batch × inputs.
  ///   - upstream: the loss's gradient with respect to its output, batch × outputs.
  ///   - rows: which of the inputs.
  ///   - target: as many rows × outputs.
  package static func weightGradient<Scalar>(
    input: RowBlock<Scalar>, upstream: RowBlock<Scalar>, rows: Range<Int>,
    into target: MutableRowBlock<Scalar>, alpha: Scalar = 1, beta: Scalar = 0
  ) {
    require(
      input.rows == upstream.rows && target.rows == rows.count
        && target.columns == upstream.columns
        && rows.lowerBound >= 0 && rows.upperBound <= input.columns,
      "weight gradient: input \(input.shape), upstream \(upstream.shape), room for rows \(rows) in \(target.shape)"
    )
    if rows.isEmpty || target.columns == 0 { return }
    if isSmall(rows: input.rows, inputs: rows.count, outputs: target.columns) {
      return Scalar.affineWeightGradient(
        rows: input.rows, inputs: rows.count, outputs: target.columns,
        input.base + rows.lowerBound, stride: input.columns, upstream: upstream.base,
        alpha: alpha, beta: beta, into: target.base)
    }
    Scalar.gemm(
      transposeA: true, transposeB: false, rows: rows.count, columns: target.columns,
      inner: input.rows, alpha: alpha, input.base + rows.lowerBound, strideA: input.columns,
      upstream.base, strideB: upstream.columns, beta: beta, target.base, strideC: target.columns)
  }
}
